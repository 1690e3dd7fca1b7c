/** @file The report's tables: every number behind the figures. */
import { QUOTED, sidedMeasures, slowdownOf } from "../cells.js";
import { armColour, type ShownArm } from "../figures/index.js";
import { compactCount, interval, parameterLabel, percent, ratio, scientific, significant, times } from "../format.js";
import type { Method, Results } from "../results.js";
import { type Html, html } from "./html.js";
import { type Row, table } from "./table.js";

export function armCell({ arms }: { arms: readonly ShownArm[] }, name: string): Html {
  const arm = arms.find((candidate) => candidate.name === name);
  return html`<span class="arm" style="color: ${arm ? armColour(arm) : "inherit"}">${name}</span>`;
}

/** Losses and slowdowns of every size and arm, by one method. */
export function slowdownTable(results: Results, method: Method): Html {
  const measures = sidedMeasures(results);
  const rows = results.cells.map((cell): Row => {
    const first = results.cells.find((candidate) => candidate.size === cell.size) === cell;
    const columns = measures.flatMap(({ name }) => {
      const loss = cell.losses.find(({ measure }) => measure === name)?.value ?? null;
      const slowdown = slowdownOf(results, cell.size, cell.arm, name, method);
      const star = slowdown?.extrapolated ? "*" : "";
      return [
        loss === null ? "–" : loss.toFixed(3),
        html`${times(slowdown?.value ?? null)}${star} <small>${slowdown ? interval(slowdown) : ""}</small>`,
      ];
    });
    const size = first ? parameterLabel(cell.parameters) : "";
    return { first, cells: [size, armCell(results, cell.arm), ...columns] };
  });
  const how = method === "fit" ? "one log-log line through the baseline" : "log-log segments between baseline sizes";
  const header = ["size", "arm", ...measures.flatMap(({ name }) => [`${name} loss`, "slowdown"])];
  return table(
    `Slowdown read off ${how}. Loss in nats per held-out token; [95 %]; * beyond the trained sizes.`,
    header,
    rows,
    2,
  );
}

/** What each run cost. */
export function runTable(results: Results): Html {
  const rows = results.runs.map((run, i): Row => {
    const first = i === 0 || results.runs[i - 1].size !== run.size;
    const numbers = [
      scientific(run.flops),
      run.steps.toLocaleString("en-US"),
      compactCount(run.rawTokens),
      compactCount(run.effectiveTokens),
      significant(run.epochs),
      String(run.seed),
    ];
    return { first, cells: [first ? parameterLabel(run.parameters) : "", armCell(results, run.arm), ...numbers] };
  });
  const header = ["size", "arm", "FLOPs", "steps", "tokens read", "targets trained on", "epochs", "seed"];
  return table("Every run. Epochs count passes over the text the arm may see.", header, rows, 2);
}

/** Token arms against the document arm at equal retain loss. Null without a document arm. */
export function tradeoffTable(results: Results): Html | null {
  const { tradeoffs, forget } = results.findings;
  if (tradeoffs.length === 0) return null;
  const parameters = new Map(results.sizes.map((size) => [size.name, size.parameters]));
  const rows = tradeoffs.map((tradeoff, i): Row => {
    const first = tradeoffs[i - 1]?.measure !== tradeoff.measure;
    const { value, low, high } = tradeoff;
    const relative = (x: number | null) =>
      x === null ? "–" : `${x < 0 ? "−" : "+"}${significant(Math.abs(100 * Math.expm1(x)))} %`;
    const size = parameterLabel(parameters.get(tradeoff.size)!);
    const star = tradeoff.extrapolated ? "*" : "";
    return {
      first,
      cells: [
        first ? tradeoff.measure : "",
        armCell(results, tradeoff.arm),
        size,
        html`${relative(value)}${star} <small>[${relative(low)}, ${relative(high)}]</small>`,
        tradeoff.better,
      ],
    };
  });
  const header = ["equal loss on", "arm", "size", `${forget} loss against the document arm`, "ahead?"];
  return table(
    "Token filtering against document filtering at equal loss on kept text. * beyond the document arm's range.",
    header,
    rows,
    3,
  );
}

/** Exponents of every arm and domain, and how slowdown changes with compute. */
export function fitTable(results: Results): Html {
  const rows = results.fits.map(({ arm, measure, slope, r2, residual }, i): Row => {
    const first = results.fits[i - 1]?.measure !== measure;
    const trend = results.findings.trends.find((t) => t.arm === arm && t.measure === measure && t.method === QUOTED);
    const growth = trend?.value ? html`×${ratio(trend.value)} <small>${interval(trend)}</small>` : "";
    const exponent = slope.value === null ? "–" : slope.value.toFixed(4).replace("-", "−");
    const cells = [first ? measure : "", armCell(results, arm), exponent, r2.toFixed(4), percent(residual), growth];
    return { first, cells };
  });
  const header = ["loss on", "arm", "exponent", "R²", "residual", "slowdown per tenfold compute"];
  return table(
    "ln loss = a + b ln compute, least squares, per arm. Residual: root mean square, relative to the loss.",
    header,
    rows,
    2,
  );
}

/** Labels and classifier against labels and truth. */
export function qualityTables({ labels, classifier }: Results): Html {
  const fixed = (value: number | null) => (value === null ? "–" : value.toFixed(3));
  const labelRows = (labels?.evaluations ?? []).map(
    (e): Row => ({
      cells: [
        e.split,
        compactCount(e.tokens),
        percent(e.labelledShare),
        percent(e.truthShare),
        fixed(e.precision),
        fixed(e.recall),
        fixed(e.f1),
      ],
    }),
  );
  const scoreRows = (classifier?.evaluations ?? []).map(
    (e): Row => ({
      cells: [
        e.level,
        e.split,
        e.against,
        percent(e.prevalence),
        fixed(e.auroc),
        fixed(e.precision),
        fixed(e.recall),
        fixed(e.f1),
      ],
    }),
  );
  const kept = labels?.latents ? ` ${labels.keptLatents} of ${labels.latents} latents kept.` : "";
  return html`${labels ? table(`Labels: ${labels.method}.${kept}`, ["split", "tokens", "labelled forget", "truly forget", "precision", "recall", "F1"], labelRows) : null}
${classifier ? table(`Classifier: layer ${classifier.layer ?? "–"}, L2 strength ${classifier.strength ?? "–"}. Thresholds from validation; natural prevalence.`, ["level", "split", "against", "prevalence", "AUROC", "precision", "recall", "F1"], scoreRows, 3) : null}`;
}

/** Text and arms. */
export function dataTables(results: Results): Html {
  const domains = [...new Set(results.corpus.splits.flatMap((split) => Object.keys(split.domains)))];
  const splits = results.corpus.splits.map(
    (split): Row => ({
      cells: [
        split.split,
        compactCount(split.documents),
        compactCount(split.tokens),
        ...domains.map((name) => percent((split.domains[name] ?? 0) / split.tokens)),
      ],
    }),
  );
  const arms = results.arms.map((arm): Row => {
    const threshold = arm.threshold === null ? "–" : arm.threshold.toFixed(3);
    return {
      cells: [armCell(results, arm.name), arm.method, threshold, percent(arm.filteredShare.train ?? null), arm.budget],
    };
  });
  return html`${table(`Text: ${results.corpus.name}. Shares of tokens by truth domain.`, ["split", "documents", "tokens", ...domains], splits)}
${table("Arms: thresholds are chosen on validation labels at best F1.", ["arm", "method", "threshold", "training tokens filtered", "budget counts"], arms, 2)}`;
}
