/**
 * The server as typed calls. Types come from the server's own description (`schema.d.ts`, generated: `npm run client`);
 * nothing here is written by hand that the description knows.
 */
export { api, answered } from "./client";
export { followChanges, type Changes } from "./changes";
export { asProblem, Problem } from "./problem";
export type { components, operations, paths } from "./schema";

import type { components } from "./schema";

/** A body of the server by its name in the description. */
export type Body<Name extends keyof components["schemas"]> = components["schemas"][Name];
