import type { Body } from "@qianmo/client";

type Trend = Body<"TrendShown">;

/** Measurements that are read together: those of one form with one unit, such as the two blood pressures. */
export interface TrendGroup {
  key: string;
  form: string;
  unit: string;
  trends: Trend[];
  /** The values of each, by day; of several on a day the first. */
  values: ReadonlyMap<string, string>[];
  /** Days on which any of them was measured, the first first. */
  days: string[];
  points: number;
}

/** Groups what is measured; what never changes or was measured once says nothing over time and is left out. */
export function trendGroups(trends: readonly Trend[]): TrendGroup[] {
  const groups = new Map<string, Trend[]>();
  for (const trend of trends) {
    if (trend.points.length < 2 || new Set(trend.points.map(([, value]) => value)).size < 2) continue;
    const key = trend.unit ? `${trend.form_name}/${trend.unit}` : `${trend.form_name}/${trend.field}`;
    groups.set(key, [...(groups.get(key) ?? []), trend]);
  }
  return [...groups]
    .map(([key, members]) => ({
      key,
      form: members[0]!.form_name,
      unit: members[0]!.unit,
      // At most three lines can be told apart.
      trends: members.slice(0, 3),
      values: members.slice(0, 3).map(({ points }) => new Map([...points].reverse().map(([day, value]) => [day, value] as const))),
      days: [...new Set(members.flatMap((one) => one.points.map(([day]) => day)))].sort(),
      points: Math.max(...members.map((one) => one.points.length)),
    }))
    .sort((left, right) => Number(right.unit !== "") - Number(left.unit !== "") || right.points - left.points);
}

/** Options of the chart of a group: a line each, the usual range of the first marked. */
export function trendOption(group: TrendGroup) {
  const usual = group.trends.flatMap((trend) => trend.usual ?? []).map(Number);
  return {
    grid: { left: 44, right: 16, top: 28, bottom: 24 },
    legend: group.trends.length > 1 ? { top: 0, left: 0, itemHeight: 8 } : undefined,
    tooltip: { trigger: "axis" },
    xAxis: { type: "category", data: group.days, axisLabel: { hideOverlap: true } },
    yAxis: { type: "value", scale: true },
    series: group.trends.map((trend, index) => ({
      name: trend.label,
      type: "line",
      connectNulls: true,
      symbolSize: 6,
      data: group.days.map((day) => (group.values[index]?.has(day) ? Number(group.values[index].get(day)) : null)),
      ...(usual.length === 2 ? { markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { type: "dashed" }, data: usual.map((yAxis) => ({ yAxis })) } } : {}),
    })),
  };
}
