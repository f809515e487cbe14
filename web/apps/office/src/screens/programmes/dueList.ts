import { answered, api, type Body } from "@qianmo/client";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/vue-query";
import { computed, type MaybeRefOrGetter, toValue } from "vue";

import { type Pack, packOf } from "../../forms/pack";
import { reasonHeader } from "../../session/reason";
import type { Due } from "./totals";

type DueLines = Body<"DueLines">;
export interface DueAsked {
  area: string;
  programmes: string;
  services?: string;
  state?: string;
}

/** A due list, page by page, the most urgent first. */
export function useDueList(asked: MaybeRefOrGetter<DueAsked>, reason: MaybeRefOrGetter<string | undefined>) {
  const pages = useInfiniteQuery({
    queryKey: computed(() => ["live", "due", "list", toValue(asked), toValue(reason)] as const),
    initialPageParam: undefined as string | undefined,
    placeholderData: keepPreviousData,
    getNextPageParam: (last: DueLines) => last.next ?? undefined,
    queryFn: ({ queryKey, pageParam }) =>
      answered(api.GET("/api/v1/due", { params: { query: { ...queryKey[3], after: pageParam, limit: 200, count: pageParam === undefined } }, headers: reasonHeader(queryKey[4]) })) as Promise<DueLines>,
  });
  const lines = computed<Due[]>(() => pages.data.value?.pages.flatMap((page) => page.items) ?? []);
  const total = computed(() => pages.data.value?.pages[0]?.total);
  const next = () => void (!pages.isFetchingNextPage.value && pages.fetchNextPage());
  return { pages, lines, total, next };
}

/** The form to fill in for a line: the first of those that satisfy its service and that the worker may write. */
export function formOf(line: Due, pack: Pack, writable: Set<string>): string | undefined {
  const service = pack.services.find((one) => one.id === line.service);
  const by = service?.by ?? pack.series.filter((one) => one.id === line.service).map((one) => one.by);
  return by.find((form) => writable.has(form));
}

/** Where a line leads: to its form with the person and the subject, the list's filters with it for going on; else to the person's page. */
export function leadOf(line: Due, pack: Pack, writable: Set<string>, filters: Record<string, string | undefined>) {
  const form = formOf(line, pack, writable);
  if (!form) return line.resident ? { path: `/residents/${line.resident}` } : undefined;
  const sameKind = pack.forms.find((one) => one.id === form)?.subject === line.kind;
  const subject = sameKind ? (line.subject ?? undefined) : undefined;
  const place = line.resident ? undefined : line.area;
  return { path: `/programmes/${packOf(form)}/forms/${form}`, query: { ...filters, resident: line.resident ?? undefined, subject, place, service: line.service ?? undefined, from: pack.id } };
}
