import type { RouteRecordRaw } from "vue-router";

export const indicators: RouteRecordRaw[] = [
  { path: "/indicators", name: "indicators", component: () => import("./IndicatorsScreen.vue") },
  { path: "/indicators/:id", name: "indicator", props: true, component: () => import("./IndicatorsScreen.vue") },
];
