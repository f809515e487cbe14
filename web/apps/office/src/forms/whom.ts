import { answered, api, type Body } from "@qianmo/client";
import { useQuery } from "@tanstack/vue-query";
import { computed, ref, type Ref, watch } from "vue";

import { askReason, reasonHeader } from "../session/reason";
import { useMe } from "../session/session";
import { newId } from "./ids";
import { type Form, packOf } from "./pack";

export type Person = Body<"PersonShown">;

/** Whom or what a record is about, and where. */
export interface Whom {
  kind: string;
  subject: string;
  resident: string | null;
  area: string;
  organisation: string | null;
  /** The subject begins with this record. */
  fresh: boolean;
}

/** What is known of a person who has a subject of the form's kind: their pregnancies, their treatments. */
export interface Course {
  subject: string;
  name: string;
  begun: string;
  ended: boolean;
}

/** A person's page for entering. Of a sensitive programme it is read with a reason, which is asked for first. */
export function usePerson(resident: Ref<string | undefined>, form: Ref<Form | undefined>, programme: Ref<string>) {
  const { me } = useMe();
  const reason = ref<string>();
  const refused = ref(false);
  const sensitive = computed(() => me.value?.programmes.find((seen) => seen.id === packOf(form.value?.id ?? ""))?.read_with_reason.includes(form.value?.id ?? "") ?? false);
  watch(
    [resident, sensitive, programme],
    async ([id, asks, name]) => {
      reason.value = undefined;
      refused.value = false;
      if (!id || !asks || !name || !form.value) return;
      reason.value = await askReason({ resident: id, programme: packOf(form.value.id), name });
      refused.value = reason.value === undefined;
    },
    { immediate: true },
  );
  const query = useQuery({
    queryKey: computed(() => ["live", "residents", resident.value, "entry", reason.value] as const),
    enabled: computed(() => resident.value !== undefined && form.value !== undefined && (!sensitive.value || reason.value !== undefined)),
    queryFn: ({ queryKey }) => answered(api.GET("/api/v1/residents/{id}", { params: { path: { id: queryKey[2]! } }, headers: reasonHeader(queryKey[4]) })),
  });
  // A new person has no page yet.
  return { query, person: computed(() => (resident.value ? (query.data.value as Person | undefined) : undefined)), reason, refused };
}

/**
 * Whom the record is about: a person's likely subject (which one can change), what a due list named, or what was chosen by hand.
 */
export function useWhom(form: Ref<Form | undefined>, person: Ref<Person | undefined>, given: { resident: Ref<string | undefined>; subject: Ref<string | undefined>; area: Ref<string | undefined> }) {
  const { me } = useMe();
  const chosen = ref<Whom>();
  const subject = ref<string>();
  const courses = computed(() => (person.value && form.value ? coursesOf(person.value, form.value.subject) : []));
  watch(
    [() => person.value?.card.resident, given.subject, () => form.value?.id],
    () => {
      if (person.value && form.value) subject.value = given.subject.value ?? likelySubject(person.value, form.value.subject).subject;
    },
    { immediate: true },
  );
  const whom = computed<Whom | undefined>(() => {
    if (!form.value) return undefined;
    const base = { kind: form.value.subject, organisation: me.value?.organisation ?? null };
    if (person.value) {
      const { resident, area, household } = person.value.card;
      const known = [resident, household, ...courses.value.map((one) => one.subject)];
      return { ...base, resident, area: area ?? me.value?.area ?? "", subject: subject.value ?? "", fresh: !known.includes(subject.value) };
    }
    if (given.resident.value) return undefined;
    if (given.subject.value && given.area.value) return { ...base, subject: given.subject.value, resident: null, area: given.area.value, fresh: false };
    return chosen.value;
  });
  return { whom, chosen, subject, courses };
}

/** The subjects of a kind that a person has, the newest first. */
export function coursesOf(person: Person, kind: string): Course[] {
  const subjects = new Map<string, Course>();
  for (const fact of person.timeline.filter((one) => one.kind === kind)) {
    const episode = person.episodes.find((one) => one.subject === fact.subject);
    if (!subjects.has(fact.subject)) {
      subjects.set(fact.subject, { subject: fact.subject, name: episode?.kind_name ?? fact.programme_name, begun: episode?.begun ?? fact.at, ended: Boolean(episode?.ended) });
    }
  }
  return [...subjects.values()];
}

/** The subject that a form about this person most likely means: the one that hasn't ended; else a new one. */
export function likelySubject(person: Person, kind: string): { subject: string; fresh: boolean } {
  if (kind === "resident") return { subject: person.card.resident, fresh: false };
  if (kind === "household" && person.card.household) return { subject: person.card.household, fresh: false };
  const open = coursesOf(person, kind).find((course) => !course.ended);
  return open ? { subject: open.subject, fresh: false } : { subject: newId(), fresh: true };
}

/** What stood in a field the last time the form was filled in for the person. */
export function lastOf(person: Person | undefined, form: string, field: string, but?: string): { text: string; at: string } | undefined {
  const fact = person?.timeline.find((one) => one.form === form && one.standing === "stands" && one.record !== but);
  const shown = fact?.fields.find((one) => one.field === field);
  return fact && shown?.text ? { text: `${shown.text}${shown.unit}`, at: fact.at } : undefined;
}
