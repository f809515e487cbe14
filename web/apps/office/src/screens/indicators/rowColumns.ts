import type { Body } from "@qianmo/client";
import type { Cell, Column } from "@qianmo/ui";

export type RowColumn = Body<"RowsColumnBody">;
type Row = Body<"RowBody">;

/** What stands in every row for the machine, not for people. */
const TECHNICAL = new Set(["indicator", "area", "counted"]);
/** So many are shown; the others stand in the column choice. */
const SHOWN = 9;
const WIDTHS: Record<string, number> = { bool: 90, integer: 100, decimal: 100, date: 110, datetime: 150, text: 140 };

function said(value: unknown, kind: string, words: { yes: string; no: string }): Cell {
  if (kind === "bool" && typeof value === "boolean") return value ? words.yes : words.no;
  if (kind === "decimal" && typeof value === "string") return Number(value);
  return value as Cell;
}

/** The columns of a table of people as the server gives them, for a DataTable: who and where first, those beyond a screen's width to be chosen. */
export function rowColumns(columns: RowColumn[], words: { yes: string; no: string; person: string }, shown = SHOWN): Column<Row>[] {
  // The name stands in `label` for all kinds of rows; a second column of the same name says nothing more.
  const labelled = columns.some((column) => column.id === "label");
  const useful = columns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => !TECHNICAL.has(column.id) && !(labelled && column.id === "name"));
  return useful.map(({ column, index }, place) => ({
    id: column.id,
    name: column.id === "label" ? words.person : column.name,
    width: WIDTHS[column.kind] ?? 140,
    align: column.kind === "integer" || column.kind === "decimal" ? "end" : "start",
    sortable: true,
    hidden: place >= shown,
    value: (row) => said((row.values as unknown[])[index], column.kind, words),
  }));
}
