/** @file The thread behind `readAhead`: reads, tokenizes, and posts batches as it is given credit. */
import { parentPort, workerData } from "node:worker_threads";
import { loadTokenizer } from "../../tokens/index.js";
import type { FromThread, ReadTask } from "./read-ahead.js";
import { type TokenRow, tokenRows } from "./token-rows.js";

/** A batch is closed by the row that fills it. */
const BATCH_TOKENS = 65_536;
const BATCH_ROWS = 1024;

const port = parentPort!;
let credit = 0;
let wake = () => {};
port.on("message", () => {
  credit++;
  wake();
});

async function post(message: FromThread): Promise<void> {
  while (credit === 0) await new Promise<void>((resolve) => (wake = resolve));
  credit--;
  const rows = message.type === "rows" ? message.rows : [];
  port.postMessage(
    message,
    rows.flatMap((row) => (row.kind === "document" ? [row.tokens.buffer] : [])),
  );
}

async function run({ file, settings, tokenizer, fromRow }: ReadTask): Promise<void> {
  const rows = tokenRows(file, settings, loadTokenizer(tokenizer), fromRow);
  let batch: TokenRow[] = [];
  let tokens = 0;
  for (;;) {
    const next = await rows.next();
    if (!next.done) {
      batch.push(next.value);
      if (next.value.kind === "document") tokens += next.value.tokens.length;
    }
    if (batch.length > 0 && (next.done || tokens >= BATCH_TOKENS || batch.length >= BATCH_ROWS)) {
      await post({ type: "rows", rows: batch });
      batch = [];
      tokens = 0;
    }
    if (next.done) return post({ type: "end", digest: next.value });
  }
}

run(workerData as ReadTask).catch(({ name, message, stack }: Error) =>
  port.postMessage({ type: "error", error: { name, message, stack } } satisfies FromThread),
);
