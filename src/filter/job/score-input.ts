/**
 * @file Scoring one shard: rows in, parts out, commit. Resumable, and safe when two workers do the same shard.
 *
 * All documents stream through one call of the scorer; parts are cut where its results come out, so a checkpoint never
 * empties its batches. What a document gets depends on nothing beside it, so every attempt writes the same bytes.
 */
import { UserError } from "../../base/errors.js";
import type { Store } from "../../base/store/index.js";
import type { Classifier } from "../../classify/index.js";
import type { BadRow, InputDigest } from "../../corpus/input/index.js";
import { commitShard } from "./commit.js";
import { addCounts, NO_ROWS, PartBuilder, type RowCounts, readParts, setAside } from "./parts.js";
import { JOB_FILES, type JobPlan, type ShardRecord } from "./plan.js";
import { readRecord } from "./record.js";
import type { TokenizedRow, TokenRow } from "./token-rows.js";

export interface ScoreInputOptions {
  /** Opens the rows of a shard from a row on, as `tokenRows` or `readAhead` do. */
  open(shard: number, fromRow: number): AsyncGenerator<TokenRow, InputDigest>;
  /**
   * Told what is scored of this shard so far, earlier attempts included, and how many tokens it will have, about; undefined
   * before the first could be read.
   */
  onProgress?: (counts: RowCounts, estimatedTokens: number | undefined) => void;
}

/** @throws UserError when the input has more bad records than the plan allows */
export async function scoreInput(
  store: Store,
  plan: JobPlan,
  classifier: Pick<Classifier, "score">,
  shard: number,
  options: ScoreInputOptions,
): Promise<ShardRecord> {
  const found = await readRecord(store, plan, shard);
  if (found) return found;
  try {
    const parts = await readParts(store, plan, shard);
    if (parts.at(-1)?.digest === undefined) await scoreParts(store, plan, classifier, shard, parts, options);
    return await commitShard(store, plan, shard, await readParts(store, plan, shard));
  } catch (error) {
    // Another worker may have committed this shard meanwhile and cleared the parts away.
    const record = await readRecord(store, plan, shard);
    if (!record) throw error;
    await store.remove(JOB_FILES.parts(shard));
    return record;
  }
}

async function scoreParts(
  store: Store,
  plan: JobPlan,
  classifier: Pick<Classifier, "score">,
  shard: number,
  finished: readonly { counts: RowCounts }[],
  { open, onProgress = () => {} }: ScoreInputOptions,
): Promise<void> {
  let counts = finished.reduce((sum, part) => addCounts(sum, part.counts), NO_ROWS);
  let part = finished.length;
  let builder = new PartBuilder();
  const badBefore = setAside(counts);
  const pass = new Passing(open(shard, counts.rows), (row) => checkBad(plan, shard, row, badBefore));
  const tokensBefore = counts.tokens;
  const estimate = () => pass.estimate(tokensBefore, plan.inputs[shard].bytes);
  onProgress(counts, undefined);
  for await (const { tokenScores, documentScore, isUnfamiliar } of classifier.score(pass.documents())) {
    const document = pass.takeInto(builder);
    builder.addDocument({ ...document, tokenScores, documentScore, isUnfamiliar });
    if (builder.counts.tokens < plan.settings.partTokens) {
      onProgress(addCounts(counts, builder.counts), estimate());
      continue;
    }
    await builder.write(store, plan, shard, part++);
    counts = addCounts(counts, builder.counts);
    builder = new PartBuilder();
    onProgress(counts, estimate());
  }
  pass.takeInto(builder);
  await builder.write(store, plan, shard, part, pass.digest);
}

/** What is kept of a document while it is scored. */
type PassingDocument = Omit<TokenizedRow, "tokens" | "position">;

/** Rows on their way past the scorer: documents go in, the others wait for the document after them to come out. */
class Passing {
  digest: InputDigest | undefined;
  private readonly waiting: (Exclude<TokenRow, TokenizedRow> | PassingDocument)[] = [];
  private bad = 0;
  private tokens = 0;
  private position = 0;

  constructor(
    private readonly rows: AsyncGenerator<TokenRow, InputDigest>,
    private readonly onBad: (row: BadRow & { seen: number }) => void,
  ) {}

  async *documents(): AsyncGenerator<Uint32Array> {
    try {
      for (let next = await this.rows.next(); ; next = await this.rows.next()) {
        if (next.done) {
          this.digest = next.value;
          return;
        }
        const row = next.value;
        if (row.kind === "document") {
          const { tokens, position, ...rest } = row;
          this.tokens += tokens.length;
          this.position = position;
          this.waiting.push(rest);
          yield tokens;
        } else {
          if (row.kind === "bad") this.onBad({ ...row, seen: ++this.bad });
          this.waiting.push(row);
        }
      }
    } finally {
      // Whoever stops early must not leave a reading thread behind.
      await this.rows.return(this.digest!);
    }
  }

  /** Tokens the whole input will have, if it goes on like this. @param before - tokens of earlier attempts */
  estimate(before: number, inputBytes: number): number | undefined {
    if (this.position === 0) return undefined;
    return Math.round((before + this.tokens) * Math.max(1, inputBytes / this.position));
  }

  /** Hands over the rows up to the next document, which is returned; at the end, those after the last. */
  takeInto(builder: PartBuilder): PassingDocument {
    for (let row = this.waiting.shift(); row !== undefined; row = this.waiting.shift()) {
      if (row.kind === "document") return row;
      if (row.kind === "bad") builder.addBad(row);
      else builder.addEmpty();
    }
    return { kind: "document", row: -1, id: "", crc32: 0, textBytes: 0 };
  }
}

function checkBad({ inputs, settings }: JobPlan, shard: number, row: BadRow & { seen: number }, before: number): void {
  if (before + row.seen <= settings.maxBad) return;
  throw new UserError(
    `${inputs[shard].uri} has more than ${settings.maxBad} bad records or lost parts; the last, at ${row.position}: ${row.reason}. Mend the file, or raise --max-bad.`,
  );
}
