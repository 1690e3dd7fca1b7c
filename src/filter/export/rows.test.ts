import { describe, expect, it } from "vitest";
import { MAX_ROW_TOKENS, rowMaker } from "./rows.js";
import type { Arranged } from "./view.js";

const PAD = 99;
const arranged = (inputs: Uint32Array): Arranged => ({
  inputs,
  lossMask: Uint8Array.from(inputs, (id) => id % 2),
  scores: Uint8Array.from(inputs),
});
const document = (...ids: number[]) => arranged(Uint32Array.from(ids));

function rowsOf(sequenceLength: number | undefined, documents: Arranged[]) {
  const maker = rowMaker(sequenceLength, PAD);
  const rows: { ids: number[]; mask: number[]; length: number; next?: number }[] = [];
  const take = (all: ReturnType<typeof maker.close>) => {
    for (const { inputs, lossMask, length, next } of all) {
      rows.push({ ids: [...inputs], mask: [...lossMask], length, next: next?.id });
    }
  };
  for (const each of documents) take(maker.add(each));
  take(maker.close());
  return rows;
}

describe("rowMaker", () => {
  it("packs documents one after another, every token an input exactly once, the last row padded and untrained", () => {
    const rows = rowsOf(4, [document(1, 2, 3), document(4, 5, 6, 7, 8, 9), document(10)]);
    expect(rows).toEqual([
      { ids: [1, 2, 3, 4], mask: [1, 0, 1, 0], length: 4, next: 5 },
      { ids: [5, 6, 7, 8], mask: [1, 0, 1, 0], length: 4, next: 9 },
      { ids: [9, 10, PAD, PAD], mask: [1, 0, 0, 0], length: 2, next: undefined },
    ]);
  });

  it("pads nothing when the tokens fill the last row exactly", () => {
    expect(rowsOf(2, [document(1, 2), document(3, 4)]).map(({ ids, next }) => [ids, next])).toEqual([
      [[1, 2], 3],
      [[3, 4], undefined],
    ]);
    expect(rowsOf(2, [])).toEqual([]);
  });

  it("gives a document a row, and one too long for it several", () => {
    const long = arranged(Uint32Array.from({ length: MAX_ROW_TOKENS + 2 }, (_, at) => at));
    const rows = rowsOf(undefined, [document(7, 8), long]);
    expect(rows.map(({ length }) => length)).toEqual([2, MAX_ROW_TOKENS, 2]);
    expect(rows.map(({ next }) => next)).toEqual([undefined, MAX_ROW_TOKENS, undefined]);
  });
});
