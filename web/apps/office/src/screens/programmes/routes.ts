import type { RouteRecordRaw } from "vue-router";

export const programmes: RouteRecordRaw[] = [{ path: "/programmes", name: "programmes", component: () => import("./ProgrammesScreen.vue") }];
