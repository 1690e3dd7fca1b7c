import { describe, expect, it } from "vitest";
import { analyse } from "./analyse.js";
import type { StudyFacts } from "./facts.js";
import { together, verdictOf } from "./findings.js";
import { bluntSentence, foundSentence } from "./sentence.js";
import { SYNTHETIC_SLOWDOWN, syntheticFacts } from "./testing/synthetic-study.js";

type Slowdown = (typeof SYNTHETIC_SLOWDOWN)[string];

const study = (facts: StudyFacts) => analyse(facts, { resamples: 100 });
/** The synthetic study where some arms slow down otherwise. */
const made = (slowdown: Record<string, Slowdown>, more: Parameters<typeof syntheticFacts>[0] = {}) =>
  study(syntheticFacts({ ...more, slowdown: { ...SYNTHETIC_SLOWDOWN, ...slowdown } }));
const evenly = (at: number): Slowdown => ({
  medical: { at, grows: 0 },
  biology: { at, grows: 0 },
  general: { at, grows: 0 },
});
const usual = study(syntheticFacts());
/** The verdict on the statement that holds these words. */
const verdictOn = ({ findings }: ReturnType<typeof study>, words: string) =>
  findings.statements.find(({ claim }) => claim.includes(words))!.holds;

const SELECTIVE = "Filtering slows the learning of medical text";
const FAKES = "random, or aimed at another topic";
const RANDOM = "A random filter slows all text alike";
const DOCUMENTS = "than document filtering";
const GROWS = "The larger the model";
const KEPT = "The text to keep is learned";
const CLAIMS = [SELECTIVE, FAKES, RANDOM, DOCUMENTS, GROWS, KEPT];

describe("verdicts", () => {
  it("are yes or no only where the whole interval lies on one side", () => {
    expect(verdictOf({ low: 1.1, high: 2 }, 1)).toBe("yes");
    expect(verdictOf({ low: 0.5, high: 0.9 }, 1)).toBe("no");
    expect(verdictOf({ low: 0.9, high: 1.1 }, 1)).toBe("unclear");
    expect(verdictOf({ low: 1.1, high: null }, 1)).toBe("yes");
    expect(verdictOf({ low: null, high: 2 }, 1)).toBe("unclear");
  });

  it("together are partly where only some are yes", () => {
    expect(together(["yes", "yes"])).toBe("yes");
    expect(together(["no", "no"])).toBe("no");
    expect(together(["yes", "no"])).toBe("partly");
    expect(together(["unclear", "no"])).toBe("unclear");
    expect(together([])).toBe("unclear");
  });
});

describe("statements", () => {
  it("say yes where the synthetic study was made so", () => {
    expect(CLAIMS.map((words) => verdictOn(usual, words))).toEqual(["yes", "yes", "yes", "yes", "yes", "yes"]);
    expect(usual.findings.blunt).toEqual([]);
  });

  it("say no, in the same words, where it was made the other way round", () => {
    const keeps: Slowdown = {
      medical: { at: 1, grows: 0 },
      biology: { at: 2, grows: 0 },
      general: { at: 2, grows: 0 },
    };
    const wrong = made({ mask: keeps, remove: keeps, document: { ...evenly(1), general: { at: 1.2, grows: 0 } } });
    expect([SELECTIVE, FAKES, DOCUMENTS, KEPT].map((words) => verdictOn(wrong, words))).toEqual([
      "no",
      "no",
      "no",
      "no",
    ]);
    expect(wrong.findings.statements.map(({ claim }) => claim)).toEqual(
      usual.findings.statements.map(({ claim }) => claim),
    );
    const shrinking = made({ mask: { ...SYNTHETIC_SLOWDOWN.mask, medical: { at: 2, grows: -0.2 } } });
    expect(verdictOn(shrinking, GROWS)).toBe("no");
    const skewed = made({ "random-mask": { ...evenly(1), medical: { at: 2, grows: 0 } } });
    expect(verdictOn(skewed, RANDOM)).toBe("no");
  });

  it("say unclear where noise drowns what there is", () => {
    const same = evenly(1);
    const drowned = made({ mask: same, remove: same, document: same, "random-mask": same }, { noise: 0.03 });
    expect([SELECTIVE, DOCUMENTS, GROWS].map((words) => verdictOn(drowned, words))).not.toContain("yes");
    expect(verdictOn(drowned, DOCUMENTS)).toBe("unclear");
  });

  it("give every arm's number beside its own words, and sizes by their parameters", () => {
    const { detail } = usual.findings.statements[0];
    for (const [arm, words] of [
      ["mask", "loss masked"],
      ["remove", "tokens removed"],
      ["document", "documents dropped"],
    ]) {
      const { value } = usual.selectivity.find((one) => one.arm === arm && one.size === "48x2")!;
      const [, shown] = new RegExp(`${words} ([\\d.]+)×`).exec(detail)!;
      expect(Number(shown), arm).toBeCloseTo(value!, 1);
    }
    expect(JSON.stringify(usual.findings.statements)).not.toMatch(/\d+x\d/);
  });

  it("claim nothing when nobody says what is to be forgotten", () => {
    const bare = study({ ...syntheticFacts(), roles: {} });
    expect(bare.findings.statements).toEqual([]);
    expect(bare.sentence).toContain("only overall losses");
  });
});

describe("the sentence", () => {
  it("says what was found in plain words, with the number of the quoted arm", () => {
    const found = made({ mask: { ...evenly(1), medical: { at: 4, grows: 0 } } });
    expect(foundSentence(found)).toMatch(
      /^The largest filtered model \(0\.15 M parameters\), not trained to predict these tokens, knows medical text as if trained with [34]\.\d times less compute, and the rest about as well as without filtering\.$/,
    );
  });

  it("gives a bound as a bound, and says of an unclear number that it is not certain", () => {
    const steep = made({ mask: { ...evenly(1), medical: { at: 90, grows: 0 } } });
    expect(foundSentence(steep)).toMatch(/as if trained with at least \d+ times less compute/);
    const drowned = made({ mask: evenly(1.15) }, { noise: 0.04 });
    expect(foundSentence(drowned)).toContain("not certain: slowdown [");
  });

  it("says that a filter is blunt, with the AUROC, and only then", () => {
    const facts = syntheticFacts();
    const [route, ...others] = facts.routes;
    const weak = { ...route, classifier: { ...route.classifier, halves: { value: 0.71, low: 0.69, high: 0.73 } } };
    const blunt = study({ ...facts, routes: [weak, ...others] });
    expect(bluntSentence(blunt)).toMatch(
      /^The filter does not tell medicine from other text well enough:.*AUROC 0\.71/,
    );
    expect(blunt.sentence).toContain(bluntSentence(blunt));
    expect(bluntSentence(usual)).toBe("");
    const idle = made({ mask: evenly(1.2) });
    expect(bluntSentence(idle)).toContain("does not clearly slow what is to be forgotten more");
  });
});

describe("a filter that takes nothing", () => {
  it("is called blunt, and why", () => {
    const facts = syntheticFacts();
    const arms = facts.arms.map((arm) => (arm.name === "mask" ? { ...arm, filteredShare: { train: 0 } } : arm));
    expect(study({ ...facts, arms }).findings.blunt.join(" ")).toContain("takes no token at all");
  });
});

describe("caveats", () => {
  it("say where the noise is from, how often intervals hold, and what has one seed only", () => {
    expect(usual.caveats.join(" ")).toContain("differ in their seed alone");
    expect(usual.caveats.join(" ")).toMatch(/\d+ of 48 intervals hold it/);
    expect(usual.caveats.join(" ")).not.toContain("has one seed");
    const single = study(syntheticFacts({ seeds: [1] })).caveats.join(" ");
    expect(single).toContain("No cell has enough seeds");
    expect(single).toContain("The quoted arm has one seed");
  });
});
