/** @file Bytes by the number across the chunks of a stream, holding no more than what is asked for and one chunk. */

export class ByteReader {
  /** Bytes taken so far. */
  position = 0;
  private readonly source: AsyncIterator<Uint8Array>;
  private held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** The next `count` bytes, fewer at the end of the stream; they stay to be taken. */
  async peek(count: number): Promise<Buffer> {
    if (this.held.length < count) {
      const chunks: Uint8Array[] = [this.held];
      let length = this.held.length;
      while (length < count) {
        const next = await this.source.next();
        if (next.done) break;
        chunks.push(next.value);
        length += next.value.length;
      }
      this.held = Buffer.concat(chunks);
    }
    return this.held.subarray(0, count);
  }

  /** The next `count` bytes, fewer at the end of the stream. */
  async take(count: number): Promise<Buffer> {
    const bytes = await this.peek(count);
    this.held = this.held.subarray(bytes.length);
    this.position += bytes.length;
    return bytes;
  }

  /** Passes over `count` bytes without holding them. @returns how many there were */
  async skip(count: number): Promise<number> {
    let left = count;
    while (left > 0 && (await this.peek(1)).length > 0)
      left -= (await this.take(Math.min(left, this.held.length))).length;
    return count - left;
  }

  /** The bytes before `mark`, which is taken too; undefined when it does not come within `maxBytes`. */
  async until(mark: string, maxBytes: number): Promise<Buffer | undefined> {
    for (let looked = 1024; ; looked *= 4) {
      const bytes = await this.peek(Math.min(looked, maxBytes));
      const end = bytes.indexOf(mark);
      if (end !== -1) return (await this.take(end + mark.length)).subarray(0, end);
      if (bytes.length < looked) return undefined;
    }
  }
}
