import type { Body } from "@qianmo/client";
import type { RouteLocationRaw } from "vue-router";

/** Where a draft is gone on with, by what it is a draft of; nothing where that isn't known. */
export function draftPlace({ kind, key }: Body<"DraftHead">): RouteLocationRaw | undefined {
  if (kind === "summary") {
    const [, area, year] = /^(\d{12})-(\d{4})$/.exec(key) ?? [];
    return area && year ? { path: "/summary", query: { area, year } } : undefined;
  }
  if (kind === "form") {
    const [form, resident] = key.split("~");
    return form?.includes(".") ? { path: `/programmes/${form.split(".")[0]}/forms/${form}`, query: resident ? { resident } : {} } : undefined;
  }
  return undefined;
}
