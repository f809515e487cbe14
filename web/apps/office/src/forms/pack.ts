import { answered, api, type Body } from "@qianmo/client";
import { useQuery } from "@tanstack/vue-query";
import { computed, type MaybeRefOrGetter, toValue } from "vue";

export type Pack = Body<"PackWhole">;
export type Form = Body<"PackForm">;
export type Field = Body<"PackField">;

/** The programme of a form, service or indicator: what stands before the dot of its id. */
export const packOf = (id: string) => id.split(".")[0] ?? id;

/** The programmes in force. */
export function usePacks() {
  const query = useQuery({ queryKey: ["rules", "packs"], staleTime: 300_000, queryFn: () => answered(api.GET("/api/v1/packs")) });
  const packs = computed(() => [...(query.data.value?.items ?? [])].sort((a, b) => a.order - b.order));
  return { query, packs };
}

/** One programme with its forms, services, indicators, rosters and returns. */
export function usePack(id: MaybeRefOrGetter<string>) {
  const query = useQuery({
    queryKey: computed(() => ["rules", "packs", toValue(id)] as const),
    staleTime: 300_000,
    enabled: computed(() => toValue(id) !== ""),
    queryFn: ({ queryKey }) => answered(api.GET("/api/v1/packs/{id}", { params: { path: { id: queryKey[2] } } })),
  });
  return { query, pack: computed(() => query.data.value) };
}

/** The name in the language of the screen. */
export function named(thing: { name: string; name_en?: string } | undefined, locale: string): string {
  return (locale === "en" && thing?.name_en) || thing?.name || "";
}
