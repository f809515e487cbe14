import { answered, api } from "@qianmo/client";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";

import { reasonHeader } from "../../../session/reason";

/** What a due list is about. Empty words: all. */
export interface DueAsked {
  area: string;
  programme: string;
  state: string;
  reason?: string | undefined;
}

/** Who is due for what, the most urgent first, a page at a time; the first page also counts. */
export function useDueList(asked: Ref<DueAsked>) {
  const query = useInfiniteQuery({
    queryKey: computed(() => ["live", "due", asked.value] as const),
    enabled: computed(() => asked.value.area !== ""),
    placeholderData: keepPreviousData,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ queryKey: [, , { area, programme, state, reason }], pageParam, signal }) => {
      const query = { area, limit: 200, ...(programme ? { programmes: programme } : {}), ...(state ? { state } : {}) };
      const page = pageParam ? { after: pageParam } : { count: true };
      return answered(api.GET("/api/v1/due", { params: { query: { ...query, ...page } }, headers: reasonHeader(reason), signal }));
    },
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const rows = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? []);
  const total = computed(() => query.data.value?.pages[0]?.total);
  const more = () => void (query.hasNextPage.value && !query.isFetching.value && query.fetchNextPage());
  return { query, rows, total, more };
}
