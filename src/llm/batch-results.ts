/** @file Batches that were made, or perhaps were: finding them, waiting for them, writing down what came back. */
import { UserError } from "../base/errors.js";
import type { AskContext } from "./asker.js";
import { costOf } from "./budget.js";
import { answerTo, type Call } from "./call.js";
import { ApiFailure, sleep, waitBefore } from "./failure.js";
import type { LedgerRecord, OpenBatch } from "./ledger.js";
import type { BatchEndpoint, BatchState } from "./types.js";

/** Of a call that nobody asks for any more nothing is known. */
const UNKNOWN_CALL = { text: "", maxTokens: 0, price: { input: 1, output: 1, batchShare: 1 } };
/** Results written with one flush. */
const GROUP = 200;

/** Why calls of a batch got no answer, and whether asking again may help. */
export type Failures = Map<string, { failure: string; again: boolean }>;

/** What came of a batch. */
export interface Collected {
  answered: Set<string>;
  failures: Failures;
}

/** Waits for a batch and writes down its answers. @returns undefined when there is no such batch */
export async function collectBatch(
  endpoint: BatchEndpoint,
  batch: OpenBatch,
  wanted: ReadonlyMap<string, Call>,
  context: AskContext,
): Promise<Collected | undefined> {
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
  let paid = 0;
  await patiently(context, async () => {
    let group: { record: LedgerRecord; cost: number }[] = [];
    const flush = async () => {
      if (group.length > 0) await ledger.append(...group.map(({ record }) => record));
      for (const { cost } of group) paid += cost;
      group = [];
    };
    const seen = new Set<string>();
    for await (const result of endpoint.results(id, context.signal)) {
      if (!keys.has(result.key) || seen.has(result.key) || ledger.isCollected(result.key)) continue;
      seen.add(result.key);
      const call = wanted.get(result.key);
      if ("failure" in result) failures.set(result.key, result);
      else {
        const answer = answerTo(call ?? UNKNOWN_CALL, result.answer);
        const record = { answer: result.key, ...answer, batched: true, limit: call?.maxTokens };
        group.push({ record, cost: call ? costOf(answer.usage, call.price, true) : 0 });
      }
      if (group.length >= GROUP) await flush();
    }
    await flush();
  });
  const answered = new Set(batch.keys.filter((key) => ledger.isCollected(key)));
  await ledger.append({ finished: batch.name });
  budget.settle(batch.upTo, paid);
  return { answered, failures };
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
