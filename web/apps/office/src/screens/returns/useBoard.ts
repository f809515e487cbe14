import { answered, api, type Body } from "@qianmo/client";
import { keepPreviousData, useQuery } from "@tanstack/vue-query";
import { computed } from "vue";
import { useRoute, useRouter } from "vue-router";

import { useArea } from "../../area/area";
import { periodOf, writePeriod } from "../../period/period";
import { useToday } from "../../period/usePeriod";

export type BoardLine = Body<"BoardLine">;
/** What a line of the board can be looked for by; `overdue` crosses the states. */
export const filters = ["overdue", "open", "submitted", "approved", "returned", "withdrawn"] as const;
export type Filter = (typeof filters)[number];

export const is = (line: BoardLine, filter: Filter) => (filter === "overdue" ? line.overdue : line.state === filter);

/** What is owed in a month, in the area and directly below: month, state and order stand in the address. */
export function useBoard() {
  const route = useRoute();
  const router = useRouter();
  const area = useArea();
  const today = useToday();
  const inAddress = (name: string, otherwise: () => string) =>
    computed({
      get: () => (typeof route.query[name] === "string" ? route.query[name] : otherwise()),
      set: (word: string) => void router.replace({ query: { ...route.query, [name]: word === otherwise() ? undefined : word } }),
    });
  const current = computed(() => writePeriod(periodOf(today.value, "month")));
  const month = inAddress("month", () => current.value);
  const state = inAddress("state", () => "");
  const sort = inAddress("sort", () => "");

  const query = useQuery({
    queryKey: computed(() => ["live", "board", area.value, month.value] as const),
    enabled: computed(() => area.value !== ""),
    placeholderData: keepPreviousData,
    queryFn: ({ queryKey: [, , area, month] }) => answered(api.GET("/api/v1/returns/board", { params: { query: { area, month, below: true } } })),
  });
  const lines = computed(() => query.data.value?.items ?? []);
  const filter = computed(() => filters.find((filter) => filter === state.value));
  const shown = computed(() => (filter.value ? lines.value.filter((line) => is(line, filter.value!)) : lines.value));
  return { query, area, today, current, month, state, sort, lines, shown };
}
