import type { Person } from "../person/person";

/** What speaks against two entries being one person. */
export type Clash = "birth" | "sex" | "number" | "dead";

/** What making two entries one would mean, as far as the reader sees both. */
export interface Preview {
  clashes: Clash[];
  /** What the sheets say differently. */
  differences: { field: string; label: string; kept: string; given: string }[];
  /** Records that would count for the entry kept, by form. */
  moving: { form: string; name: string; count: number }[];
  /** The same form on the same day in both: perhaps one service recorded twice. */
  twice: { form: string; name: string; at: string }[];
}

const digits = (text: string) => text.replaceAll("*", "");

/** Identity numbers are masked: what is shown of them must agree. */
function numberClash(kept: Person, given: Person): boolean {
  return kept.card.fields.some((field) => {
    const other = given.card.fields.find((one) => one.field === field.field);
    return field.text.startsWith("**") && other?.text.startsWith("**") && digits(field.text) !== digits(other.text);
  });
}

function clashes(kept: Person, given: Person): Clash[] {
  const found: Clash[] = [];
  if (numberClash(kept, given)) found.push("number");
  if (kept.card.birth && given.card.birth && kept.card.birth !== given.card.birth) found.push("birth");
  if (kept.card.sex && given.card.sex && kept.card.sex !== given.card.sex) found.push("sex");
  const after = (one: Person, other: Person) => one.card.ended && other.timeline.some((fact) => fact.standing !== "withdrawn" && fact.at > one.card.ended![0]);
  if (after(kept, given) || after(given, kept)) found.push("dead");
  return found;
}

/** Compares two pages. */
export function previewOf(kept: Person, given: Person): Preview {
  const labels = new Map([...given.card.fields, ...kept.card.fields].map((field) => [field.field, field.label]));
  const said = (person: Person, id: string) => person.card.fields.find(({ field }) => field === id)?.text ?? "";
  const differences = [...labels]
    .map(([field, label]) => ({ field, label, kept: said(kept, field), given: said(given, field) }))
    .filter((line) => line.kept !== line.given);
  const moving = new Map<string, { form: string; name: string; count: number }>();
  const twice: Preview["twice"] = [];
  const own = new Set(kept.timeline.filter(({ standing }) => standing !== "withdrawn").map(({ form, at }) => `${form}/${at}`));
  for (const fact of given.timeline) {
    if (fact.standing === "withdrawn") continue;
    const line = moving.get(fact.form) ?? { form: fact.form, name: fact.form_name, count: 0 };
    moving.set(fact.form, { ...line, count: line.count + 1 });
    if (own.has(`${fact.form}/${fact.at}`)) twice.push({ form: fact.form, name: fact.form_name, at: fact.at });
  }
  return { clashes: clashes(kept, given), differences, moving: [...moving.values()].sort((a, b) => b.count - a.count), twice };
}
