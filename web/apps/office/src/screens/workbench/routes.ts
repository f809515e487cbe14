import type { RouteRecordRaw } from "vue-router";

export const workbench: RouteRecordRaw[] = [
  { path: "/", name: "workbench", component: () => import("./WorkbenchScreen.vue") },
  { path: "/arrivals", name: "arrivals", component: () => import("./arrivals/ArrivalsScreen.vue") },
  { path: "/arrivals/:id", name: "arrival", props: true, component: () => import("./arrivals/ArrivalScreen.vue") },
];
