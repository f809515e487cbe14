import type { Claim, Findings } from "@qianmo/desk";
import { asCsv, type Column, saveText } from "@qianmo/ui";
import { computed } from "vue";

import { lookOf } from "./findings";
import { useProofreading } from "./useProofreading";

/** The findings as files: CSV of the claims, a page with marks and arithmetic, paper. All made in this browser. `t`: the words of who calls. */
export function useFindingsFiles(findings: () => Findings, t: (word: string) => string) {
  const { title, page: made } = useProofreading();
  const name = computed(() => [t("file.file"), title.value.replace(/\.[^.]*$/, "")].filter(Boolean).join("_"));

  const columns = (): Column<Claim>[] => [
    { id: "line", name: t("file.line"), value: (claim) => claim.line },
    { id: "column", name: t("file.column"), value: (claim) => claim.column },
    { id: "text", name: t("file.claim"), value: (claim) => claim.text },
    { id: "stated", name: t("file.stated"), value: (claim) => claim.stated + claim.unit },
    { id: "recomputed", name: t("file.recomputed"), value: (claim) => (claim.recomputed === null ? "" : claim.recomputed + claim.unit) },
    { id: "verdict", name: t("file.verdict"), value: (claim) => t(lookOf(claim)) },
    { id: "reason", name: t("file.reason"), value: (claim) => claim.reason },
    { id: "from", name: t("file.from"), value: (claim) => claim.operands.map((operand) => operand.text).join("；") },
  ];
  const csv = () => asCsv(findings().claims, columns());
  const page = async () => saveText(await made(), `${name.value}.html`, "text/html;charset=utf-8");
  const print = () => window.print();
  return { name, csv, page, print };
}
