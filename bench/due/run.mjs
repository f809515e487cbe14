// Speed of due lists as WebAssembly: node bench/due/run.mjs MODULE.wasm FOLDER
// FOLDER has programme.json and village.json (cargo run --release -p qianmo-wire --example village). Runs in a headless Chromium;
// without one in Node itself, and says so. Prints medians of five.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const [module, folder] = process.argv.slice(2);
const files = {
  "/module.wasm": readFileSync(module),
  "/programme.json": readFileSync(join(folder, "programme.json")),
  "/village.json": readFileSync(join(folder, "village.json")),
};

// What is measured, in the page or here. Text of the answer to JSON.parse: all that a page has to do before it can show the list.
async function measure(read) {
  const [bytes, programme, village] = await Promise.all(["/module.wasm", "/programme.json", "/village.json"].map(read));
  const imports = {};
  const compiled = await WebAssembly.compile(bytes);
  for (const { module: from, name } of WebAssembly.Module.imports(compiled)) {
    imports[from] = { ...imports[from], [name]: () => { throw new Error(`${name} is never called`); } };
  }
  const ask = (exports, name, body) => {
    const place = exports.allocate(body.length);
    new Uint8Array(exports.memory.buffer, place, body.length).set(body);
    const answer = exports[name](place, body.length);
    const at = Number(answer >> 32n) >>> 0;
    const length = Number(answer & 0xffffffffn);
    const json = JSON.parse(new TextDecoder().decode(new Uint8Array(exports.memory.buffer, at, length)));
    exports.release(at, length);
    if (json.error) throw new Error(JSON.stringify(json.error));
    return json;
  };
  const times = { start: [], programme: [], village: [], due: [], all: [] };
  const told = {};
  const timed = async (name, work) => {
    const began = performance.now();
    told[name] = await work();
    times[name].push(performance.now() - began);
  };
  const question = new TextEncoder().encode(JSON.stringify({ on: "2025-06-15", lang: "zh" }));
  for (let run = 0; run < 5; run += 1) {
    let exports;
    await timed("start", async () => { exports = (await WebAssembly.instantiate(await WebAssembly.compile(bytes), imports)).exports; });
    await timed("programme", () => ask(exports, "load_programme", programme));
    await timed("village", () => ask(exports, "load_village", village));
    await timed("due", () => ask(exports, "due", question));
    await timed("all", async () => {});
    times.all[run] = times.programme[run] + times.village[run] + times.due[run];
  }
  const median = (list) => [...list].sort((a, b) => a - b)[2];
  return {
    ...Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)])),
    people: told.village.people, records: told.village.records, items: told.due.items.length, first: told.due.items[0]?.reason,
  };
}

const chromium = ["chromium", "chromium-browser", "google-chrome"]
  .flatMap((name) => (process.env.PATH ?? "").split(delimiter).map((path) => join(path, name))).find(existsSync);

async function inChromium() {
  const page = `<!doctype html><meta charset="utf-8"><script type="module">${measure}
    const read = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
    const answer = await measure(read).catch((error) => ({ error: String(error) }));
    await fetch("/done", { method: "POST", body: JSON.stringify(answer) });
  </script>`;
  const home = mkdtempSync(join(tmpdir(), "qianmo-bench-"));
  let browser;
  const server = createServer();
  try {
    return await new Promise((done, failed) => {
      server.on("request", (request, response) => {
        if (request.url === "/done") {
          let body = "";
          request.on("data", (part) => { body += part; });
          request.on("end", () => { response.end(); done(JSON.parse(body)); });
        } else {
          response.setHeader("content-type", request.url === "/" ? "text/html" : "application/octet-stream");
          response.end(request.url === "/" ? page : files[request.url]);
        }
      });
      server.listen(0, "127.0.0.1", () => {
        const options = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${home}`];
        browser = spawn(chromium, [...options, `http://127.0.0.1:${server.address().port}/`], { stdio: "ignore" });
        browser.on("error", failed);
        browser.on("exit", () => failed(new Error("Chromium ended early")));
      });
      setTimeout(() => failed(new Error("no answer within two minutes")), 120_000).unref();
    });
  } finally {
    if (browser && browser.exitCode === null) {
      await new Promise((ended) => { browser.on("exit", ended); browser.kill(); });
    }
    server.closeAllConnections();
    server.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

const told = chromium ? await inChromium() : await measure(async (path) => files[path]);
if (told.error) throw new Error(told.error);
const ms = (time) => `${time.toFixed(0)} ms`;
console.log(`module ${(files["/module.wasm"].length / 1024).toFixed(0)} KB, ready in ${ms(told.start)} (${chromium ? "Chromium" : "Node: no Chromium found"})`);
console.log(`rules ${ms(told.programme)}, ${told.records} records of ${told.people} subjects ${ms(told.village)}`);
console.log(`due list: ${told.items} items, ${ms(told.due)} (goal 400 ms); with loading ${ms(told.all)}`);
