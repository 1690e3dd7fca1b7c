/**
 * @file Who encodes in `npx lacuna bench tokenizer`: Lacuna, npm's gpt-tokenizer, and Python's tiktoken where there is one.
 *
 * A runner encodes every document once, on one thread, and says how many tokens came out and what it took.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PACKAGE_ROOT } from "../base/package.js";
import { createTokenizer, namedTokenizer } from "../tokens/index.js";

export interface Pass {
  tokens: number;
  /** Wall and CPU seconds. */
  seconds: number;
  cpuSeconds: number;
}

export interface TokenizerRunner {
  name: string;
  pass(): Promise<Pass>;
  close(): void;
}

const TIKTOKEN_SCRIPT = `${PACKAGE_ROOT}bench/tiktoken_encode.py`;

/** Times a synchronous count in this process. */
function runner(name: string, texts: readonly string[], count: (text: string) => number): TokenizerRunner {
  return {
    name,
    async pass() {
      const [start, cpu] = [performance.now(), process.cpuUsage()];
      let tokens = 0;
      for (const text of texts) tokens += count(text);
      const seconds = (performance.now() - start) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      return { tokens, seconds, cpuSeconds: (user + system) / 1e6 };
    },
    close: () => {},
  };
}

/** Ours: ids and offsets, and ids alone, each with a cache of words of its own. */
export async function lacunaTokenizers(texts: readonly string[]): Promise<TokenizerRunner[]> {
  const { json, specials } = await namedTokenizer("cl100k_base");
  const [withOffsets, alone] = [createTokenizer(json, specials), createTokenizer(json, specials)];
  return [
    runner("lacuna, with offsets", texts, (text) => withOffsets.encodeWithOffsets(text).ids.length),
    runner("lacuna, ids only", texts, (text) => alone.encode(text).length),
  ];
}

export async function gptTokenizer(texts: readonly string[]): Promise<TokenizerRunner> {
  const { encode } = await import("gpt-tokenizer/encoding/cl100k_base");
  const asText = { disallowedSpecial: new Set<string>() };
  return runner("gpt-tokenizer", texts, (text) => encode(text, asText).length);
}

/** tiktoken in a Python process; undefined where there is none (env LACUNA_PYTHON, else python3). */
export async function tiktoken(
  texts: readonly string[],
): Promise<{ runner: TokenizerRunner; version: string } | undefined> {
  if (!existsSync(TIKTOKEN_SCRIPT)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "lacuna-bench-"));
  const files = [join(folder, "ranks.json"), join(folder, "texts.json")];
  const { json, specials } = await namedTokenizer("cl100k_base");
  const cl100k = createTokenizer(json, specials);
  const ranks = Array.from({ length: specials.specials.endOfText }, (_, id) => {
    const bytes = cl100k.decodeBytes([id]);
    return bytes.length > 0 ? Buffer.from(bytes).toString("base64") : null;
  });
  writeFileSync(files[0], JSON.stringify(ranks));
  writeFileSync(files[1], JSON.stringify(texts));
  const child = spawn(process.env.LACUNA_PYTHON ?? "python3", [TIKTOKEN_SCRIPT, ...files], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    return done ? undefined : (JSON.parse(value) as Partial<Pass> & { tiktoken?: string });
  };
  const close = () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  const hello = await next();
  if (hello?.tiktoken === undefined) {
    close();
    return undefined;
  }
  const pass = async () => {
    child.stdin.write("pass\n");
    const answer = await next();
    if (answer?.tokens === undefined) throw new Error("The tiktoken process of the bench ended before its pass did");
    return answer as Pass;
  };
  return { runner: { name: "tiktoken", pass, close }, version: hello.tiktoken };
}
