import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { runStage } from "../../base/stage.js";
import type { RefusalRate } from "../../evaluate/index.js";
import { rate } from "../../evaluate/index.js";
import { temporaryFolder } from "../../testing/folder.js";
import { pretrainStage } from "../../train/index.js";
import { syntheticCorpus, writeArtifacts } from "../../train/testing/synthetic.js";
import { NARROW, refusalFigure, WIDE } from "../figures/index.js";
import { percent } from "../format.js";
import { refusesSection } from "../report/safeguards-parts.js";
import { stageByName } from "../stages.js";
import type { RunStep } from "../steps.js";
import { type AlignmentFacts, analyseAlignment, meanRate } from "./analyse.js";
import { AlignmentConfig } from "./config.js";
import { runAlignments } from "./pipeline.js";
import { Alignment } from "./results.js";
import { alignmentOf, planAlignment } from "./run.js";
import { refusalTable } from "./table.js";

const config = AlignmentConfig.parse({ forget: ["data/ill.jsonl"], general: ["data/add.jsonl"], seeds: [1, 2, 3] });
const rateOf = (refused: number, answered: number, unknown: RefusalRate["unknown"] = {}): RefusalRate => ({
  ...{ asked: refused + answered + Object.values(unknown).reduce<number>((a, b) => a + (b ?? 0), 0) },
  ...{ refused, answered, unknown, refusedAsTrained: Math.floor(refused / 2), rate: rate(refused, refused + answered) },
});

/** Synthetic facts of one arm and seed, at two sizes. */
function facts(arm: string, forget: number, parameters = 1e6): AlignmentFacts[] {
  return config.seeds.map((seed) => {
    const kinds = { forget: rateOf(forget + 10 * seed, 80 - forget - 10 * seed), general: rateOf(4, 96) };
    const withSources = Object.fromEntries(
      Object.entries(kinds).map(([kind, each]) => [kind, { ...each, sources: { "a.jsonl": each } }]),
    );
    const result = { judge: "resemblance", kinds: withSources } as unknown as AlignmentFacts["result"];
    return { arm, size: `${parameters}x1`, parameters, form: "token", seed, result };
  });
}

describe("refusal rates over seeds", () => {
  it("are the mean, with the spread of seeds and the sampling of their common questions", () => {
    const mean = meanRate([rateOf(50, 50), rateOf(60, 40), rateOf(70, 30)]);
    expect(mean.value).toBeCloseTo(0.6, 12);
    // Seeds: 0.1 / sqrt(3). Questions: sqrt(0.6 * 0.4 / 100); three seeds do not make it smaller.
    expect(mean.standardError).toBeCloseTo(Math.sqrt(0.01 / 3 + 0.0024), 12);
    // Wilson's interval of 60 of 100 is [0.5020, 0.6906]; Student's t of three seeds is 4.3027.
    const ofSeeds = 4.3027 * (0.1 / Math.sqrt(3));
    expect(mean.low).toBeCloseTo(0.6 - Math.hypot(0.6 - 0.502, ofSeeds), 4);
    expect(mean.high).toBeCloseTo(0.6 + Math.hypot(0.6906 - 0.6, ofSeeds), 4);
    expect(mean).toMatchObject({ asked: 100, refused: 180, answered: 120, refusedAsTrained: 90 });
  });

  it("are not certain where every seed refuses all or nothing", () => {
    const wilson = rate(0, 50)!;
    expect(meanRate([rateOf(0, 50), rateOf(0, 50), rateOf(0, 50)])).toMatchObject({ low: 0, high: wilson.high });
    expect(meanRate([rateOf(50, 0), rateOf(50, 0)])).toMatchObject({ low: rate(50, 50)!.low, high: 1 });
    expect(wilson.high).toBeGreaterThan(0.07);
  });

  it("leave out what is unknown, count it, and are null where nothing is known", () => {
    const mean = meanRate([rateOf(1, 1, { unsure: 2 }), rateOf(0, 0, { unsure: 3, "api error": 1 })]);
    expect(mean).toMatchObject({ value: 0.5, bySeed: [0.5, null], unknown: { unsure: 5, "api error": 1 } });
    expect(meanRate([rateOf(0, 0, { unsure: 1 })])).toMatchObject({ value: null, low: null, bySeed: [null] });
    expect(meanRate([rateOf(0, 50)])).toMatchObject({ value: 0, low: 0 });
  });
});

describe("alignment.json", () => {
  const all = [...facts("baseline", 10), ...facts("remove", 50), ...facts("baseline", 0, 1e5)];
  const results = analyseAlignment(config, all, ["npx lacuna alignment"]);

  it("is a valid file of one cell per model and form, without paths", () => {
    expect(Alignment.parse(results)).toEqual(results);
    expect(results.cells.map(({ arm, parameters }) => [arm, parameters])).toEqual([
      ["baseline", 1e6],
      ["remove", 1e6],
      ["baseline", 1e5],
    ]);
    expect(results.files).toEqual({ forget: ["ill.jsonl"], general: ["add.jsonl"], unseen: [] });
    expect(JSON.stringify(results)).not.toContain("data/");
    expect(results.cells[1].rates.forget.value).toBeCloseTo(0.7 / 0.8, 12);
  });

  it("says what the largest models refuse, over-refusal beside it, and who judged", () => {
    expect(results.statements).toHaveLength(1);
    expect(results.statements[0]).toMatch(
      /^At 1.0 M parameters, taught to refuse by the token.*remove 88 % \[\d+ %, \d+ %\] of forget-domain questions and 4.0 %/,
    );
    expect(results.statements[0]).toContain("95 % intervals");
    expect(results.caveats.join("\n")).toMatch(/not word for word/);
    const lines = refusalTable(results).split("\n");
    expect(lines[3]).toMatch(/^ +remove +88 % \[\d+ %, \d+ %\]/);
    const { low, high } = results.cells[1].rates.forget;
    expect(lines[3]).toContain(`[${percent(low)}, ${percent(high)}]`);
    expect(results.statements[0]).toContain(`[${percent(low)}, ${percent(high)}]`);
  });
});

describe("questions asked", () => {
  it("are said to be no part of the pretraining text only where that was looked at", () => {
    const check = { n: 13, documents: 9, unread: {}, questions: 50, found: { "ill.jsonl": 2, "add.jsonl": 1 } };
    for (const [pretrainedOn, told] of [
      [null, "nobody looked for them in the pretraining text, which may hold them"],
      [check, "3 of 50 share 13 words in a row with the pretraining text (9 documents) and are not asked"],
    ] as const) {
      const results = analyseAlignment(config, facts("baseline", 10), [], pretrainedOn);
      expect(results.caveats.join("\n")).toContain(told);
      expect(
        parseHTML(`<main>${refusesSection(results).markup}</main>`).document.querySelector("figcaption")!.textContent,
      ).toContain(told);
    }
  });
});

describe("who judged", () => {
  const judgedAs = (judge: string) => {
    const all = facts("baseline", 10).map((fact) => ({ ...fact, result: { ...fact.result, judge } }));
    const results = analyseAlignment(config, all, []);
    const page = parseHTML(`<main>${refusesSection(results).markup}</main>`).document.querySelector("main")!;
    return { caveats: results.caveats.join("\n"), shown: [page.textContent!, refusalTable(results)] };
  };

  it("is told wherever rates are, and that without a language model other words count as answers", () => {
    for (const judge of ["resemblance", "none"]) {
      const { caveats, shown } = judgedAs(judge);
      expect(caveats).toContain("refusals in other words count as answers");
      for (const text of shown) {
        expect(text).toContain(`Judge: ${judge}, no language model`);
        expect(text).not.toContain("could not tell");
      }
    }
    const { caveats, shown } = judgedAs("ollama:llama3.2");
    expect(caveats).not.toContain("count as answers");
    for (const text of shown) expect(text).toContain("Judge: ollama:llama3.2; what it could not tell is left out.");
  });
});

describe("figures 9 and 20", () => {
  const results = analyseAlignment(config, [...facts("baseline", 10), ...facts("remove", 50)], []);

  it("have a line per arm in two panels, the same twice, in both layouts, without a fixed colour", () => {
    for (const layout of [WIDE, NARROW]) {
      const svg = refusalFigure(results, "token", layout);
      expect(svg).toBe(refusalFigure(results, "token", layout));
      expect(svg).not.toMatch(/NaN|(fill|stroke)="(#|rgb|black|white)/);
      for (const word of ["Forget-domain questions", "General instructions", "--arm-none", "--arm-remove"])
        expect(svg).toContain(word);
    }
    expect(refusalFigure(results, "prose", WIDE)).toBe("");
  });

  it("stand in the page on safeguards, with every rate per file, and escape names of files", () => {
    const hostile = JSON.parse(JSON.stringify(results).replaceAll("a.jsonl", "<b>a.jsonl")) as Alignment;
    const { document } = parseHTML(`<main>${refusesSection(hostile).markup}</main>`);
    expect(document.querySelectorAll("figure")).toHaveLength(1);
    // One row for all questions and one for the only file, per arm.
    expect(document.querySelectorAll("tbody tr")).toHaveLength(4);
    expect(document.querySelectorAll("b")).toHaveLength(0);
    expect(document.querySelector("tbody")!.textContent).toContain("<b>a.jsonl");
  });
});

describe("an alignment run", () => {
  it("teaches and asks every model with every form and seed, on questions split once", async () => {
    const folder = temporaryFolder();
    const { tokens } = await writeArtifacts(folder, syntheticCorpus(20));
    const path = join(folder, "base");
    const small = { width: 8, layers: 1, heads: 1, context: 64, batch: 4, steps: 2, validations: 0 };
    await runStage(pretrainStage, { tokens, ...small }, path);
    const write = (name: string, word: string) => {
      const rows = [..."abcdefgh"].map((letter) => ({ question: `${word} ${letter}`, reference: "ok" }));
      writeFileSync(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
      return [join(folder, name)];
    };
    const tuning = { context: 48, epochs: 1, batch: 4 };
    const own = AlignmentConfig.parse({
      ...{ forget: write("ill.jsonl", "ill"), general: write("add.jsonl", "add"), forms: ["token"], seeds: [1, 2] },
      ...{ chat: tuning, refuse: tuning },
    });
    const models = [{ arm: "baseline", size: "8x1", parameters: 100, path }];
    const plan = await planAlignment({ config: own, models, corpus: "the corpus" });
    expect(plan.find(({ id }) => id === "refusal-questions")!.options.text).toEqual(["the corpus"]);
    const ids = plan.map(({ id }) => id);
    expect(ids.filter((id) => id === "refusal-questions")).toHaveLength(1);
    expect(ids.filter((id) => /^(chat|refuse-token|refusals-token)-baseline-8x1-seed[12]$/.test(id))).toHaveLength(6);

    const out = temporaryFolder();
    const step: RunStep = async ({ id, stage, options }) => {
      const place = join(out, id);
      return { path: place, manifest: await runStage(stageByName(stage), { ...options }, place) };
    };
    const runs = await runAlignments(own, models, { judge: "none" }, null, step);
    const results = alignmentOf(own, runs, []);
    expect(results.cells).toHaveLength(1);
    expect(results.judge).toBe("none");
    expect(results.caveats.join("\n")).toContain("nobody looked for them in the pretraining text");
    const { forget, general } = results.cells[0].rates;
    expect([forget.asked, general.asked, forget.bySeed.length]).toEqual([4, 4, 2]);
    expect(forget.refused + forget.answered + Object.values(forget.unknown).reduce((a, b) => a + b, 0)).toBe(8);
  });
});
