/**
 * @file Asking: many calls in, an answer or a failure for each, every answer paid for once.
 *
 * What the ledger holds an answer to is not asked again. The rest, with what came back and answers nothing, goes out one by one (pool.ts) or in batches (batching.ts), within
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
import { Repeats } from "./repeats.js";
import type { Answer, Usage } from "./types.js";
import { AnswerTally } from "./unanswered.js";

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
  /** Whom messages say is asked. */
  judge?: string;
  /** Share of questions that may stay unanswered; below 1, work of which nothing is answered soon stops. */
  maxUnknown?: number;
}

/** Questions without one answer among them after which there is no sense in paying for more. */
const HOPELESS = 20;

export interface AskContext {
  ledger: Ledger;
  budget: Budget;
  options: Required<AskOptions>;
  /** Aborts when the work stops for good. */
  signal: AbortSignal;
  /** A call has come to its end: answered, or failed for the reason given. */
  onEnd(call: Call, failure?: string): void;
  /** The call with the room its answer turns out to need. */
  fitted(call: Call): Call;
  /** An answer has come, one by one. @returns what to ask at once again @throws UserError when none is an answer */
  onAnswer(call: Call, answer: Answer): Call | undefined;
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
  private readonly repeats = new Repeats();
  private readonly outcomes: AnswerTally;

  constructor(
    private readonly ledger: Ledger,
    options: AskOptions,
  ) {
    this.options = {
      ...{ useBatches: false, concurrency: 8, attempts: 6, timeout: 120, backoff: 0.5, poll: 10, grace: 30 },
      ...{ judge: "the model", maxUnknown: 1 },
      ...options,
    };
    this.outcomes = new AnswerTally(this.options.judge, this.options.maxUnknown);
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
   * Asks. What came back earlier and answers nothing is asked again; what comes back cut or empty once more at once,
   * a cut one with room for a longer answer.
   *
   * @returns one outcome per call, in their order
   * @throws UserError when the cap is reached, or nothing would work: wrong key, wrong model, an endpoint that is down
   */
  async ask(calls: readonly Call[], onProgress: (done: number) => void = () => {}): Promise<Outcome[]> {
    const unique = byKey(calls);
    const failures = new Map<string, string>();
    for (const call of unique.values()) await this.reckon(call);
    const open: Call[] = [];
    for (const call of unique.values()) {
      const latest = (await this.ledger.answers(call.key)).at(-1);
      if (latest && !call.problem?.(latest)) this.outcomes.countAnswer(true);
      const first = this.repeats.first(call, latest);
      if (first) open.push(first);
    }
    let done = unique.size - open.length;
    const ended = new Set<string>();
    onProgress(done);
    const stop = new AbortController();
    setMaxListeners(0, stop.signal);
    const context: AskContext = {
      ...{ ledger: this.ledger, budget: this.budget, options: this.options, signal: stop.signal },
      onEnd(call, failure) {
        if (failure !== undefined) failures.set(call.key, failure);
        if (!ended.has(call.key)) onProgress(++done);
        ended.add(call.key);
      },
      fitted: (call) => this.repeats.fitted(call),
      onAnswer: (call, answer) => this.repeats.next(call, answer) ?? this.watch(call, answer),
    };
    try {
      await runPool(await runBatches(open, context), context);
      // What batches brought back cut or empty; the others were repeated at once.
      const again: Call[] = [];
      for (const call of open) {
        const latest = (await this.ledger.answers(call.key)).at(-1);
        const next = latest && this.repeats.next(call, latest);
        if (next) again.push(next);
      }
      await runPool(await runBatches(again, context), context);
    } finally {
      stop.abort(new Error("stopped"));
    }
    for (const call of unique.values()) await this.tally(call);
    return Promise.all(
      calls.map(async ({ key }): Promise<Outcome> => {
        const latest = (await this.ledger.answers(key)).at(-1);
        if (!latest) return { failure: failures.get(key) ?? "no answer" };
        const { text, stop: reason, usage } = latest;
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
    for (const { usage, batched } of await this.ledger.answers(call.key))
      this.budget.count(costOf(usage, call.price, batched));
  }

  /** Stops work of which nothing is answered, before all of it is paid for. */
  private watch(call: Call, answer: Answer): undefined {
    const problem = call.problem?.(answer);
    if (problem) this.outcomes.countUnanswered(problem);
    else this.outcomes.countAnswer(true);
    const { answered, asked } = this.outcomes;
    if (this.options.maxUnknown < 1 && answered === 0 && asked >= HOPELESS) throw this.outcomes.failure();
  }

  private async tally(call: Call): Promise<void> {
    if (this.reckoned.has(call.key) || !this.ledger.has(call.key)) return;
    this.reckoned.add(call.key);
    this.spending.answers++;
    for (const { usage, batched } of await this.ledger.answers(call.key)) {
      this.spending.inputTokens += usage.inputTokens;
      this.spending.outputTokens += usage.outputTokens;
      this.spending.dollars += costOf(usage, call.price, batched);
    }
  }
}

function byKey(calls: readonly Call[]): Map<string, Call> {
  return new Map(calls.map((call) => [call.key, call]));
}
