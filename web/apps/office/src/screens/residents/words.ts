/** Whole years between a birth and a day, both `2026-11-22`. */
export function yearsAt(birth: string | null | undefined, day: string): number | undefined {
  if (!birth) return undefined;
  const years = Number(day.slice(0, 4)) - Number(birth.slice(0, 4)) - (day.slice(5) < birth.slice(5) ? 1 : 0);
  return years >= 0 ? years : undefined;
}

/** Sex as the sheet codes it (GB/T 2261.1): the key of its word, where the component has one. */
export const sexKey = (code: string | null | undefined) => (code === "1" || code === "2" ? `sex${code}` : "sex9");

/** An instant of the server as the clock on the wall says it: `2026-11-22 09:30`. */
export function localTime(instant: string | number): string {
  return new Date(instant).toLocaleString("sv", { dateStyle: "short", timeStyle: "short" });
}
