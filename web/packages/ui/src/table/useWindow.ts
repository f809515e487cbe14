import { computed, onMounted, onUnmounted, ref, type Ref, type ShallowRef } from "vue";

/** Rows kept above and below what is seen, so that quick scrolling finds them there. */
const SPARE = 12;
/** Tables up to this long are shown whole. */
const WHOLE = 80;

/**
 * Which rows of a long table are in the document: those seen and a few around. All rows are equally high. When printing, all.
 * `near` is called when the end comes into sight.
 */
export function useWindow(scroller: Readonly<ShallowRef<HTMLElement | null>>, count: Ref<number>, rowHeight: number, near: () => void) {
  const top = ref(0);
  const height = ref(600);
  const printing = ref(false);
  /** How far down the page the list begins: the rest of the window is its room. */
  const roof = ref(250);
  const paper = window.matchMedia("print");
  let observer: ResizeObserver | undefined;

  const from = computed(() => (printing.value || count.value <= WHOLE ? 0 : Math.max(0, Math.floor(top.value / rowHeight) - SPARE)));
  const to = computed(() =>
    printing.value || count.value <= WHOLE ? count.value : Math.min(count.value, Math.ceil((top.value + height.value) / rowHeight) + SPARE),
  );

  function look() {
    const place = scroller.value;
    if (!place) return;
    top.value = place.scrollTop;
    height.value = place.clientHeight;
    roof.value = Math.round(place.getBoundingClientRect().top + window.scrollY);
    if (place.scrollHeight - place.scrollTop - place.clientHeight < rowHeight * 2 * SPARE) near();
  }
  /** Scrolls so that a row is seen whole, below the head. */
  function show(index: number, headHeight: number) {
    const place = scroller.value;
    if (!place) return;
    const start = index * rowHeight;
    if (start < place.scrollTop) place.scrollTop = start;
    else if (start + rowHeight + headHeight > place.scrollTop + place.clientHeight) place.scrollTop = start + rowHeight + headHeight - place.clientHeight;
  }
  const print = () => (printing.value = true);
  const printed = () => (printing.value = false);
  const onPaper = (event: MediaQueryListEvent) => (printing.value = event.matches);

  onMounted(() => {
    observer = new ResizeObserver(look);
    if (scroller.value) observer.observe(scroller.value);
    look();
    window.addEventListener("beforeprint", print);
    window.addEventListener("afterprint", printed);
    paper.addEventListener("change", onPaper);
  });
  onUnmounted(() => {
    observer?.disconnect();
    window.removeEventListener("beforeprint", print);
    window.removeEventListener("afterprint", printed);
    paper.removeEventListener("change", onPaper);
  });
  return { from, to, height, roof, look, show };
}
