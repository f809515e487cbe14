import { answered, api, type Body } from "@qianmo/client";
import { useQuery } from "@tanstack/vue-query";
import { computed, type MaybeRefOrGetter, toValue } from "vue";

export type Filing = Body<"FilingWhole">;

/** A cell of a return by what stands on paper: line and column. */
export const cellKey = (code: string, label: string, heading: string) => `${code}\n${label}\n${heading}`;

/** A return handed in: its table as it was, what became of it, what its numbers would be now. */
export function useFiling(id: MaybeRefOrGetter<string>) {
  const query = useQuery({
    queryKey: computed(() => ["live", "filing", toValue(id)] as const),
    queryFn: ({ queryKey: [, , id] }) => answered(api.GET("/api/v1/filings/{id}", { params: { path: { id } } })),
  });
  const differences = useQuery({
    queryKey: computed(() => ["live", "filing", toValue(id), "differences"] as const),
    queryFn: ({ queryKey: [, , id] }) => answered(api.GET("/api/v1/filings/{id}/differences", { params: { path: { id } } })),
  });
  const changed = computed(
    () => new Map((differences.data.value?.items ?? []).map((one) => [cellKey(one.code, one.label, one.heading), one.now ?? "—"])),
  );
  return { query, differences, changed };
}
