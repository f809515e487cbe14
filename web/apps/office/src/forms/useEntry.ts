import { answered, api, asProblem, type Body } from "@qianmo/client";
import { computed, reactive, ref, type Ref, watch } from "vue";

import { queries } from "../queries";
import { newId } from "./ids";
import type { Form } from "./pack";
import { readDay, readValue, type Remark, type Value, writeValue } from "./values";
import type { Whom } from "./whom";

export type Outcome = Body<"Outcome">;
type Reason = Body<"Reason">;
type Record_ = Body<"RecordBody">;

/** The date of the service stands among the fields under this name. */
export const AT = "at";

/** A form being filled in: what stands in the fields, what is wrong with it, and sending it. `record`: corrects this one. */
export function useEntry(form: Ref<Form | undefined>, whom: Ref<Whom | undefined>, today: Ref<string>, record: Ref<Record_ | undefined>) {
  const texts = reactive<Record<string, string>>({});
  const remarks = reactive<Record<string, Remark>>({});
  const general = ref<Reason[]>([]);
  const thrown = ref<unknown>();
  const busy = ref(false);
  const touched = ref(false);
  const agreed = new Set<string>();
  let id = newId();
  let arrival: string | undefined;
  const fields = computed(() => {
    const version = form.value?.version ?? 1;
    return (form.value?.fields ?? []).filter((field) => field.since <= version && (field.until ?? version) >= version);
  });

  /** Empties the form, or fills it with the record that is to be corrected. */
  function begin() {
    const values = (record.value?.values ?? {}) as Record<string, unknown>;
    for (const key of Object.keys(texts)) delete texts[key];
    for (const field of fields.value) texts[field.id] = writeValue(values[field.id]);
    texts[AT] = record.value?.at ?? today.value;
    forget();
    thrown.value = undefined;
    touched.value = false;
    id = newId();
    arrival = undefined;
  }
  function forget() {
    for (const key of Object.keys(remarks)) delete remarks[key];
    general.value = [];
  }
  watch([form, record], begin, { immediate: true });

  /** Reads one field anew, when it was left. */
  function look(fieldId: string): { value: Value; remark?: Remark } {
    const read = fieldId === AT ? readAt() : readValue(fields.value.find((field) => field.id === fieldId)!, texts[fieldId] ?? "", today.value);
    const settled = read.remark?.question && agreed.has(`${fieldId}=${texts[fieldId]}`);
    if (read.remark && !settled) remarks[fieldId] = read.remark;
    else delete remarks[fieldId];
    return read;
  }
  function readAt(): { value: Value; remark?: Remark } {
    const day = readDay(texts[AT] ?? "", today.value);
    if (!day) return { value: null, remark: { code: "date" } };
    texts[AT] = day;
    return day > today.value ? { value: day, remark: { code: "future" } } : { value: day };
  }

  /** What would be sent; nothing while something is wrong or unusual and not yet agreed to. */
  function read(): Record<string, Value> | undefined {
    forget();
    const values: Record<string, Value> = {};
    for (const key of [AT, ...fields.value.map((field) => field.id)]) {
      // What is masked for this reader and wasn't typed over stays as it is.
      if (record.value && key !== AT && texts[key] === writeValue((record.value.values as Record<string, unknown> | undefined)?.[key])) continue;
      const { value } = look(key);
      if (key !== AT && (value !== null || record.value)) values[key] = value;
    }
    const open = Object.entries(remarks);
    for (const [key, remark] of open) if (remark.question) agreed.add(`${key}=${texts[key]}`);
    return open.length ? undefined : values;
  }

  /** Saves; answers what became of it, or nothing when something is to be mended first. */
  async function save(): Promise<Outcome | undefined> {
    const values = read();
    if (busy.value || !values || !form.value || (!whom.value && !record.value)) return undefined;
    busy.value = true;
    thrown.value = undefined;
    try {
      const outcome = await send(values);
      if (outcome.state !== "quarantined") {
        touched.value = false;
        void queries.invalidateQueries({ queryKey: ["live"] });
        return outcome;
      }
      arrival = outcome.arrival ?? arrival;
      for (const reason of outcome.reasons ?? []) place(reason);
    } catch (refused) {
      thrown.value = refused;
    } finally {
      busy.value = false;
    }
    return undefined;
  }

  async function send(values: Record<string, Value>): Promise<Outcome> {
    const at = texts[AT]!;
    if (arrival) {
      const mended = await release(values, at);
      if (mended) return mended;
    }
    if (record.value) {
      const body = { id, at, values: values as Record<string, never> };
      return answered(api.POST("/api/v1/records/{id}/correction", { params: { path: { id: record.value.id } }, body }));
    }
    const { kind, subject, resident, area, organisation } = whom.value!;
    const body = { id, form: form.value!.id, form_version: form.value!.version, kind, subject, resident, area, organisation, at, recorded_at: Date.now(), values: values as Record<string, never> };
    return answered(api.POST("/api/v1/records", { body }));
  }

  /** What the server kept beside the log is mended there, so that it doesn't wait in the quarantine. Not everybody may. */
  async function release(values: Record<string, Value>, at: string): Promise<Outcome | undefined> {
    const all = Object.fromEntries(fields.value.map((field) => [field.id, values[field.id] ?? null]));
    const changes = { at, values: record.value ? values : all } as unknown as Record<string, never>;
    try {
      return await answered(api.POST("/api/v1/arrivals/{id}/release", { params: { path: { id: arrival! } }, body: { changes, note: "" } }));
    } catch (refused) {
      if (asProblem(refused).status === 403) return undefined;
      throw refused;
    }
  }

  /** Puts the server's words at the field that they speak of; at the fields of the check; else above the form. */
  function place(reason: Reason) {
    const named = fields.value.find((field) => field.name === reason.params?.["field"] || field.id === reason.params?.["field"]);
    const check = form.value?.checks.find((one) => one.message === reason.params?.["message"]);
    const at = reason.code === "FORM-0108" ? AT : (named?.id ?? check?.fields.find((field) => field in texts));
    if (!at) general.value.push(reason);
    else remarks[at] = { text: [reason.detail, named || at === AT ? reason.hint : ""].filter(Boolean).join("") || reason.title || reason.code };
  }

  /** The first field with a remark, in the order of the form. */
  const firstWrong = () => [AT, ...fields.value.map((field) => field.id)].find((key) => remarks[key]);
  function typed(fieldId: string, text: string) {
    texts[fieldId] = text;
    touched.value = true;
    if (remarks[fieldId]) delete remarks[fieldId];
  }

  return { fields, texts, remarks, general, thrown, busy, touched, begin, look, save, typed, firstWrong };
}
