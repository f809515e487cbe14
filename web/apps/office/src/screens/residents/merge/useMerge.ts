import { answered, api, type Body } from "@qianmo/client";
import { useQuery } from "@tanstack/vue-query";
import { computed, ref, type Ref } from "vue";

import { newId } from "../../../forms/ids";
import { usePack, packOf } from "../../../forms/pack";
import { personChanged } from "../person/person";

export type Preview = Body<"MergeShown">;

/** What giving up one entry for the other would mean, and the record that does it. */
export function useMerge(kept: Ref<string>, given: Ref<string>) {
  const query = useQuery({
    queryKey: computed(() => ["live", "merge", kept.value, given.value] as const),
    enabled: computed(() => kept.value !== "" && given.value !== ""),
    queryFn: async ({ queryKey: [, , keep, id] }): Promise<Preview> => (await answered(api.GET("/api/v1/residents/{id}/merge", { params: { path: { id }, query: { kept: keep } } }))) as Preview,
  });
  const { pack } = usePack(() => packOf(query.data.value?.record.form ?? ""));
  const form = computed(() => pack.value?.forms.find(({ id }) => id === query.data.value?.record.form));
  const busy = ref(false);
  const thrown = ref<unknown>();
  const refused = ref<string[]>([]);

  /** Gives up the entry on a day. Answers whether that is done. */
  async function merge(on: string): Promise<boolean> {
    const preview = query.data.value;
    if (!preview?.given_up.area || !form.value) return false;
    busy.value = true;
    thrown.value = undefined;
    refused.value = [];
    const { resident, area } = preview.given_up;
    try {
      const about = { kind: form.value.subject, subject: resident, resident, area, at: on, recorded_at: Date.now() };
      const outcome = await answered(api.POST("/api/v1/records", { body: { id: newId(), form: form.value.id, form_version: form.value.version, ...about, values: preview.record.values } }));
      refused.value = outcome.state === "quarantined" ? (outcome.reasons ?? []).map((reason) => reason.detail || reason.title || reason.code) : [];
      if (refused.value.length) return false;
      await personChanged();
      return true;
    } catch (problem) {
      thrown.value = problem;
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { query, form, busy, thrown, refused, merge };
}
