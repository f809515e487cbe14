import { answered, api, type Body } from "@qianmo/client";
import { keepPreviousData, useQuery } from "@tanstack/vue-query";
import { computed, type MaybeRefOrGetter, toValue } from "vue";

export type Cell = Body<"CellBody">;
export type Indicator = Body<"PackIndicator">;
type Asked = NonNullable<import("@qianmo/client").operations["read_cells"]["parameters"]["query"]>;

/** Cells of the live cube. `undefined` asks nothing yet. What was there stays on the screen while the next answer comes. */
export function useCells(asked: MaybeRefOrGetter<Asked | undefined>) {
  const query = useQuery({
    queryKey: computed(() => ["live", "cells", toValue(asked)] as const),
    enabled: computed(() => toValue(asked) !== undefined),
    placeholderData: keepPreviousData,
    queryFn: ({ queryKey }) => answered(api.GET("/api/v1/indicators/cells", { params: { query: queryKey[2]! } })),
  });
  const cells = computed(() => query.data.value?.items ?? []);
  return { query, cells };
}

/** Reads a number's words of origin: what, where, when, as of which record, by which rule. */
export async function provenanceOf(indicator: string, area: string, period: string): Promise<string> {
  const query = { indicators: indicator, areas: area, periods: period, provenance: true };
  const { items } = await answered(api.GET("/api/v1/indicators/cells", { params: { query } }));
  return items[0]?.provenance ?? "";
}
