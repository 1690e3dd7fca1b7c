/**
 * @file Plain text, cut at blank lines into documents of a few pages.
 *
 * One long file can so be split into train and test, and scored in parts. A document is closed at the first blank line
 * after `PLAIN_TEXT_CHARACTERS`; stretches of nothing but white space are no documents and have no row.
 */
import { grouped } from "../../base/errors.js";
import { badRow, linePosition } from "./bad.js";
import { decodeUtf8, reasonOf, withoutByteOrderMark } from "./decode.js";
import { type Line, LineSplitter, withoutReturn } from "./lines.js";
import type { Origin, ReadOptions, Row } from "./types.js";

/** A plain-text document is closed at the first blank line after this many characters. */
export const PLAIN_TEXT_CHARACTERS = 8000;

/** @throws Damage from the stream or when a line is given up, after the rows before it. */
export async function* readText(
  stream: AsyncIterable<Uint8Array>,
  source: string,
  options: ReadOptions,
  giveUpBytes: number,
  origin: Origin,
): AsyncGenerator<Row> {
  const splitter = new LineSplitter(options.maxRecordBytes, giveUpBytes);
  const documents = new DocumentCutter(source, options, origin);
  for await (const chunk of stream) for (const line of splitter.push(chunk)) yield* documents.add(line);
  for (const line of splitter.end()) yield* documents.add(line);
  yield* documents.close();
}

class DocumentCutter {
  private row: number;
  private lineNumber = 0;
  private lines: string[] = [];
  private characters = 0;
  private bytes = 0;
  private firstLine: number | undefined;
  private start: Buffer = Buffer.alloc(0);
  private fault: string | undefined;

  constructor(
    private readonly source: string,
    private readonly options: ReadOptions,
    private readonly origin: Origin,
  ) {
    this.row = origin.row;
  }

  *add(line: Line): Generator<Row> {
    const stored = withoutReturn(
      this.lineNumber++ === 0 && this.origin.row === 0 ? withoutByteOrderMark(line.bytes) : line.bytes,
    );
    const text = this.decode(stored, line.isTooLong === true);
    if (text?.trim() === "" && this.characters >= PLAIN_TEXT_CHARACTERS) {
      yield* this.close();
      return;
    }
    if (this.firstLine === undefined && text?.trim() !== "") {
      this.firstLine = this.lineNumber - 1;
      this.start = Buffer.from(stored.subarray(0, 200));
    }
    this.characters += (text ?? stored).length + 1;
    this.bytes += line.bytes.length + 1;
    if (this.bytes > this.options.maxRecordBytes + 1) {
      this.fault ??= `is a document of more than ${grouped(this.options.maxRecordBytes)} bytes without a blank line`;
    }
    if (this.fault) this.lines = [];
    else this.lines.push(text as string);
  }

  *close(): Generator<Row> {
    const { row, fault, firstLine = 0, start } = this;
    const text = this.lines.join("\n").trim();
    this.lines = [];
    this.characters = 0;
    this.bytes = 0;
    this.fault = undefined;
    this.firstLine = undefined;
    if (fault) yield badRow(this.row++, fault, linePosition(firstLine, this.origin), start);
    else if (text) {
      this.row++;
      const fields = this.options.keepFields && Object.create(null);
      yield { kind: "document", row, id: `${this.source}:${row}`, text, ...(fields && { fields }) };
    }
  }

  private decode(bytes: Buffer, isTooLong: boolean): string | undefined {
    if (isTooLong) this.fault ??= `is a line of more than ${grouped(this.options.maxRecordBytes)} bytes`;
    else {
      try {
        return bytes.length === 0 ? "" : decodeUtf8(bytes);
      } catch (error) {
        this.fault ??= reasonOf(error);
      }
    }
    return undefined;
  }
}
