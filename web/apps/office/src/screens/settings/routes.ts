import type { RouteRecordRaw } from "vue-router";

export const settings: RouteRecordRaw[] = [{ path: "/settings", name: "settings", component: () => import("./SettingsScreen.vue") }];
