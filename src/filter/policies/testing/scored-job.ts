/**
 * @file A finished scoring job on disk with made-up scores, and its input beside it. For tests; synthetic.
 *
 * Inputs are JSONL, tokens are bytes, scores are what the caller says: no models. It goes through the real commit path.
 */
import { join, relative } from "node:path";
import { crc32 } from "node:zlib";
import { writeFileAtomic, writeJson } from "../../../base/files.js";
import { sha256 } from "../../../base/hash.js";
import { openStore } from "../../../base/store/index.js";
import { type ClassifierFile, type ProbeFile, qualityOf, thresholdsFor } from "../../../classify/index.js";
import { BYTE_CHARACTERS } from "../../../tokens/byte-alphabet.js";
import { placeSpecials, tokenizerFingerprint, writeTokenizer } from "../../../tokens/index.js";
import { writeByteLevelJson } from "../../../tokens/tokenizer-json.js";
import { commitShard } from "../../job/commit.js";
import { finishJob, manifestOf, manifestText } from "../../job/finish.js";
import { PartBuilder, readParts } from "../../job/parts.js";
import { JOB_FILES, JobSettings } from "../../job/plan.js";
import { readRecord } from "../../job/record.js";
import { keyOf, planText } from "../../job/start.js";

export interface SyntheticDocument {
  id: string;
  text: string;
  /** Stored scores, one per byte of the text; end-of-text is added. */
  scores: Uint8Array;
  /** Stored score of the document; the greatest of its tokens' when left out. */
  documentScore?: number;
}

/** Upper-case letters are forget: score 200, all else 20. */
export function shoutingScores(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text), (byte) => (byte >= 65 && byte <= 90 ? 200 : 20));
}

/**
 * Writes input files `<folder>/input/N.jsonl` and the job `<folder>/<name>`; returns the job's folder.
 * @param isOld - finished without a look at what is in it, as jobs once were
 */
export async function writeScoredJob(
  folder: string,
  shards: readonly (readonly SyntheticDocument[])[],
  { name = "scores", domain = "shouting", probe = syntheticProbe(), isOld = false } = {},
): Promise<string> {
  const uri = join(folder, name);
  const store = openStore(uri);
  const vocabulary = Object.fromEntries(BYTE_CHARACTERS.map((character, byte) => [character, byte]));
  await writeTokenizer(uri, writeByteLevelJson(vocabulary, []), placeSpecials("bytes", 256));
  const texts = shards.map((documents) =>
    documents.map(({ id, text }) => `${JSON.stringify({ id, text })}\n`).join(""),
  );
  const inputs = [];
  for (const [shard, text] of texts.entries()) {
    const path = join(folder, "input", `${shard}.jsonl`);
    await writeFileAtomic(path, text);
    inputs.push({ uri: path, source: relative(folder, path).replace(/\.jsonl$/, ""), bytes: Buffer.byteLength(text) });
  }
  const tokenizer = tokenizerFingerprint(uri);
  const classifier: ClassifierFile = {
    kind: "bilm",
    domain,
    tokenizer,
    warnings: [],
    widths: { left: 1, right: 1 },
    token: probe,
    document: probe,
  };
  await writeJson(join(uri, "classifier.json"), classifier);
  const rest = { version: 1 as const, domain, classifier: `synthetic ${domain}`, tokenizer };
  const settings = JobSettings.parse({});
  const plan = { key: keyOf({ ...rest, settings, inputs }), ...rest, settings, inputs };
  await store.create(JOB_FILES.plan, planText(plan));
  for (const [shard, documents] of shards.entries()) {
    const part = new PartBuilder();
    for (const [row, { id, text, scores, documentScore = Math.max(0, ...scores) }] of documents.entries()) {
      const textBytes = Buffer.byteLength(text);
      if (scores.length !== textBytes) throw new Error(`${id}: ${textBytes} bytes, ${scores.length} scores`);
      const tokenScores = Uint8Array.of(...scores, 0);
      part.addDocument({ row, id, crc32: crc32(text), textBytes, tokenScores, documentScore });
    }
    await part.write(store, plan, shard, 0, { bytes: inputs[shard].bytes, sha256: sha256(texts[shard]) });
    await commitShard(store, plan, shard, await readParts(store, plan, shard));
  }
  if (isOld) {
    const records = await Promise.all(shards.map(async (_, shard) => (await readRecord(store, plan, shard))!));
    await store.create(JOB_FILES.manifest, manifestText(await manifestOf(store, plan, records)));
  }
  if (!(await finishJob(store, plan))) throw new Error("The synthetic job is not finished");
  return uri;
}

/** Validation rows of a synthetic probe: forget ones score 100, 150, 200 and 250, retain ones 0 to 120. */
export function syntheticProbe(): ProbeFile {
  const stored = Uint8Array.of(100, 150, 200, 250, ...Array.from({ length: 13 }, (_, i) => i * 10));
  const labels = Uint8Array.from(stored, (_, row) => (row < 4 ? 1 : 0));
  const thresholds = thresholdsFor(stored, labels);
  const logits = Float64Array.from(stored, (score) => (score - 127) / 20);
  const rows = { logits, labels, sources: Array.from(labels, () => "synthetic") };
  const calibration = { slope: 1, intercept: 0 };
  const quality = qualityOf(rows, calibration, thresholds.f1.threshold);
  return {
    ...{ layer: 0, strength: 1, calibration, thresholds, candidates: [], trainRows: 17 },
    quality: { validation: quality, test: quality },
  };
}
