/** @file Calls one by one, several in flight, each written down before it is sent and once it is answered. */
import { setMaxListeners } from "node:events";
import { UserError } from "../base/errors.js";
import type { AskContext } from "./asker.js";
import { costOf, mostUsage } from "./budget.js";
import { answerTo, type Call } from "./call.js";
import { ApiFailure, sleep, waitBefore } from "./failure.js";

/** Calls that fail one after another, each after all its attempts, until the endpoint counts as down. */
const FAILURES_IN_A_ROW = 10;

/** Asks all calls. @throws UserError when the cap is reached or nothing would work */
export async function runPool(calls: readonly Call[], context: AskContext): Promise<void> {
  const { budget, options, onEnd } = context;
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, context.signal]);
  setMaxListeners(0, signal);
  let next = 0;
  let ended = 0;
  let failuresInARow = 0;
  let fatal: unknown;
  const worker = async () => {
    while (next < calls.length && !fatal) {
      const call = calls[next++];
      let failure: string | undefined;
      for (let asked: Call | undefined = context.fitted(call); asked; ) {
        const most = costOf(mostUsage(asked.text, asked.maxTokens), asked.price);
        if (!(await budget.reserve(most))) throw budget.stopped(calls.length - ended);
        if (fatal) return budget.settle(most, 0);
        const tried = await tryCall(asked, most, context, signal);
        failure = tried.failure;
        asked = tried.again;
      }
      failuresInARow = failure === undefined ? 0 : failuresInARow + 1;
      ended++;
      onEnd(call, failure);
      if (failuresInARow >= FAILURES_IN_A_ROW)
        throw new UserError(
          `The endpoint failed ${FAILURES_IN_A_ROW} calls in a row; the last said: ${failure}. ` +
            "All answers are kept: run the same command again to go on.",
        );
    }
  };
  const guarded = () =>
    worker().catch((error: unknown) => {
      // The first error counts; calls in flight are let go to their end, for they are paid for. Waits are cut short.
      fatal ??= error;
      stop.abort(fatal);
    });
  await Promise.all(Array.from({ length: Math.min(options.concurrency, calls.length) }, guarded));
  if (fatal) throw fatal;
}

/** Tries one call until something comes back. Ends its reservation. @returns why it failed, or what to ask at once again */
async function tryCall(
  call: Call,
  most: number,
  context: AskContext,
  signal: AbortSignal,
): Promise<{ failure?: string; again?: Call }> {
  const { ledger, budget, options } = context;
  for (let attempt = 1; ; attempt++) {
    await ledger.append({ sent: call.key, upTo: most });
    const { answer, failure } = await call.send(AbortSignal.timeout(1000 * options.timeout)).then(
      (sent) => ({ answer: answerTo(call, sent), failure: undefined }),
      (error: unknown) => ({ answer: undefined, failure: error }),
    );
    if (answer) {
      await ledger.append({ answer: call.key, ...answer, batched: false, limit: call.maxTokens });
      budget.settle(most, costOf(answer.usage, call.price));
      return { again: context.onAnswer(call, answer) };
    }
    // What may have been answered without our hearing of it counts as spent.
    const isLost = !(failure instanceof ApiFailure) || failure.mayBePaid;
    budget.settle(most, isLost ? most : 0);
    if (!(failure instanceof ApiFailure)) throw failure;
    if (!isLost) await ledger.append({ failed: call.key });
    if (failure.kind === "setup") throw new UserError(`The endpoint refuses to work: ${failure.message}.`);
    if (failure.kind === "request" || attempt >= options.attempts) return { failure: failure.message };
    try {
      await sleep(waitBefore(attempt, call.key, options.backoff, failure.retryAfter), signal);
    } catch {
      return { failure: failure.message };
    }
    if (!(await budget.reserve(most))) throw budget.stopped(1);
  }
}
