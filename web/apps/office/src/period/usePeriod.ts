import { answered, api } from "@qianmo/client";
import { useQuery } from "@tanstack/vue-query";
import { computed } from "vue";
import { useI18n } from "vue-i18n";
import { useRoute, useRouter } from "vue-router";

import { periodName, periodOf, readPeriod, writePeriod, type PeriodKind } from "./period";

/** The server's day. Until it is known, the machine's. */
export function useToday() {
  const query = useQuery({ queryKey: ["rules", "version"], staleTime: 600_000, queryFn: () => answered(api.GET("/api/v1/version")) });
  return computed(() => query.data.value?.today ?? new Intl.DateTimeFormat("sv").format(new Date()));
}

/** The period that the screen is about: `?period=` in the address, else the current one of `kind` by the server's day. */
export function usePeriod(kind: PeriodKind = "year") {
  const route = useRoute();
  const router = useRouter();
  const today = useToday();
  const current = computed(() => writePeriod(periodOf(today.value, kind)));
  return computed({
    get: () => {
      const asked = route.query["period"];
      return typeof asked === "string" && readPeriod(asked) ? asked : current.value;
    },
    set: (period: string) => void router.replace({ query: { ...route.query, period: period === current.value ? undefined : period } }),
  });
}

/** Names of periods in the language of the screen. */
export function usePeriodName() {
  const { locale } = useI18n({ useScope: "global" });
  return (period: string, short = false) => periodName(period, locale.value, short);
}
