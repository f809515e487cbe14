import { answered, api, type Body } from "@qianmo/client";
import { useQuery } from "@tanstack/vue-query";
import { computed, ref, type Ref } from "vue";

import { queries } from "../../../queries";
import { askReason, reasonHeader, statedReason } from "../../../session/reason";
import { useMe } from "../../../session/session";
import { useProgrammes } from "../packs";

export type Person = Body<"PersonShown">;
export type Fact = Body<"Fact">;

/**
 * A resident's page. Without a reason it follows the records; once a reason for the sensitive part is stated each reading stands in the
 * log, so it is read anew only when asked for.
 */
export function usePerson(id: Ref<string>) {
  const said = ref(0);
  const reason = computed(() => (void said.value, statedReason({ resident: id.value }) ?? ""));
  const query = useQuery({
    queryKey: computed(() => (reason.value ? ["person", id.value, reason.value] : ["live", "person", id.value])),
    enabled: computed(() => id.value !== ""),
    placeholderData: (before: Person | undefined) => (before?.card.resident === id.value ? before : undefined),
    queryFn: async (): Promise<Person> => {
      const page = await answered(api.GET("/api/v1/residents/{id}", { params: { path: { id: id.value } }, headers: reasonHeader(reason.value) }));
      // The client widens pairs to lists.
      return page as Person;
    },
  });
  async function explain(name: string) {
    if (await askReason({ resident: id.value, name })) said.value++;
  }
  return { query, reason, explain };
}

/** What is written about somebody changed: reads their page anew. */
export async function personChanged(): Promise<void> {
  await Promise.all([queries.invalidateQueries({ queryKey: ["person"] }), queries.invalidateQueries({ queryKey: ["live"] })]);
}

/** Names of the programmes whose records are read only with a reason. */
export function useSensitive() {
  const { me } = useMe();
  const { nameOf } = useProgrammes();
  return computed(() => (me.value?.programmes ?? []).filter((one) => one.read_with_reason.length).map((one) => nameOf(one.id)));
}

/** Whether a form may be written by who is logged in. */
export function useMayWrite() {
  const { me } = useMe();
  const forms = computed(() => new Set((me.value?.programmes ?? []).flatMap((one) => one.write)));
  return (form: string | undefined) => form !== undefined && forms.value.has(form);
}
