import { computed, onUnmounted, ref, type Ref, watch } from "vue";

/** A long list that comes into the document bit by bit, so that the page never stands still. `upTo` brings what is needed at once. */
export function useGrowing<Item>(list: Ref<readonly Item[]>, step: number) {
  const most = ref(step);
  let frame = 0;
  function grow() {
    if (most.value >= list.value.length) return;
    most.value += step;
    frame = requestAnimationFrame(grow);
  }
  watch(
    list,
    () => {
      cancelAnimationFrame(frame);
      most.value = step;
      frame = requestAnimationFrame(grow);
    },
    { immediate: true },
  );
  onUnmounted(() => cancelAnimationFrame(frame));
  return { shown: computed(() => list.value.slice(0, most.value)), upTo: (count: number) => (most.value = Math.max(most.value, count + 1)) };
}
