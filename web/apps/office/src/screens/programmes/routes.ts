import type { RouteRecordRaw } from "vue-router";

export const programmes: RouteRecordRaw[] = [
  { path: "/programmes", name: "programmes", component: () => import("./ProgrammesScreen.vue") },
  { path: "/programmes/:pack", name: "programme", props: true, component: () => import("./ProgrammeScreen.vue") },
  { path: "/programmes/:pack/forms/:form", name: "form", props: true, component: () => import("./FormScreen.vue") },
];
