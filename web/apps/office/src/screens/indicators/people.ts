import { answered, api, type Body } from "@qianmo/client";
import { useInfiniteQuery, useQuery } from "@tanstack/vue-query";
import { computed } from "vue";

import { reasonHeader } from "../../session/reason";

export type Part = "numerator" | "denominator" | "difference";
export type Row = Body<"RowBody">;
type RowsPage = Body<"RowsPage">;

/** Above this many rows the difference isn't worked out here: a smaller area gives it. */
const MOST = 10_000;
const PAGE = 500;

interface Asked {
  id: string;
  area: string;
  period: string;
}

function page(asked: Asked, part: "numerator" | "denominator", after: string | undefined, limit: number, reason: string | undefined): Promise<RowsPage> {
  const { id, area, period } = asked;
  return answered(api.GET("/api/v1/indicators/{id}/rows", { params: { path: { id }, query: { area, period, part, after, limit } }, headers: reasonHeader(reason) })) as Promise<RowsPage>;
}

async function all(asked: Asked, part: "numerator" | "denominator", reason: string | undefined): Promise<RowsPage> {
  let whole: RowsPage | undefined;
  let after: string | undefined;
  do {
    const next = await page(asked, part, after, PAGE, reason);
    whole = { ...next, items: [...(whole?.items ?? []), ...next.items] };
    after = next.next ?? undefined;
  } while (after && whole.items.length < MOST);
  return whole;
}

/** Who is in the denominator and not in the numerator: those still to be reached. `tooMany` where it isn't worked out. */
async function difference(asked: Asked, reason: string | undefined) {
  const first = await page(asked, "denominator", undefined, 1, reason);
  if (first.count > MOST) return { columns: first.columns, items: [], count: 0, tooMany: true };
  const [whole, reached] = await Promise.all([all(asked, "denominator", reason), all(asked, "numerator", reason)]);
  const done = new Set(reached.items.map((row) => row.subject));
  const items = whole.items.filter((row) => !done.has(row.subject));
  return { columns: whole.columns, items, count: items.length, tooMany: false };
}

/** The rows behind a number, page by page; the difference at once. */
export function usePeople(asked: Asked, part: Part, reason: string | undefined) {
  // Pages and the whole are held in different shapes: each has a key of its own.
  const key = (shape: "pages" | "whole") => computed(() => ["live", "rows", shape, asked.id, asked.area, asked.period, part, reason] as const);
  const pages = useInfiniteQuery({
    queryKey: key("pages"),
    enabled: part !== "difference",
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: RowsPage) => last.next ?? undefined,
    queryFn: ({ pageParam }) => page(asked, part as "numerator" | "denominator", pageParam, 100, reason),
  });
  const left = useQuery({ queryKey: key("whole"), enabled: part === "difference", queryFn: () => difference(asked, reason) });
  const of = part === "difference";
  return {
    error: of ? left.error : pages.error,
    waiting: of ? left.isPending : pages.isPending,
    again: () => void (of ? left.refetch() : pages.refetch()),
    columns: computed(() => (of ? left.data.value?.columns : pages.data.value?.pages[0]?.columns) ?? []),
    rows: computed<Row[]>(() => (of ? (left.data.value?.items ?? []) : (pages.data.value?.pages.flatMap((one) => one.items) ?? []))),
    total: computed(() => (of ? left.data.value?.count : pages.data.value?.pages[0]?.count)),
    tooMany: computed(() => left.data.value?.tooMany ?? false),
    more: computed(() => !of && pages.hasNextPage.value),
    next: () => void (!pages.isFetchingNextPage.value && pages.fetchNextPage()),
  };
}
