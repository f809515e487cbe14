import type { Claim, Findings } from "./findings";

/** The module's functions over linear memory (`crates/wasm`): places and lengths in bytes; an answer is place and length in one. */
interface Exports {
  memory: WebAssembly.Memory;
  allocate(length: number): number;
  release(place: number, length: number): void;
  proofread(place: number, length: number): bigint;
  proofread_page(place: number, length: number): bigint;
}

/** A file that is no text: a code and words of the proofreader. */
export interface Unreadable {
  code: string;
  title: string;
  detail: string;
  hint: string;
}

/** The loaded module. */
export class DeskModule {
  private constructor(private readonly held: Exports) {}

  static async load(address: URL): Promise<DeskModule> {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address.pathname}: ${answer.status}`);
    const module = await WebAssembly.compile(await answer.arrayBuffer());
    const instance = await WebAssembly.instantiate(module, unused(module));
    return new DeskModule(instance.exports as unknown as Exports);
  }

  /** Reads a file's bytes (txt, md, docx) and checks every number in it. */
  proofread(bytes: Uint8Array): Findings | { error: Unreadable } {
    const answer = JSON.parse(this.call(this.held.proofread, bytes)) as Answer | { error: Unreadable };
    if ("error" in answer) return answer;
    const at = placesOf(answer.text);
    const claims = answer.claims.map((claim, index) => {
      const [begin = 0, end = 0] = answer.marks[index] ?? [];
      return { ...claim, mark: { begin: at(begin), end: at(end) } };
    });
    return { text: answer.text, claims };
  }

  /** The findings of a text as one page of HTML. */
  page(title: string, text: string): string {
    return this.call(this.held.proofread_page, new TextEncoder().encode(`${title.replaceAll("\n", " ")}\n${text}`));
  }

  private call(what: (place: number, length: number) => bigint, bytes: Uint8Array): string {
    const given = this.held.allocate(bytes.length);
    new Uint8Array(this.held.memory.buffer, given, bytes.length).set(bytes);
    const answer = BigInt.asUintN(64, what(given, bytes.length));
    const place = Number(answer >> 32n);
    const length = Number(answer & 0xffffffffn);
    const text = new TextDecoder().decode(new Uint8Array(this.held.memory.buffer, place, length));
    this.held.release(place, length);
    return text;
  }
}

/**
 * The archive reader brings along imports of generated glue that we don't have (random numbers for writing archives). Reading
 * never calls them; one that were called would stop the module.
 */
function unused(module: WebAssembly.Module): WebAssembly.Imports {
  const imports: Record<string, Record<string, () => never>> = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== "function") continue;
    (imports[from] ??= {})[name] = () => {
      throw new Error(`${from}.${name}`);
    };
  }
  return imports;
}

interface Answer {
  text: string;
  claims: Omit<Claim, "mark">[];
  marks: number[][];
}

/** From characters as Rust counts them to UTF-16 units: the same but for texts with rare characters beyond the first 65,536. */
function placesOf(text: string): (character: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (character) => character;
  const starts: number[] = [];
  for (let unit = 0; unit < text.length; unit += text.codePointAt(unit)! > 0xffff ? 2 : 1) starts.push(unit);
  return (character) => starts[character] ?? text.length;
}
