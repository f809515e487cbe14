import { answered, api, type Body } from "@qianmo/client";
import { useQuery } from "@tanstack/vue-query";
import { computed } from "vue";
import { useRoute, useRouter } from "vue-router";

import { useMe } from "../session/session";

export type Division = Body<"Division">;

/** The division tree, by code. */
export function useAreas() {
  const query = useQuery({
    queryKey: ["rules", "areas"],
    staleTime: 300_000,
    queryFn: () => answered(api.GET("/api/v1/areas")),
  });
  const all = computed(() => query.data.value?.items ?? []);
  const byCode = computed(() => new Map(all.value.map((area) => [area.code, area])));
  const nameOf = (code: string | null | undefined) => (code ? (byCode.value.get(code)?.name ?? code) : "");
  const childrenOf = (code: string) => all.value.filter((area) => area.parent === code && !area.valid_to);
  return { query, all, byCode, nameOf, childrenOf };
}

/** The area that the screen is about: `?area=` in the address, else the widest that the worker reaches. */
export function useArea() {
  const route = useRoute();
  const router = useRouter();
  const { me } = useMe();
  const home = computed(() => me.value?.areas[0] ?? me.value?.area ?? "");
  return computed({
    get: () => (typeof route.query["area"] === "string" ? route.query["area"] : home.value),
    set: (code: string) => void router.replace({ query: { ...route.query, area: code === home.value ? undefined : code } }),
  });
}

/** A division with those below it, as tree fields take it. */
export interface AreaNode {
  value: string;
  label: string;
  children?: AreaNode[];
}

/** The trees below some areas. */
export function areaTree(codes: readonly string[], byCode: ReadonlyMap<string, Division>, childrenOf: (code: string) => Division[]): AreaNode[] {
  const node = (division: Division): AreaNode => {
    const below = childrenOf(division.code);
    return { value: division.code, label: division.name, ...(below.length ? { children: below.map(node) } : {}) };
  };
  return codes.flatMap((code) => byCode.get(code) ?? []).map(node);
}
