// How fast the screens are for a person before them: `node web/bench/desk.mjs ADDRESS ACCOUNT PASSWORD SECTION…`, sections `first`
// (the workbench cold and warm, and what crosses the network), `search`, `person` (a resident of 400 records), `rows` (10,000 rows scrolled).
// Medians of so many rounds; beside the first screen a page without any program, from the same server in the same run.
//
// `person` writes follow-ups of one resident: use a copy of the demo's data.
import { chromium } from "@playwright/test";

const [address, account, given, ...sections] = process.argv.slice(2);
let password = given;
if (!sections.length) throw new Error("node web/bench/desk.mjs ADDRESS ACCOUNT PASSWORD SECTION…");
const ROUNDS = 7;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

const at = (times, share) => [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))];
const ms = (value) => `${value.toFixed(0)} ms`;
const told = (times) => `median ${ms(at(times, 0.5))}, p95 ${ms(at(times, 0.95))}, most ${ms(Math.max(...times))} (${times.length})`;
const say = (text) => process.stdout.write(`${text}\n`);

async function logIn() {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: "zh-CN", timezoneId: "Asia/Shanghai" });
  const post = () => context.request.post(`${address}/api/v1/session`, { data: { name: account, password } });
  let answer = await post();
  if (!answer.ok()) throw new Error(await answer.text());
  if ((await answer.json()).must_change) {
    // A new account's first password is for its first log-in.
    await context.request.put(`${address}/api/v1/session/password`, { headers: { origin: address }, data: { old: password, new: `${password}+` } });
    password += "+";
    answer = await post();
  }
  return context;
}

// First paint with content, and the moment when every block of the workbench has its answer.
async function opened(page, go) {
  await go();
  await page.waitForFunction(() => document.querySelector("main .card") && !document.querySelector("main .waiting"), undefined, { polling: "raf" });
  return page.evaluate(() => ({ paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN, there: performance.now() }));
}

async function first() {
  const session = await (await logIn()).storageState();
  const fresh = () => browser.newContext({ viewport: { width: 1366, height: 768 }, locale: "zh-CN", timezoneId: "Asia/Shanghai", storageState: session });
  const [cold, warm, plain, bytes] = [[], [], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    const context = await fresh();
    const page = await context.newPage();
    await page.goto(`${address}/healthz`);
    plain.push(await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? performance.now()));
    const cdp = await context.newCDPSession(page);
    await cdp.send("Network.enable");
    let [code, all] = [0, 0];
    const kinds = new Map();
    cdp.on("Network.responseReceived", ({ requestId, type }) => kinds.set(requestId, type));
    cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      all += encodedDataLength;
      if (["Document", "Script", "Stylesheet", "Font", "Image"].includes(kinds.get(requestId))) code += encodedDataLength;
    });
    cold.push(await opened(page, () => page.goto(address)));
    await page.waitForTimeout(500);
    bytes.push([code, all]);
    warm.push(await opened(page, () => page.reload()));
    await context.close();
  }
  const blank = at(plain, 0.5);
  for (const [name, times] of [["cold", cold], ["warm", warm]]) {
    const paint = at(times.map((time) => time.paint), 0.5);
    say(`workbench ${name}: first paint ${ms(paint)} (${(paint / blank).toFixed(1)} times a page of one line, ${ms(blank)}), every block there ${told(times.map(({ there }) => there))}`);
  }
  say(`first screen, compressed: program ${(at(bytes.map(([code]) => code), 0.5) / 1024).toFixed(0)} KB, with data ${(at(bytes.map(([, all]) => all), 0.5) / 1024).toFixed(0)} KB`);
}

async function search() {
  const page = await (await logIn()).newPage();
  await page.goto(`${address}/residents`);
  const field = page.locator("main input[type=search]");
  await field.waitFor();
  const { items } = await (await page.request.get(`${address}/api/v1/residents`, { params: { q: "李", limit: 200 } })).json();
  const names = [...new Set(items.map(({ name }) => name).filter(Boolean))];
  const surnames = [..."王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高"];
  const initials = ["zh", "lx", "zsl", "wxy", "yh", "hm", "cj", "ly", "wj", "zyl", "xq", "sf", "ml", "gx", "hyz"];
  // Nothing twice: what was asked before is still there.
  const words = [...new Set([...surnames, ...initials, ...names.slice(0, 20), ...names.slice(20, 40).map((name) => name.slice(0, 2)), ...surnames.map((one) => `${one}文`)])];
  const times = [];
  for (const word of words) {
    const time = await field.evaluate(async (input, asked) => {
      const began = performance.now();
      input.value = asked;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      for (;;) {
        await new Promise(requestAnimationFrame);
        const table = document.querySelector("main table[role=grid]");
        const empty = document.querySelector("main section.empty")?.textContent?.includes(asked);
        if (empty || (table?.getAttribute("aria-label")?.endsWith(asked) && table.closest("section").getAttribute("aria-busy") !== "true")) break;
        if (performance.now() - began > 20_000) throw new Error(`nothing found for ${asked}`);
      }
      return performance.now() - began;
    }, word);
    times.push(time);
    await page.waitForTimeout(150);
  }
  say(`search, from the key to the names on screen: ${told(times)}`);
}

// Gives somebody 400 records, by the same door as anybody's.
async function manyRecords(page) {
  const { items } = await (await page.request.get(`${address}/api/v1/due`, { params: { area: "530599100000", programmes: "hypertension", limit: 50 } })).json();
  const line = items.find(({ kind }) => kind === "hypertension_patient");
  const { today } = await (await page.request.get(`${address}/api/v1/version`)).json();
  const day = (back) => new Date(Date.parse(today) - back * 86_400_000).toISOString().slice(0, 10);
  const record = (index) => ({
    id: crypto.randomUUID(), form: "hypertension.followup", kind: line.kind, subject: line.subject, resident: line.resident, area: line.area,
    at: day(index), recorded_at: Date.now(), values: { mode: "1", systolic: 120 + (index % 40), diastolic: 70 + (index % 25) },
  });
  const answer = await page.request.post(`${address}/api/v1/records/batch`, { headers: { origin: address }, data: { records: Array.from({ length: 400 }, (_, index) => record(index + 1)) } });
  const { outcomes, results } = await answer.json();
  const states = (outcomes ?? results ?? []).map(({ state }) => state);
  say(`person: ${states.filter((state) => state === "accepted").length} records written, ${states.filter((state) => state !== "accepted").length} not (${answer.status()})`);
  return line.resident;
}

async function person() {
  const context = await logIn();
  const page = await context.newPage();
  const id = await manyRecords(page);
  const times = [];
  for (let round = 0; round < ROUNDS * 3; round++) {
    await page.goto(`${address}/residents?q=l`);
    await page.locator("main table[role=grid] tbody a").first().waitFor();
    const time = await page.evaluate(async (resident) => {
      // The page of the one meant is opened as the list opens it: within the app.
      const router = document.querySelector("#app").__vue_app__.config.globalProperties.$router;
      const began = performance.now();
      void router.push({ name: "resident", params: { id: resident } });
      for (;;) {
        await new Promise(requestAnimationFrame);
        if (document.querySelector("main article") && !document.querySelector("main .waiting")) break;
        if (performance.now() - began > 20_000) throw new Error("the page never came");
      }
      return performance.now() - began;
    }, id);
    times.push(time);
  }
  say(`a person of 400 records, from the list to the whole page: ${told(times)}`);
}

// Scrolls a list as fast as a wheel can and counts frames that came late (more than one and a half of 60 a second).
async function rows() {
  const page = await (await logIn()).newPage();
  await page.goto(`${address}/residents`);
  await page.locator("main table[role=grid] tbody a").first().waitFor();
  const count = () => page.evaluate(() => Number(document.querySelector("main table[role=grid]").getAttribute("aria-rowcount")) - 1);
  for (let step = 0; step < 1000 && (await count()) < 10_000; step++) {
    const before = await count();
    await page.evaluate(() => { const list = document.querySelector(".scroller"); list.scrollTop = list.scrollHeight; });
    await page.waitForFunction((held) => Number(document.querySelector("main table[role=grid]").getAttribute("aria-rowcount")) - 1 > held, before, { timeout: 3000 }).catch(() => undefined);
    if ((await count()) === before) break;
  }
  const loaded = await count();
  const measure = (moving) =>
    page.evaluate(async (moves) => {
      const list = document.querySelector(".scroller");
      list.scrollTop = 0;
      await new Promise(requestAnimationFrame);
      const gaps = [];
      let last = await new Promise(requestAnimationFrame);
      for (let frame = 0; frame < 360; frame++) {
        if (moves) list.scrollTop += 180;
        const now = await new Promise(requestAnimationFrame);
        gaps.push(now - last);
        last = now;
      }
      return gaps;
    }, moving);
  const [still, moving] = [await measure(false), await measure(true)];
  const late = (gaps) => gaps.filter((gap) => gap > 25).length;
  say(`${loaded} rows loaded; scrolled 5 rows a frame for ${moving.length} frames: ${late(moving)} late (median ${at(moving, 0.5).toFixed(1)} ms, p99 ${at(moving, 0.99).toFixed(1)}); standing still ${late(still)} late`);
}

const all = { first, search, person, rows };
for (const section of sections) await all[section]();
await browser.close();
