import { createI18n } from "vue-i18n";

/** Chinese first, English as a full second language. Words stand in the `<i18n>` block of the component that says them. */
export const languages = ["zh", "en"] as const;
export type Language = (typeof languages)[number];

const KEPT = "qianmo.language";

function known(word: string | null | undefined): Language | undefined {
  return languages.find((language) => language === word);
}

/** `?lang=en` wins, then what was chosen before, then Chinese. */
export function language(): Language {
  const asked = known(new URLSearchParams(location.search).get("lang"));
  return asked ?? known(localStorage.getItem(KEPT)) ?? "zh";
}

export function makeI18n() {
  return createI18n({ legacy: false, locale: language(), fallbackLocale: "zh", messages: {}, missingWarn: false, fallbackWarn: false });
}

/** Chooses the language from now on. The page is loaded anew: names that the server words come in the language asked for. */
export function speak(chosen: Language): void {
  localStorage.setItem(KEPT, chosen);
  const address = new URL(location.href);
  address.searchParams.delete("lang");
  location.assign(address);
}
