import { answered, api } from "@qianmo/client";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";

/** Residents that fit what was asked, a page at a time. What was there stays until the next answer comes. */
export function useFound(asked: Ref<string>, limit = 50) {
  const query = useInfiniteQuery({
    queryKey: computed(() => ["live", "residents", asked.value, limit] as const),
    enabled: computed(() => asked.value !== ""),
    placeholderData: keepPreviousData,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ queryKey, pageParam, signal }) =>
      answered(api.GET("/api/v1/residents", { params: { query: { q: queryKey[2], limit, ...(pageParam ? { after: pageParam } : {}) } }, signal })),
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const rows = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? []);
  const more = () => void (query.hasNextPage.value && !query.isFetching.value && query.fetchNextPage());
  return { query, rows, more };
}
