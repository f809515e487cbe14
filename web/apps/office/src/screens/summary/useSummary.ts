import { answered, api } from "@qianmo/client";
import { keepPreviousData, useQuery } from "@tanstack/vue-query";
import { computed } from "vue";
import { useRoute, useRouter } from "vue-router";

import { useArea } from "../../area/area";
import { useToday } from "../../period/usePeriod";

/** Which summary, by the address, and what the records make of it now. */
export function useSummary() {
  const route = useRoute();
  const router = useRouter();
  const area = useArea();
  const today = useToday();
  const current = computed(() => today.value.slice(0, 4));
  const year = computed({
    get: () => (typeof route.query["year"] === "string" && /^\d{4}$/.test(route.query["year"]) ? route.query["year"] : current.value),
    set: (year: string) => void router.replace({ query: { ...route.query, year: year === current.value ? undefined : year } }),
  });
  const query = useQuery({
    queryKey: computed(() => ["live", "summary", area.value, year.value] as const),
    enabled: computed(() => area.value !== ""),
    placeholderData: keepPreviousData,
    queryFn: ({ queryKey: [, , area, year] }) => answered(api.GET("/api/v1/documents/summary", { params: { query: { area, year: Number(year) } } })),
  });
  // Names of the indicators behind the numbers.
  const indicators = useQuery({
    queryKey: computed(() => ["rules", "indicators", area.value] as const),
    enabled: computed(() => area.value !== ""),
    staleTime: 300_000,
    queryFn: ({ queryKey: [, , area] }) => answered(api.GET("/api/v1/indicators", { params: { query: { area } } })),
  });
  const names = computed(() => new Map((indicators.data.value?.items ?? []).map((one) => [one.id, one])));
  return { area, year, current, query, names };
}
