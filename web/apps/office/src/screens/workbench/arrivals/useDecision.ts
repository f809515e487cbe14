import { answered, api, type Body } from "@qianmo/client";
import { type ComputedRef, reactive, ref, toRef } from "vue";

import type { Form } from "../../../forms/pack";
import { AT, useEntry } from "../../../forms/useEntry";
import { readValue, writeValue } from "../../../forms/values";
import { queries } from "../../../queries";
import type { Arrival } from "./arrivals";

/** Mending an arrival, writing it into the log, or dismissing it with a reason. */
export function useDecision(arrival: ComputedRef<Arrival | undefined>, form: ComputedRef<Form | undefined>, today: ComputedRef<string>) {
  const entry = reactive(useEntry(form, ref(undefined), today, toRef(() => arrival.value?.sent ?? undefined)));
  const busy = ref(false);
  const thrown = ref<unknown>();
  const still = ref<Body<"Reason">[]>([]);

  /** What was changed against what came; nothing while a field can't be read. */
  function changes(): Record<string, unknown> | undefined {
    const sent = (arrival.value?.sent?.values ?? {}) as Record<string, unknown>;
    const values: Record<string, unknown> = {};
    let wrong = false;
    for (const field of entry.fields) {
      const text = entry.texts[field.id] ?? "";
      if (text === writeValue(sent[field.id])) continue;
      const { value, remark } = readValue(field, text, today.value);
      if (remark && !remark.question) {
        entry.remarks[field.id] = remark;
        wrong = true;
      }
      values[field.id] = value;
    }
    if (wrong) return undefined;
    const at = entry.texts[AT] ?? "";
    return { ...(at !== arrival.value?.sent?.at ? { at } : {}), ...(Object.keys(values).length ? { values } : {}) };
  }
  async function tried<Answer>(deed: () => Promise<Answer>): Promise<Answer | undefined> {
    busy.value = true;
    thrown.value = undefined;
    try {
      return await deed();
    } catch (refused) {
      thrown.value = refused;
      return undefined;
    } finally {
      busy.value = false;
      void queries.invalidateQueries({ queryKey: ["live"] });
    }
  }
  /** Writes it, mended as it stands. Answers whether it is in the log now; else `still` says what is wrong. */
  async function release(note: string): Promise<boolean> {
    const mended = changes();
    if (!mended || !arrival.value) return false;
    const path = { id: arrival.value.id };
    const body = { changes: Object.keys(mended).length ? (mended as Record<string, never>) : null, note };
    const outcome = await tried(() => answered(api.POST("/api/v1/arrivals/{id}/release", { params: { path }, body })));
    still.value = outcome?.state === "quarantined" ? (outcome.reasons ?? []) : [];
    return outcome !== undefined && outcome.state !== "quarantined";
  }
  async function dismiss(reason: string): Promise<boolean> {
    if (!arrival.value) return false;
    const path = { id: arrival.value.id };
    return (await tried(async () => (await api.POST("/api/v1/arrivals/{id}/dismissal", { params: { path }, body: { reason } }), true))) ?? false;
  }
  return { entry, busy, thrown, still, release, dismiss };
}
