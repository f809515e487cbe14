import { answered, api, type Body } from "@qianmo/client";
import { useQueries, useQuery } from "@tanstack/vue-query";
import { computed, type MaybeRefOrGetter, toValue } from "vue";
import { useI18n } from "vue-i18n";

export type Pack = Body<"PackWhole">;

/** A name in the language of the screen. */
export function useNames() {
  const { locale } = useI18n({ useScope: "global" });
  return (thing: { name: string; name_en: string }) => (locale.value === "en" && thing.name_en ? thing.name_en : thing.name);
}

/** The programmes in force. */
export function useProgrammes() {
  const named = useNames();
  const query = useQuery({ queryKey: ["rules", "packs"], staleTime: 300_000, queryFn: () => answered(api.GET("/api/v1/packs")) });
  const all = computed(() => query.data.value?.items ?? []);
  const byId = computed(() => new Map(all.value.map((pack) => [pack.id, pack])));
  const nameOf = (id: string) => (byId.value.has(id) ? named(byId.value.get(id)!) : id);
  return { query, all, byId, nameOf };
}

/** The programme that an id of something in it begins with. */
export const programmeOf = (id: string) => id.split(".", 1)[0]!;

/** Whole programmes, by id: those asked for that have come. */
export function usePacks(ids: MaybeRefOrGetter<readonly string[]>) {
  const queries = useQueries({
    queries: computed(() =>
      [...new Set(toValue(ids))].map((id) => ({
        queryKey: ["rules", "packs", id],
        staleTime: 300_000,
        queryFn: () => answered(api.GET("/api/v1/packs/{id}", { params: { path: { id } } })),
      })),
    ),
  });
  return computed(() => new Map(queries.value.flatMap(({ data }) => (data ? [[data.id, data] as const] : []))));
}

/** The forms that do what is due, those of its own programme first. */
export function formsFor(packs: ReadonlyMap<string, Pack>, service: string): string[] {
  const pack = packs.get(programmeOf(service));
  const found = pack?.services.find(({ id }) => id === service)?.by ?? pack?.series.filter(({ id }) => id === service).map(({ by }) => by) ?? [];
  return [...found].sort((left, right) => Number(programmeOf(right) === pack?.id) - Number(programmeOf(left) === pack?.id));
}
