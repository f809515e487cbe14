import { useDark } from "@vueuse/core";
import { computed } from "vue";

/** The colours of the tokens as charts need them: as values, read anew when light and dark change. */
export function useColours() {
  const dark = useDark();
  return computed(() => {
    void dark.value;
    const style = getComputedStyle(document.documentElement);
    return (name: string) => style.getPropertyValue(`--${name}`).trim();
  });
}
