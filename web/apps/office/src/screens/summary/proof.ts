import type { Claim } from "@qianmo/desk";
import { Extension } from "@tiptap/vue-3";
import type { Node as Piece } from "@tiptap/pm/model";
import { Plugin, PluginKey, type EditorState } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";

import { lookOf } from "../proofread/findings";

/** A stretch of the plain text and where it stands in the document; an atom stands at one place however long its text is. */
interface Stretch {
  at: number;
  length: number;
  place: number;
  atom: boolean;
}

/** The document as plain text, a line a paragraph or table row, with the way back. */
export function plain(document: Piece): { text: string; stretches: Stretch[] } {
  let text = "";
  const stretches: Stretch[] = [];
  const put = (words: string, place: number, atom: boolean) => {
    stretches.push({ at: text.length, length: words.length, place, atom });
    text += words;
  };
  const visit = (piece: Piece, start: number): void => {
    if (piece.isTextblock) {
      piece.forEach((child, offset) => {
        if (child.isText) put(child.text ?? "", start + offset, false);
        else if (child.type.name === "chip") put(String(child.attrs["text"]), start + offset, true);
        else text += "\n";
      });
      return;
    }
    piece.forEach((child, offset, index) => {
      visit(child, start + offset + 1);
      if (piece.type.name === "tableRow") text += index + 1 < piece.childCount ? "\t" : "";
      else if (!/^table(Cell|Header)$/.test(piece.type.name) || index + 1 < piece.childCount) text += "\n";
    });
  };
  visit(document, 0);
  return { text, stretches };
}

/** Where a stretch of the plain text stands in the document. */
export function placesOf(stretches: readonly Stretch[], begin: number, end: number): { from: number; to: number } | undefined {
  const first = stretches.find(({ at, length }) => at + length > begin);
  const last = stretches.findLast(({ at }) => at < end);
  if (!first || !last || last.at < first.at) return undefined;
  const from = first.atom ? first.place : first.place + Math.max(0, begin - first.at);
  const to = last.atom ? last.place + 1 : last.place + Math.min(last.length, end - last.at);
  return from < to ? { from, to } : undefined;
}

interface Marks {
  set: DecorationSet;
}
const key = new PluginKey<Marks>("proofread");

/** Shows the claims that fail as marks in the text. */
export function marksOf(state: EditorState, claims: readonly Claim[], chosen: number | undefined, stretches: readonly Stretch[]) {
  const marks = claims.flatMap((claim, index) => {
    const look = lookOf(claim);
    const places = look === "hard" || look === "soft" ? placesOf(stretches, claim.mark.begin, claim.mark.end) : undefined;
    if (!places) return [];
    const shown = { class: `claim-mark ${look}${index === chosen ? " chosen" : ""}`, title: claim.reason };
    return [Decoration.inline(places.from, places.to, shown, { claim: index })];
  });
  return state.tr.setMeta(key, DecorationSet.create(state.doc, marks)).setMeta("addToHistory", false);
}

/** The claim marked at a place. */
export function claimAt(state: EditorState, place: number): number | undefined {
  const found = key.getState(state)?.set.find(place, place + 1)[0];
  return (found?.spec as { claim?: number } | undefined)?.claim;
}

export const ProofMarks = Extension.create({
  name: "proofMarks",
  addProseMirrorPlugins: () => [
    new Plugin<Marks>({
      key,
      state: {
        init: () => ({ set: DecorationSet.empty }),
        apply: (tr, held) => ({ set: (tr.getMeta(key) as DecorationSet | undefined) ?? held.set.map(tr.mapping, tr.doc) }),
      },
      props: { decorations: (state) => key.getState(state)?.set },
    }),
  ],
});
