/** @file Batches that were made, or perhaps were: finding them, waiting for them, writing down what came back. */
import { UserError } from "../base/errors.js";
import type { AskContext } from "./asker.js";
import { costOf } from "./budget.js";
import type { Call } from "./call.js";
import { ApiFailure, sleep, waitBefore } from "./failure.js";
import type { LedgerRecord, OpenBatch } from "./ledger.js";
import type { BatchEndpoint, BatchState } from "./types.js";

/** Results written with one flush. */
const GROUP = 200;

/** Why calls of a batch got no answer, and whether asking again may help. */
export type Failures = Map<string, { failure: string; again: boolean }>;

/** Waits for a batch and writes down its answers. @returns why calls got none; undefined when there is no such batch */
export async function collectBatch(
  endpoint: BatchEndpoint,
  batch: OpenBatch,
  wanted: ReadonlyMap<string, Call>,
  context: AskContext,
): Promise<Failures | undefined> {
  const { ledger, budget } = context;
  const id = batch.id ?? (await findBatch(endpoint, batch, context));
  if (id === undefined) {
    await ledger.append({ finished: batch.name });
    budget.settle(batch.upTo, 0);
    return undefined;
  }
  await untilEnded(endpoint, id, context);
  const keys = new Set(batch.keys);
  const failures: Failures = new Map();
  await patiently(context, async () => {
    let group: LedgerRecord[] = [];
    const flush = async () => {
      if (group.length > 0) await ledger.append(...group);
      group = [];
    };
    const seen = new Set<string>();
    for await (const result of endpoint.results(id, context.signal)) {
      if (!keys.has(result.key) || seen.has(result.key) || ledger.has(result.key)) continue;
      seen.add(result.key);
      if ("answer" in result) group.push({ answer: result.key, ...result.answer, batched: true });
      else failures.set(result.key, result);
      if (group.length >= GROUP) await flush();
    }
    await flush();
  });
  await ledger.append({ finished: batch.name });
  let paid = 0;
  for (const key of batch.keys) {
    const call = wanted.get(key);
    if (call && ledger.has(key)) paid += costOf((await ledger.answer(key)).usage, call.price, true);
  }
  budget.settle(batch.upTo, paid);
  return failures;
}

/** Looks for a batch whose id was never learnt, among the newer ones of its size. */
async function findBatch(endpoint: BatchEndpoint, batch: OpenBatch, context: AskContext): Promise<string | undefined> {
  const { ledger, options, signal } = context;
  // Its making may still be under way at the endpoint.
  await sleep(options.grace, signal);
  const candidates = await patiently(context, async () => {
    const states: BatchState[] = [];
    for await (const state of endpoint.since(batch.marker, signal))
      if (!ledger.knowsBatch(state.id) && state.requests === batch.keys.length) states.push(state);
    return states;
  });
  const keys = new Set(batch.keys);
  for (const { id } of candidates) {
    await untilEnded(endpoint, id, context);
    const isOurs = await patiently(context, async () => {
      for await (const { key } of endpoint.results(id, signal)) return keys.has(key);
      return false;
    });
    if (!isOurs) continue;
    await ledger.append({ created: batch.name, id });
    return id;
  }
  return undefined;
}

async function untilEnded(endpoint: BatchEndpoint, id: string, context: AskContext): Promise<void> {
  const { poll } = context.options;
  for (let wait = poll; ; wait = Math.min(10 * poll, 1.5 * wait)) {
    const { hasEnded } = await patiently(context, () => endpoint.state(id, context.signal));
    if (hasEnded) return;
    await sleep(wait, context.signal);
  }
}

/** Repeats what costs nothing to repeat. @throws UserError when it keeps failing; open batches are found again */
export async function patiently<Result>({ options, signal }: AskContext, work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      if (error.kind !== "again" || attempt >= options.attempts + 4)
        throw new UserError(
          `The endpoint of batches fails: ${error.message}. All answers and batches are kept: mend it and run the same command again.`,
        );
      await sleep(waitBefore(attempt, "batches", options.backoff, error.retryAfter), signal);
    }
  }
}
