import type { RouteRecordRaw } from "vue-router";

export const summary: RouteRecordRaw[] = [{ path: "/summary", name: "summary", component: () => import("./SummaryScreen.vue") }];
