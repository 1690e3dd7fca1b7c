import { describe, expect, it } from "vitest";
import { UNKNOWN_LABEL } from "../../label/index.js";
import { coarsen } from "./coarsen.js";

/** Synthetic: a document of one token per listed piece of text; an empty piece is a special token. */
function document(pieces: string[]) {
  let byte = 0;
  return {
    text: pieces.join(""),
    ends: Uint32Array.from(pieces, (piece) => (byte += Buffer.byteLength(piece))),
    isSpecial: Uint8Array.from(pieces, (piece) => (piece === "" ? 1 : 0)),
  };
}

describe("coarse labels", () => {
  const pieces = ["The", " heart", " 🫀", " beats", ".", " Nobody", " knows", " it", ".", ""];
  const labels = Uint8Array.of(0, 1, 1, 0, 0, 0, 0, 0, 1, 0);

  it("of sentences give every token the label of the sentence it ends in", () => {
    expect([...coarsen(labels, document(pieces), "sentence", 0.3)]).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
    expect([...coarsen(labels, document(pieces), "sentence", 0.25)]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
    expect([...coarsen(labels, document(pieces), "sentence", 0.5)]).toEqual(Array(10).fill(0));
  });

  it("of documents give every token but special ones the document's", () => {
    expect([...coarsen(labels, document(pieces), "document", 1 / 3)]).toEqual([...Array(9).fill(1), 0]);
    expect([...coarsen(labels, document(pieces), "document", 0.34)]).toEqual(Array(10).fill(0));
  });

  it("count known tokens only, and are unknown where none is known", () => {
    const partly = labels.map((label, token) => (token < 3 && label === 0 ? UNKNOWN_LABEL : label));
    expect([...coarsen(partly, document(pieces), "sentence", 0.5)].slice(0, 5)).toEqual([1, 1, 1, 1, 1]);
    const unknown = new Uint8Array(10).fill(UNKNOWN_LABEL);
    expect([...coarsen(unknown, document(pieces), "sentence", 0.5)]).toEqual([...Array(9).fill(UNKNOWN_LABEL), 0]);
  });

  it("cover text of no sentence and tokens that cut characters", () => {
    expect([...coarsen(Uint8Array.of(0), document([""]), "sentence", 0.5)]).toEqual([0]);
    const cut = { text: "é.", ends: Uint32Array.of(1, 2, 3), isSpecial: new Uint8Array(3) };
    expect([...coarsen(Uint8Array.of(1, 0, 0), cut, "sentence", 0.3)]).toEqual([1, 1, 1]);
  });
});
