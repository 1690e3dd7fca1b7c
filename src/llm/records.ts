/** @file What the ledger's lines say, one JSON record each, and what of it is kept in memory. */
import { z } from "zod";

const Key = z.string().regex(/^[0-9a-f]{64}$/);
export const AnswerRecord = z.object({
  answer: Key,
  text: z.string(),
  stop: z.enum(["end", "length", "refusal", "other"]),
  usage: z.object({ inputTokens: z.number().nonnegative(), outputTokens: z.number().nonnegative() }),
  batched: z.boolean(),
  /** Tokens it could have had; not in records of old. */
  limit: z.number().optional(),
});
const Record = z.union([
  AnswerRecord,
  /** About to be sent; may cost up to `upTo` dollars. */
  z.object({ sent: Key, upTo: z.number() }),
  /** What was sent has failed and surely costs nothing. */
  z.object({ failed: Key }),
  /** A batch about to be made. `marker`: the newest batch the endpoint had before. */
  z.object({ batch: z.string(), keys: z.array(Key), upTo: z.number(), marker: z.string().optional() }),
  z.object({ created: z.string(), id: z.string() }),
  /** All results of the batch are here, or it never came to be. */
  z.object({ finished: z.string() }),
]);
export type LedgerRecord = z.input<typeof Record>;

/** A batch that was about to be made, and perhaps was. */
export interface OpenBatch {
  name: string;
  keys: string[];
  /** Dollars it may cost. */
  upTo: number;
  marker?: string;
  /** The endpoint's name for it, once known. */
  id?: string;
}

/** A record's line. */
export function lineOf(record: LedgerRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** What the records say, as far as it is needed to go on. */
export class LedgerIndex {
  /** Where a question's answers are, the latest last: one that cannot be read is followed by another. */
  readonly answers = new Map<string, { start: number; bytes: number }[]>();
  readonly sent = new Map<string, number[]>();
  readonly batches = new Map<string, OpenBatch>();
  readonly batchIds = new Set<string>();
  /** Keys in open batches, and whether their answer has been collected. */
  readonly batched = new Map<string, boolean>();
  damaged = 0;

  /** Takes in a line of the file. */
  read(line: Buffer, start: number): void {
    let parsed: ReturnType<typeof Record.safeParse>;
    try {
      parsed = Record.safeParse(JSON.parse(line.toString("utf8")));
    } catch {
      this.damaged++;
      return;
    }
    if (parsed.success) this.take(parsed.data, start, line.length);
    else this.damaged++;
  }

  /** Takes in a record that was just written at `start`. @returns where the next one goes */
  write(record: LedgerRecord, start: number): number {
    const bytes = Buffer.byteLength(lineOf(record)) - 1;
    this.take(record, start, bytes);
    return start + bytes + 1;
  }

  private take(record: LedgerRecord, start: number, bytes: number): void {
    if ("answer" in record) {
      this.answers.set(record.answer, [...(this.answers.get(record.answer) ?? []), { start, bytes }]);
      if (!record.batched) this.settle(record.answer);
      else if (this.batched.has(record.answer)) this.batched.set(record.answer, true);
    } else if ("sent" in record) this.sent.set(record.sent, [...(this.sent.get(record.sent) ?? []), record.upTo]);
    else if ("failed" in record) this.settle(record.failed);
    else if ("batch" in record) {
      const { batch: name, ...rest } = record;
      this.batches.set(name, { name, ...rest });
      for (const key of record.keys) this.batched.set(key, false);
    } else if ("created" in record) {
      this.batchIds.add(record.id);
      const batch = this.batches.get(record.created);
      if (batch) batch.id = record.id;
    } else {
      for (const key of this.batches.get(record.finished)?.keys ?? []) this.batched.delete(key);
      this.batches.delete(record.finished);
    }
  }

  /** The latest request of this key has come to an end that is known. */
  private settle(key: string): void {
    const left = this.sent.get(key)?.slice(0, -1) ?? [];
    if (left.length > 0) this.sent.set(key, left);
    else this.sent.delete(key);
  }
}
