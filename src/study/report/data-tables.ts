/** @file The report's tables of what went in: text, arms, runs. */
import { compactCount, parameterLabel, percent, scientific, significant } from "../format.js";
import type { Results } from "../results.js";
import { armExplained } from "../words.js";
import type { Html } from "./html.js";
import { type Row, table } from "./table.js";
import { armWordCell } from "./tables.js";

/** Splits of the text with their domains. */
export function corpusTable({ corpus }: Results): Html {
  const domains = [...new Set(corpus.splits.flatMap((split) => Object.keys(split.domains)))];
  const rows = corpus.splits.map((split): Row => {
    const shares = domains.map((name) => percent((split.domains[name] ?? 0) / split.tokens));
    return { cells: [split.split, compactCount(split.documents), compactCount(split.tokens), ...shares] };
  });
  const from = { truth: "by the truth", labels: "by the labels", none: "not known" }[corpus.domainsFrom];
  return table(
    `Text: ${corpus.name}. Shares of tokens by domain, ${from}.`,
    ["split", "documents", "tokens", ...domains],
    rows,
  );
}

/** What each arm is, and what it takes. */
export function armTable(results: Results): Html {
  const { arms, measures } = results;
  const forget = measures.filter(({ role, domains }) => role === "forget" && domains.length === 1);
  const rows = arms.map((arm): Row => {
    const numbers = [
      arm.threshold === null ? "–" : arm.threshold.toFixed(3),
      percent(arm.filteredShare.train ?? null),
      ...forget.map(({ name }) => percent(arm.hidden[name] ?? null)),
      percent(arm.retainTargets),
      arm.budget,
    ];
    return { cells: [armWordCell(results, arm.name), armExplained(arm), ...numbers] };
  });
  const header = [
    "arm",
    "what it is",
    "threshold",
    "tokens filtered",
    ...forget.map(({ name }) => `of ${name} tokens`),
  ];
  return table(
    "Arms. Kept targets: targets of the text to keep that are trained on, per token read, of the baseline's. Budget: what the training budget counts.",
    [...header, "kept targets", "budget"],
    rows,
    2,
  );
}

/** What each run cost, range runs included. */
export function runTable(results: Results): Html {
  const { runs, sizes } = results;
  const rows = runs.map((run, index): Row => {
    const first = index === 0 || runs[index - 1].size !== run.size;
    const { width, layers, tokensPerParameter } = sizes.find(({ name }) => name === run.size)!;
    const numbers = [
      String(run.seed),
      significant(tokensPerParameter),
      scientific(run.flops),
      run.steps.toLocaleString("en-US"),
      compactCount(run.rawTokens),
      compactCount(run.effectiveTokens),
      significant(run.epochs),
    ];
    const lead = first ? [parameterLabel(run.parameters), `${width}x${layers}`] : ["", ""];
    return { first, cells: [...lead, armWordCell(results, run.arm), ...numbers] };
  });
  return table(
    "Every run. Epochs count passes over the text the arm may see.",
    [
      "size",
      "width x blocks",
      "arm",
      "seed",
      "tokens per parameter",
      "FLOPs",
      "steps",
      "tokens read",
      "targets trained on",
      "epochs",
    ],
    rows,
    3,
  );
}
