import type { Claim, Findings } from "@qianmo/desk";

/** How a claim looks: what is wrong for sure, what may be, what holds, what the text doesn't let one recompute. */
export type Look = "hard" | "soft" | "good" | "open";
export const looks: readonly Look[] = ["hard", "soft", "good", "open"];
/** Signs beside the colours. */
export const signs: Record<Look, string> = { hard: "✗", soft: "?", good: "✓", open: "·" };

export function lookOf({ verdict, certainty }: Claim): Look {
  if (verdict === "contradiction") return certainty === "hard" ? "hard" : "soft";
  return verdict === "consistent" ? "good" : "open";
}

/** How many claims of each look there are. */
export function countOf(claims: readonly Claim[]): Record<Look, number> {
  const count = { hard: 0, soft: 0, good: 0, open: 0 };
  for (const claim of claims) count[lookOf(claim)] += 1;
  return count;
}

/** A stretch of a line: plain, or the number of a claim (its place in the list). */
export interface Piece {
  text: string;
  claim?: number;
  look?: Look;
}

/** The text in lines with one mark for each number: that of the gravest of its claims. */
export function linesOf({ text, claims }: Findings): Piece[][] {
  const marks = new Map<number, number>();
  claims.forEach((claim, index) => {
    const held = marks.get(claim.mark.begin);
    if (held === undefined || looks.indexOf(lookOf(claim)) < looks.indexOf(lookOf(claims[held]!))) marks.set(claim.mark.begin, index);
  });
  const order = [...marks.values()].sort((left, right) => claims[left]!.mark.begin - claims[right]!.mark.begin);
  let next = 0;
  let begin = 0;
  return text.split("\n").map((line) => {
    const end = begin + line.length;
    const pieces: Piece[] = [];
    let at = begin;
    for (; next < order.length && claims[order[next]!]!.mark.begin < end; next += 1) {
      const claim = claims[order[next]!]!;
      if (claim.mark.begin < at) continue;
      const until = Math.min(Math.max(claim.mark.end, claim.mark.begin + 1), end);
      if (claim.mark.begin > at) pieces.push({ text: text.slice(at, claim.mark.begin) });
      pieces.push({ text: text.slice(claim.mark.begin, until), claim: order[next]!, look: lookOf(claim) });
      at = until;
    }
    if (at < end) pieces.push({ text: text.slice(at, end) });
    begin = end + 1;
    return pieces;
  });
}
