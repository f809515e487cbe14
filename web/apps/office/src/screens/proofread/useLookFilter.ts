import type { Claim } from "@qianmo/desk";
import { computed, type Ref } from "vue";
import { useRoute, useRouter } from "vue-router";

import { type Look, lookOf, looks } from "./findings";

/** Which claims are shown: `?verdict=` in the address. `held`: their places in the list, in order. */
export function useLookFilter(claims: Ref<readonly Claim[]>) {
  const route = useRoute();
  const router = useRouter();
  const filter = computed<Look | "all">({
    get: () => looks.find((look) => look === route.query["verdict"]) ?? "all",
    set: (look) => void router.replace({ query: { ...route.query, verdict: look === "all" ? undefined : look } }),
  });
  const held = computed(() => {
    const places = claims.value.map((_, index) => index);
    return filter.value === "all" ? places : places.filter((index) => lookOf(claims.value[index]!) === filter.value);
  });
  return { filter, held };
}
