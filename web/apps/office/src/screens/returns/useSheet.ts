import { answered, api, type Body } from "@qianmo/client";
import { keepPreviousData, useQuery } from "@tanstack/vue-query";
import { computed, shallowRef, watch } from "vue";

import { cellKey } from "./useFiling";

type Sheet = Body<"SheetBody">;
export interface WhichSheet {
  id: string;
  area: string;
  period: string;
}

/** The cells of a table by line and column. */
function cellsOf(sheet: Sheet): Map<string, string> {
  return new Map(
    sheet.rows.flatMap((row) => {
      const first = sheet.headings.length - row.cells.length;
      return row.cells.map((cell, place) => [cellKey(row.code, row.label, sheet.headings[first + place] ?? ""), cell.text] as const);
    }),
  );
}

/**
 * A return as computed from the records. The table that one reads stands still until it is made anew, so that exactly what was seen is
 * handed in; `changed` tells which of its cells the records have moved since.
 */
export function useSheet(which: () => WhichSheet) {
  const query = useQuery({
    queryKey: computed(() => ["live", "return", which()] as const),
    enabled: computed(() => which().area !== "" && which().period !== ""),
    placeholderData: keepPreviousData,
    queryFn: ({ queryKey: [, , { id, area, period }] }) => answered(api.GET("/api/v1/returns/{id}", { params: { path: { id }, query: { area, period } } })),
  });
  const made = shallowRef<Sheet>();
  const of = shallowRef("");
  function make(): void {
    if (!query.data.value || query.isPlaceholderData.value) return;
    made.value = query.data.value;
    of.value = JSON.stringify(which());
  }
  watch([query.data, query.isPlaceholderData], () => of.value !== JSON.stringify(which()) && make(), { immediate: true });

  const changed = computed(() => {
    const found = new Map<string, string>();
    if (!made.value || !query.data.value || query.isPlaceholderData.value) return found;
    const before = cellsOf(made.value);
    for (const [key, text] of cellsOf(query.data.value)) if (before.get(key) !== text) found.set(key, text);
    return found;
  });

  // Whether one is handed in already for the same area and period.
  const filings = useQuery({
    queryKey: computed(() => ["live", "filings", which()] as const),
    enabled: computed(() => which().area !== "" && which().period !== ""),
    queryFn: ({ queryKey: [, , { id, area, period }] }) => answered(api.GET("/api/v1/filings", { params: { query: { area, return: id, period, limit: 500 } } })),
  });
  const own = computed(() => (filings.data.value?.items ?? []).filter((filing) => filing.area === which().area));
  const standing = computed(() => own.value.find((filing) => filing.state === "submitted" || filing.state === "approved"));
  const sentBack = computed(() => (standing.value ? undefined : own.value.find((filing) => filing.state === "returned")));
  return { query, sheet: made, make, changed, filings, standing, sentBack };
}
