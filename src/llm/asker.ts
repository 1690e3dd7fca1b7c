/**
 * @file Asking: many calls in, an answer or a failure for each, every answer paid for once.
 *
 * What the ledger holds is not asked again. The rest goes out one by one (pool.ts) or in batches (batching.ts), within
 * one budget, and every answer is on disk before anyone sees it. What is promised over kills and restarts:
 * - in batches, each call is paid for once: a batch is written down before it is made, found again by its contents when
 *   the kill came before its number was known, and collected by its number otherwise;
 * - one by one, each call whose answer reached the disk is paid for once; those in flight at the kill (at most
 *   `concurrency`) are asked again, and count towards the cap as if they had been paid.
 */

import { setMaxListeners } from "node:events";
import { runBatches } from "./batching.js";
import { Budget, costOf, likelyUsage, mostUsage } from "./budget.js";
import type { Call } from "./call.js";
import type { Ledger } from "./ledger.js";
import { runPool } from "./pool.js";
import type { Answer, Usage } from "./types.js";

export interface AskOptions {
  /** The most dollars all this asker's calls may cost, earlier runs' share of them included. */
  maxCost: number;
  /** Make batches of calls whose endpoint takes them. Batches left open by an earlier run are collected in any case. */
  useBatches?: boolean;
  /** Calls in flight. */
  concurrency?: number;
  /** Times a call is tried before it counts as failed. */
  attempts?: number;
  /** Seconds after which a call in flight is given up. */
  timeout?: number;
  /** Seconds before the first repeat; doubles. */
  backoff?: number;
  /** Seconds before a batch is looked at again; grows to ten times that. */
  poll?: number;
  /** Seconds within which a batch, whose making was cut off, shows in the endpoint's list. */
  grace?: number;
}

export interface AskContext {
  ledger: Ledger;
  budget: Budget;
  options: Required<AskOptions>;
  /** Aborts when the work stops for good. */
  signal: AbortSignal;
  /** A call has come to its end: answered, or failed for the reason given. */
  onEnd(call: Call, failure?: string): void;
}

export type Outcome = { answer: Answer } | { failure: string };

export interface Estimate {
  /** Different ones. */
  calls: number;
  /** Answered already. */
  known: number;
  inputTokens: number;
  outputTokens: number;
  /** What the open ones will likely cost, and the most they can. */
  dollars: number;
  mostDollars: number;
}

/** What the answers in use cost, whichever run paid. */
export interface Spending extends Usage {
  answers: number;
  dollars: number;
  /** Dollars that calls cut off by a kill or a timeout may have cost besides. */
  perhapsLost: number;
}

export class Asker {
  private readonly budget: Budget;
  private readonly options: Required<AskOptions>;
  private readonly spending: Spending = { answers: 0, inputTokens: 0, outputTokens: 0, dollars: 0, perhapsLost: 0 };
  private readonly keys = new Set<string>();
  private readonly reckoned = new Set<string>();

  constructor(
    private readonly ledger: Ledger,
    options: AskOptions,
  ) {
    this.options = {
      ...{ useBatches: false, concurrency: 8, attempts: 6, timeout: 120, backoff: 0.5, poll: 10, grace: 30 },
      ...options,
    };
    this.budget = new Budget(options.maxCost);
  }

  /** What asking would cost. Calls may be made as they are looked at: none is kept. */
  estimate(calls: Iterable<Call>): Estimate {
    const seen = new Set<string>();
    const estimate: Estimate = { calls: 0, known: 0, inputTokens: 0, outputTokens: 0, dollars: 0, mostDollars: 0 };
    for (const { key, text, maxTokens, price, batch } of calls) {
      if (seen.has(key)) continue;
      seen.add(key);
      estimate.calls++;
      if (this.ledger.has(key)) {
        estimate.known++;
        continue;
      }
      const isBatched = this.options.useBatches && batch !== undefined;
      const likely = likelyUsage(text, maxTokens);
      estimate.inputTokens += likely.inputTokens;
      estimate.outputTokens += likely.outputTokens;
      estimate.dollars += costOf(likely, price, isBatched);
      estimate.mostDollars += costOf(mostUsage(text, maxTokens), price, isBatched);
    }
    return estimate;
  }

  /**
   * Asks.
   *
   * @returns one outcome per call, in their order
   * @throws UserError when the cap is reached, or nothing would work: wrong key, wrong model, an endpoint that is down
   */
  async ask(calls: readonly Call[], onProgress: (done: number) => void = () => {}): Promise<Outcome[]> {
    const unique = byKey(calls);
    const failures = new Map<string, string>();
    for (const call of unique.values()) await this.reckon(call);
    const open = [...unique.values()].filter(({ key }) => !this.ledger.has(key));
    let done = unique.size - open.length;
    onProgress(done);
    const stop = new AbortController();
    setMaxListeners(0, stop.signal);
    const context: AskContext = {
      ...{ ledger: this.ledger, budget: this.budget, options: this.options, signal: stop.signal },
      onEnd(call, failure) {
        if (failure !== undefined) failures.set(call.key, failure);
        onProgress(++done);
      },
    };
    try {
      const left = await runBatches(open, context);
      await runPool(left, context);
    } finally {
      stop.abort(new Error("stopped"));
    }
    for (const call of unique.values()) await this.tally(call);
    return Promise.all(
      calls.map(async ({ key }): Promise<Outcome> => {
        if (!this.ledger.has(key)) return { failure: failures.get(key) ?? "no answer" };
        const { text, stop: reason, usage } = await this.ledger.answer(key);
        return { answer: { text, stop: reason, usage } };
      }),
    );
  }

  /** What all calls asked so far have cost. */
  spent(): Spending {
    const perhapsLost = [...this.keys].reduce((sum, key) => sum + this.ledger.lost(key), 0);
    return { ...this.spending, perhapsLost };
  }

  /** Counts towards the cap what earlier runs paid for a call, once. */
  private async reckon(call: Call): Promise<void> {
    if (this.keys.has(call.key)) return;
    this.keys.add(call.key);
    this.budget.count(this.ledger.lost(call.key));
    if (!this.ledger.has(call.key)) return;
    const { usage, batched } = await this.ledger.answer(call.key);
    this.budget.count(costOf(usage, call.price, batched));
  }

  private async tally(call: Call): Promise<void> {
    if (this.reckoned.has(call.key) || !this.ledger.has(call.key)) return;
    this.reckoned.add(call.key);
    const { usage, batched } = await this.ledger.answer(call.key);
    this.spending.answers++;
    this.spending.inputTokens += usage.inputTokens;
    this.spending.outputTokens += usage.outputTokens;
    this.spending.dollars += costOf(usage, call.price, batched);
  }
}

function byKey(calls: readonly Call[]): Map<string, Call> {
  return new Map(calls.map((call) => [call.key, call]));
}
