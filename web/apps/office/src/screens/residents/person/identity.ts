import { answered, api } from "@qianmo/client";
import { ref, toValue, watch, type MaybeRefOrGetter } from "vue";

/** Identity numbers and phones unmasked, once asked for. The asking is logged by the server; leaving the person forgets them. */
export function useIdentity(resident: MaybeRefOrGetter<string>) {
  const values = ref<Record<string, unknown>>();
  const thrown = ref<unknown>();
  const busy = ref(false);
  watch(() => toValue(resident), () => (values.value = undefined));

  async function show() {
    busy.value = true;
    thrown.value = undefined;
    try {
      const { items } = await answered(api.POST("/api/v1/residents/{id}/identity", { params: { path: { id: toValue(resident) } } }));
      // The newest sheet first: what it leaves unsaid an older one may say.
      values.value = Object.assign({}, ...[...items].reverse().map((record) => record.values ?? {}));
    } catch (refused) {
      thrown.value = refused;
    } finally {
      busy.value = false;
    }
  }
  const text = (field: string) => {
    const value = values.value?.[field];
    return typeof value === "string" ? value : undefined;
  };
  return { shown: values, thrown, busy, show, text };
}
