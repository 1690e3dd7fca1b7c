/**
 * @file Questions without an answer: why there is none, how many they are, and when they are so many that work has failed.
 *
 * A refusal, a cut or unreadable answer and an endpoint that fails are unanswered. "Unsure" is an answer: it is asked for.
 */
import { grouped, UserError } from "../base/errors.js";

export const UNANSWERED = ["refusal", "truncated", "malformed", "api error"] as const;
/** Why a question has no answer. */
export type Why = (typeof UNANSWERED)[number];

export interface Unanswered {
  why: Why;
  /** The beginning of what the server said. */
  said: string;
}

/** What can be done about each. */
const ADVICE: Record<Why, string> = {
  refusal: "Ask another model (--judge-model).",
  truncated: "Raise --max-tokens, or turn the model's thinking off.",
  malformed: "Ask another model (--judge-model), or less in one question.",
  "api error": "Look after the endpoint.",
};

const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`;

/** Counts what became of questions, and says when too many of them have no answer. */
export class AnswerTally {
  asked = 0;
  answered = 0;
  /** Answered by more than "unsure". */
  known = 0;
  private readonly reasons = new Map<Why, { count: number; said: string }>();

  /** @param judge - who is asked @param maxUnknown - share of questions that may stay without an answer */
  constructor(
    private readonly judge: string,
    private readonly maxUnknown: number,
  ) {}

  /** Counts an answer. */
  countAnswer(isKnown: boolean): void {
    this.asked++;
    this.answered++;
    if (isKnown) this.known++;
  }

  /** Counts a question without one. */
  countUnanswered({ why, said }: Unanswered): void {
    this.asked++;
    const before = this.reasons.get(why);
    this.reasons.set(why, { count: (before?.count ?? 0) + 1, said: before?.said || said });
  }

  /** @throws UserError when the share without an answer is above the one allowed, or nothing at all is known */
  check(): void {
    if (this.maxUnknown >= 1 || this.asked === 0) return;
    const open = this.asked - this.answered;
    if (open > this.maxUnknown * this.asked + 1e-9) throw this.failure();
    if (this.known === 0 && this.asked >= FEW)
      throw new UserError(
        `${this.judge} is unsure about all ${grouped(this.asked)} questions, so nothing is known. ` +
          "Ask another model (--judge-model), or say more in the domain file; --max-unknown 1 takes it as it is.",
      );
  }

  /** Says how many questions have no answer, the commonest reason with an example, and what to do. */
  failure(): UserError {
    const open = this.asked - this.answered;
    const [[why, { count, said }]] = [...this.reasons].sort((a, b) => b[1].count - a[1].count);
    const accepted = Math.ceil((100 * open) / this.asked) / 100;
    const orElse = accepted < 1 ? ` Or take them as unknown: --max-unknown ${accepted}.` : "";
    return new UserError(
      `${grouped(open)} of ${grouped(this.asked)} questions to ${this.judge} have no answer (${percent(open / this.asked)}; ` +
        `--max-unknown allows ${percent(this.maxUnknown)}). The commonest reason is "${why}" (${grouped(count)} times), ` +
        `e.g. ${quoted(said)}. ${ADVICE[why]} All answers are kept, and only what has none is asked again when the ` +
        `command is run again.${orElse}`,
    );
  }
}

/** With fewer questions, all of them unsure says nothing of the judge. */
const FEW = 10;

/** A server's words in a message: one line, no control characters, not long. */
function quoted(said: string): string {
  const text = said.replace(/[\p{C}\s]+/gu, " ").trim();
  return text === "" ? "an empty answer" : JSON.stringify(text.length > 160 ? `${text.slice(0, 160)}…` : text);
}
