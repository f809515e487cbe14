import { api, asProblem } from "@qianmo/client";
import type { JSONContent } from "@tiptap/vue-3";
import { computed, ref, shallowRef } from "vue";

const kind = "summary";

/**
 * The edited text, kept on the server for its writer alone. Saving names the version it was made from: what another window has saved
 * meanwhile is never overwritten.
 */
export function useDraft() {
  const key = ref("");
  const tag = ref<string>();
  const savedAt = ref<string>();
  const state = ref<"none" | "saved" | "unsaved" | "saving">("none");
  const thrown = shallowRef<unknown>();
  const path = computed(() => ({ kind, key: key.value }));

  /** Opens the draft of an area and year, if there is one. */
  async function open(area: string, year: string): Promise<JSONContent | undefined> {
    key.value = `${area}-${year}`;
    tag.value = savedAt.value = thrown.value = undefined;
    state.value = "none";
    try {
      const { data, response } = await api.GET("/api/v1/drafts/{kind}/{key}", { params: { path: path.value } });
      tag.value = response.headers.get("etag") ?? undefined;
      savedAt.value = data?.saved_at;
      state.value = "saved";
      return data?.body as JSONContent | undefined;
    } catch (refused) {
      if (asProblem(refused).status !== 404) throw refused;
      return undefined;
    }
  }

  async function save(title: string, body: JSONContent): Promise<void> {
    if (state.value === "saving") return;
    state.value = "saving";
    thrown.value = undefined;
    try {
      const header = tag.value === undefined ? {} : { "if-match": tag.value };
      const { data, response } = await api.PUT("/api/v1/drafts/{kind}/{key}", { params: { path: path.value, header }, body: { title, body } });
      tag.value = response.headers.get("etag") ?? undefined;
      savedAt.value = data?.saved_at;
      // What was typed while it was being saved is still to be saved.
      if (state.value === "saving") state.value = "saved";
    } catch (refused) {
      thrown.value = refused;
      state.value = "unsaved";
    }
  }

  /** Throws the draft away. */
  async function drop(): Promise<void> {
    if (tag.value !== undefined) await api.DELETE("/api/v1/drafts/{kind}/{key}", { params: { path: path.value, header: { "if-match": tag.value } } });
    tag.value = savedAt.value = undefined;
    state.value = "none";
  }
  return { state, savedAt, thrown, open, save, drop };
}
