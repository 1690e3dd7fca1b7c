/** @file From finished steps to safeguards.json. */
import { basename } from "node:path";
import { PACKAGE } from "../../base/package.js";
import type { BoundaryResult, Comparison, QuestionsResult, ResponseFigures } from "../../evaluate/index.js";
import type { Series, SeriesModel } from "../series.js";
import type { SafeguardsConfig } from "./config.js";
import { type Asked, type SafeguardArtifacts, sideOf } from "./pipeline.js";
import { type QuestionCell, Safeguards } from "./results.js";
import { statementsOf } from "./statements.js";

/** Measures whose changes are kept: those the figures show, and the accuracies beside them. */
const COMPARED = [
  ...["letter accuracy", "letter margin to mean", "cloze accuracy per byte", "cloze accuracy over prior"],
  "cloze margin over prior to mean",
] as const;

type Pretrained = { pretrainedOn: Safeguards["freeQuestions"] };

export function collectSafeguards(
  config: SafeguardsConfig,
  { models }: Series,
  artifacts: SafeguardArtifacts,
  { commands, classifierF1 }: { commands: readonly string[]; classifierF1: number | null },
): Safeguards {
  const named = ({ arm, size, parameters }: SeriesModel) => ({ arm, size, parameters });
  const cellsOf = ({ model, isInstructed, answers }: Asked): QuestionCell[] =>
    Object.entries((answers.manifest.result as QuestionsResult).groups).map(([group, summary]) => ({
      ...{ ...named(model), isInstructed, group, side: sideOf(group, config) },
      ...summary,
    }));
  const comparisons = artifacts.comparisons.flatMap(({ model, comparison }) => {
    const { groups, forgetAgainstRetain } = comparison.manifest.result as Comparison;
    const all = [
      ...Object.entries(groups),
      ...(forgetAgainstRetain ? [["forget - retain", forgetAgainstRetain] as const] : []),
    ];
    const where = comparison.path.includes("compare-glossary") ? "glossary" : "exams";
    return all.flatMap(([group, tests]) =>
      COMPARED.flatMap((measure) => {
        const test = tests[measure];
        const shown = group === "forget - retain" ? `${where}: ${group}` : group;
        return test ? [{ ...named(model), group: shown, measure, ...test }] : [];
      }),
    );
  });
  const contamination = artifacts.contamination?.manifest.result as Safeguards["contamination"] | undefined;
  const set = artifacts.glossarySet?.manifest.result as Record<
    string,
    { questions: number; medianOccurrences: number }
  >;
  const sizes = [...new Map(models.map(({ size, parameters }) => [size, { name: size, parameters }])).values()];
  const results: Omit<Safeguards, "statements"> = {
    ...{ format: "lacuna-safeguards", formatVersion: 1, lacuna: PACKAGE.version, synthetic: false },
    ...{ config, commands: [...commands], sizes: sizes.sort((a, b) => a.parameters - b.parameters) },
    arms: [...new Map(models.map(({ arm: name, method }) => [name, { name, method }])).values()],
    contamination: contamination ?? null,
    glossarySet: artifacts.glossarySet ? { forget: set.forget, retain: set.retain } : null,
    taught: taughtOf(artifacts.exams),
    exams: artifacts.exams.flatMap(cellsOf),
    glossary: artifacts.glossary.flatMap(cellsOf),
    comparisons: byWhat(comparisons),
    boundary: artifacts.boundary.map(({ model, probes }) => {
      const { forgetRetain, subdomains, lacking } = probes.manifest.result as BoundaryResult;
      return { ...named(model), ...forgetRetain, subdomains, lacking };
    }),
    classifierF1,
    freeQuestions: (artifacts.freeQuestions?.manifest.result as Pretrained | undefined)?.pretrainedOn ?? null,
    responses: artifacts.responses.flatMap(({ model, said }) => {
      const { judge, sources } = said.manifest.result as { judge: string; sources: Record<string, ResponseFigures> };
      return Object.entries(sources).map(([source, figures]) => {
        const side = basename(source).startsWith("forget") ? ("forget" as const) : ("retain" as const);
        return { ...named(model), judge, source, side, ...figures };
      });
    }),
  };
  return Safeguards.parse({ ...results, statements: statementsOf(results) });
}

/** What every model was taught lettered answers from; models of one size leave out the same. */
function taughtOf(asked: readonly Asked[]): Safeguards["taught"] {
  const result = asked.find(({ instructed }) => instructed)?.instructed?.manifest.result;
  return (result as Safeguards["taught"] | undefined) ?? null;
}

/** Rows of one group and measure together, in the order in which these first appear. */
function byWhat(comparisons: Safeguards["comparisons"]): Safeguards["comparisons"] {
  const what = ({ group, measure }: Safeguards["comparisons"][number]) => `${group} ${measure}`;
  const rank = new Map([...new Set(comparisons.map(what))].map((name, index) => [name, index]));
  return comparisons.toSorted((a, b) => rank.get(what(a))! - rank.get(what(b))!);
}
