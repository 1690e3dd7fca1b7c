import { describe, expect, it } from "vitest";
import { random } from "../../base/random.js";
import { type DocumentText, sentencesOf } from "../../label/index.js";
import { COLUMNS, logitReader } from "./logits.js";
import { type NgramWeights, openModel } from "./model.js";
import { piecesOf } from "./pieces.js";
import { unitEnds } from "./units.js";

const draw = random(1, "weights");
const weights: NgramWeights = {
  words: ["heart", "river", "é"],
  wordWeights: Float32Array.of(2, -1, 0.5),
  pieceWeights: Float32Array.from({ length: 64 }, () => draw.normal()),
  bias: -0.3,
};

/** Tokens of two characters each, and an end-of-text. */
function documentOf(text: string): DocumentText {
  const characters = [...text];
  const pieces = Array.from({ length: Math.ceil(characters.length / 2) }, (_, k) =>
    characters.slice(2 * k, 2 * k + 2).join(""),
  );
  let end = 0;
  const ends = Uint32Array.from([...pieces, ""], (piece) => (end += Buffer.byteLength(piece)));
  return { text, ends, isSpecial: Uint8Array.from(ends, (_, k) => (k === pieces.length ? 1 : 0)) };
}

/** Sum of weights and their number, of the words of a text. */
function rowsOf(words: readonly string[]) {
  const rows = words.flatMap((word) => {
    const own = weights.words.indexOf(word);
    const pieces = piecesOf(word, 64).map((bucket) => weights.pieceWeights[bucket]);
    return own < 0 ? pieces : [weights.wordWeights[own], ...pieces];
  });
  return rows.reduce((sum, weight) => sum + weight, 0) / rows.length + weights.bias;
}

const TEXT = "The heart beats. 12! A river, élan ran: 🙂 on. Heart river heart";

describe("logits of tokens", () => {
  it("are the mean weight of their sentence's words plus the bias, the space before a word going with it", () => {
    const read = logitReader(openModel(weights), { window: 3, sharpen: 0, bonus: 2 });
    const document = documentOf(TEXT);
    const { tokenLogits, meanLogit, words, unknownWords } = read(document);
    const ends = unitEnds(document);
    let last = Number.NaN;
    const expected = sentencesOf(TEXT).map(({ start, end }) => {
      const found = TEXT.slice(start, end)
        .toLowerCase()
        .match(/\p{L}+/gu);
      return { end, logit: (last = found ? rowsOf(found) : last) };
    });
    for (let token = 0; token < ends.length - 1; token++) {
      const sentence = expected.find(({ end }) => ends[token] <= end)!;
      expect(tokenLogits[token]).toBeCloseTo(sentence.logit, 5);
    }
    expect(tokenLogits.at(-1)).toBe(0);
    expect(meanLogit).toBeCloseTo(tokenLogits.reduce((sum, logit) => sum + logit, 0) / (ends.length - 1), 5);
    expect([words, unknownWords]).toEqual([11, 6]);
  });

  it("are those of the window around a token's word when only the window counts", () => {
    const read = logitReader(openModel(weights), { window: 1, sharpen: 1, bonus: 0 });
    const { tokenLogits } = read(documentOf("a heart was near river"));
    // The second token is "he", of the second word: a window of "a heart was".
    expect(tokenLogits[1]).toBeCloseTo(rowsOf(["a", "heart", "was"]), 5);
    expect(tokenLogits.at(-2)).toBeCloseTo(rowsOf(["near", "river"]), 5);
  });

  it("gain the bonus in sentences where the lexicon fires, and nowhere else", () => {
    const [plain, fired] = [[], ["beat*"]].map(
      (lexicon) =>
        logitReader(openModel(weights, lexicon), { window: 3, sharpen: 0, bonus: 2 })(documentOf(TEXT)).tokenLogits,
    );
    expect(fired[3] - plain[3]).toBeCloseTo(2, 5);
    expect(fired.at(-2)! - plain.at(-2)!).toBeCloseTo(0, 5);
  });

  it("do not depend on what was read before", () => {
    const read = logitReader(openModel(weights), { window: 2, sharpen: 0.5, bonus: 0 });
    const first = read(documentOf(TEXT)).tokenLogits;
    for (let k = 0; k < 50; k++) read(documentOf(`${"word ".repeat(k)}${TEXT.slice(k)}`));
    expect(read(documentOf(TEXT)).tokenLogits).toEqual(first);
  });

  it("are the bias where there is no word, and none of an empty text", () => {
    const read = logitReader(openModel(weights), { window: 2, sharpen: 0.5, bonus: 0 });
    for (const logit of read(documentOf("12 34")).tokenLogits.subarray(0, -1)) expect(logit).toBeCloseTo(-0.3, 5);
    expect(read(documentOf("")).meanLogit).toBeUndefined();
  });
});

describe("columns of tokens", () => {
  it("make up the logits: a share of the sentence, a share of the window, the bonus by how much the lexicon fires", () => {
    const settings = { window: 2, sharpen: 0.3, bonus: 2.5 };
    const columns = new Float32Array(documentOf(TEXT).isSpecial.length * COLUMNS);
    const read = logitReader(openModel(weights, ["beats"]), settings);
    const { tokenLogits } = read(documentOf(TEXT), columns);
    for (const [token, logit] of tokenLogits.entries()) {
      const [own, near, fires] = columns.subarray(COLUMNS * token, COLUMNS * (token + 1));
      expect(0.7 * own + 0.3 * near + 2.5 * fires).toBeCloseTo(logit, 5);
    }
    expect(columns[2]).toBeCloseTo(1, 6);
    expect(new Set(tokenLogits).size).toBeGreaterThan(5);
    expect(read(documentOf(TEXT)).tokenLogits).toEqual(tokenLogits);
  });
});
