import { answered, api } from "@qianmo/client";
import { useDebounceFn } from "@vueuse/core";
import { computed, type Ref, ref, watch } from "vue";

import { queries } from "../queries";

const kind = "form";

/**
 * An unfinished form, kept on the server for its writer alone: found again when the form is opened for the same person, thrown away
 * when it is saved. Corrections aren't kept. A draft that fails to be kept must not stop anybody from working: it is tried again.
 */
export function useFormDraft(about: { key: Ref<string | undefined>; title: Ref<string>; texts: Record<string, string>; touched: Ref<boolean> }) {
  const savedAt = ref<string>();
  const restored = ref(false);
  let tag: string | undefined;
  let opened: string | undefined;
  const path = computed(() => ({ kind, key: opened ?? "" }));

  async function open(key: string | undefined) {
    opened = key;
    tag = savedAt.value = undefined;
    restored.value = false;
    if (!key) return;
    try {
      // The list first: asking for one that isn't there would be an error in every form that is opened.
      const { items } = await queries.fetchQuery({ queryKey: ["live", "drafts"], staleTime: 5_000, queryFn: () => answered(api.GET("/api/v1/drafts")) });
      if (opened !== key || !items.some((one) => one.kind === kind && one.key === key)) return;
      const { data, response } = await api.GET("/api/v1/drafts/{kind}/{key}", { params: { path: { kind, key } } });
      if (opened !== key) return;
      tag = response.headers.get("etag") ?? undefined;
      savedAt.value = data?.saved_at;
      const texts = (data?.body as { texts?: Record<string, string> } | undefined)?.texts ?? {};
      // Who has begun to type meanwhile keeps what they typed.
      for (const [field, text] of Object.entries(texts)) if (!about.touched.value || !about.texts[field]) about.texts[field] = text;
      restored.value = true;
    } catch {
      // Without its draft the form is still a form.
    }
  }

  const keep = useDebounceFn(async () => {
    if (!opened || !about.touched.value) return;
    try {
      const header = tag ? { "if-match": tag } : {};
      const { data, response } = await api.PUT("/api/v1/drafts/{kind}/{key}", { params: { path: path.value, header }, body: { title: about.title.value.slice(0, 120), body: { texts: { ...about.texts } } } });
      tag = response.headers.get("etag") ?? undefined;
      savedAt.value = data?.saved_at;
    } catch {
      // Tried again with the next change.
    }
  }, 1500);

  async function drop() {
    const had = savedAt.value !== undefined;
    savedAt.value = tag = undefined;
    restored.value = false;
    if (!had) return;
    try {
      await api.DELETE("/api/v1/drafts/{kind}/{key}", { params: { path: path.value } });
      await queries.invalidateQueries({ queryKey: ["live", "drafts"] });
    } catch {
      // It stays among the drafts, from where it can be thrown away.
    }
  }

  watch(about.key, (key) => void open(key), { immediate: true });
  watch(() => ({ ...about.texts }), () => void keep(), { deep: true });
  return { savedAt, restored, drop };
}
