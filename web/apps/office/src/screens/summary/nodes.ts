import { mergeAttributes, Node, VueNodeViewRenderer } from "@tiptap/vue-3";

import ChartNode from "./ChartNode.vue";

/** A live number within the text: one piece, never typed into; what it says follows the records. */
export const ChipNode = Node.create({
  name: "chip",
  group: "inline",
  inline: true,
  atom: true,
  selectable: true,
  addAttributes: () => ({ id: { default: "" }, text: { default: "" }, source: { default: null }, made: { default: null }, was: { default: null }, lost: { default: false } }),
  parseHTML: () => [
    {
      tag: "span[data-chip]",
      // Copying and pasting within the text keeps the number alive.
      getAttrs: (element) => JSON.parse(element.getAttribute("data-chip") ?? "{}") as Record<string, unknown>,
    },
  ],
  renderHTML: ({ node }) => {
    const { text, was, lost } = node.attrs;
    return ["span", { "data-chip": JSON.stringify(node.attrs), class: `chip${lost ? " lost" : was === null ? "" : " changed"}` }, String(text)];
  },
  renderText: ({ node }) => String(node.attrs["text"]),
});

/** A line with a part of its own: `title`, `caption`, `remark` (below a table), `signature`. */
export const LineNode = Node.create({
  name: "line",
  group: "block",
  content: "inline*",
  addAttributes: () => ({ role: { default: "caption", parseHTML: (element) => element.getAttribute("data-role"), renderHTML: ({ role }) => ({ "data-role": String(role) }) } }),
  parseHTML: () => [{ tag: "p[data-role]", priority: 60 }],
  renderHTML: ({ HTMLAttributes }) => ["p", mergeAttributes(HTMLAttributes), 0],
});

/** A chart of the generated document: follows the records, isn't typed into. */
export const ChartBlock = Node.create({
  name: "chart",
  group: "block",
  atom: true,
  addAttributes: () => ({ chart: { default: null, renderHTML: () => ({}) } }),
  parseHTML: () => [{ tag: "figure[data-chart]" }],
  renderHTML: () => ["figure", { "data-chart": "" }],
  addNodeView: () => VueNodeViewRenderer(ChartNode),
});
