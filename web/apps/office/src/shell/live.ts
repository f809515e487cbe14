import { followChanges } from "@qianmo/client";
import { onMounted, onUnmounted, ref } from "vue";

import { followed } from "../queries";

/** Follows the server's changes while the office is open; tells whether the stream is there. */
export function useLive() {
  const live = ref<"yes" | "no" | "starting">("starting");
  let end: (() => void) | undefined;
  onMounted(() => (end = followChanges(followed, (there) => (live.value = there ? "yes" : "no"))));
  onUnmounted(() => end?.());
  return live;
}
