import { useI18n } from "vue-i18n";

/** Roles as the office of law has them (design of access): identifiers of grants, with their names. */
export const roles = [
  "village_doctor",
  "public_health",
  "clinician",
  "health_office",
  "county_analyst",
  "disease_control",
  "supervision",
  "committee",
  "resident",
  "auditor",
  "administrator",
] as const;

const messages = {
  zh: {
    village_doctor: "村医",
    public_health: "公卫人员",
    clinician: "妇幼、计生服务",
    health_office: "镇卫健办",
    county_analyst: "县卫健分析",
    disease_control: "疾控",
    supervision: "监督",
    committee: "村干部",
    resident: "居民、监护人",
    auditor: "审计",
    administrator: "账号管理",
  },
  en: {
    village_doctor: "Village doctor",
    public_health: "Public health worker",
    clinician: "Maternal, child and family planning",
    health_office: "Township health office",
    county_analyst: "County analyst",
    disease_control: "Disease control",
    supervision: "Supervision",
    committee: "Village committee",
    resident: "Resident or guardian",
    auditor: "Auditor",
    administrator: "Account administrator",
  },
};

/** Names of roles in the page's language. */
export function useRoles() {
  const { locale } = useI18n({ useScope: "global" });
  const roleName = (role: string): string => {
    const words: Record<string, string> = locale.value === "en" ? messages.en : messages.zh;
    return words[role] ?? role;
  };
  return { roleName };
}
