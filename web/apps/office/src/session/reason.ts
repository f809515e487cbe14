import { makeI18n } from "@qianmo/ui";
import { createApp } from "vue";

import ReasonDialog from "./ReasonDialog.vue";

/** How long a reason once stated holds: long enough for one piece of work. Kept in memory only. */
const HOLDS_MS = 15 * 60_000;

/** What is to be read: of whom or of which programme, and its name for the question. */
export interface ReasonFor {
  resident?: string;
  programme?: string;
  name: string;
}

const stated = new Map<string, { reason: string; until: number }>();
const keyOf = (about: ReasonFor) => `${about.resident ?? ""}/${about.programme ?? ""}`;

/** The reason already stated for this, while it holds. */
export function statedReason(about: Omit<ReasonFor, "name">): string | undefined {
  const held = stated.get(keyOf({ ...about, name: "" }));
  return held && held.until > Date.now() ? held.reason : undefined;
}

/**
 * Asks why something sensitive is to be read, unless that was said within the last quarter of an hour. Nothing when the person would
 * rather not read it. The reason goes to the server with {@link reasonHeader} and stands in the reading log.
 */
export async function askReason(about: ReasonFor): Promise<string | undefined> {
  const held = statedReason(about);
  if (held) return held;
  const reason = await new Promise<string | undefined>((answer) => {
    const place = document.body.appendChild(document.createElement("div"));
    const dialog = createApp(ReasonDialog, {
      name: about.name,
      onAnswer: (said: string | undefined) => {
        answer(said);
        dialog.unmount();
        place.remove();
      },
    });
    dialog.use(makeI18n()).mount(place);
  });
  if (reason) stated.set(keyOf(about), { reason, until: Date.now() + HOLDS_MS });
  return reason;
}

/** The header that tells the server the reason; none without one. */
export function reasonHeader(reason: string | undefined): { "qianmo-reason"?: string } {
  return reason ? { "qianmo-reason": encodeURIComponent(reason) } : {};
}
