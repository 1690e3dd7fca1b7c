/**
 * @file Every export format, read with the reader of the project it is for (interop/exports.py).
 *
 * What the reader gives must be our view: the same ids, the same trained targets, and under a small fixed model the same
 * masked loss to 1e-5. Expectations are made from `documentViews` and the definition of a loss mask alone, not from
 * what the formats write. Synthetic documents: tokens are bytes, upper-case letters are forget.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeJson } from "../src/base/files.js";
import {
  type Arranged,
  arrange,
  documentViews,
  type ExportSettings,
  exportCorpus,
  type FormatName,
} from "../src/filter/export/index.js";
import { DOCUMENTS, shouting, syntheticSet } from "../src/filter/export/testing/synthetic-set.js";
import type { PolicySet } from "../src/filter/policies/index.js";
import type { Policy } from "../src/filter/policy.js";
import { PYTHON, pythonAt } from "./python.js";

/** levanter's pins do not go with the other projects': it has an environment of its own, see run.sh. */
const LEVANTER = PYTHON ? join(PYTHON, "../../levanter/bin/python") : "";

type Settings = Partial<ExportSettings> & { to: FormatName };

const WINDOW = 16;
const IGNORED = -100;

interface Row {
  ids: number[];
  targets: number[];
  attention?: number[];
}

interface Read {
  missing?: string;
  failed?: string;
  reader: string;
  rows: Row[];
  loss: number;
  texts: Record<string, string>;
  ranges: Record<string, string[]>;
}

const SHARDS = [DOCUMENTS, [shouting("second", "more TEXT with 🇨🇭 FLAGS and words after it"), shouting("end", "zzz")]];

interface Export {
  folder: string;
  set: PolicySet;
  settings: Settings;
}

/** Exports into a folder, ready for the judge. */
async function prepare(settings: Settings, policy: Partial<Policy> & Pick<Policy, "method">, exempt: string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), "lacuna-interop-"));
  const set = await syntheticSet(folder, SHARDS, policy, { exempt });
  const tokenizer = set.policies[0].scored.tokenizer();
  const { endOfText, pad } = tokenizer.specials;
  const given = { format: settings.to, vocabulary: tokenizer.vocabularySize, endOfText, pad, window: WINDOW };
  await writeJson(join(folder, "given.json"), given);
  await exportCorpus(set, join(folder, "export"), { settings });
  return { folder, set, settings };
}

/** Has all exports read, with one start of each interpreter. */
function readAll(exports: Export[]): void {
  for (const interpreter of [PYTHON!, LEVANTER]) {
    const its = exports.filter(({ settings }) => (settings.to === "levanter") === (interpreter === LEVANTER));
    if (existsSync(interpreter)) pythonAt(interpreter, "exports.py", ...its.map(({ folder }) => folder));
  }
}

/** What a reader gave; undefined, having said so, when it is not installed. */
function whatWasRead({ folder, settings }: Export): Read | undefined {
  const path = join(folder, "read.json");
  const read: Read = existsSync(path)
    ? JSON.parse(readFileSync(path, "utf8"))
    : { missing: `${LEVANTER} does not exist, see run.sh` };
  if (read.failed) throw new Error(read.failed);
  console.log(`${settings.to}: ${read.missing ? `skipped, ${read.missing}` : read.reader}`);
  return read.missing ? undefined : read;
}

/** The documents of each shard as a trainer should see them. */
async function streams(set: PolicySet): Promise<Arranged[][]> {
  const { hidden } = set.policies[0].scored.tokenizer().specials;
  const all: Arranged[][] = [];
  for (const shard of SHARDS.keys()) {
    const documents: Arranged[] = [];
    for await (const view of documentViews(set, shard)) if (!view.isDropped) documents.push(arrange(view, hidden));
    all.push(documents);
  }
  return all;
}

/** ids and targets of positions [start, end) of a stream; the last position's target may lie beyond. */
function rowOf(ids: number[], trained: number[], start: number, end: number, knowsNext: boolean): Row {
  const targets = ids.slice(start, end).map((_, at) => {
    const next = start + at + 1;
    return next < ids.length && (next < end || knowsNext) && trained[next] === 1 ? ids[next] : IGNORED;
  });
  return { ids: ids.slice(start, end), targets };
}

const joined = (documents: Arranged[]) => ({
  ids: documents.flatMap(({ inputs }) => [...inputs]),
  trained: documents.flatMap(({ lossMask }) => [...lossMask]),
});

/** Mean cross entropy of the fixed model of exports.py over the targets that are not -100. */
function lossOf(rows: readonly Row[], vocabulary: number): number {
  const width = 8;
  let [sum, count] = [0, 0];
  for (const { ids, targets } of rows) {
    for (const [at, target] of targets.entries()) {
      if (target === IGNORED) continue;
      const logits = Array.from({ length: vocabulary }, (_, token) => {
        let logit = 0;
        for (let d = 0; d < width; d++) logit += Math.sin(0.37 * ids[at] + 1.3 * d) * Math.cos(0.11 * token + 0.7 * d);
        return logit;
      });
      sum += Math.log(logits.reduce((total, logit) => total + Math.exp(logit), 0)) - logits[target];
      count++;
    }
  }
  return sum / count;
}

type Expectation = (documents: Arranged[]) => Row[];
const perDocument: Expectation = (documents) =>
  documents.map((document) => {
    const { ids, trained } = joined([document]);
    return rowOf(ids, trained, 0, ids.length, false);
  });
/** Windows of a stream. @param stride - positions between the starts of two windows; incomplete ones are left out */
const windows =
  (length: number, stride: number, knowsNext: boolean): Expectation =>
  (documents) => {
    const { ids, trained } = joined(documents);
    const rows: Row[] = [];
    for (let start = 0; start + length + (knowsNext ? 1 : 0) <= ids.length; start += stride) {
      rows.push(rowOf(ids, trained, start, start + length, knowsNext));
    }
    return rows;
  };
/** Windows with the last one padded. */
const padded =
  (pad: number, knowsNext: boolean): Expectation =>
  (documents) => {
    const { ids, trained } = joined(documents);
    const full = Math.ceil(ids.length / WINDOW) * WINDOW;
    const [all, mask] = [ids, trained].map((values) => [...values]);
    while (all.length < full) mask.push(all.push(pad) * 0);
    return windows(
      WINDOW,
      WINDOW,
      false,
    )([{ inputs: Uint32Array.from(all), lossMask: Uint8Array.from(mask), scores: new Uint8Array(full) }]).map(
      (row, at) => (knowsNext ? rowOf(all, mask, at * WINDOW, (at + 1) * WINDOW, true) : row),
    );
  };

const PAD = 258;
const CASES: [string, Settings, Expectation][] = [
  ["huggingface, a row per document", { to: "huggingface" }, perDocument],
  ["huggingface, packed", { to: "huggingface", sequenceLength: WINDOW }, padded(PAD, false)],
  ["torchtitan, a row per document", { to: "torchtitan" }, perDocument],
  ["torchtitan, packed", { to: "torchtitan", sequenceLength: WINDOW }, padded(PAD, true)],
  ["olmo-core", { to: "olmo-core" }, windows(WINDOW, WINDOW, false)],
  ["megatron", { to: "megatron" }, perDocument],
  ["gpt-neox", { to: "gpt-neox" }, perDocument],
  ["levanter, packed", { to: "levanter", sequenceLength: WINDOW }, padded(PAD, false)],
  ["mds, a row per document", { to: "mds" }, perDocument],
  ["mds, packed", { to: "mds", sequenceLength: WINDOW }, padded(PAD, false)],
  ["nanogpt", { to: "nanogpt" }, windows(WINDOW, WINDOW, true)],
  ["datatrove", { to: "datatrove" }, windows(WINDOW, WINDOW + 1, true)],
];

const METHODS = ["mask", "remove"] as const;

describe.skipIf(!PYTHON)("exports read by their own projects", () => {
  const tokenExports = new Map<string, Export>();
  const others: Record<string, Export> = {};
  beforeAll(async () => {
    for (const method of METHODS) {
      for (const [name, settings] of CASES) {
        tokenExports.set(`${name} ${method}`, await prepare(settings, { method }, ["quiet"]));
      }
    }
    others.cut = await prepare({ to: "dolma" }, { method: "remove", replacement: "nothing" });
    others.dropped = await prepare({ to: "dolma" }, { method: "document" }, ["wide"]);
    others.text = await prepare({ to: "text" }, { method: "mask" });
    readAll([...tokenExports.values(), ...Object.values(others)]);
  });
  afterAll(() => {
    for (const { folder } of [...tokenExports.values(), ...Object.values(others)]) rmSync(folder, { recursive: true });
  });

  for (const method of METHODS) {
    it.each(CASES)(`%s, ${method}: same ids, same targets, same masked loss`, async (name, { to }, expectation) => {
      const made = tokenExports.get(`${name} ${method}`)!;
      const read = whatWasRead(made);
      if (!read) return;
      const { vocabularySize, specials } = made.set.policies[0].scored.tokenizer();
      const expected = (await streams(made.set)).flatMap(expectation);
      expect(read.rows.map(({ ids, targets }) => ({ ids, targets }))).toEqual(expected);
      expect(Math.abs(read.loss - lossOf(expected, vocabularySize))).toBeLessThan(1e-5);
      expect(read.rows.flatMap(({ targets }) => targets)).not.toContain(specials.hidden);
      expect(read.rows.flatMap(({ ids }) => ids).includes(specials.hidden)).toBe(method === "remove");
      if (to !== "huggingface") return;
      const attention = read.rows.map(({ ids }) => ids.map((id) => Number(id !== PAD)));
      expect(read.rows.map((row) => row.attention)).toEqual(attention);
    });
  }

  it("dolma's mixer cuts the spans that are removed, in characters", () => {
    const read = whatWasRead(others.cut);
    if (!read) return;
    for (const { id, text } of SHARDS.flat()) expect(read.texts[id] ?? "").toBe(text.replaceAll(/[A-Z]/g, ""));
  });

  it("dolma's mixer leaves out dropped documents", () => {
    const read = whatWasRead(others.dropped);
    if (read) expect(Object.keys(read.texts).sort()).toEqual(["end", "quiet", "wide"]);
  });

  it("text is read by datasets, and by datatrove with its no_loss_ranges", () => {
    const read = whatWasRead(others.text);
    if (!read) return;
    for (const { id, text } of SHARDS.flat()) {
      expect(read.texts[id]).toBe(text);
      expect(read.ranges[id]).toEqual(text.match(/[A-Z]+/g) ?? []);
    }
  });
});
