import type { RouteRecordRaw } from "vue-router";

import { tabs } from "./tabs";

export const settings: RouteRecordRaw[] = [
  {
    path: "/settings",
    component: () => import("./SettingsScreen.vue"),
    children: [
      { path: "", name: "settings", redirect: "/settings/account" },
      ...tabs.map(({ id, screen }) => ({ path: id, name: `settings-${id}`, component: screen })),
    ],
  },
];
