/**
 * @file Money: what a piece of work has cost, what is on its way, and the cap neither may pass.
 *
 * A request is reserved at the most it can cost before it is sent. A byte-level tokenizer makes at most one token of a
 * byte, and the answer is at most `maxTokens`; so the cap holds whatever the text is. The estimate shown beforehand is
 * what is likely instead: a token per four characters. All answers the work rests on count, also those an earlier run
 * paid for, and so do requests a kill left without an answer; else killing and restarting would lift the cap.
 */
import { UserError } from "../base/errors.js";
import type { Price } from "./prices.js";
import type { LlmRequest, Usage } from "./types.js";

/** Tokens an endpoint may add to a request: roles, the schema's instructions. Generous. */
const OVERHEAD_TOKENS = 1000;
/** What answers usually take, for the estimate. */
const LIKELY_ANSWER_TOKENS = 100;

/** Text of a request, as far as it is paid for. */
export function textOf({ system, user, schema }: LlmRequest): string {
  return system + user + (schema ? JSON.stringify(schema) : "");
}

/** The most tokens a request can use. */
export function mostUsage(text: string, maxTokens: number): Usage {
  return { inputTokens: Buffer.byteLength(text) + OVERHEAD_TOKENS, outputTokens: maxTokens };
}

/** The tokens a request is likely to use: characters / 4, and a short answer. */
export function likelyUsage(text: string, maxTokens: number): Usage {
  return { inputTokens: Math.ceil(text.length / 4), outputTokens: Math.min(maxTokens, LIKELY_ANSWER_TOKENS) };
}

/** Dollars. */
export function costOf(usage: Usage, price: Price, isBatched = false): number {
  const share = isBatched ? price.batchShare : 1;
  return share * (usage.inputTokens * price.input + usage.outputTokens * price.output);
}

export class Budget {
  /** Dollars of answers, and of requests whose answers were lost. */
  private settled = 0;
  private reserved = 0;
  private waiting: (() => void)[] = [];

  /** @param cap - dollars; Infinity for none */
  constructor(readonly cap: number) {}

  get spent(): number {
    return this.settled;
  }

  /** Counts what was paid already. */
  count(dollars: number): void {
    this.settled += dollars;
  }

  /** Dollars neither spent nor on their way. */
  get left(): number {
    return this.cap - this.settled - this.reserved;
  }

  /**
   * Reserves dollars, waiting for what is on its way when they do not fit yet.
   * @returns false when they never will
   */
  async reserve(dollars: number): Promise<boolean> {
    while (dollars > this.left + 1e-12) {
      if (this.reserved <= 0) return false;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.reserved += dollars;
    return true;
  }

  /** Reserves what is on its way already, whether it fits or not: a batch an earlier run made. */
  hold(dollars: number): void {
    this.reserved += dollars;
  }

  /** Ends a reservation: of what was reserved, `paid` was (or may have been) spent. */
  settle(reserved: number, paid: number): void {
    this.reserved = Math.max(0, this.reserved - reserved);
    if (this.reserved < 1e-12) this.reserved = 0;
    this.settled += paid;
    const waiting = this.waiting;
    this.waiting = [];
    for (const resume of waiting) resume();
  }

  /** What is said when the cap stops the work. */
  stopped(open: number): UserError {
    return new UserError(
      `Stopped before the cap of ${dollars(this.cap)}: ${dollars(this.spent)} are spent and ${open} requests are open. ` +
        "All answers are kept. Raise --max-cost and run the same command again to go on.",
    );
  }
}

/** "$0.0123", "$4.20". */
export function dollars(value: number): string {
  return `$${value !== 0 && Math.abs(value) < 1 ? Number(value.toPrecision(3)) : value.toFixed(2)}`;
}
