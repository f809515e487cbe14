import type { components } from "./schema";

type ProblemBody = components["schemas"]["ProblemBody"];

/** What the server, the network or the browser answered instead of what was asked for: a stable code, what happened, what to do. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly hint: string;
  /** One for each field or row that is wrong, where the server tells. */
  readonly problems: NonNullable<ProblemBody["problems"]>;

  constructor(body: ProblemBody) {
    super(body.detail || body.title);
    this.name = "Problem";
    this.code = body.code;
    this.status = body.status;
    this.title = body.title;
    this.hint = body.hint;
    this.problems = body.problems ?? [];
  }

  /** The request never reached the server, or its answer never came back. */
  get offline(): boolean {
    return this.status === 0;
  }
}

/** Codes of problems that arise in the browser; their words stand beside the component that shows problems. */
export const OFFLINE = "WEB-0001";
export const UNREADABLE = "WEB-0002";
export const UNEXPECTED = "WEB-0003";

function local(code: string, status: number, detail: string): Problem {
  return new Problem({ type: "about:blank", status, code, title: "", detail, hint: "" });
}

/** Reads a refused answer. A proxy's page or a cut body still gives a problem with a code. */
export async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as Partial<ProblemBody>;
    if (typeof body.code === "string") return new Problem(body as ProblemBody);
  } catch {
    // not JSON: told below
  }
  return local(UNREADABLE, response.status, `${response.status} ${response.statusText}`);
}

/** Any thrown value as a problem, so that screens show one kind of thing. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof TypeError) return local(OFFLINE, 0, thrown.message);
  return local(UNEXPECTED, -1, thrown instanceof Error ? thrown.message : String(thrown));
}
