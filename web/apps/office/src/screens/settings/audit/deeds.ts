import { useI18n } from "vue-i18n";

const messages: Record<"zh" | "en", Record<string, string>> = {
  zh: {
    write: "写记录",
    read: "看敏感记录",
    unmask: "看证件号等完整号码",
    export: "导出",
    login: "登录",
    login_refused: "登录被拒",
    logout: "退出",
    grant: "给或收权限",
    account: "账号变动",
    device: "设备登记或吊销",
    setting: "改辖区或设置",
    adopt: "旧记录入链",
    filing: "报表流转",
    arrival: "处理待核记录",
  },
  en: {
    write: "Wrote records",
    read: "Read sensitive records",
    unmask: "Saw full numbers",
    export: "Took data away",
    login: "Logged in",
    login_refused: "Login refused",
    logout: "Logged out",
    grant: "Grant given or taken",
    account: "Account changed",
    device: "Device enrolled or revoked",
    setting: "Areas or settings changed",
    adopt: "Older records taken in",
    filing: "Return moved on",
    arrival: "Quarantine handled",
  },
};

/** Kinds of deeds in the audit chain, in words. */
export function useDeeds() {
  const { locale } = useI18n({ useScope: "global" });
  const words = () => messages[locale.value === "en" ? "en" : "zh"];
  return { deedName: (deed: string) => words()[deed] ?? deed, deeds: () => Object.entries(words()) };
}
