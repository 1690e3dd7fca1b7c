/** @file What the tests of asking share: a ledger of their own, quick waits, synthetic keys. */
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { temporaryFolder } from "../../testing/folder.js";
import { Asker, type AskOptions, anthropicProvider, type Call, completionCall, openLedger } from "../index.js";

export const SYNTHETIC_KEY = "sk-ant-synthetic-0123456789abcdef";
export const PRICE = { input: 1e-6, output: 5e-6, batchShare: 0.5 };
export const QUICK = { maxCost: 1, backoff: 0.005, poll: 0.005, grace: 0.05, timeout: 5 } satisfies AskOptions;

/** Puts the synthetic key into the environment until the test is finished. */
export function withKey(name = "ANTHROPIC_API_KEY"): void {
  vi.stubEnv(name, SYNTHETIC_KEY);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

export async function opened(options: Partial<AskOptions> = {}, folder = join(temporaryFolder(), "llm")) {
  const ledger = await openLedger(folder);
  const close = onceOnly(() => ledger.close());
  onTestFinished(close);
  return { ledger, folder, asker: new Asker(ledger, { ...QUICK, ...options }), close };
}

export function calls(url: string, count: number, prefix = "question"): Call[] {
  const provider = anthropicProvider({ model: "synthetic-model", baseUrl: url });
  return Array.from({ length: count }, (_, index) =>
    completionCall(provider, PRICE, { system: "synthetic", user: `${prefix} ${index}`, maxTokens: 50 }),
  );
}

function onceOnly(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => (closing ??= close());
}
