import { Problem } from "@qianmo/client";

import type { Findings } from "./findings";
import type { Unreadable } from "./wasm";

/** What the worker is asked. */
export type Asked = { id: number; bytes: ArrayBuffer } | { id: number; title: string; page: string };
/** What the worker answers. */
export type Answered =
  | { ready: true }
  | { ready: false; why: string }
  | { id: number; found: Findings | { error: Unreadable } }
  | { id: number; page: string }
  | { id: number; failed: string };

interface Waiting {
  done(value: Findings | string): void;
  failed(thrown: unknown): void;
}

/**
 * Proofreads texts in a worker of this page. Nothing that is handed to it leaves the machine: the worker loads the module once
 * and needs no network afterwards. Call {@link Proofreader.end} when done.
 */
export class Proofreader {
  /** Settled when the module is there; from then on no network is needed. */
  readonly ready: Promise<void>;
  private readonly worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  private readonly waiting = new Map<number, Waiting>();
  private next = 1;

  constructor() {
    this.ready = new Promise((done, failed) => {
      this.worker.addEventListener("error", (event) => failed(new Error(event.message)));
      this.worker.addEventListener("message", ({ data }: MessageEvent<Answered>) => {
        if (!("ready" in data)) this.settle(data);
        else if (data.ready) done();
        else failed(new Error(data.why));
      });
    });
  }

  /** Reads a text or a file's bytes (txt, md, docx) and recomputes every number in it. Throws a {@link Problem} when it is no text. */
  async check(given: string | ArrayBuffer): Promise<Findings> {
    const bytes = typeof given === "string" ? new TextEncoder().encode(given).buffer : given;
    return (await this.ask({ id: this.next++, bytes }, [bytes])) as Findings;
  }

  /** The findings of a text as one page of HTML without scripts, to keep or print. */
  async page(title: string, text: string): Promise<string> {
    return (await this.ask({ id: this.next++, title, page: text })) as string;
  }

  end(): void {
    this.worker.terminate();
  }

  private ask(asked: Asked, handed: Transferable[] = []): Promise<Findings | string> {
    return new Promise((done, failed) => {
      this.waiting.set(asked.id, { done, failed });
      this.worker.postMessage(asked, handed);
    });
  }

  private settle(answered: Exclude<Answered, { ready: boolean }>): void {
    const waiting = this.waiting.get(answered.id);
    this.waiting.delete(answered.id);
    if ("failed" in answered) waiting?.failed(new Error(answered.failed));
    else if ("page" in answered) waiting?.done(answered.page);
    else if ("error" in answered.found) waiting?.failed(new Problem({ type: "about:blank", status: 422, ...answered.found.error }));
    else waiting?.done(answered.found);
  }
}
