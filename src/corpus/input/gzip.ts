/**
 * @file Decompresses gzip streams, telling every kind of damage.
 *
 * Input goes in pieces of fixed size, and each piece's output is passed on before the next goes in: what is read before
 * damage is so the same on every run and from every store, and memory stays bounded at the highest ratio deflate has
 * (1032). Of the piece that is damaged, output that was not handed over yet is lost; it belongs to the bad rest.
 */
import { createGunzip, type Gunzip } from "node:zlib";
import { grouped } from "../../base/errors.js";
import { Damage } from "./bad.js";
import { inPieces } from "./pieces.js";

/** Compressed bytes per step. */
const PIECE_BYTES = 1 << 15;

/** Concatenated members are one stream; zero bytes behind the last are padding, as for gzip(1). @throws Damage */
export async function* gunzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const inflate = createGunzip({ chunkSize: 1 << 16 });
  let output: Buffer[] = [];
  let produced = 0;
  let fed = 0;
  inflate.on("data", (chunk: Buffer) => {
    output.push(chunk);
    produced += chunk.length;
  });
  const position = () => `byte ${grouped(produced)} of the decompressed stream`;
  try {
    for await (const piece of inPieces(source, PIECE_BYTES)) {
      const unread = Math.max(0, fed - inflate.bytesWritten);
      const isOver = unread > 0 || inflate.readableEnded;
      fed += piece.length;
      if (!isOver) {
        const failure = await step(inflate, piece);
        yield* output;
        output = [];
        if (failure)
          throw new Damage(`the gzip stream is damaged or other data follows it: ${failure.message}`, position());
      }
      const padding = piece.subarray(isOver ? 0 : Math.max(0, piece.length - (fed - inflate.bytesWritten)));
      if (padding.some((byte) => byte !== 0)) throw new Damage("other data follows the gzip stream", position());
    }
    if (inflate.readableEnded) return;
    const failure = await step(inflate, undefined);
    yield* output;
    if (failure) throw new Damage("the gzip stream is truncated", position());
  } finally {
    inflate.destroy();
  }
}

/** Feeds one piece, or the end; resolves once all its output was handed over, to the error if there was one. */
function step(inflate: Gunzip, piece: Uint8Array | undefined): Promise<Error | undefined> {
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
    if (piece) inflate.write(piece, finish);
    else inflate.end();
  });
}
