/**
 * @file Parts: what is scored of a shard so far, so that an interrupted shard goes on from there.
 *
 * A part holds consecutive whole documents and says which records of the input it covers. Its bounds follow from the
 * documents alone (closed by the first that fills `partTokens`), so every attempt cuts a shard the same way.
 */
import type { Store } from "../../base/store/index.js";
import type { BadRow, InputDigest } from "../../corpus/input/types.js";
import { JOB_FILES, type JobPlan } from "./plan.js";
import { openTensors, type TensorsFile, writeTensors } from "./tensors.js";

/** A scored document, ready to be stored. */
export interface ScoredDocument {
  row: number;
  id: string;
  crc32: number;
  textBytes: number;
  tokenScores: Uint8Array;
  documentScore: number;
  /** As the scorer says. */
  isUnfamiliar?: boolean;
}

/** Counts of a part or of a whole shard. */
export interface RowCounts {
  /** Records read. */
  rows: number;
  documents: number;
  empty: number;
  bad: number;
  /** Stretches and rests of files that could not be read, each of unknown many records; left out where there are none. */
  lost?: number;
  tokens: number;
  textBytes: number;
  /** Documents whose words are mostly new to the classifier; left out where there are none. */
  unfamiliar?: number;
}

export const NO_ROWS: RowCounts = { rows: 0, documents: 0, empty: 0, bad: 0, tokens: 0, textBytes: 0 };

export function addCounts(a: RowCounts, b: RowCounts): RowCounts {
  const unfamiliar = (a.unfamiliar ?? 0) + (b.unfamiliar ?? 0);
  const lost = (a.lost ?? 0) + (b.lost ?? 0);
  return {
    rows: a.rows + b.rows,
    documents: a.documents + b.documents,
    empty: a.empty + b.empty,
    bad: a.bad + b.bad,
    ...(lost > 0 && { lost }),
    tokens: a.tokens + b.tokens,
    textBytes: a.textBytes + b.textBytes,
    ...(unfamiliar > 0 && { unfamiliar }),
  };
}

/** Rows set aside: bad records and lost parts of files. */
export function setAside({ bad, lost = 0 }: Pick<RowCounts, "bad" | "lost">): number {
  return bad + lost;
}

/** Gathers documents and bad records until the part is full. */
export class PartBuilder {
  private readonly documents: ScoredDocument[] = [];
  private readonly bad: BadRow[] = [];
  counts: RowCounts = { ...NO_ROWS };

  addDocument(document: ScoredDocument): void {
    this.documents.push(document);
    this.counts.rows++;
    this.counts.documents++;
    this.counts.tokens += document.tokenScores.length;
    this.counts.textBytes += document.textBytes;
    if (document.isUnfamiliar) this.counts.unfamiliar = (this.counts.unfamiliar ?? 0) + 1;
  }

  addEmpty(): void {
    this.counts.rows++;
    this.counts.empty++;
  }

  addBad(row: BadRow): void {
    this.bad.push(row);
    this.counts.rows++;
    if (row.extent === "record") this.counts.bad++;
    else this.counts.lost = (this.counts.lost ?? 0) + 1;
  }

  /** @param digest - of the whole input, on the last part only */
  async write(store: Store, plan: JobPlan, shard: number, part: number, digest?: InputDigest): Promise<void> {
    const { documents, counts } = this;
    const ids = documents.map(({ id }) => Buffer.from(id));
    const tokenScores = new Uint8Array(counts.tokens);
    let at = 0;
    for (const document of documents) {
      tokenScores.set(document.tokenScores, at);
      at += document.tokenScores.length;
    }
    const quarantine = Buffer.from(this.bad.map(quarantineLine).join(""));
    const offsets = (lengths: number[]) => {
      let sum = 0;
      return BigUint64Array.from([0, ...lengths], (length) => BigInt((sum += length)));
    };
    const tensor = <Data extends { length: number }>(data: Data) => ({ data, shape: [data.length] });
    await writeTensors(
      store,
      JOB_FILES.part(shard, part),
      {
        doc_offsets: tensor(offsets(documents.map((document) => document.tokenScores.length))),
        id_offsets: tensor(offsets(ids.map((id) => id.length))),
        rows: tensor(BigUint64Array.from(documents, ({ row }) => BigInt(row))),
        crc32: tensor(Uint32Array.from(documents, ({ crc32 }) => crc32)),
        token_scores: tensor(tokenScores),
        document_scores: tensor(Uint8Array.from(documents, ({ documentScore }) => documentScore)),
        ids: tensor(new Uint8Array(Buffer.concat(ids))),
        quarantine: tensor(new Uint8Array(quarantine)),
      },
      { key: plan.key, counts: JSON.stringify(counts), ...(digest && { digest: JSON.stringify(digest) }) },
    );
  }
}

/** One line of a quarantine file: which record, why, where, how it begins, how much it is. */
function quarantineLine({ row, reason, position, excerpt, extent, bytes }: BadRow): string {
  return `${JSON.stringify({ row, reason, position, excerpt, extent, bytes })}\n`;
}

/** A part on disk. */
export interface Part {
  file: TensorsFile;
  counts: RowCounts;
  /** Of the whole input; on the last part only. */
  digest?: InputDigest;
}

/** The finished parts of a shard, from the first without a gap. Those of another plan do not count. */
export async function readParts(store: Store, plan: JobPlan, shard: number): Promise<Part[]> {
  const present = new Set(await store.list(JOB_FILES.parts(shard)));
  const parts: Part[] = [];
  for (let index = 0; present.has(JOB_FILES.part(shard, index)); index++) {
    // One that cannot be read is as good as absent: it is made again.
    const file = await openTensors(store, JOB_FILES.part(shard, index)).catch(() => undefined);
    if (file?.metadata.key !== plan.key) break;
    const { counts, digest } = file.metadata;
    parts.push({
      file,
      counts: JSON.parse(counts) as RowCounts,
      ...(digest && { digest: JSON.parse(digest) as InputDigest }),
    });
    if (digest) break;
  }
  return parts;
}
