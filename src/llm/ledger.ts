/**
 * @file The ledger: everything that was asked and answered, on disk, so that nothing is paid for twice.
 *
 * One file, `ledger.jsonl`, only ever appended to, each record flushed to disk before anything is done that relies on
 * it: that a request is about to be sent, what came back, that a batch is about to be made, which number it got. A
 * torn last line, which is what a kill leaves, is cut off when the file is opened. Answers stay on disk; memory holds
 * where they are (about 200 bytes each). Requests are kept by their hash only.
 */
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { lockFolder } from "./lock.js";
import type { Answer } from "./types.js";

const Key = z.string().regex(/^[0-9a-f]{64}$/);
const AnswerRecord = z.object({
  answer: Key,
  text: z.string(),
  stop: z.enum(["end", "length", "refusal", "other"]),
  usage: z.object({ inputTokens: z.number().nonnegative(), outputTokens: z.number().nonnegative() }),
  batched: z.boolean(),
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

export interface StoredAnswer extends Answer {
  /** Paid at the price of batches. */
  batched: boolean;
}

export interface Ledger {
  has(key: string): boolean;
  /** @throws Error when there is none */
  answer(key: string): Promise<StoredAnswer>;
  /** Dollars that requests of this key may have cost without our hearing of it: sent, and nothing came back. */
  lost(key: string): number;
  openBatches(): OpenBatch[];
  /** Whether the endpoint's batch of this id is one that was written down here, finished ones included. */
  knowsBatch(id: string): boolean;
  /** Resolves once the records are on disk. */
  append(...records: LedgerRecord[]): Promise<void>;
  /** Lines that could not be read and were left out. */
  damaged: number;
  close(): Promise<void>;
}

const FILE = "ledger.jsonl";

/** Opens a folder's ledger, alone. @throws UserError when another process has it open */
export async function openLedger(folder: string): Promise<Ledger> {
  const unlock = lockFolder(folder);
  let file: FileHandle;
  try {
    file = await open(join(folder, FILE), "a+", 0o600);
  } catch (error) {
    unlock();
    throw new UserError(`Cannot open ${join(folder, FILE)}: ${(error as NodeJS.ErrnoException).code}.`);
  }
  const index = new LedgerIndex();
  let end = await readLines(file, (line, start) => index.read(line, start));
  await file.truncate(end);

  let waiting: { text: string; records: LedgerRecord[]; done: () => void; failed: (error: unknown) => void }[] = [];
  let isWriting = false;
  let broken: unknown;
  /** Writes all that waits with one flush, again and again until nothing does. */
  const write = async () => {
    isWriting = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        if (broken) throw broken;
        await file.appendFile(group.map(({ text }) => text).join(""));
        await file.sync();
        for (const { records, done } of group) {
          for (const record of records) end = index.write(record, end);
          done();
        }
      } catch (error) {
        broken ??= new UserError(
          `Cannot write ${join(folder, FILE)}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}. What is in it is kept.`,
        );
        for (const { failed } of group) failed(broken);
      }
    }
    isWriting = false;
  };

  return {
    has: (key) => index.answers.has(key),
    async answer(key) {
      const place = index.answers.get(key);
      if (!place) throw new Error(`There is no answer to ${key}`);
      const line = Buffer.alloc(place.bytes);
      await file.read(line, 0, place.bytes, place.start);
      const { text, stop, usage, batched } = AnswerRecord.parse(JSON.parse(line.toString("utf8")));
      return { text, stop, usage, batched };
    },
    lost: (key) => (index.sent.get(key) ?? []).reduce((sum, upTo) => sum + upTo, 0),
    openBatches: () => [...index.batches.values()],
    knowsBatch: (id) => index.batchIds.has(id),
    append: (...records) =>
      new Promise((done, failed) => {
        const text = records.map((record) => lineOf(record)).join("");
        waiting.push({ text, records, done, failed });
        if (!isWriting) void write();
      }),
    get damaged() {
      return index.damaged;
    },
    async close() {
      await file.close();
      unlock();
    },
  };
}

function lineOf(record: LedgerRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** What the records say, as far as it is needed to go on. */
class LedgerIndex {
  readonly answers = new Map<string, { start: number; bytes: number }>();
  readonly sent = new Map<string, number[]>();
  readonly batches = new Map<string, OpenBatch>();
  readonly batchIds = new Set<string>();
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
      this.answers.set(record.answer, { start, bytes });
      if (!record.batched) this.settle(record.answer);
    } else if ("sent" in record) this.sent.set(record.sent, [...(this.sent.get(record.sent) ?? []), record.upTo]);
    else if ("failed" in record) this.settle(record.failed);
    else if ("batch" in record) {
      const { batch: name, ...rest } = record;
      this.batches.set(name, { name, ...rest });
    } else if ("created" in record) {
      this.batchIds.add(record.id);
      const batch = this.batches.get(record.created);
      if (batch) batch.id = record.id;
    } else this.batches.delete(record.finished);
  }

  /** The latest request of this key has come to an end that is known. */
  private settle(key: string): void {
    const left = this.sent.get(key)?.slice(0, -1) ?? [];
    if (left.length > 0) this.sent.set(key, left);
    else this.sent.delete(key);
  }
}

/** Hands over every whole line. @returns where the last of them ends: what follows was torn off by a kill */
async function readLines(file: FileHandle, onLine: (line: Buffer, start: number) => void): Promise<number> {
  const chunk = Buffer.alloc(1 << 20);
  let rest = Buffer.alloc(0);
  let position = 0;
  let start = 0;
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) return start;
    position += bytesRead;
    const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let from = 0;
    for (let newline = bytes.indexOf(10); newline >= 0; newline = bytes.indexOf(10, from)) {
      onLine(bytes.subarray(from, newline), start);
      start += newline + 1 - from;
      from = newline + 1;
    }
    rest = Buffer.from(bytes.subarray(from));
  }
}
