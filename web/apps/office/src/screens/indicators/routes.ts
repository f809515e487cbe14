import type { RouteRecordRaw } from "vue-router";

export const indicators: RouteRecordRaw[] = [{ path: "/indicators", name: "indicators", component: () => import("./IndicatorsScreen.vue") }];
