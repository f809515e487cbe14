import { useLocalStorage } from "@vueuse/core";
import { computed } from "vue";

import { useMe } from "../../../session/session";

/** A list with a name: which area, programme and state. Nothing about a person is kept in it. */
export interface SavedList {
  name: string;
  area: string;
  programme: string;
  state: string;
}

/** One's own saved lists on this machine, by account. */
export function useSavedLists() {
  const { me } = useMe();
  const all = useLocalStorage<Record<string, SavedList[]>>("qianmo.lists", {});
  const mine = computed(() => all.value[me.value?.name ?? ""] ?? []);
  const keep = (lists: SavedList[]) => (all.value = { ...all.value, [me.value?.name ?? ""]: lists });
  return {
    mine,
    save: (list: SavedList) => keep([...mine.value.filter(({ name }) => name !== list.name), list]),
    drop: (name: string) => keep(mine.value.filter((list) => list.name !== name)),
  };
}
