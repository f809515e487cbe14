import { DeskModule } from "./wasm";
import type { Answered, Asked } from "./proofreader";

/** Proofreads away from the page's own thread. Loads the module at once, so that the network may go afterwards. */
const loading = DeskModule.load(new URL("../dist/desk.wasm", import.meta.url));
const say = (answered: Answered) => self.postMessage(answered);

loading.then(
  () => say({ ready: true }),
  (thrown: unknown) => say({ ready: false, why: String(thrown) }),
);

self.addEventListener("message", async ({ data: asked }: MessageEvent<Asked>) => {
  try {
    const desk = await loading;
    if ("page" in asked) say({ id: asked.id, page: desk.page(asked.title, asked.page) });
    else say({ id: asked.id, found: desk.proofread(new Uint8Array(asked.bytes)) });
  } catch (thrown) {
    say({ id: asked.id, failed: thrown instanceof Error ? thrown.message : String(thrown) });
  }
});
