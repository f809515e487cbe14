import type { RouteRecordRaw } from "vue-router";

export const residents: RouteRecordRaw[] = [
  { path: "/residents", name: "residents", component: () => import("./ResidentsScreen.vue") },
  { path: "/residents/:id", name: "resident", props: true, component: () => import("./PersonScreen.vue") },
  { path: "/residents/:id/merge", name: "merge", props: true, component: () => import("./merge/MergeScreen.vue") },
];
