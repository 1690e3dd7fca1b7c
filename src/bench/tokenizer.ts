/**
 * @file `npx lacuna bench tokenizer`: tokens per second of encoding with cl100k_base, beside gpt-tokenizer and tiktoken.
 *
 * Everyone encodes the same documents in turns, one thread each. The first pass is told apart: from the second on, every
 * word is in a cache. Rates per second of CPU time are what a free core would give; a busy machine lowers the others.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { UserError } from "../base/errors.js";
import { buildCorpus } from "../corpus/index.js";
import { gptTokenizer, lacunaTokenizers, type Pass, type TokenizerRunner, tiktoken } from "./tokenizer-runners.js";

export interface TokenizerBenchOptions {
  /** Files or folders of text; none for the embedded WordNet pages. */
  files?: readonly string[];
  /** Cap on the UTF-8 bytes that are encoded. */
  maxBytes?: number;
  /** Passes after the first. */
  passes?: number;
  /** Whether to time gpt-tokenizer and tiktoken too. */
  peers?: boolean;
  onProgress?: (text: string) => void;
}

export interface TokenizerBenchRow {
  runner: string;
  tokens: number;
  /** Tokens more than Lacuna's; 0 for the same vocabulary and the same reading of white space. */
  tokensMore: number;
  /** Of the first pass, tokens per second of CPU time. */
  firstTokensPerCpuSecond: number;
  /** Medians of the passes after it. */
  tokensPerCpuSecond: number;
  tokensPerSecond: number;
  megabytesPerCpuSecond: number;
  /** Lacuna with offsets over this runner, tokens per second of CPU time. */
  lacunaSpeedup: number;
}

export interface TokenizerBenchResult {
  machine: { cpu: string; cores: number; load: number; node: string; gptTokenizer: string; tiktoken: string | null };
  text: { documents: number; bytes: number; tokens: number; passes: number };
  rows: TokenizerBenchRow[];
}

/** @throws UserError when the files hold no text */
export async function benchTokenizer(options: TokenizerBenchOptions = {}): Promise<TokenizerBenchResult> {
  const { files, maxBytes = 10e6, passes = 5, peers = true, onProgress } = options;
  if (passes < 1) throw new UserError(`--passes is ${passes}; give 1 or more.`);
  onProgress?.("reading the text");
  const texts = await readTexts(files, maxBytes);
  const runners: TokenizerRunner[] = await lacunaTokenizers(texts);
  const python = peers ? await tiktoken(texts) : undefined;
  if (peers) runners.push(await gptTokenizer(texts));
  if (python) runners.push(python.runner);
  const results: Pass[][] = runners.map(() => []);
  try {
    for (let pass = 0; pass <= passes; pass++) {
      for (const [index, { name, pass: encode }] of runners.entries()) {
        onProgress?.(`${name}: pass ${pass + 1} of ${passes + 1}`);
        results[index].push(await encode());
      }
    }
  } finally {
    for (const { close } of runners) close();
  }
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return {
    machine: {
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cores: cpus().length,
      load: loadavg()[0],
      node: process.versions.node,
      gptTokenizer: packageVersion("gpt-tokenizer"),
      tiktoken: python?.version ?? null,
    },
    text: { documents: texts.length, bytes, tokens: results[0][0].tokens, passes },
    rows: describe(runners, results, bytes),
  };
}

function describe(runners: readonly TokenizerRunner[], results: readonly Pass[][], bytes: number): TokenizerBenchRow[] {
  const rates = results.map(([first, ...rest]) => ({
    tokens: first.tokens,
    first: first.tokens / first.cpuSeconds,
    cpu: median(rest.map(({ tokens, cpuSeconds }) => tokens / cpuSeconds)),
    wall: median(rest.map(({ tokens, seconds }) => tokens / seconds)),
  }));
  return rates.map(({ tokens, first, cpu, wall }, index) => ({
    runner: runners[index].name,
    tokens,
    tokensMore: tokens - rates[0].tokens,
    firstTokensPerCpuSecond: first,
    tokensPerCpuSecond: cpu,
    tokensPerSecond: wall,
    megabytesPerCpuSecond: ((cpu / tokens) * bytes) / 1e6,
    lacunaSpeedup: rates[0].cpu / cpu,
  }));
}

async function readTexts(files: readonly string[] | undefined, maxBytes: number): Promise<string[]> {
  const { documents } = await buildCorpus({
    ...(files?.length ? { files } : {}),
    maxBytes,
    textField: "text",
    idField: "id",
    domainField: "domain",
    medicalShare: 0.2,
    biologyShare: 0.2,
    mixing: "web",
    validationShare: 0,
    testShare: 0,
    seed: 1,
  });
  return documents.map(({ text }) => text);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function packageVersion(name: string): string {
  const main = createRequire(import.meta.url).resolve(name);
  for (let folder = dirname(main); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const { name: found, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      if (found === name && typeof version === "string") return version; // nested ones have none
    } catch {} // a folder without a package.json of its own
  }
  return "unknown";
}
