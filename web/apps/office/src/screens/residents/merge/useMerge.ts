import { answered, api } from "@qianmo/client";
import { computed, ref } from "vue";

import { newId } from "../../../forms/ids";
import { useProgrammes, usePacks } from "../packs";
import { type Person, personChanged } from "../person/person";

/** The field by which a record says that its subject is the same person as another entry. */
const MERGES = "merged_into";

/** The form that makes two entries one, among the programmes on which all others build, and writing it. */
export function useMerge() {
  const { all } = useProgrammes();
  const packs = usePacks(() => all.value.slice(0, 1).map(({ id }) => id));
  const form = computed(() => [...packs.value.values()].flatMap((pack) => pack.forms).find(({ fields }) => fields.some(({ id }) => id === MERGES)));
  const busy = ref(false);
  const thrown = ref<unknown>();
  const refused = ref<string[]>([]);

  /** Gives up one entry for the other. Answers whether that is done. */
  async function merge(kept: Person, given: Person, on: string): Promise<boolean> {
    if (!form.value || !given.card.area) return false;
    busy.value = true;
    thrown.value = undefined;
    refused.value = [];
    const values = { [MERGES]: kept.card.resident } as unknown as Record<string, never>;
    const { id, version, subject } = form.value;
    try {
      const body = { id: newId(), form: id, form_version: version, kind: subject, subject: given.card.resident, resident: given.card.resident, area: given.card.area, at: on, recorded_at: Date.now(), values };
      const outcome = await answered(api.POST("/api/v1/records", { body }));
      if (outcome.state === "quarantined") {
        refused.value = (outcome.reasons ?? []).map((reason) => reason.detail || reason.title || reason.code);
        return false;
      }
      await personChanged();
      return true;
    } catch (problem) {
      thrown.value = problem;
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { form, busy, thrown, refused, merge };
}
