import { describe, expect, it } from "vitest";
import { PACKAGE_ROOT } from "../base/package.js";
import { Domain, LEXICON_LIMIT, readDomain } from "./domain.js";

const medicine = readDomain(`${PACKAGE_ROOT}domains/medicine.json`);

describe("domain file", () => {
  it("ships a medicine domain within the lexicon limit, with examples of both kinds", () => {
    expect(medicine.name).toBe("medicine");
    expect(medicine.lexicon.length).toBeLessThanOrEqual(LEXICON_LIMIT);
    expect(medicine.truth).toEqual(["medical"]);
  });
  it("ships a law domain that no truth grades", () => {
    const law = readDomain(`${PACKAGE_ROOT}domains/law.json`);
    expect(law.name).toBe("law");
    expect(law.truth).toEqual([]);
  });
  it("refuses a lexicon over the limit, a doubled term and a phrase", () => {
    const letters = [..."abcdefghijklm"];
    const many = letters.flatMap((a) => letters.map((b) => `term${a}${b}`));
    expect(many.length).toBeGreaterThan(LEXICON_LIMIT);
    for (const lexicon of [many, ["tumor*", "tumor*"], ["heart attack"], ["it"]])
      expect(Domain.safeParse({ ...medicine, lexicon }).success).toBe(false);
  });
  it("names the file and the field that is wrong", () => {
    expect(() => readDomain("no-such-domain.json")).toThrow(/no-such-domain\.json/);
    const wrong = Domain.safeParse({ ...medicine, examples: medicine.examples.filter((example) => example.forget) });
    expect(wrong.error?.issues[0].message).toContain("both kinds");
  });
});
