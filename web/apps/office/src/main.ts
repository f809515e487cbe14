import "@qianmo/ui/tokens.css";
import "./office.css";

import { makeI18n } from "@qianmo/ui";
import { VueQueryPlugin } from "@tanstack/vue-query";
import { createApp } from "vue";

import App from "./App.vue";
import { queries } from "./queries";
import { router } from "./router";

const i18n = makeI18n();
document.documentElement.lang = i18n.global.locale.value === "zh" ? "zh-CN" : "en";
createApp(App).use(i18n).use(VueQueryPlugin, { queryClient: queries }).use(router).mount("#app");
