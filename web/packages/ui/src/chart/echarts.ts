import { BarChart, HeatmapChart, LineChart, MapChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { type ECharts, init, registerMap, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

// Only what the screens draw: the whole library is three times as much.
use([BarChart, HeatmapChart, LineChart, MapChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent, CanvasRenderer]);

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** An empty chart in the project's colours and type. */
export function makeChart(place: HTMLElement): ECharts {
  const axis = { axisLine: { lineStyle: { color: token("--line") } }, axisLabel: { color: token("--ink-2") }, splitLine: { lineStyle: { color: token("--line") } } };
  return init(place, {
    color: [token("--accent"), token("--attention"), token("--information"), token("--step-3")],
    textStyle: { fontFamily: token("--sans"), color: token("--ink") },
    legend: { textStyle: { color: token("--ink") } },
    categoryAxis: axis,
    valueAxis: axis,
    animationDuration: 150,
  });
}

/** Keeps outlines under a name for series of type `map`. */
export function keepOutlines(name: string, json: object): void {
  registerMap(name, json as Parameters<typeof registerMap>[1]);
}
