import { computed } from "vue";
import { useRoute, useRouter } from "vue-router";

import { useArea } from "../../../area/area";
import { useMe } from "../../../session/session";
import { useProgrammes } from "../packs";

/** Which due list is looked at; it stands in the address. */
export function useDueFilter() {
  const route = useRoute();
  const router = useRouter();
  const area = useArea();
  const { me } = useMe();
  const { all, nameOf } = useProgrammes();
  const word = (name: string) => (typeof route.query[name] === "string" ? (route.query[name] as string) : "");
  const filter = computed(() => ({ area: area.value, programme: word("programme"), state: word("state") }));
  const seen = computed(() => new Map(me.value?.programmes.map((one) => [one.id, one])));
  const programmes = computed(() => all.value.filter(({ id }) => seen.value.get(id)?.read.length || seen.value.get(id)?.read_with_reason.length));
  const sensitive = computed(() => {
    const one = seen.value.get(filter.value.programme);
    return one !== undefined && !one.read.length && one.read_with_reason.length > 0;
  });
  const programmeName = computed(() => nameOf(filter.value.programme));
  function choose(next: Partial<{ area: string; programme: string; state: string }>) {
    const changed = Object.fromEntries(Object.entries(next).map(([name, value]) => [name, value || undefined]));
    void router.replace({ query: { ...route.query, ...changed } });
  }
  return { filter, programmes, sensitive, programmeName, choose };
}
