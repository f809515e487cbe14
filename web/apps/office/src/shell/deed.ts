import { asProblem } from "@qianmo/client";
import { ElMessage } from "element-plus";
import "element-plus/es/components/message/style/css";
import { ref } from "vue";

/**
 * One deed at a time: `run` does it, says `done` when it succeeded, and keeps what was thrown for a `ProblemNote`. A second click while
 * it runs does nothing.
 */
export function useDeed() {
  const busy = ref(false);
  const thrown = ref<unknown>();
  async function run(deed: () => Promise<unknown>, done?: string): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    thrown.value = undefined;
    try {
      await deed();
      if (done) ElMessage.success({ message: done, duration: 2500 });
      return true;
    } catch (refused) {
      thrown.value = asProblem(refused);
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { busy, thrown, run };
}
