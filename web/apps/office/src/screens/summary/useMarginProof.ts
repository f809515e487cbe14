import type { Claim } from "@qianmo/desk";
import type { Editor } from "@tiptap/vue-3";
import { useDebounceFn } from "@vueuse/core";
import { computed, type Ref, ref, shallowRef, watch } from "vue";

import { countOf, lookOf } from "../proofread/findings";
import { theProofreader } from "../proofread/useProofreading";
import { marksOf, plain, placesOf } from "./proof";

/** Proofreads the text a moment after it was changed, in this browser, and marks what fails. */
export function useMarginProof(editor: Ref<Editor | undefined>, version: Ref<number>, chosen: Ref<number | undefined>) {
  const claims = shallowRef<Claim[]>([]);
  const stretches = shallowRef<ReturnType<typeof plain>["stretches"]>([]);
  const checked = ref(false);
  const thrown = shallowRef<unknown>();
  /** Places of the claims that fail, the surest first. */
  const failing = computed(() => {
    const places = claims.value.flatMap((claim, index) => (claim.verdict === "contradiction" ? [index] : []));
    return places.sort((left, right) => Number(lookOf(claims.value[left]!) === "soft") - Number(lookOf(claims.value[right]!) === "soft") || left - right);
  });
  const count = computed(() => countOf(claims.value));

  function mark(): void {
    const held = editor.value;
    if (held && checked.value) held.view.dispatch(marksOf(held.state, claims.value, chosen.value, stretches.value));
  }
  async function check(): Promise<void> {
    const held = editor.value;
    if (!held) return;
    const document = held.state.doc;
    const { text, stretches: found } = plain(document);
    try {
      const { claims: next } = text.trim() ? await theProofreader().check(text) : { claims: [] };
      // Changed meanwhile: the next check is under way already.
      if (held.isDestroyed || held.state.doc !== document) return;
      claims.value = next;
      stretches.value = found;
      checked.value = true;
      thrown.value = undefined;
      mark();
    } catch (failed) {
      thrown.value = failed;
    }
  }
  const soon = useDebounceFn(check, 500);
  watch(version, () => {
    checked.value = false;
    void soon();
  });
  watch(chosen, mark);

  /** Where a claim stands in the text. */
  const placeOf = (index: number) => {
    const claim = claims.value[index];
    return claim && placesOf(stretches.value, claim.mark.begin, claim.mark.end)?.from;
  };
  return { claims, failing, count, checked, thrown, placeOf };
}
