import type { components } from "./schema";

/** Whose numbers have changed since the last time. */
export type Changes = components["schemas"]["Changed"];

/**
 * Follows the server's stream of changes. The browser comes back by itself after a cut and says where it was; `alive` tells
 * whether the stream is there at the moment. Returns what ends it.
 */
export function followChanges(changed: (changes: Changes) => void, alive: (there: boolean) => void): () => void {
  const source = new EventSource("/api/v1/events");
  source.addEventListener("open", () => alive(true));
  source.addEventListener("error", () => alive(false));
  source.addEventListener("changed", (event) => {
    alive(true);
    changed(JSON.parse((event as MessageEvent<string>).data) as Changes);
  });
  return () => source.close();
}
