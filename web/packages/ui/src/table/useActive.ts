import { type ComputedRef, ref, watch } from "vue";

/** The row that the keyboard is on: arrows, page keys, Home, End; Enter opens it. -1: none yet. */
export function useActive<Row>(rows: ComputedRef<readonly Row[]>, page: () => number, show: (index: number) => void, open: (row: Row) => void) {
  const active = ref(-1);
  watch(() => rows.value.length, (length) => (active.value = Math.min(active.value, length - 1)));

  function set(index: number) {
    if (!rows.value.length) return;
    active.value = Math.max(0, Math.min(rows.value.length - 1, index));
    show(active.value);
  }
  function move(by: number) {
    set(active.value + by);
  }
  function openActive(): boolean {
    const row = rows.value[active.value];
    if (row === undefined) return false;
    open(row);
    return true;
  }
  function key(event: KeyboardEvent) {
    if (event.target !== event.currentTarget || event.ctrlKey || event.altKey || event.metaKey) return;
    const steps: Record<string, () => void> = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      PageDown: () => move(page()),
      PageUp: () => move(-page()),
      Home: () => set(0),
      End: () => set(rows.value.length - 1),
      Enter: () => void openActive(),
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    step();
  }
  return { active, set, move, openActive, key };
}
