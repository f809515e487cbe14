import type { Ref } from "vue";

const FIELD = ":is(input, select, [tabindex='0'])";

/** Going from field to field by keyboard: Enter goes on, also from a group of choices. */
export function useStops(place: Readonly<Ref<HTMLElement | null>>) {
  const stops = () => [...(place.value?.querySelectorAll<HTMLElement>(`[data-field] ${FIELD}, .deeds button`) ?? [])];

  function focusField(id: string | undefined) {
    place.value?.querySelector<HTMLElement>(`[data-field="${id}"] ${FIELD}`)?.focus();
  }
  function onward(event: KeyboardEvent) {
    const from = event.target as HTMLElement;
    if (event.ctrlKey || event.isComposing || from.tagName === "BUTTON") return;
    event.preventDefault();
    const all = stops();
    // The next that isn't within the same field.
    const field = from.closest("[data-field]");
    all.slice(all.findIndex((stop) => stop === from || stop.contains(from)) + 1).find((stop) => !field?.contains(stop))?.focus();
  }
  return { focusField, onward };
}
