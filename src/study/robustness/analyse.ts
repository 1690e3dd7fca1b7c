/** @file From attacks to robustness.json: recoveries, gaps, trends and what may be said of them. Pure, no files. */
import { PACKAGE } from "../../base/package.js";
import type { AttackFile } from "../../evaluate/index.js";
import type { UnlearnFile } from "../../train/index.js";
import { interval, listed, parameterLabel, times } from "../format.js";
import type { Estimate } from "../results.js";
import type { RobustnessConfig } from "./config.js";
import type { AttackCell, Robustness } from "./results.js";
import { gapBetween, geometricMean, pooledSpread, type Spread, trendOf } from "./statistics.js";

/** What the steps of one attacked model left. */
export interface AttackFacts {
  arm: string;
  size: string;
  parameters: number;
  attack: AttackFile;
  unlearning: UnlearnFile | null;
}

/** "At 1.8 B, RMU needs 1.5, 3 and 13 times fewer tokens than document filtering, masking and removal" (Fig. 7). */
const PAPER = { document: 1.5, mask: 3, remove: 13 };

export function analyseRobustness(
  config: RobustnessConfig,
  facts: readonly AttackFacts[],
  commands: readonly string[],
): Robustness {
  const known = facts.filter((fact) => isExact(fact.attack));
  const spread = pooledSpread(known.map(({ attack }) => logsOf(attack)));
  const cells = facts.map((fact): AttackCell => {
    const { attack, ...rest } = fact;
    return { ...attack, ...rest, recovery: recoveryOf(attack, spread) };
  });
  const gaps = gapsOf(cells, spread);
  const results: Omit<Robustness, "statements" | "caveats"> = {
    ...{ format: "lacuna-robustness", formatVersion: 1, lacuna: PACKAGE.version },
    ...{ config, commands: [...commands], cells, gaps, trends: trendsOf(gaps), paper: PAPER },
  };
  return { ...results, statements: statementsOf(results), caveats: caveatsOf(results) };
}

type Runs = Pick<AttackFile, "runs">;
const logsOf = ({ runs }: Runs) => runs.map(({ tokens }) => Math.log(tokens));
const censoredOf = ({ runs }: Runs) => runs.filter(({ censored }) => censored).length;
const isExact = ({ runs }: Runs) => runs.length > 0 && runs.every(({ tokens, censored }) => !censored && tokens > 0);

function recoveryOf(attack: AttackFile, spread: Spread): AttackCell["recovery"] {
  const counts = { seeds: attack.runs.length, censored: censoredOf(attack) };
  // Nothing had been lost: there are no runs.
  if (attack.runs.length === 0) return { value: 0, low: null, high: null, share: 0, ...counts };
  // A run that diverged in its first step tells nothing.
  if (attack.runs.some(({ tokens }) => tokens === 0))
    return { value: null, low: null, high: null, share: null, ...counts };
  const estimate = isExact(attack) ? geometricMean(logsOf(attack), spread) : bound(Math.exp(mean(logsOf(attack))));
  return { ...estimate, share: estimate.value === null ? null : estimate.value / attack.pretrainingTokens, ...counts };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const bound = (value: number): Estimate => ({ value, low: null, high: null });

/** Filtering arms over unlearning methods, and token filtering over document filtering. */
function gapsOf(cells: readonly AttackCell[], spread: Spread): Robustness["gaps"] {
  const filtered = cells.filter(({ unlearning }) => unlearning === null);
  return filtered.flatMap((cell) => {
    const others = cells.filter(
      (other) => other.size === cell.size && other.arm !== cell.arm && (other.unlearning || other.arm === "document"),
    );
    return others.map((other) => {
      const { arm, size, parameters } = cell;
      const [here, there] = [cell.recovery.censored > 0, other.recovery.censored > 0];
      const kind = here ? (there ? "unknown" : "at least") : there ? "at most" : "exact";
      const exists = [cell, other].every(({ runs, recovery }) => runs.length > 0 && recovery.value !== null);
      const exact = isExact(cell) && isExact(other);
      const estimate = exact
        ? gapBetween(logsOf(cell), logsOf(other), spread)
        : exists && kind !== "unknown"
          ? bound(cell.recovery.value! / other.recovery.value!)
          : { value: null, low: null, high: null };
      return { size, parameters, arm, over: other.arm, bound: kind, ...estimate };
    });
  });
}

function trendsOf(gaps: Robustness["gaps"]): Robustness["trends"] {
  const pairs = [...new Map(gaps.map((gap) => [`${gap.arm} ${gap.over}`, gap])).values()];
  return pairs.flatMap(({ arm, over }) => {
    const points = gaps.filter((gap) => gap.arm === arm && gap.over === over && gap.value !== null);
    const trend = trendOf(points.map(({ parameters, value }) => ({ parameters, gap: value! })));
    if (!trend) return [];
    const censored = points.some((gap) => gap.bound !== "exact");
    const known = !censored && trend.low !== null && trend.high !== null;
    const grows = known && trend.low! > 1 ? "yes" : known && trend.high! < 1 ? "no" : "unclear";
    return [{ arm, over, ...trend, ...(censored && { low: null, high: null }), censored, grows }];
  });
}

type Stated = Omit<Robustness, "statements" | "caveats">;

function statementsOf({ cells, gaps, trends, paper }: Stated): string[] {
  const largest = Math.max(...cells.map(({ parameters }) => parameters));
  const methods = [...new Set(cells.filter(({ unlearning }) => unlearning).map(({ arm }) => arm))];
  return methods.flatMap((method) => {
    const here = gaps.filter((gap) => gap.parameters === largest && gap.over === method);
    const written = here.map((gap) => {
      if (gap.value === null) return `${gap.arm}: no ratio`;
      const prefix = gap.bound === "exact" ? "" : `${gap.bound} `;
      const beside = method === "rmu" && gap.arm in paper ? ` (paper, at 1.8 B: ${paper[gap.arm]}×)` : "";
      return `${gap.arm} ${prefix}${times(gap.value)} ${interval(gap)}`.trim() + beside;
    });
    const moves = trends.filter(({ over }) => over === method);
    const trend = moves.map(
      ({ arm, value, grows, ...rest }) => `${arm} ${times(value)} ${interval(rest)} (grows: ${grows})`,
    );
    return [
      `At ${parameterLabel(largest)} parameters, tokens to recover over those that ${method} needs: ${listed(written)}.`,
      ...(trend.length > 0 ? [`When parameters grow tenfold, these multiply by: ${listed(trend)}.`] : []),
    ];
  });
}

function caveatsOf({ cells, config }: Stated): string[] {
  const censored = cells.filter(({ recovery }) => recovery.censored > 0);
  const nothing = cells.filter(({ unlearning }) => unlearning && unlearning.chosen === null);
  const rmu = cells.filter(({ unlearning }) => unlearning?.method === "rmu");
  const weak = rmu.filter((cell) => {
    const removed = cells.find(({ size, arm }) => size === cell.size && arm === "remove");
    return removed && cell.initialLoss < removed.initialLoss;
  });
  const names = (of: readonly AttackCell[]) => listed(of.map(({ arm, size }) => `${arm} ${size}`));
  const blocks = [...new Set(rmu.map(({ unlearning }) => unlearning!.layer!))]
    .sort((a, b) => a - b)
    .map((layer) => {
      const sizes = rmu.filter(({ unlearning }) => unlearning!.layer === layer).map(({ size }) => size);
      return sizes.length === rmu.length ? String(layer) : `${layer} (${sizes.join(", ")})`;
    });
  const norms = rmu.map(({ unlearning }) => unlearning!.stateNorm!.toFixed(1));
  return [
    `One pretrained model per size and arm: intervals cover ${config.seeds.length} orders of the attacker's text, not pretraining seeds. The learning rate is chosen on the first order, in the attacker's favour.`,
    ...(censored.length > 0
      ? [
          `Not recovered by ${100 * config.cap} % of pretraining's tokens in some or all orders (values are bounds): ${names(censored)}.`,
        ]
      : []),
    ...(nothing.length > 0
      ? [`No setting within the retain budget of ${config.retainBudget} nats forgot anything: ${names(nothing)}.`]
      : []),
    ...(cells.some(({ unlearning }) => unlearning)
      ? ["Each unlearning was run with one seed: its direction and the order of its data are not in the intervals."]
      : []),
    ...(rmu.length > 0
      ? [
          `RMU pushes the state after block ${listed(blocks)} to a length of ${listed([...new Set(rmu.map(({ unlearning }) => unlearning!.coefficient!.toFixed(1)))])}; these models' own states there are ${listed(norms)} long (by size). In models of one or two blocks only the first block's MLP moves.`,
        ]
      : []),
    ...(weak.length > 0
      ? [`Within the budget RMU's forget loss before the attack stays below the removal arm's: ${names(weak)}.`]
      : []),
  ];
}
