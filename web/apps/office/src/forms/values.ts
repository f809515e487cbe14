import type { Field } from "./pack";

/** What a form's record carries for a field. */
export type Value = string | number | boolean | null;

/** What is to be said at a field: `code` has words in FieldMessage, `text` is the server's. `question`: it may stay as it is. */
export interface Remark {
  question?: boolean;
  code?: "required" | "whole" | "number" | "decimals" | "range" | "usual" | "date" | "datetime" | "choice" | "future" | "masked";
  params?: Record<string, string>;
  text?: string;
}

const NUMBER = /^-?\d+(\.\d+)?$/;

/** A day as people type it: `20261122`, `2026.11.22`, `11-22` of this year, `22` of this month. Nothing when it is none. */
export function readDay(text: string, today: string): string | undefined {
  const typed = text.trim().replace(/[年月./]/g, "-").replace(/日$/, "");
  const whole = /^\d{8}$/.test(typed) ? `${typed.slice(0, 4)}-${typed.slice(4, 6)}-${typed.slice(6)}` : typed;
  const parts = whole.split("-");
  const [year, month, day] = [...today.split("-").slice(0, 3 - parts.length), ...parts].map(Number);
  if (parts.length > 3 || !year || !month || !day) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (year < 1900 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.toISOString().slice(0, 10);
}

/** `2026-11-22 14:30`, the date as {@link readDay} takes it. */
function readMoment(text: string, today: string): string | undefined {
  const read = /^(.*?)[ T]+(\d{1,2})[:：](\d{2})(?::\d{2})?$/.exec(text.trim());
  const day = readDay(read?.[1] ?? "", today);
  if (!read || !day || Number(read[2]) > 23 || Number(read[3]) > 59) return undefined;
  return `${day}T${read[2]!.padStart(2, "0")}:${read[3]}:00`;
}

/** Full-width digits and points as an input method leaves them. */
const narrow = (text: string) => text.replace(/[０-９．－]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0)).trim();

function readNumber(field: Field, text: string): { value: Value; remark?: Remark } {
  const typed = narrow(text);
  const number = Number(typed);
  const wrong = (code: Remark["code"], params = {}): { value: Value; remark: Remark } => ({ value: null, remark: { code, params } });
  if (!NUMBER.test(typed)) return wrong(field.kind === "integer" ? "whole" : "number");
  if (field.kind === "integer" && !Number.isInteger(number)) return wrong("whole");
  const decimals = typed.split(".")[1]?.replace(/0+$/, "").length ?? 0;
  if (field.kind === "decimal" && decimals > (field.decimals ?? 9)) return wrong("decimals", { decimals: String(field.decimals) });
  const outside = (bounds: readonly string[] | null | undefined) => bounds && (number < Number(bounds[0]) || number > Number(bounds[1]));
  const params = (bounds: readonly string[]) => ({ low: bounds[0]!, high: bounds[1]!, unit: field.unit });
  if (outside(field.range)) return wrong("range", params(field.range!));
  const value = field.kind === "integer" ? number : typed;
  return outside(field.usual) ? { value, remark: { question: true, code: "usual", params: params(field.usual!) } } : { value };
}

/** Reads what stands in a field. The server has the last word; this says at once what it would say, too. */
export function readValue(field: Field, text: string, today: string): { value: Value; remark?: Remark } {
  if (text.trim() === "") return field.required ? { value: null, remark: { code: "required" } } : { value: null };
  const codes = field.choices?.map((choice) => choice.code) ?? [];
  switch (field.kind) {
    case "integer":
    case "decimal":
      return readNumber(field, text);
    case "date": {
      const day = readDay(text, today);
      return day ? { value: day } : { value: null, remark: { code: "date" } };
    }
    case "datetime": {
      const moment = readMoment(text, today);
      return moment ? { value: moment } : { value: null, remark: { code: "datetime" } };
    }
    case "bool":
      return { value: text === "true" };
    case "choice":
    case "choices":
      return text.split("|").every((code) => codes.includes(code)) ? { value: text } : { value: null, remark: { code: "choice" } };
    default:
      return field.identifies && text.includes("*") ? { value: null, remark: { code: "masked" } } : { value: text.trim() };
  }
}

/** A record's value as it stands in the field. */
export function writeValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  return String(value).replace(/^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}).*$/, "$1 $2");
}
