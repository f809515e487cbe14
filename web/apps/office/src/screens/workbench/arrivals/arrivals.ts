import { answered, api, type Body } from "@qianmo/client";
import { useInfiniteQuery, useQuery } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";

export type Arrival = Body<"ArrivalBody">;

/** What was kept beside the log, by state, a page at a time. */
export function useArrivals(state: Ref<string>, limit = 100) {
  const query = useInfiniteQuery({
    queryKey: computed(() => ["live", "arrivals", state.value, limit] as const),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ queryKey: [, , asked], pageParam }) =>
      answered(api.GET("/api/v1/arrivals", { params: { query: { limit, ...(asked ? { state: asked } : {}), ...(pageParam ? { after: pageParam } : {}) } } })),
    getNextPageParam: (last) => last.next ?? undefined,
  });
  // The last that came first.
  const rows = computed(() => (query.data.value?.pages.flatMap((page) => page.items) ?? []).sort((a, b) => (b.arrived_at ?? 0) - (a.arrived_at ?? 0)));
  const more = () => void (query.hasNextPage.value && !query.isFetching.value && query.fetchNextPage());
  return { query, rows, more };
}

/** One of them. */
export function useArrival(id: Ref<string>) {
  return useQuery({
    queryKey: computed(() => ["live", "arrival", id.value] as const),
    queryFn: ({ queryKey }) => answered(api.GET("/api/v1/arrivals/{id}", { params: { path: { id: queryKey[2] } } })),
  });
}
