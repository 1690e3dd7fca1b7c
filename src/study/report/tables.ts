/** @file The report's tables of what filtering did: selectivity, slowdowns, comparisons, and what the noise was. */
import { baselineName, ladderCells, shownMeasures, slowdownOf, statisticAt } from "../cells.js";
import { armColour, type ShownArm } from "../figures/index.js";
import { bounded, expOf, interval, parameterLabel, percent, significant, times } from "../format.js";
import type { Bounded, Estimate, Results } from "../results.js";
import { armName, sizeLabel, textName } from "../words.js";
import { type Html, html } from "./html.js";
import { type Row, table } from "./table.js";

/** An arm in its colour, by its own name or by words for it. */
export function armCell({ arms }: { arms: readonly ShownArm[] }, name: string, words = name): Html {
  const arm = arms.find((candidate) => candidate.name === name);
  return html`<span class="arm" style="color: ${arm ? armColour(arm) : "inherit"}">${words}</span>`;
}

/** An arm of a study by its words. */
export const armWordCell = (results: Results, name: string) => armCell(results, name, armName(results, name));

const withInterval = (value: Bounded) => html`${bounded(value)} <small>${interval(value)}</small>`;
const fixed = (value: number | null) => (value === null ? "–" : value.toFixed(3));

/** Marks the first row of each group, and shows what the group shares there only. */
function grouped<Item>(
  items: readonly Item[],
  group: (item: Item) => string,
  cells: (item: Item) => Row["cells"],
): Row[] {
  return items.map((item, index) => {
    const first = index === 0 || group(items[index - 1]) !== group(item);
    return { first, cells: [first ? group(item) : "", ...cells(item)] };
  });
}

/** Selectivity of every filtered cell, controls included, with what it is made of. Null without both sides. */
export function selectivityTable(results: Results): Html | null {
  const { forget, retain } = results.findings;
  if (!forget || !retain || results.selectivity.length === 0) return null;
  const rows = grouped(
    results.selectivity,
    ({ size }) => sizeLabel(results, size),
    ({ size, arm, ...selectivity }) => {
      const slowdown = (measure: string) => bounded(slowdownOf(results, size, arm, measure)!);
      const frontier = statisticAt(results.frontier, size, arm);
      const above = frontier ? html`${relative(frontier)}` : "–";
      return [armWordCell(results, arm), slowdown(forget), slowdown(retain), withInterval(selectivity), above];
    },
  );
  return table(
    `Selectivity: slowdown on ${textName(results, forget)} over slowdown on ${textName(results, retain)}; a random filter has 1. Last column: loss on ${textName(results, forget)} above the baseline's at the same loss on the text to keep. [ ]: 95 %. ≥, ≤: outside what was measured.`,
    ["size", "arm", `slowdown: ${forget}`, `slowdown: ${retain}`, "selectivity", "forget loss at equal kept loss"],
    rows,
    2,
  );
}

/** A difference of logarithms in per cent: "+12 % [8, 15]". */
function relative(log: Bounded): Html {
  const per = (x: number | null) =>
    x === null ? "…" : `${x < 0 ? "−" : "+"}${significant(Math.abs(100 * Math.expm1(x)))}`;
  const { value, atLeast, atMost, low, high } = log;
  const bound = atLeast === null ? (atMost === null ? "–" : `≤ ${per(atMost)} %`) : `≥ ${per(atLeast)} %`;
  const ends = low === null && high === null ? "" : `[${per(low)}, ${per(high)}]`;
  return html`${value === null ? bound : `${per(value)} %`} <small>${ends}</small>`;
}

/** Losses and slowdowns of every cell of the ladder. */
export function slowdownTable(results: Results): Html {
  const measures = shownMeasures(results);
  const baseline = baselineName(results);
  const rows = grouped(
    ladderCells(results),
    (cell) => parameterLabel(cell.parameters),
    (cell) => {
      const columns = measures.flatMap(({ name }) => {
        const loss = cell.losses.find(({ measure }) => measure === name)?.value ?? null;
        const slowdown = slowdownOf(results, cell.size, cell.arm, name);
        if (!slowdown) return [fixed(loss), "–"];
        const beside =
          cell.arm === baseline ? spread(slowdown) : slowdown.line === null ? "" : `line ${times(slowdown.line)}`;
        return [fixed(loss), html`${withInterval(slowdown)} <small>${beside}</small>`];
      });
      return [armWordCell(results, cell.arm), String(cell.seeds), ...columns];
    },
  );
  const header = ["size", "arm", "seeds", ...measures.flatMap(({ name }) => [`${name} loss`, "slowdown"])];
  return table(
    "Slowdown: compute spent over the compute at which the baseline has the same loss, read between baselines (≥, ≤: outside what was measured). Line: the same read off one log-log line, as the paper does; [95 %] holds both readings. No filter: how far its own interval spreads. Loss in nats per held-out token.",
    header,
    rows,
    2,
  );
}

function spread({ low, high }: Pick<Estimate, "low" | "high">): string {
  return low === null || high === null ? "open" : `spread ${times(high / low)}`;
}

/** Each arm against its controls and against document filtering, and how selectivity changes with compute. */
export function comparisonTable(results: Results): Html | null {
  const { comparisons, trends } = results.findings;
  if (comparisons.length === 0 && trends.length === 0) return null;
  const pairs = grouped(
    comparisons,
    ({ size }) => sizeLabel(results, size),
    ({ arm, against, better, ...ratio }) => [
      armWordCell(results, arm),
      armWordCell(results, against),
      withInterval(expOf(ratio)),
      better,
    ],
  );
  const growth = trends.map(({ arm, value, low, high, grows }, index): Row => {
    const number = html`${times(value)} <small>${interval({ low, high })}</small>`;
    return { first: index === 0, cells: ["tenfold compute", armWordCell(results, arm), "itself", number, grows] };
  });
  return table(
    "One arm's selectivity over another's at the same size; in the last rows, at ten times the compute over now.",
    ["size", "arm", "against", "ratio", "more selective?"],
    [...pairs, ...growth],
    3,
  );
}

/** Training noise by size, and the loss from which on a model knows nothing. */
export function noiseTable(results: Results): Html {
  const { noise, unigram, measures, calibration } = results;
  const from =
    noise.from === "seeds" ? "runs that differ in their seed alone" : "the baselines' distances from their line";
  const isLadder = (name: string) => results.sizes.some((size) => size.name === name && size.isLadder);
  const rows = noise.sizes
    .filter(({ size }) => isLadder(size))
    .map(({ size, freedom, sd }): Row => {
      const spread = measures.map(({ name }) => percent(sd[name] ?? null));
      return { cells: [sizeLabel(results, size), String(freedom), ...spread] };
    });
  const held = measures.map(({ name }) => {
    const own = calibration.filter(({ measure }) => measure === name);
    return own.length > 0 ? `${own.filter(({ covers }) => covers).length} of ${own.length}` : "–";
  });
  const last: Row[] = [
    { first: true, cells: ["held out", "", ...held] },
    { cells: ["unigram loss", "", ...measures.map(({ name }) => fixed(unigram[name] ?? null))] },
  ];
  return table(
    `Noise: standard deviation of the loss between runs of a size, from ${from}. Held out: intervals of baseline runs, read off a curve of the others, that hold 1. Unigram: loss of a table of token frequencies.`,
    ["parameters", "degrees of freedom", ...measures.map(({ name }) => name)],
    [...rows, ...last],
  );
}
