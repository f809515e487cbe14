import type { Cell, Column } from "./column";

function field(cell: Cell): string {
  if (typeof cell === "number") return String(cell);
  const text = cell === null || cell === undefined ? "" : String(cell);
  // A spreadsheet must not take text for a formula.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows as CSV that spreadsheets in China open as it is: UTF-8 with a mark, CRLF. */
export function asCsv<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const lines = [columns.map(({ name }) => field(name)), ...rows.map((row) => columns.map((column) => field(column.value(row))))];
  return `\uFEFF${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}

/** Hands a text out as a file. */
export function saveText(text: string, name: string, type = "text/csv;charset=utf-8"): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
