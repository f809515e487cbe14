/** What a cell says: text and numbers sort by their own order, nothing comes last. */
export type Cell = string | number | boolean | null | undefined;

/** A column of a {@link DataTable}. */
export interface Column<Row> {
  id: string;
  /** As it stands in the head. */
  name: string;
  /** Width in px; columns without one share the rest. */
  width?: number;
  align?: "start" | "end" | "center";
  sortable?: boolean;
  /** Not shown until chosen. */
  hidden?: boolean;
  /** What the cell says: shown, sorted by and exported. The slot `cell-<id>` may show it otherwise. */
  value: (row: Row) => Cell;
}

/** A column to sort by; `-` before it: from the greatest down. Empty: as the rows came. */
export type SortWord = string;

const order = new Intl.Collator("zh-CN", { numeric: true });

function compare(left: Cell, right: Cell): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  return order.compare(String(left), String(right));
}

const nothing = (cell: Cell) => cell === null || cell === undefined || cell === "";

/** The rows in the order asked for; those that say nothing in the column come last either way. */
export function sorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: SortWord): readonly Row[] {
  const down = sort.startsWith("-");
  const column = columns.find(({ id }) => id === (down ? sort.slice(1) : sort));
  if (!column) return rows;
  const keyed = rows.map((row, index) => ({ row, index, cell: column.value(row) }));
  keyed.sort((left, right) => {
    if (nothing(left.cell) || nothing(right.cell)) return Number(nothing(left.cell)) - Number(nothing(right.cell)) || left.index - right.index;
    return compare(left.cell, right.cell) * (down ? -1 : 1) || left.index - right.index;
  });
  return keyed.map(({ row }) => row);
}

/** What a click on a head asks for next: up, down, as they came. */
export function nextSort(sort: SortWord, id: string): SortWord {
  if (sort === id) return `-${id}`;
  return sort === `-${id}` ? "" : id;
}
