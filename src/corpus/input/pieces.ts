/** @file A stream of bytes in pieces of one size, however the store delivered them. */

/** Pieces of exactly `size` bytes, the last one shorter. */
export async function* inPieces(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let piece = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const chunk of source) {
    let start = 0;
    while (start < chunk.length) {
      if (filled === 0 && chunk.length - start >= size) {
        yield chunk.subarray(start, (start += size));
        continue;
      }
      const end = Math.min(chunk.length, start + size - filled);
      piece.set(chunk.subarray(start, end), filled);
      filled += end - start;
      start = end;
      if (filled === size) {
        yield piece;
        piece = Buffer.allocUnsafe(size);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
