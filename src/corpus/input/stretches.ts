/**
 * @file A compressed file as what can be read of it: stretches that decompress, and the damage between them.
 *
 * Such files are members one after the other (gzip's members, Zstandard's frames). Damage in one, or other data behind it,
 * costs what is left of that member: reading goes on at the next place where a member can be shown to begin.
 */
import { Damage } from "./bad.js";
import type { ByteReader } from "./reader.js";

/** A member found behind damage is decompressed this far before it is believed, stored bytes. */
const TRIAL_BYTES = 2 ** 18;
/** After so many false beginnings the rest is given up: each costs time, and a file may be made of them. */
const MOST_TRIALS = 1000;

/** A stretch of a stored file that decompresses. */
export interface Stretch {
  /** Where it begins, byte of the stored file. */
  start: number;
  /** Decompressed. Read them to their end or to the Damage they break off with, which may be in the middle of a record. */
  bytes: AsyncIterable<Uint8Array>;
}

/** Stretches in order. A Damage between two lies behind the end of the one before. Each Damage knows where (`at`). */
export type Stretches = AsyncGenerator<Stretch | Damage>;

/** Members of a stream, to be read one after the other. */
export interface Members {
  /** Stored bytes passed so far. */
  readonly position: number;
  /** Passes over padding. Whether a member begins here; a Damage when other data does. */
  next(): Promise<boolean | Damage>;
  /** Decompresses the member that begins here. @throws Damage */
  read(): AsyncIterable<Uint8Array>;
  /** Passes on to the next place where a member begins, beyond doubt; false when there is none. */
  find(): Promise<boolean>;
}

/**
 * The search for members of one stream.
 * @param magic - how each begins
 * @param isMember - whether one begins at the start of these bytes; with `isEnd` they are the last of the stream
 */
export function memberSearch(
  reader: ByteReader,
  magic: Buffer,
  isMember: (bytes: Buffer, isEnd: boolean) => Promise<boolean>,
): Members["find"] {
  let trials = 0;
  return async () => {
    while (await reader.passTo(magic)) {
      const bytes = await reader.peek(TRIAL_BYTES);
      if (await isMember(bytes, bytes.length < TRIAL_BYTES)) return true;
      if (++trials >= MOST_TRIALS) return false;
      await reader.take(1);
    }
    return false;
  };
}

/** The stretches of a stream of members. @throws UserError from its source */
export async function* stretchesOf(members: Members, empty: Damage): Stretches {
  // What is next: a member, the end, other data, or what is left of a member that is broken.
  let next: boolean | Damage | "broken" = (await members.next()) || empty;
  const at = (damage: Damage) => {
    damage.at ??= members.position;
    return damage;
  };
  async function* stretch() {
    while (next === true) {
      try {
        yield* members.read();
      } catch (error) {
        next = "broken";
        throw error instanceof Damage ? at(error) : error;
      }
      next = await members.next();
    }
  }
  for (;;) {
    if (next instanceof Damage) yield at(next);
    if (next !== true && !(await members.find())) return;
    next = true;
    yield { start: members.position, bytes: stretch() };
    if ((next as typeof next | false) === false) return;
  }
}

/** The bytes of stretches when there is no damage. @throws Damage */
export async function* whole(stretches: Stretches): AsyncGenerator<Uint8Array> {
  for await (const part of stretches) {
    if (part instanceof Damage) throw part;
    yield* part.bytes;
  }
}
