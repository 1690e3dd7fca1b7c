/**
 * @file How fast a classifier of words scores a large text, and in how much memory: text to logits alone, and all of `npx lacuna score`.
 * After a build, with a classifier of kind ngram:
 *
 *     node bench/ngram-scale.mjs CLASSIFIER [gigabytes=1] [folder=runs/ngram-scale]
 *
 * The text is the embedded dictionary pages, shuffled anew in every pass. One word in fifty is misspelt at random, since a text
 * that only repeats would be found in the cache of words: no real one of this size has a vocabulary so small. Seconds are
 * processor time of all processes, so other work on the machine counts for little; making the text is left out.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { random } from "../dist/base/random.js";
import { logitReader } from "../dist/classify/ngram/logits.js";
import { openModel } from "../dist/classify/ngram/model.js";
import { readNgram } from "../dist/classify/ngram/model-file.js";
import { embeddedDocuments } from "../dist/corpus/wordnet/pages.js";
import { MAIN, watchMemory, watchProcessor } from "./lib/lacuna.mjs";

const [classifier, gigabytes = "1", folder = "runs/ngram-scale"] = process.argv.slice(2);
if (!classifier) throw new Error("Give a classifier of kind ngram: node bench/ngram-scale.mjs CLASSIFIER");
const wanted = Number(gigabytes) * 1e9;
mkdirSync(folder, { recursive: true });

/** One word in fifty of four letters or more gets a letter that it did not have. */
function misspelt(text, draw) {
  return text.replace(/[a-z]{4,}/g, (word) => {
    if (draw.integer(50) > 0) return word;
    const at = draw.integer(word.length);
    return word.slice(0, at) + String.fromCharCode(97 + draw.integer(26)) + word.slice(at + 1);
  });
}

/** Pages until their text has the bytes wanted. */
function* texts() {
  const shares = { medicalShare: 0.11, biologyShare: 0.2, validationShare: 0, testShare: 0 };
  const pages = embeddedDocuments({ ...shares, mixing: "web", seed: 1 }).map(({ text }) => text);
  const draw = random(1, "bench of words at scale");
  for (let written = 0; written < wanted; ) {
    for (const page of draw.permutation(pages.length)) {
      if (written >= wanted) return;
      const text = misspelt(pages[page], draw);
      written += Buffer.byteLength(text);
      yield text;
    }
  }
}

function print(what, seconds, peakBytes) {
  const [rate, peak] = [(wanted / 1e6 / seconds).toFixed(1), (peakBytes / 2 ** 20).toFixed(0)];
  console.log(
    `${what.padEnd(58)} ${seconds.toFixed(0).padStart(5)} s ${rate.padStart(6)} MB/s   peak ${peak.padStart(5)} MiB`,
  );
}

/** Tokens of four bytes stand in for a tokenizer's, so that only the path from text to logits is measured. */
function untokenized(text) {
  const bytes = Buffer.byteLength(text);
  const ends = Uint32Array.from({ length: Math.ceil(bytes / 4) }, (_, token) => Math.min(4 * (token + 1), bytes));
  return { text, ends, isSpecial: new Uint8Array(ends.length) };
}

function textToLogits() {
  const { file, weights } = readNgram(classifier);
  const logitsOf = logitReader(openModel(weights, file.settings.lexicon), file.settings);
  let [microseconds, sum] = [0, 0];
  let batch = [];
  const measure = () => {
    const before = process.cpuUsage();
    for (const document of batch) sum += logitsOf(document).meanLogit ?? 0;
    const { user, system } = process.cpuUsage(before);
    microseconds += user + system;
    batch = [];
  };
  for (const text of texts()) if (batch.push(untokenized(text)) === 1000) measure();
  measure();
  if (!Number.isFinite(sum)) throw new Error("A logit is no number");
  print("text to logits", microseconds / 1e6, process.resourceUsage().maxRSS * 1024);
}

async function wholeJob() {
  const input = join(folder, `text-${gigabytes}.jsonl`);
  if (!existsSync(input)) {
    const file = createWriteStream(`${input}.tmp`);
    let document = 0;
    for (const text of texts())
      if (!file.write(`${JSON.stringify({ id: `page ${document++}`, text })}\n`)) await once(file, "drain");
    await finished(file.end());
    renameSync(`${input}.tmp`, input);
  }
  const out = join(folder, "scores");
  rmSync(out, { recursive: true, force: true });
  const args = [MAIN, "score", input, "--classifier", classifier, "--out", out, "--workers", "1"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => (said = (said + chunk).slice(-2000)));
  const [peak, seconds] = [watchMemory(child.pid), watchProcessor(child.pid)];
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`npx lacuna score ended with ${code}: ${said}`);
  print("npx lacuna score: read, tokenize, read back, score, store", seconds(), peak());
}

console.log(`${gigabytes} GB of text; ${cpus()[0].model}, ${cpus().length} cores, node ${process.version}`);
textToLogits();
await wholeJob();
