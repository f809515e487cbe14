/**
 * What runs in the browser by WebAssembly on the desk: proofreading (核数). A text handed to it goes to a worker of the page and
 * nowhere else. The module is `dist/desk.wasm`, built from `crates/wasm` (feature `desk`).
 */
export { Proofreader } from "./proofreader";
export type { Claim, Findings, Mark, Operand } from "./findings";
