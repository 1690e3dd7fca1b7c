/**
 * @file The study as a grid: measures, cells (size x arm) and their per-document losses.
 *
 * A measure is one domain or all domains of one role pooled by tokens; pooling happens per document, so that every
 * resample of documents pools the same way.
 */
import type { DocumentLosses } from "../evaluate/index.js";
import type { LossCell, LossTable } from "./bootstrap.js";
import type { RunFacts, StudyFacts } from "./facts.js";
import type { ArmFacts, Measure, Role, SizeFacts } from "./results.js";

export interface GridCell extends LossCell {
  size: SizeFacts;
  arm: ArmFacts;
  facts: readonly RunFacts[];
  /** Training compute, mean over seeds. */
  flops: number;
}

export interface Grid {
  measures: readonly Measure[];
  /** Rising by parameters. */
  sizes: readonly SizeFacts[];
  arms: readonly ArmFacts[];
  baseline: ArmFacts;
  cells: readonly GridCell[];
}

/** Lays runs out by size and arm. @throws Error when there is no baseline, or runs saw different documents. */
export function buildGrid(facts: StudyFacts): Grid {
  const baseline = facts.arms.find((arm) => arm.method === "none");
  if (!baseline) throw new Error("The study has no arm with method none: nothing to compare with.");
  const measures = measuresOf(facts);
  const sizes = [...facts.sizes].sort((a, b) => a.parameters - b.parameters);
  const cells = sizes.flatMap((size) =>
    facts.arms.flatMap((arm): GridCell[] => {
      const runs = facts.runs
        .filter((run) => run.size === size.name && run.arm === arm.name)
        .sort((a, b) => a.seed - b.seed);
      if (runs.length === 0) return [];
      const flops = runs.reduce((sum, run) => sum + run.flops, 0) / runs.length;
      return [
        { group: size.name, size, arm, facts: runs, flops, runs: runs.map((r) => lossTable(r.losses, measures)) },
      ];
    }),
  );
  const documents = new Set(cells.flatMap((cell) => cell.runs.map((run) => run.documents)));
  if (documents.size !== 1) throw new Error(`Runs were evaluated on different numbers of documents: ${[...documents]}`);
  return { measures, sizes, arms: facts.arms, baseline, cells };
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
