import { describe, expect, it } from "vitest";
import { random } from "../../base/random.js";
import { factsOf, type Given, indexOf } from "./answer.js";

const choices = ["heart", "lung", "liver", "skin"];
const ofFile = (records: readonly Given[]) => {
  const facts = factsOf(records);
  return records.map((given) => indexOf(given, facts));
};
const ofAnswers = (...answers: unknown[]) => ofFile(answers.map((answer) => ({ choices, answer })));

describe("answers of one file", () => {
  it("count from 0 where one is 0, from 1 where one is the number of choices", () => {
    expect(ofAnswers(1, 0, 3)).toEqual([1, 0, 3]);
    expect(ofAnswers(1, 2, 4)).toEqual([0, 1, 3]);
    expect(ofAnswers("1", "4", 2n)).toEqual([0, 3, 1]);
  });

  it("are not guessed where no record tells, or they disagree", () => {
    expect(ofAnswers(1, 2)[0]).toEqual({ unusable: expect.stringMatching(/counts from 0 or 1, no record tells/) });
    expect(ofAnswers(0, 4, 2)[2]).toEqual({ unusable: expect.stringMatching(/from 0 in some records and from 1 in/) });
  });

  it("are none where they are null, empty, hidden or no number", () => {
    expect(ofAnswers(0, undefined, "", -1, Number.NaN, 1.5, "heard", 9)).toEqual([
      0,
      ...["there is none", "there is none", "-1, which hides it", "there is none"].map((why) => ({
        unusable: `answer: ${why}`,
      })),
      ...[1, 2].map(() => ({ unusable: "answer: neither a letter, a number nor one of the choices" })),
      { unusable: "answer: no such choice" },
    ]);
  });

  it("are letters of either case, in brackets or with a point", () => {
    expect(ofAnswers("b", "(C)", "D.", "a)", "E")).toEqual([1, 2, 3, 0, { unusable: "answer: no such choice" }]);
  });

  it("are texts where a record tells that texts are meant, and not guessed where none does", () => {
    const numbers = ["2", "4", "1", "16"];
    expect(
      ofFile([
        { choices: numbers, answer: "16" },
        { choices: numbers, answer: "2" },
      ]),
    ).toEqual([3, 0]);
    expect(
      ofFile([
        { choices: numbers, answer: "0" },
        { choices: numbers, answer: "2" },
      ]),
    ).toEqual([0, 2]);
    expect(
      ofFile([
        { choices: numbers, answer: 0 },
        { choices: numbers, answer: "2" },
      ])[1],
    ).toEqual({
      unusable: "answer: may be a letter or number, or the text of a choice; no record tells",
    });
  });

  it("are labels where the record names its choices", () => {
    const labels = ["1", "2", "3", "4"];
    expect(
      ofFile([
        { choices, labels, answer: "2" },
        { choices, labels, answer: 3n },
      ]),
    ).toEqual([1, 2]);
    expect(ofFile([{ choices, labels: ["A", "B", "C", "D"], answer: "liver" }])).toEqual([2]);
  });

  it.each([1, 2, 3])("are what was meant, however it is written (seed %i)", (seed) => {
    const rng = random(seed, "answers");
    const below = (limit: number) => Math.floor(rng.uniform() * limit);
    const ways: ((right: number, texts: readonly string[]) => unknown)[] = [
      (right) => right,
      (right) => right + 1,
      (right) => BigInt(right),
      (right) => String(right + 1),
      (right) => "ABCDEFGHIJ"[right],
      (right) => `(${"abcdefghij"[right]})`,
      (right, texts) => texts[right],
    ];
    let given = 0;
    for (let file = 0; file < 200; file++) {
      const write = ways[below(ways.length)];
      const isHidden = () => rng.uniform() < 0.1;
      const meant = Array.from({ length: 1 + below(12) }, () => {
        const texts = Array.from({ length: 2 + below(5) }, (_, i) => `${below(2) ? "choice" : ""}${i * 7 + below(6)}`);
        return { texts, right: isHidden() ? undefined : below(texts.length) };
      });
      const found = ofFile(
        meant.map(({ texts, right }) => ({
          choices: texts,
          answer: right === undefined ? [undefined, -1][below(2)] : write(right, texts),
        })),
      );
      // What is given is right, or nothing is given: never another choice.
      found.forEach((answer, index) => {
        if (typeof answer !== "number") return;
        expect(answer, `file ${file}`).toBe(meant[index].right);
        given++;
      });
    }
    expect(given).toBeGreaterThan(700);
  });
});
