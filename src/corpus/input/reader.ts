/** @file Bytes by the number across the chunks of a stream, holding no more than what is asked for and one chunk. */

/** Held at a time while something is looked for. */
const SEARCH_BYTES = 2 ** 18;

export class ByteReader {
  /** Bytes taken so far. */
  position = 0;
  private readonly source: AsyncIterator<Uint8Array>;
  private held: Buffer = Buffer.alloc(0);
  private failure: { error: unknown } | undefined;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** Reads bytes that are held already. */
  static over(bytes: Uint8Array): ByteReader {
    return new ByteReader(
      (async function* () {
        yield bytes;
      })(),
    );
  }

  /** The next `count` bytes, fewer where the stream ends or fails; they stay to be taken. */
  async look(count: number): Promise<Buffer> {
    if (this.held.length < count && !this.failure) {
      const chunks: Uint8Array[] = [this.held];
      let length = this.held.length;
      try {
        while (length < count) {
          const next = await this.source.next();
          if (next.done) break;
          chunks.push(next.value);
          length += next.value.length;
        }
      } catch (error) {
        this.failure = { error };
      }
      this.held = Buffer.concat(chunks);
    }
    return this.held.subarray(0, count);
  }

  /** The next `count` bytes, fewer at the end of the stream; they stay to be taken. @throws what the stream fails with */
  async peek(count: number): Promise<Buffer> {
    const bytes = await this.look(count);
    if (bytes.length < count && this.failure) throw this.failure.error;
    return bytes;
  }

  /** The next `count` bytes, fewer at the end of the stream. @throws what the stream fails with; nothing is taken then */
  async take(count: number): Promise<Buffer> {
    const bytes = await this.peek(count);
    this.held = this.held.subarray(bytes.length);
    this.position += bytes.length;
    return bytes;
  }

  /** Passes over bytes as long as they are such ones. */
  async skipAll(isSuch: (byte: number) => boolean): Promise<void> {
    while ((await this.peek(1)).length > 0) {
      const count = this.held.findIndex((byte) => !isSuch(byte));
      await this.take(count === -1 ? this.held.length : count);
      if (count !== -1) return;
    }
  }

  /** Passes on to the next place where these bytes stand; false when there is none. */
  async passTo(wanted: Buffer): Promise<boolean> {
    for (;;) {
      const bytes = await this.peek(SEARCH_BYTES);
      const start = bytes.indexOf(wanted);
      if (start === -1 && bytes.length < SEARCH_BYTES) return false;
      await this.take(start === -1 ? bytes.length - wanted.length + 1 : start);
      if (start !== -1) return true;
    }
  }

  /** Passes over `count` bytes without holding them. @returns how many there were */
  async skip(count: number): Promise<number> {
    let left = count;
    while (left > 0 && (await this.peek(1)).length > 0)
      left -= (await this.take(Math.min(left, this.held.length))).length;
    return count - left;
  }
}
