/**
 * @file Rows read and tokenized in a thread of their own, while the models run in this one.
 *
 * The models block their thread, so without this nothing would overlap. The thread stays a few batches ahead and waits
 * for credit, so memory is bounded. What comes out is the same as without the thread.
 */
import { Worker } from "node:worker_threads";
import { revive } from "../../base/errors.js";
import type { InputDigest, InputFile } from "../../corpus/input/index.js";
import type { JobPlan, JobSettings } from "./plan.js";
import type { ScoreInputOptions } from "./score-input.js";
import type { TokenRow } from "./token-rows.js";

export interface ReadTask {
  file: InputFile;
  settings: JobSettings;
  /** Folder with tokenizer.json and specials.json. */
  tokenizer: string;
  fromRow: number;
}

export type FromThread =
  | { type: "rows"; rows: TokenRow[] }
  | { type: "end"; digest: InputDigest }
  | { type: "error"; error: { name: string; message: string; stack?: string } };

/** Batches the thread may be ahead. */
const CREDIT = 3;

/** The same rows as `tokenRows`, read ahead. */
export async function* readAhead(task: ReadTask): AsyncGenerator<TokenRow, InputDigest> {
  const worker = new Worker(new URL("./read-thread.js", import.meta.url), { workerData: task });
  const inbox: FromThread[] = [];
  let wake = () => {};
  const receive = (message: FromThread) => {
    inbox.push(message);
    wake();
  };
  const fail = (error: Error) =>
    receive({ type: "error", error: { name: error.name, message: error.message, stack: error.stack } });
  worker.on("message", receive);
  worker.on("error", fail);
  worker.on("exit", (code) => fail(new Error(`The reading thread ended early (code ${code})`)));
  try {
    for (let credit = 0; credit < CREDIT; credit++) worker.postMessage("more");
    for (;;) {
      while (inbox.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const message = inbox.shift()!;
      if (message.type === "end") return message.digest;
      if (message.type === "error") throw revive(message.error);
      yield* message.rows;
      worker.postMessage("more");
    }
  } finally {
    await worker.terminate();
  }
}

/** Opens the shards of a plan for `scoreInput`. @param tokenizer - folder of the classifier, or of its tokenizer */
export function rowReader(plan: JobPlan, tokenizer: string): ScoreInputOptions["open"] {
  return (shard, fromRow) => readAhead({ file: plan.inputs[shard], settings: plan.settings, tokenizer, fromRow });
}
