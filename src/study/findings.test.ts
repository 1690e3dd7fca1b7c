import { describe, expect, it } from "vitest";
import { analyse } from "./analyse.js";
import type { StudyFacts } from "./facts.js";
import { syntheticFacts } from "./testing/synthetic-study.js";

const study = (facts: StudyFacts) => analyse(facts, { resamples: 100 });
const facts = syntheticFacts();

/** The synthetic study with the arms' names exchanged: what was measured for one is now the other's. */
function swapped(a: string, b: string): StudyFacts {
  const name = (arm: string) => (arm === a ? b : arm === b ? a : arm);
  return { ...facts, runs: facts.runs.map((run) => ({ ...run, arm: name(run.arm) })) };
}

describe("findings", () => {
  it("say yes where the synthetic study was made so", () => {
    const { findings, sentence } = study(facts);
    expect(findings.statements.map(({ holds }) => holds)).toEqual(["yes", "yes", "yes", "yes"]);
    expect(sentence).toContain("token filtering beats document filtering at every size");
    expect(sentence).toContain("grows with size for every arm");
    expect(sentence).toMatch(/(remove.*mask.*document)/);
  });

  it("say no, in as plain words, where token filtering loses", () => {
    const { findings, sentence } = study(swapped("document", "remove"));
    const removal = findings.tradeoffs.filter(({ arm, measure }) => arm === "remove" && measure === "all retain");
    expect(removal.map(({ better }) => better)).toEqual(["no", "no", "no", "no"]);
    expect(sentence).not.toContain("beats document filtering at every size");
  });

  it("find no effect where filtering did nothing", () => {
    const baseline = facts.runs.filter(({ arm }) => arm === "baseline");
    const runs = facts.arms.flatMap(({ name }) => baseline.map((run) => ({ ...run, arm: name })));
    const { findings, sentence } = study({ ...facts, runs });
    expect(findings.statements.map(({ holds }) => holds)).not.toContain("yes");
    expect(sentence).toContain("unclear whether the slowdown grows");
    expect(sentence).toContain("does not clearly beat");
  });

  it("claim nothing when nobody says what is to be forgotten", () => {
    const { findings, sentence } = study({ ...facts, roles: {} });
    expect(findings.statements).toEqual([]);
    expect(sentence).toContain("only overall losses");
  });

  it("warn of one seed per cell, and not when there are several", () => {
    expect(study(facts).caveats.join(" ")).toContain("do not cover the noise of training");
    const several = study(syntheticFacts({ seeds: [1, 2], documents: 60 }));
    expect(several.caveats.join(" ")).toContain("test documents and seeds");
    expect(several.cells[0].seeds).toBe(2);
  });
});
