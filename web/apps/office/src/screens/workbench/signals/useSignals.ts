import { answered, api, type Body } from "@qianmo/client";
import { useInfiniteQuery } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import type { RouteLocationRaw } from "vue-router";

export type Signal = Body<"Signal">;
export type SignalKind = Body<"SignalKind">;

/** Signals of one kind in an area, some at a time: each kind asks for itself, since finding entries of one person takes longer. */
export function useSignals(kind: SignalKind, area: Ref<string>) {
  const query = useInfiniteQuery({
    queryKey: computed(() => ["live", "signals", kind, area.value] as const),
    enabled: computed(() => area.value !== ""),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ queryKey: [, , kinds, code], pageParam }) => answered(api.GET("/api/v1/signals", { params: { query: { area: code, kinds, limit: 20, ...(pageParam ? { after: pageParam } : {}) } } })),
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const items = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? []);
  return { query, items };
}

/** Where a signal is looked into: the merge of two entries, the person of a value, what is due in a village. */
export function placeOf(signal: Signal): RouteLocationRaw {
  const [first, second] = signal.residents;
  if (signal.kind === "same_person" && first && second) return { name: "merge", params: { id: first.id }, query: { with: second.id } };
  if (first) return { name: "resident", params: { id: first.id } };
  return { name: "residents", query: { area: signal.area } };
}
