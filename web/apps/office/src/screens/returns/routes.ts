import type { RouteRecordRaw } from "vue-router";

export const returns: RouteRecordRaw[] = [{ path: "/returns", name: "returns", component: () => import("./ReturnsScreen.vue") }];
