import { answered, api, type Body } from "@qianmo/client";
import { reactive, ref } from "vue";

import { useDeed } from "../../../shell/deed";

/** A spreadsheet on its way in: looked at first, headers that aren't recognised named by hand, then written. */
export function useImport() {
  const { busy, thrown, run } = useDeed();
  const file = ref<File>();
  const result = ref<Body<"ImportBody">>();
  /** Headers that the program doesn't know, and the field that each is. */
  const named = reactive<Record<string, string>>({});

  function send(form: string, deeds: { dry_run: boolean; good_rows: boolean }) {
    const held = file.value;
    if (!held) return Promise.resolve(false);
    const columns = Object.fromEntries(Object.entries(named).filter(([, field]) => field !== ""));
    const map = Object.keys(columns).length ? JSON.stringify({ columns }) : undefined;
    return run(async () => {
      result.value = await answered(
        api.POST("/api/v1/imports", {
          params: { query: { form, ...deeds, name: held.name, ...(map ? { map } : {}) } },
          headers: { "content-type": "application/octet-stream" },
          // The file itself is the body: nothing is read into the page.
          body: held as unknown as number[],
          bodySerializer: (body) => body as unknown as Blob,
        }),
      );
    });
  }

  function take(chosen: File | undefined) {
    file.value = chosen;
    result.value = undefined;
    for (const header of Object.keys(named)) delete named[header];
  }

  return { busy, thrown, file, result, named, take, send };
}
