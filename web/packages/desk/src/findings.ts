/** What the proofreader answers, as `crates/proofread` writes it. */

/** A number that a claim was recomputed from. */
export interface Operand {
  /** With label and unit, as printed. */
  text: string;
  /** Written out: 9.55万 is 95500. */
  value: string;
  /** From 1. */
  line: number;
}

/** Where something stands in the text: half-open, in UTF-16 units, as `String.slice` takes them. */
export interface Mark {
  begin: number;
  end: number;
}

/** One numeric claim and what became of it. */
export interface Claim {
  line: number;
  column: number;
  /** As printed: label, number and unit. */
  text: string;
  kind: "rate" | "percent_of" | "completion" | "permille" | "per_100k" | "average" | "ratio" | "sum" | "difference" | "count_pair";
  /** The number as printed; empty when the text left it out. */
  stated: string;
  unit: string;
  decimals: number;
  operands: Operand[];
  /** In the stated unit, with the stated decimals. */
  recomputed: string | null;
  verdict: "consistent" | "contradiction" | "unchecked";
  certainty: "hard" | "soft" | "rounding";
  /** A sentence that a clerk understands. */
  reason: string;
  rule: string;
  mark: Mark;
}

/** A text that was read, and its claims in order of place. */
export interface Findings {
  text: string;
  claims: Claim[];
}
