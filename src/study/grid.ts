/**
 * @file The study as a grid: measures, cells (size x arm) and their per-document losses.
 *
 * A measure is one domain or all domains of one role pooled by tokens; pooling happens per document, so that every
 * resample of documents pools the same way.
 */
import type { DocumentLosses } from "../evaluate/index.js";
import type { LossTable } from "./bootstrap.js";
import type { RunFacts, StudyFacts } from "./facts.js";
import type { ArmFacts, Measure, Role, SizeFacts } from "./results.js";

/** One place of the study's grid (size x arm) with the runs, one per seed, that were trained for it. */
export interface GridCell {
  size: SizeFacts;
  arm: ArmFacts;
  /** By rising seed, with their losses. */
  facts: readonly RunFacts[];
  runs: readonly LossTable[];
  /** Where its runs stand among all runs of the grid: the first, and one behind the last. */
  first: number;
  end: number;
  /** Training compute, mean over seeds. */
  flops: number;
}

export interface Grid {
  measures: readonly Measure[];
  /** Rising by training compute. */
  sizes: readonly SizeFacts[];
  arms: readonly ArmFacts[];
  baseline: ArmFacts;
  cells: readonly GridCell[];
  /** The runs of all cells, one after another. */
  runs: readonly LossTable[];
  /** Loss of a unigram table per measure: no number is read off above it. */
  unigram: Float64Array;
}

/** Lays runs out by size and arm. @throws Error when there is no baseline, or runs saw different documents. */
export function buildGrid(facts: StudyFacts): Grid {
  const baseline = facts.arms.find((arm) => arm.method === "none");
  if (!baseline) throw new Error("The study has no arm with method none: nothing to compare with.");
  const measures = measuresOf(facts);
  const compute = ({ parameters, tokensPerParameter }: SizeFacts) => parameters ** 2 * tokensPerParameter;
  const sizes = [...facts.sizes].sort((a, b) => compute(a) - compute(b));
  let first = 0;
  const cells = sizes.flatMap((size) =>
    facts.arms.flatMap((arm): GridCell[] => {
      const runs = facts.runs
        .filter((run) => run.size === size.name && run.arm === arm.name)
        .sort((a, b) => a.seed - b.seed);
      if (runs.length === 0) return [];
      const flops = runs.reduce((sum, run) => sum + run.flops, 0) / runs.length;
      const at = { first, end: (first += runs.length) };
      return [{ size, arm, facts: runs, flops, runs: runs.map((r) => lossTable(r.losses, measures)), ...at }];
    }),
  );
  const documents = new Set(cells.flatMap((cell) => cell.runs.map((run) => run.documents)));
  if (documents.size !== 1) throw new Error(`Runs were evaluated on different numbers of documents: ${[...documents]}`);
  const runs = cells.flatMap((cell) => cell.runs);
  return { measures, sizes, arms: facts.arms, baseline, cells, runs, unigram: unigramOf(facts, measures) };
}

/** Nats per token; infinite where the table was not measured. */
function unigramOf({ unigram }: StudyFacts, measures: readonly Measure[]): Float64Array {
  return Float64Array.from(measures, ({ domains }) => {
    const sums = domains.flatMap((domain) => unigram[domain] ?? []);
    const tokens = sums.reduce((sum, { count }) => sum + count, 0);
    return tokens > 0 ? sums.reduce((sum, { lossSum }) => sum + lossSum, 0) / tokens : Number.POSITIVE_INFINITY;
  });
}

/** Every domain with tokens, then forget and retain pooled where several domains share the role. */
function measuresOf({ runs, roles }: StudyFacts): Measure[] {
  const { domains, count } = runs[0].losses;
  const hasTokens = (column: number) => count.some((tokens, i) => i % domains.length === column && tokens > 0);
  const single = domains
    .filter((_, column) => hasTokens(column))
    .map((name): Measure => ({ name, role: roles[name] ?? "other", domains: [name] }));
  const pooled = (["forget", "retain"] as Role[]).flatMap((role): Measure[] => {
    const members = single.filter((measure) => measure.role === role).map((measure) => measure.name);
    return members.length > 1 ? [{ name: `all ${role}`, role, domains: members }] : [];
  });
  return [...single, ...pooled];
}

function lossTable({ domains, lossSum, count }: DocumentLosses, measures: readonly Measure[]): LossTable {
  const documents = count.length / domains.length;
  const table = {
    documents,
    measures: measures.length,
    lossSum: new Float64Array(documents * measures.length),
    count: new Float64Array(documents * measures.length),
  };
  measures.forEach((measure, column) => {
    const members = measure.domains.map((name) => domains.indexOf(name));
    if (members.includes(-1)) throw new Error(`A run was evaluated on ${domains}, another also on ${measure.domains}`);
    for (let document = 0; document < documents; document++) {
      const cell = document * measures.length + column;
      for (const member of members) {
        table.lossSum[cell] += lossSum[document * domains.length + member];
        table.count[cell] += count[document * domains.length + member];
      }
    }
  });
  return table;
}

/** The measure that stands for a role: the pooled one where it exists, else the only one. */
export function measureOfRole(measures: readonly Measure[], role: Role): Measure | null {
  return measures.findLast((measure) => measure.role === role) ?? null;
}
