import type { RouteRecordRaw } from "vue-router";

export const residents: RouteRecordRaw[] = [{ path: "/residents", name: "residents", component: () => import("./ResidentsScreen.vue") }];
