import { asProblem } from "@qianmo/client";
import { QueryClient } from "@tanstack/vue-query";

/**
 * What was read from the server. A query's key begins with what it depends on:
 *
 * - `["live", …]`: numbers, lists and pages that follow the records: read anew when the server says that numbers changed;
 * - `["session", …]`: who is logged in;
 * - `["rules", …]`: packs, areas, settings: seldom changes.
 */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // A refusal stays one; only the network is tried again.
      retry: (times, error) => asProblem(error).offline && times < 2,
      refetchOnWindowFocus: false,
    },
  },
});

/** Reads anew what is on the screen and may have changed; what isn't on it, when it is next opened. */
export function followed(): void {
  void queries.invalidateQueries({ queryKey: ["live"] });
}
