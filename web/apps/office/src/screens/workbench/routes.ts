import type { RouteRecordRaw } from "vue-router";

export const workbench: RouteRecordRaw[] = [{ path: "/", name: "workbench", component: () => import("./WorkbenchScreen.vue") }];
