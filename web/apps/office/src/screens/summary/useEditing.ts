import type { Body } from "@qianmo/client";
import StarterKit from "@tiptap/starter-kit";
import { TableKit } from "@tiptap/extension-table";
import { type AnyExtension, type JSONContent, useEditor } from "@tiptap/vue-3";
import { ref, shallowRef } from "vue";

import { type Chart, type Chip, editable, numbersOf } from "./content";
import { ChartBlock, ChipNode, LineNode } from "./nodes";
import { claimAt, ProofMarks } from "./proof";

/** A number that no longer says what it said. */
export interface ChangedChip extends Chip {
  place: number;
}

/** The text being written, with its live numbers. `typed`: somebody changed it. */
export function useEditing(label: string, typed: () => void) {
  const changed = shallowRef<ChangedChip[]>([]);
  const chosenChip = shallowRef<Chip>();
  const chosenClaim = ref<number>();
  /** Counts whatever happened to the text, so that it can be checked anew. */
  const version = ref(0);

  const editor = useEditor({
    extensions: [
      // One extension of another copy of the core has the same shape.
      StarterKit.configure({ heading: { levels: [1, 2, 3, 4] }, codeBlock: false, code: false, link: false }) as AnyExtension,
      TableKit.configure({ table: { resizable: false } }),
      ChipNode,
      LineNode,
      ChartBlock,
      ProofMarks,
    ],
    editorProps: {
      attributes: { "aria-label": label, "aria-multiline": "true", role: "textbox", spellcheck: "false" },
      handleClickOn: (_view, _place, node, _at, _event, direct) => {
        // Asked again for each piece around the one that was clicked.
        if (direct) chosenChip.value = node.type.name === "chip" ? ({ ...node.attrs } as Chip) : undefined;
        return false;
      },
      handleClick: (view, place) => {
        chosenClaim.value = claimAt(view.state, place);
        return false;
      },
    },
    onTransaction: ({ transaction }) => {
      if (!transaction.docChanged) return;
      version.value += 1;
      look();
      if (!transaction.getMeta("numbers")) typed();
    },
  });

  function look(): void {
    const found: ChangedChip[] = [];
    editor.value?.state.doc.descendants((node, place) => {
      if (node.type.name === "chip" && (node.attrs["was"] !== null || node.attrs["lost"])) found.push({ ...(node.attrs as Chip), place });
    });
    changed.value = found;
  }

  function load(content: JSONContent): void {
    const { state, view } = editor.value!;
    const doc = state.schema.nodeFromJSON(content);
    view.dispatch(state.tr.replaceWith(0, state.doc.content.size, doc.content).setMeta("numbers", true).setMeta("addToHistory", false));
  }

  /** Lets the numbers say what the records say now; remembers what they said before. */
  function follow(document: Body<"DocumentBody">): void {
    const { state, view } = editor.value!;
    const { chips, charts } = numbersOf(document);
    const { tr } = state;
    state.doc.descendants((node, place) => {
      if (node.type.name === "chip") {
        const chip = node.attrs as Chip;
        const now = chips.get(chip.id);
        if (now === undefined ? !chip.lost : now !== chip.text || chip.lost) {
          const was = now === undefined ? chip.was : (chip.was ?? chip.text);
          tr.setNodeMarkup(place, undefined, { ...chip, text: now ?? chip.text, was: was === now ? null : was, lost: now === undefined });
        }
      } else if (node.type.name === "chart") {
        const next = charts.get((node.attrs["chart"] as Chart | null)?.caption ?? "");
        if (next && JSON.stringify(next) !== JSON.stringify(node.attrs["chart"])) tr.setNodeMarkup(place, undefined, { chart: next });
      }
    });
    if (tr.docChanged) view.dispatch(tr.setMeta("numbers", true).setMeta("addToHistory", false));
  }

  /** The changes have been looked through. */
  function seen(): void {
    const { state, view } = editor.value!;
    const { tr } = state;
    for (const chip of changed.value) if (!chip.lost) tr.setNodeMarkup(chip.place, undefined, { ...state.doc.nodeAt(chip.place)!.attrs, was: null });
    view.dispatch(tr.setMeta("addToHistory", false));
  }

  /** Brings a place of the text into sight. */
  function show(place: number): void {
    const { view } = editor.value!;
    const { node } = view.domAtPos(place);
    (node instanceof HTMLElement ? node : node.parentElement)?.scrollIntoView({ block: "center" });
  }
  const generated = (document: Body<"DocumentBody">) => load(editable(document));
  return { editor, version, changed, chosenChip, chosenClaim, load, generated, follow, seen, show };
}
