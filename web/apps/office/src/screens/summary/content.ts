import type { Body } from "@qianmo/client";
import type { JSONContent } from "@tiptap/vue-3";

type Document = Body<"DocumentBody">;
type Block = Body<"BlockBody">;
type Run = Body<"RunBody">;
export type Chart = Extract<Block, { kind: "chart" }>;
/** A live number of the text. `id` stays the same as long as the document says the same thing at the same place. */
export interface Chip {
  id: string;
  text: string;
  source: Body<"SourceBody">;
  made: string | null;
  /** What it said when the text was last looked through; absent when it still does. */
  was: string | null;
  /** Whether the document no longer has this number. */
  lost: boolean;
}

// Two numbers of one source differ in what is printed (a rate, its numerator): the shape of the words tells them apart.
const shapeOf = (text: string) => text.replace(/\d+(?:[.,]\d+)*/g, "#").replace(/上升|下降|增加|减少|提高|降低|增长|持平/g, "~");

/** Reads a document's runs in order and names each number. */
function namer() {
  const seen = new Map<string, number>();
  return (run: Extract<Run, { kind: "number" }>): Chip => {
    const { indicator, area, period, part } = run.source;
    const name = [indicator, area, period, part, run.made ?? "", shapeOf(run.text)].join("|");
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return { id: `${name}|${count}`, text: run.text, source: run.source, made: run.made ?? null, was: null, lost: false };
  };
}
type Name = ReturnType<typeof namer>;

function inline(runs: Run[], name: Name): JSONContent[] {
  return runs.flatMap((run): JSONContent[] => {
    if (run.kind === "break") return [{ type: "hardBreak" }];
    if (run.kind === "number") return [{ type: "chip", attrs: { ...name(run) } }];
    return run.text ? [{ type: "text", text: run.text }] : [];
  });
}
const text = (words: string): JSONContent[] => (words ? [{ type: "text", text: words }] : []);
const line = (role: string, words: string): JSONContent => ({ type: "line", attrs: { role }, content: text(words) });
const paragraph = (content: JSONContent[]): JSONContent => ({ type: "paragraph", content });

function table(block: Extract<Block, { kind: "table" }>, name: Name): JSONContent[] {
  const cell = (type: string, content: JSONContent[], colspan = 1): JSONContent => ({ type, attrs: { colspan }, content: [paragraph(content)] });
  const head: JSONContent = { type: "tableRow", content: block.columns.map((column) => cell("tableHeader", text(column))) };
  const rows = block.rows.map(
    (row): JSONContent => ({
      type: "tableRow",
      content: row.map((runs) => cell("tableCell", inline(runs, name), row.length === 1 ? block.columns.length : 1)),
    }),
  );
  const caption = block.unit ? `${block.caption}（${block.unit}）` : block.caption;
  return [line("caption", caption), { type: "table", content: [head, ...rows] }, ...block.notes.map((note) => line("remark", note))];
}

function content(block: Block, name: Name): JSONContent[] {
  switch (block.kind) {
    case "heading":
      return [{ type: "heading", attrs: { level: block.level }, content: text(block.text) }];
    case "paragraph":
      return [paragraph(inline(block.runs, name))];
    case "item":
      return [paragraph([{ type: "text", text: block.lead, marks: [{ type: "bold" }] }, ...inline(block.runs, name)])];
    case "table":
      return table(block, name);
    case "chart":
      return [{ type: "chart", attrs: { chart: block } }, line("caption", block.caption)];
    case "signature":
      return [line("signature", block.organisation), line("signature", block.date)];
  }
}

/** The generated document as editable text. */
export function editable(document: Document): JSONContent {
  const name = namer();
  return { type: "doc", content: [line("title", document.title), ...document.blocks.flatMap((block) => content(block, name))] };
}

/** The numbers and charts that a generated document has now, by their names. */
export function numbersOf(document: Document): { chips: Map<string, string>; charts: Map<string, Chart> } {
  const chips = new Map<string, string>();
  const charts = new Map<string, Chart>();
  const walk = ({ type, attrs, content }: JSONContent): void => {
    if (type === "chip") chips.set(String(attrs?.["id"]), String(attrs?.["text"]));
    if (type === "chart") charts.set((attrs?.["chart"] as Chart).caption, attrs?.["chart"] as Chart);
    content?.forEach(walk);
  };
  walk(editable(document));
  return { chips, charts };
}
