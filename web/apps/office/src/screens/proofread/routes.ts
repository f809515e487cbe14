import type { RouteRecordRaw } from "vue-router";

export const proofread: RouteRecordRaw[] = [{ path: "/proofread", name: "proofread", component: () => import("./ProofreadScreen.vue") }];
