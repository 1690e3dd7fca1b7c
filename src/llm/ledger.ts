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
import { UserError } from "../base/errors.js";
import { lockFolder } from "./lock.js";
import { AnswerRecord, LedgerIndex, type LedgerRecord, lineOf, type OpenBatch } from "./records.js";
import type { Answer } from "./types.js";

export type { LedgerRecord, OpenBatch };

export interface StoredAnswer extends Answer {
  /** Paid at the price of batches. */
  batched: boolean;
  /** Tokens it could have had, where that was written down. */
  limit?: number;
}

export interface Ledger {
  has(key: string): boolean;
  /** Everything that was answered and paid for, the latest last; more than one where an earlier one could not be read. */
  answers(key: string): Promise<StoredAnswer[]>;
  /** Dollars that requests of this key may have cost without our hearing of it: sent, and nothing came back. */
  lost(key: string): number;
  openBatches(): OpenBatch[];
  /** Whether the answer to a key of an open batch has been written down. */
  isCollected(key: string): boolean;
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
    answers: (key) =>
      Promise.all(
        (index.answers.get(key) ?? []).map(async ({ start, bytes }) => {
          const line = Buffer.alloc(bytes);
          await file.read(line, 0, bytes, start);
          const { answer: _, ...stored } = AnswerRecord.parse(JSON.parse(line.toString("utf8")));
          return stored;
        }),
      ),
    lost: (key) => (index.sent.get(key) ?? []).reduce((sum, upTo) => sum + upTo, 0),
    openBatches: () => [...index.batches.values()],
    isCollected: (key) => index.batched.get(key) === true,
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
