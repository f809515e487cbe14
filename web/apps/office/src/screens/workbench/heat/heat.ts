import type { Body } from "@qianmo/client";

import type { Division } from "../../../area/area";

export type Measure = "overdue" | "due";

/** A line of the heat table: a programme, one number a column. */
export interface HeatRow {
  programme: string;
  cells: number[];
  sum: number;
}

export interface Heat {
  /** Areas right below the one looked at; itself for what belongs to no one below. */
  columns: string[];
  rows: HeatRow[];
  sums: number[];
  /** The greatest number in a cell. */
  most: number;
}

/** The column that a village counts in: the area below the one looked at that holds it. */
function columnOf(village: string, area: string, byCode: ReadonlyMap<string, Division>): string {
  let code = village;
  for (let steps = 0; steps < 6; steps++) {
    const parent = byCode.get(code)?.parent;
    if (code === area || parent === area || !parent) break;
    code = parent;
  }
  return code;
}

/** What is due or overdue, by programme and area below. Programmes and areas without any are left out. */
export function heatOf(totals: Body<"Totals">, area: string, byCode: ReadonlyMap<string, Division>, measure: Measure): Heat {
  const counted = new Map<string, Map<string, number>>();
  const used = new Set<string>();
  for (const village of totals.villages) {
    const column = columnOf(village.area, area, byCode);
    for (const [programme, counts] of Object.entries(village.programmes)) {
      const line = counted.get(programme) ?? new Map<string, number>();
      counted.set(programme, line);
      line.set(column, (line.get(column) ?? 0) + counts[measure]);
      if (counts[measure]) used.add(column);
    }
  }
  const columns = [...used].sort();
  const rows = [...counted]
    .map(([programme, line]) => {
      const cells = columns.map((column) => line.get(column) ?? 0);
      return { programme, cells, sum: cells.reduce((all, one) => all + one, 0) };
    })
    .filter(({ sum }) => sum > 0)
    .sort((left, right) => right.sum - left.sum);
  return {
    columns,
    rows,
    sums: columns.map((_, index) => rows.reduce((all, row) => all + row.cells[index]!, 0)),
    most: Math.max(1, ...rows.flatMap(({ cells }) => cells)),
  };
}

/** Step 1 to 5 of a number by its order of size; 0 for none. */
export function stepOf(count: number, most: number): number {
  if (!count) return 0;
  return Math.min(5, 1 + Math.floor((5 * Math.log(count)) / Math.log(most + 1)));
}

/** A village's name without what all villages' names end in. */
export const shortName = (name: string) => name.replace(/(社区居民委员会|居民委员会|村民委员会)$/, "");
