import createClient, { type Middleware } from "openapi-fetch";
import { asProblem, problemOf } from "./problem";
import type { paths } from "./schema";

/** The server words its names and problems in the page's language. */
const words: Middleware = {
  onRequest({ request }) {
    request.headers.set("accept-language", document.documentElement.lang);
  },
};

const refusals: Middleware = {
  async onResponse({ response }) {
    if (!response.ok && response.status !== 304) throw await problemOf(response);
  },
  onError({ error }) {
    return asProblem(error);
  },
};

/**
 * The calls. Give a path of the description and its parameters; the answer's type follows. Refused or unreachable: throws a
 * {@link Problem}. The session is the browser's cookie; headers of one call go into `params.header` or `headers`.
 */
export const api = createClient<paths>({
  baseUrl: "",
  credentials: "same-origin",
});
api.use(words, refusals);

/** The data of a call that answers with a body: `const list = await answered(api.GET("/api/v1/packs"))`. */
export async function answered<Data>(call: Promise<{ data?: Data }>): Promise<Data> {
  const { data } = await call;
  return data as Data;
}
