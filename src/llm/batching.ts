/**
 * @file Calls in batches: made once each, collected in any order, found again after death.
 *
 * A batch is written down, with the calls in it and the newest batch the endpoint had before, then made, then its id is
 * written down. A kill between the two leaves a batch that may or may not exist: the endpoint's newer batches of the
 * same size are looked through for our calls (the ids in a batch are the calls' keys), and only when none holds them
 * are they asked again. The same is done when making a batch ends in an error that does not say which.
 */
import { randomUUID } from "node:crypto";
import { UserError } from "../base/errors.js";
import type { AskContext } from "./asker.js";
import { collectBatch, patiently } from "./batch-results.js";
import { costOf, mostUsage } from "./budget.js";
import type { Call } from "./call.js";
import { ApiFailure } from "./failure.js";
import type { OpenBatch } from "./ledger.js";
import type { BatchEndpoint } from "./types.js";

/** A call that batches brought no answer to is put into at most this many. */
const ATTEMPTS = 3;
/** Batches that never came to be, one after another, until the endpoint counts as down. */
const UNMADE_IN_A_ROW = 4;

/** Asks what can be asked in batches. @returns the calls that are left to be asked one by one */
export async function runBatches(calls: readonly Call[], context: AskContext): Promise<Call[]> {
  const { ledger, budget, options, onEnd } = context;
  const wanted = new Map(calls.flatMap((call) => (call.batch ? [[call.key, call] as const] : [])));
  const endpoint = calls.find((call) => call.batch)?.batch?.endpoint;
  if (!endpoint) return [...calls];

  const pending = new Set(wanted.keys());
  const attempts = new Map<string, number>();
  const inFlight = new Set<Promise<void>>();
  let fatal: { error: unknown } | undefined;
  let unmade = 0;

  /** Collects a batch beside the others; what it leaves open goes back to `pending`, or has failed. */
  const collect = (batch: OpenBatch) => {
    for (const key of batch.keys) pending.delete(key);
    const collecting = (async () => {
      const collected = await collectBatch(endpoint, batch, wanted, context);
      unmade = collected ? 0 : unmade + 1;
      if (unmade >= UNMADE_IN_A_ROW)
        throw new UserError("The endpoint makes no batches. All answers are kept: run the same command again later.");
      for (const key of batch.keys) {
        const call = wanted.get(key);
        if (!call) continue;
        if (collected?.answered.has(key)) {
          onEnd(call);
          continue;
        }
        const { failure, again } = collected?.failures.get(key) ?? { failure: "missing from its batch", again: true };
        // A batch that never came to be was no attempt.
        const tried = (attempts.get(key) ?? 0) + (collected ? 1 : 0);
        attempts.set(key, tried);
        if (again && tried < ATTEMPTS) pending.add(key);
        else onEnd(call, failure);
      }
    })()
      .catch((error: unknown) => {
        fatal ??= { error };
      })
      .finally(() => inFlight.delete(collecting));
    inFlight.add(collecting);
  };

  for (const batch of ledger.openBatches()) {
    if (!batch.keys.some((key) => wanted.has(key))) continue;
    budget.hold(batch.upTo);
    collect(batch);
  }
  while (!fatal && (inFlight.size > 0 || (options.useBatches && pending.size > 0))) {
    const chunk = options.useBatches ? nextChunk(pending, wanted, endpoint, budget.left) : [];
    if (chunk.length > 0) {
      const upTo = chunk.reduce((sum, call) => sum + mostCost(call), 0);
      budget.hold(upTo);
      try {
        const batch: OpenBatch = { name: randomUUID(), keys: chunk.map(({ key }) => key), upTo };
        batch.marker = await newestOf(endpoint, context);
        const { name, ...rest } = batch;
        await ledger.append({ batch: name, ...rest });
        collect(await make(endpoint, batch, chunk, context));
      } catch (error) {
        fatal ??= { error };
      }
    } else if (inFlight.size > 0) await Promise.race(inFlight);
    else throw budget.stopped(pending.size);
  }
  if (fatal) throw fatal.error;
  return calls.filter((call) => !call.batch || pending.has(call.key));
}

function mostCost(call: Call): number {
  return costOf(mostUsage(call.text, call.maxTokens), call.price, true);
}

/** As many pending calls as one batch, and the budget, can take. */
function nextChunk(
  pending: ReadonlySet<string>,
  wanted: ReadonlyMap<string, Call>,
  { limits, bytesOf }: BatchEndpoint,
  left: number,
): Call[] {
  const chunk: Call[] = [];
  let [bytes, cost] = [0, 0];
  for (const key of pending) {
    const call = wanted.get(key)!;
    bytes += bytesOf(call.batch!.request);
    cost += mostCost(call);
    if (chunk.length === limits.requests || (chunk.length > 0 && bytes > limits.bytes) || cost > left + 1e-12) break;
    chunk.push(call);
  }
  return chunk;
}

async function newestOf(endpoint: BatchEndpoint, context: AskContext): Promise<string | undefined> {
  return patiently(context, async () => {
    for await (const { id } of endpoint.since(undefined, context.signal)) return id;
    return undefined;
  });
}

/** Makes a batch that is written down already. When it is not known whether that worked, it is left without an id. */
async function make(
  endpoint: BatchEndpoint,
  batch: OpenBatch,
  chunk: readonly Call[],
  context: AskContext,
): Promise<OpenBatch> {
  const requests = chunk.map(({ key, batch: inBatch }) => ({ key, request: inBatch!.request }));
  const id = await patiently(context, async () => {
    try {
      return await endpoint.create(requests, context.signal);
    } catch (error) {
      // A status in the 400s, or no connection, says that no batch was made; anything else says nothing.
      if (error instanceof ApiFailure && (error.mayBePaid || (error.status ?? 0) >= 500)) return undefined;
      throw error;
    }
  }).catch(async (error: unknown) => {
    await context.ledger.append({ finished: batch.name });
    throw error;
  });
  if (id === undefined) return batch;
  await context.ledger.append({ created: batch.name, id });
  return { ...batch, id };
}
