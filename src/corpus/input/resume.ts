/** @file A stream from the network that goes on where a connection was cut. */
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../base/errors.js";

export interface Remote {
  uri: string;
  /** Size, bytes. */
  bytes: number;
  /** Asks for the bytes from `start` to before `end`. @throws UserError when asking again is of no use */
  request(start: number, end: number): Promise<AsyncIterable<Uint8Array>>;
}

/** Attempts in a row without a byte. */
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 100;
/** A connection silent for so long is taken for cut. */
const SILENCE_MS = 60_000;

/** All bytes in [start, end), asking again for the rest after a cut. @throws UserError when that does not help */
export async function* resumable(remote: Remote, start = 0, end = remote.bytes): AsyncGenerator<Uint8Array> {
  let reached = start;
  for (let failures = 0; reached < end; ) {
    try {
      const source = (await remote.request(reached, end))[Symbol.asyncIterator]();
      try {
        for (let next = await soon(source.next()); !next.done; next = await soon(source.next())) {
          const chunk = next.value.subarray(0, end - reached);
          reached += chunk.length;
          if (chunk.length > 0) failures = 0;
          yield chunk;
          if (reached === end) return;
        }
      } finally {
        source.return?.()?.then(undefined, () => {});
      }
      throw new Error(`the connection ended at byte ${reached} of ${end}`);
    } catch (error) {
      if (error instanceof UserError) throw error;
      if (++failures >= ATTEMPTS) {
        const reason = error instanceof Error ? error.message || error.name : String(error);
        throw new UserError(`Cannot read ${remote.uri} from byte ${reached}, ${ATTEMPTS} times: ${reason}. Try again.`);
      }
      await sleep(FIRST_PAUSE_MS * 2 ** failures);
    }
  }
}

/** The bytes in [start, end), held in memory. */
export async function readRange(remote: Remote, start: number, end: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(end - start);
  let filled = 0;
  for await (const chunk of resumable(remote, start, end)) {
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  return bytes;
}

/** A promise that fails when nothing comes for a long time. */
async function soon<Value>(promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came for ${SILENCE_MS / 1000} s`)), SILENCE_MS);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}
