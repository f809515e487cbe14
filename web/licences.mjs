// Holds that every library of the web has a licence that ours may be given out with. Run by `npm run check`.
import { readFileSync } from "node:fs";

const may = new Set(["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "MPL-2.0", "CC0-1.0", "CC-BY-4.0", "BlueOak-1.0.0", "Python-2.0", "Unlicense"]);
const lock = JSON.parse(readFileSync(new URL("package-lock.json", import.meta.url), "utf8"));
const libraries = Object.entries(lock.packages).filter(([path, held]) => path.includes("node_modules/") && !held.link);
const one = (licence) => licence.replace(/[()]/g, "").split(/ OR /).some((choice) => choice.split(/ AND /).every((part) => may.has(part.trim())));
const others = libraries.filter(([, held]) => !one(held.license ?? ""));
for (const [path, held] of others) process.stderr.write(`${path}: ${held.license ?? "no licence"}\n`);
if (others.length > 0) process.exit(1);
process.stdout.write(`${libraries.length} libraries of the web, every licence known\n`);
