import { answered, api, type Body } from "@qianmo/client";
import { useQuery } from "@tanstack/vue-query";
import { computed, type MaybeRefOrGetter, toValue } from "vue";

export type Counts = Body<"Counts">;
export type Due = Body<"DueLine">;
type TotalsBody = Body<"Totals">;

const NONE: Counts = { due: 0, overdue: 0 };
const plus = (a: Counts, b: Counts | undefined): Counts => ({ due: a.due + (b?.due ?? 0), overdue: a.overdue + (b?.overdue ?? 0) });

/** How much is due in an area: by programme, and of one programme by village and service. Answers at once; villages still being counted follow. */
export function useTotals(area: MaybeRefOrGetter<string>) {
  const query = useQuery<TotalsBody>({
    queryKey: computed(() => ["live", "due", "totals", toValue(area)] as const),
    enabled: computed(() => toValue(area) !== ""),
    placeholderData: (before) => before,
    refetchInterval: ({ state }) => (state.data?.pending.length ? 1500 : false),
    queryFn: () => answered(api.GET("/api/v1/due/totals", { params: { query: { area: toValue(area), at_once: true } } })),
  });
  const villages = computed(() => query.data.value?.villages ?? []);
  const ofProgramme = (programme: string) => villages.value.reduce((sum, village) => plus(sum, village.programmes[programme]), NONE);
  const ofService = (service: string) => villages.value.reduce((sum, village) => plus(sum, village.services[service]), NONE);
  const byVillage = (programme: string) => villages.value.filter((village) => village.programmes[programme]).map((village) => ({ area: village.area, ...village.programmes[programme]! }));
  const pending = computed(() => query.data.value?.pending.length ?? 0);
  return { query, ofProgramme, ofService, byVillage, pending };
}
