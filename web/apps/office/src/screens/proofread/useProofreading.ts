import { type Findings, Proofreader } from "@qianmo/desk";
import { computed, ref, shallowRef } from "vue";

import { countOf } from "./findings";

/** The largest text that is proofread: as the proofreader says. */
const BYTES_MAX = 64 * 1024 * 1024;

// One worker a page; what was checked stays while one looks at another screen, in memory only: no text is kept anywhere.
let reader: Proofreader | undefined;
const ready = ref<"starting" | "yes" | "no">("starting");
const findings = shallowRef<Findings>();
const title = ref("");
const busy = ref(false);
const thrown = shallowRef<unknown>();

/** The page's proofreader, started when it is first asked for. */
export function theProofreader(): Proofreader {
  if (reader) return reader;
  reader = new Proofreader();
  reader.ready.then(
    () => (ready.value = "yes"),
    (why: unknown) => {
      ready.value = "no";
      thrown.value = why;
      reader?.end();
      reader = undefined;
    },
  );
  return reader;
}

/** What is being proofread on the screen 核数. */
export function useProofreading() {
  const count = computed(() => countOf(findings.value?.claims ?? []));

  async function check(given: string | File, name: string): Promise<void> {
    busy.value = true;
    thrown.value = undefined;
    try {
      // Read no more than is needed to be told that it is too much.
      const bytes = typeof given === "string" ? given : await given.slice(0, BYTES_MAX + 1).arrayBuffer();
      findings.value = await theProofreader().check(bytes);
      title.value = name;
    } catch (refused) {
      thrown.value = refused;
    } finally {
      busy.value = false;
    }
  }
  function forget(): void {
    findings.value = undefined;
    thrown.value = undefined;
    title.value = "";
  }
  const page = () => theProofreader().page(title.value, findings.value?.text ?? "");
  return { ready, findings, title, busy, thrown, count, check, forget, page };
}
