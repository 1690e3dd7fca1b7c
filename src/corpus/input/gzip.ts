/**
 * @file Decompresses gzip streams (RFC 1952), telling every kind of damage and going on behind it.
 *
 * Members are found here and only their deflate data is left to zlib: given several members, zlib drops the output of a
 * good one when what follows is none. Input goes in pieces of fixed size, and each piece's output is passed on before the
 * next goes in: what is read before damage is so the same on every run and from every store, and memory stays bounded at
 * the highest ratio deflate has (1032).
 */
import { constants, crc32, createInflateRaw, type InflateRaw, inflateRawSync } from "node:zlib";
import { grouped } from "../../base/errors.js";
import { Damage, excerptOf, Truncated } from "./bad.js";
import { ByteReader } from "./reader.js";
import { type Members, memberSearch, type Stretches, stretchesOf } from "./stretches.js";

/** Compressed bytes per step. */
const PIECE_BYTES = 1 << 15;
/** A member that is no longer is passed on once its checksum was compared: nothing wrong comes out of it. */
const CHECKED_BYTES = 1 << 20;
const MAGIC = Buffer.from([0x1f, 0x8b, 8]);
const TRAILER_BYTES = 8;
/** Longest name or comment in a header. */
const MAX_NAME_BYTES = 1 << 16;

/** A member found behind damage is decompressed this far at most: no random bytes are valid deflate for so long. */
const TRIAL_OUTPUT_BYTES = 1 << 20;
/** Of a member that the end of the file cuts off, so much must decompress. */
const LEAST_OUTPUT_BYTES = 1 << 10;

/** Members one after the other are one stretch; zero bytes between and behind them are padding. */
export function gzipStretches(source: AsyncIterable<Uint8Array>): Stretches {
  return stretchesOf(new GzipMembers(new ByteReader(source)), new Truncated("the gzip stream is truncated", "byte 0"));
}

/** What is wrong with a member: "truncated", "damaged: ...". */
class Fault extends Error {}

class GzipMembers implements Members {
  readonly find: Members["find"];
  private produced = 0;

  constructor(private readonly reader: ByteReader) {
    this.find = memberSearch(reader, MAGIC, isMember);
  }

  get position(): number {
    return this.reader.position;
  }

  async next(): Promise<boolean | Damage> {
    await this.reader.skipAll((byte) => byte === 0);
    const start = await this.reader.peek(4);
    if (start.length === 0) return false;
    if (start.length === 4 && start.indexOf(MAGIC) === 0 && start[3] < 32) return true;
    const reason = this.position === 0 ? "is not a gzip stream" : "other data follows the gzip stream";
    return new Damage(reason, `byte ${grouped(this.position)}`, excerptOf(await this.reader.peek(200)));
  }

  async *read(): AsyncGenerator<Uint8Array> {
    const held: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of member(this.reader)) {
        length += chunk.length;
        held.push(chunk);
        if (length > CHECKED_BYTES) yield* this.passOn(held.splice(0));
      }
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { position } = this;
      // Damage, too, may let the data run on to the end of the file.
      const isCut = error.message === "truncated" && !(await this.find());
      if (isCut) yield* this.passOn(held);
      const at = `byte ${grouped(this.produced)} of the decompressed stream`;
      if (isCut) throw new Truncated("the gzip stream is truncated", at);
      throw Object.assign(new Damage(`the gzip stream is ${error.message}`, at), { at: position });
    }
    yield* this.passOn(held);
  }

  private *passOn(chunks: readonly Buffer[]): Generator<Buffer> {
    for (const chunk of chunks) {
      this.produced += chunk.length;
      yield chunk;
    }
  }
}

/**
 * Decompresses the member that begins here. Where its checksum is wrong its end may be too, so its last piece is not taken.
 * @throws Fault
 */
async function* member(reader: ByteReader): AsyncGenerator<Buffer> {
  if (!(await passHeader(reader))) throw new Fault("truncated");
  const inflate = createInflateRaw({ chunkSize: 1 << 16 });
  let output: Buffer[] = [];
  inflate.on("data", (chunk: Buffer) => output.push(chunk));
  let [sum, length, fed] = [0, 0, 0];
  try {
    for (;;) {
      const piece = await reader.peek(PIECE_BYTES);
      if (piece.length === 0) throw new Fault("truncated");
      const failure = await step(inflate, piece);
      for (const chunk of output) {
        sum = crc32(chunk, sum);
        length += chunk.length;
      }
      yield* output;
      output = [];
      if (failure) throw new Fault(`damaged: ${failure.message}`);
      const used = inflate.bytesWritten - fed;
      fed = inflate.bytesWritten;
      if (used < piece.length) {
        const end = await reader.peek(used + TRAILER_BYTES);
        if (end.length < used + TRAILER_BYTES) throw new Fault("truncated");
        if (!isTrailerOf(end.subarray(used), sum, length)) throw new Fault("damaged: its checksum is wrong");
        await reader.take(end.length);
        return;
      }
      if (piece.length < PIECE_BYTES) throw new Fault("truncated");
      await reader.take(used);
    }
  } finally {
    inflate.destroy();
  }
}

/** Feeds one piece; resolves once all its output was handed over, to the error if there was one. */
function step(inflate: InflateRaw, piece: Uint8Array): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const finish = (error?: Error | null) => {
      inflate.off("error", finish);
      inflate.off("end", onEnd);
      // A late error of a stream that is given up anyway must not bring the process down.
      if (error) inflate.on("error", () => {});
      resolve(error ?? undefined);
    };
    const onEnd = () => finish();
    inflate.once("error", finish);
    inflate.once("end", onEnd);
    inflate.write(piece, finish);
  });
}

/** Passes over a member's header; false when the stream ends in it. */
async function passHeader(reader: ByteReader): Promise<boolean> {
  const header = await reader.take(10);
  if (header.length < 10) return false;
  const flags = header[3];
  if (flags & 4) {
    const size = await reader.take(2);
    if (size.length < 2 || (await reader.skip(size.readUInt16LE())) < size.readUInt16LE()) return false;
  }
  for (const flag of [8, 16]) if (flags & flag && !(await passName(reader))) return false;
  return !(flags & 2) || (await reader.skip(2)) === 2;
}

async function passName(reader: ByteReader): Promise<boolean> {
  const end = (await reader.peek(MAX_NAME_BYTES)).indexOf(0);
  if (end !== -1) await reader.take(end + 1);
  return end !== -1;
}

function isTrailerOf(trailer: Buffer, sum: number, length: number): boolean {
  return trailer.readUInt32LE(0) === sum && trailer.readUInt32LE(4) === length % 2 ** 32;
}

/** Whether a member begins at the start of these bytes: it decompresses to its end, or for very long. */
async function isMember(bytes: Buffer, isEnd: boolean): Promise<boolean> {
  const reader = ByteReader.over(bytes);
  if (bytes[3] >= 32 || !(await passHeader(reader))) return false;
  const data = bytes.subarray(reader.position);
  if (data.length === 0) return false;
  try {
    const options = { info: true, finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: TRIAL_OUTPUT_BYTES };
    const { buffer, engine } = inflateRawSync(data, options) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    const trailer = data.subarray(engine.bytesWritten);
    if (trailer.length === 0) return !isEnd || buffer.length >= LEAST_OUTPUT_BYTES;
    return trailer.length >= TRAILER_BYTES && isTrailerOf(trailer, crc32(buffer), buffer.length);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
  }
}
