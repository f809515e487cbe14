import { answered, api, type Body } from "@qianmo/client";
import { useQueries } from "@tanstack/vue-query";
import { computed } from "vue";

import { useMe } from "../../../session/session";

/** The forms of the programmes that the worker sees, for names of forms and of what is chosen in them. */
export function useForms() {
  const { me } = useMe();
  const asked = useQueries({
    queries: computed(() =>
      (me.value?.programmes ?? [])
        .filter(({ read }) => read.length > 0)
        .map(({ id }) => ({ queryKey: ["rules", "pack", id], staleTime: Infinity, queryFn: () => answered(api.GET("/api/v1/packs/{id}", { params: { path: { id } } })) })),
    ),
  });
  const forms = computed(() => new Map(asked.value.flatMap((one) => one.data?.forms ?? []).map((form): [string, Body<"PackForm">] => [form.id, form])));
  const formName = (id: string) => forms.value.get(id)?.name ?? id;
  const label = (form: string, field: string, value: unknown): string => {
    const choices = forms.value.get(form)?.fields.find(({ id }) => id === field)?.choices;
    return choices?.find(({ code }) => code === value)?.name ?? (value === undefined || value === null ? "" : String(value));
  };
  return { formName, label };
}
