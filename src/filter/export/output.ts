/**
 * @file Output files: written under a temporary name, hashed on the way, flushed to disk and renamed when complete.
 *
 * Unlike a Store's objects they are pushed into, several at a time, because a format writes its token and mask files
 * side by side.
 */
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createGzip } from "node:zlib";

/** In the name of every unfinished file. */
export const TEMPORARY = ".tmp-";
const BUFFER_BYTES = 1 << 20;

export interface FileRecord {
  bytes: number;
  sha256: string;
}

/** Something bytes are pushed into. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** The files of one shard, or of the whole export. */
export class Output {
  /** Of the files that are complete, by name relative to the folder. */
  readonly files: Record<string, FileRecord> = {};
  readonly #open = new Set<OutputFile>();
  readonly #scratch: FileHandle[] = [];

  constructor(readonly folder: string) {}

  /** Opens a file to write. @param name - below the folder, made by the format, never from data */
  async file(name: string): Promise<OutputFile> {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    const file = new OutputFile(path, (record) => {
      this.files[name] = record;
      this.#open.delete(file);
    });
    this.#open.add(file);
    await file.open();
    return file;
  }

  /** The same, gzipped. */
  async gzip(name: string): Promise<ByteSink> {
    return gzipInto(await this.file(name));
  }

  /** A file without a name, closed with the output: its space is free again then, or when the process dies. */
  async scratch(): Promise<FileHandle> {
    const path = join(this.folder, `${TEMPORARY}${randomUUID()}`);
    const file = await open(path, "w+");
    this.#scratch.push(file);
    await rm(path);
    return file;
  }

  /** Closes and removes what is not complete. */
  async discard(): Promise<void> {
    for (const file of this.#scratch) await file.close();
    for (const file of this.#open) await file.discard();
    this.#open.clear();
  }
}

export class OutputFile implements ByteSink {
  readonly #temporary: string;
  readonly #hash = createHash("sha256");
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #buffered = 0;
  #handle?: FileHandle;
  /** Bytes written so far. */
  bytes = 0;

  constructor(
    readonly path: string,
    private readonly done: (record: FileRecord) => void,
  ) {
    this.#temporary = `${path}${TEMPORARY}${randomUUID()}`;
  }

  async open(): Promise<void> {
    this.#handle = await open(this.#temporary, "wx");
  }

  /** Appends; the bytes are copied or on disk when the promise resolves. */
  async write(bytes: Uint8Array): Promise<void> {
    this.bytes += bytes.length;
    if (this.#buffered + bytes.length > BUFFER_BYTES) await this.#flush();
    if (bytes.length > BUFFER_BYTES) return this.#append(bytes);
    this.#buffer.set(bytes, this.#buffered);
    this.#buffered += bytes.length;
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#handle!.sync();
    await this.#handle!.close();
    this.#handle = undefined;
    await rename(this.#temporary, this.path);
    this.done({ bytes: this.bytes, sha256: this.#hash.digest("hex") });
  }

  async discard(): Promise<void> {
    await this.#handle?.close().catch(() => {});
    await rm(this.#temporary, { force: true });
  }

  #flush(): Promise<void> {
    const bytes = this.#buffer.subarray(0, this.#buffered);
    this.#buffered = 0;
    return this.#append(bytes);
  }

  #append(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    return this.#handle!.writeFile(bytes);
  }
}

/** A gzip stream into a file. */
function gzipInto(file: OutputFile): ByteSink {
  const gzip = createGzip();
  const done = (async () => {
    for await (const chunk of gzip as AsyncIterable<Uint8Array>) await file.write(chunk);
  })();
  done.catch(() => {}); // whoever writes or closes next is told
  return {
    async write(bytes) {
      if (!gzip.write(bytes)) await Promise.race([once(gzip, "drain"), done]);
    },
    async close() {
      gzip.end();
      await done;
      await file.close();
    },
  };
}
