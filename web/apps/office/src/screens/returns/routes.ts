import type { RouteRecordRaw } from "vue-router";

export const returns: RouteRecordRaw[] = [
  { path: "/returns", name: "returns", component: () => import("./ReturnsScreen.vue") },
  { path: "/returns/:id", name: "return", component: () => import("./ReturnScreen.vue"), props: true },
  { path: "/filings/:id", name: "filing", component: () => import("./FilingScreen.vue"), props: true },
];
