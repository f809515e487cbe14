import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";

import { indicators } from "./screens/indicators/routes";
import { programmes } from "./screens/programmes/routes";
import { proofread } from "./screens/proofread/routes";
import { residents } from "./screens/residents/routes";
import { returns } from "./screens/returns/routes";
import { settings } from "./screens/settings/routes";
import { summary } from "./screens/summary/routes";
import { workbench } from "./screens/workbench/routes";
import { whoIsThere } from "./session/session";

const behindLogin: RouteRecordRaw[] = [
  ...workbench,
  ...residents,
  ...programmes,
  ...indicators,
  ...returns,
  ...summary,
  ...proofread,
  ...settings,
  { path: "/:rest(.*)*", name: "nowhere", component: () => import("./shell/NowhereScreen.vue") },
];

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: "/login", name: "login", component: () => import("./session/LoginScreen.vue") },
    { path: "/", component: () => import("./shell/OfficeShell.vue"), children: behindLogin },
  ],
});

// A stranger goes to the login and, after it, to where they wanted to go.
router.beforeEach(async (to) => {
  if (to.name === "login") return true;
  const me = await whoIsThere();
  if (!me) return { name: "login", query: to.fullPath === "/" ? {} : { next: to.fullPath } };
  if (me.must_change && to.name !== "password") return { name: "login", query: { change: "1" } };
  return true;
});
