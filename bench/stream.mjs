/**
 * Peak memory against corpus size: text of each size (the embedded dictionary pages over and over, JSONL.zst) goes through
 * reading, tokenizing, synthetic scores, `npx lacuna filter` and `npx lacuna export`, and so does one long document; then the
 * real models score a smaller file and one document as long. 0 leaves a part out. Needs the zstd program to write .zst. After a build:
 *
 *     node bench/stream.mjs CLASSIFIER [gigabytes=1,5] [document megabytes=200] [score megabytes=200] [format=olmo-core] [folder=runs/stream]
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { embeddedDocuments } from "../dist/corpus/wordnet/pages.js";
import { MAIN, watchMemory } from "./lib/lacuna.mjs";

const [classifier, sizes = "1,5", long = "200", scored = "200", format = "olmo-core", folder = "runs/stream"] =
  process.argv.slice(2);
if (!classifier) throw new Error("Give a classifier: node bench/stream.mjs CLASSIFIER");
mkdirSync(folder, { recursive: true });
const pages = embeddedDocuments({
  medicalShare: 0.11,
  biologyShare: 0.2,
  validationShare: 0,
  testShare: 0,
  mixing: "web",
  seed: 1,
}).map(({ text }) => text);

/** Pages over and over, as JSONL, until their text has `bytes`. */
function* lines(bytes) {
  let written = 0;
  for (let document = 0; written < bytes; document++) {
    const text = pages[document % pages.length];
    written += Buffer.byteLength(text);
    yield `${JSON.stringify({ id: `page ${document}`, text })}\n`;
  }
}

/** One document of `bytes`. */
function* oneDocument(bytes) {
  yield '{"id":"one","text":"';
  let written = 0;
  for (let page = 0; written < bytes; page++) {
    const text = pages[page % pages.length];
    written += Buffer.byteLength(text);
    yield `${JSON.stringify(text).slice(1, -1)}\\n`;
  }
  yield '"}\n';
}

async function write(name, content) {
  const path = join(folder, `${name}.jsonl.zst`);
  if (existsSync(path)) return path;
  const zstd = spawn("zstd", ["-q", "-3", "-T1", "-o", `${path}.tmp`, "-f"], { stdio: ["pipe", "inherit", "inherit"] });
  for (const piece of content) if (!zstd.stdin.write(piece)) await once(zstd.stdin, "drain");
  zstd.stdin.end();
  const [code] = await once(zstd, "exit");
  if (code !== 0) throw new Error(`zstd ended with ${code}`);
  spawnSync("mv", [`${path}.tmp`, path]);
  return path;
}

/** Runs a program of this package; prints time, rate and the largest peak memory of any of its processes. */
async function measure(what, bytes, args) {
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  const errors = createWriteStream(join(folder, "errors.txt"));
  child.stderr.pipe(errors);
  const peak = watchMemory(child.pid);
  const [code] = await once(child, "exit");
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`${what} ended with ${code}; see ${join(folder, "errors.txt")}`);
  console.log(
    `${what.padEnd(44)} ${seconds.toFixed(0).padStart(6)} s ${(bytes / 1e6 / seconds).toFixed(1).padStart(8)} MB/s   peak ${(peak() / 2 ** 20).toFixed(0).padStart(5)} MiB`,
  );
}

const fresh = (name) => {
  const path = join(folder, name);
  for (const left of [path, `${path}.partial`]) rmSync(left, { recursive: true, force: true });
  return path;
};

/** Synthetic scores, a policy and an export of an input. */
async function throughExport(name, input, bytes, exportTo = []) {
  const [scores, policy, exported] = ["scores", "policy", "export"].map((part) => fresh(`${part}-${name}`));
  const script = new URL("lib/synthetic-scores.mjs", import.meta.url).pathname;
  const filter = [MAIN, "filter", scores, "--method", "remove", "--share", "0.1", "--out", policy];
  const exporting = [MAIN, "export", policy, "--to", format, ...exportTo, "--out", exported];
  await measure("  read, tokenize, store synthetic scores", bytes, [script, classifier, scores, input]);
  await measure("  filter at a share", bytes, filter);
  await measure(["  export to", format, ...exportTo].join(" "), bytes, exporting);
  for (const made of [scores, policy, exported]) rmSync(made, { recursive: true });
}

for (const size of sizes.split(",").map(Number).filter(Boolean)) {
  const bytes = size * 1e9;
  const input = await write(`text-${size}`, lines(bytes));
  console.log(`${size} GB of text, ${(statSync(input).size / 1e6).toFixed(0)} MB as .zst`);
  await throughExport(String(size), input, bytes);
}
if (Number(long) > 0) {
  const bytes = Number(long) * 1e6;
  const document = await write(`document-${long}`, oneDocument(bytes));
  console.log(`one document of ${long} MB`);
  await throughExport("document", document, bytes);
  await throughExport("document", document, bytes, ["--tokenizer", "cl100k_base"]);
}
if (Number(scored) > 0) {
  const bytes = Number(scored) * 1e6;
  for (const [what, input] of [
    [`score ${scored} MB of documents`, await write(`score-${scored}`, lines(bytes))],
    [`score one document of ${scored} MB`, await write(`document-${scored}`, oneDocument(bytes))],
  ]) {
    await measure(what, bytes, [MAIN, "score", input, "--classifier", classifier, "--out", fresh("model-scores")]);
  }
}
