// Speed of the proofreader as WebAssembly: node bench/proofread/wasm.mjs MODULE.wasm TEXT...
// Repeats the texts to about 1 MB and prints the median of nine runs.
import { readFileSync } from "node:fs";

const [module, ...texts] = process.argv.slice(2);
const bytes = readFileSync(module);
const began = performance.now();
// The archive library imports a random source that reading never calls.
const compiled = await WebAssembly.compile(bytes);
const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(compiled)) {
  imports[from] = { ...imports[from], [name]: () => { throw new Error(`${name} is never called`); } };
}
const instance = await WebAssembly.instantiate(compiled, imports);
console.log(`module ${(bytes.length / 1024).toFixed(0)} KB, instantiated in ${(performance.now() - began).toFixed(1)} ms`);
const { memory, allocate, proofread, release } = instance.exports;
const one = texts.map((file) => readFileSync(file, "utf8")).join("\n");
const copies = Math.max(1, Math.round((1 << 20) / Buffer.byteLength(one)));
const text = new TextEncoder().encode(Array(copies).fill(one).join("\n"));
const times = [];
let claims = 0;
for (let run = 0; run < 9; run += 1) {
  const start = performance.now();
  const place = allocate(text.length);
  new Uint8Array(memory.buffer, place, text.length).set(text);
  const answer = proofread(place, text.length);
  const at = Number(answer >> 32n) >>> 0;
  const length = Number(answer & 0xffffffffn);
  const json = JSON.parse(new TextDecoder().decode(new Uint8Array(memory.buffer, at, length)));
  release(at, length);
  times.push(performance.now() - start);
  claims = json.claims.length;
}
times.sort((a, b) => a - b);
console.log(`${(text.length / (1 << 20)).toFixed(2)} MB, ${claims} claims: ${times[4].toFixed(0)} ms (goal 400 ms for 1 MB)`);
