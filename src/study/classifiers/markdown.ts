/** @file report.md of a classifier report: the tables as text, to read beside the code or paste into an issue. */
import { parameterLabel, scientific } from "../format.js";
import { GRANULARITIES, type Granularity, type Report, STANDARDS, type StandardName } from "./results.js";
import { backboneOf, between, COLUMNS, firstJudgement, LIMITS, rowsText, stepText, three, verdictOf } from "./words.js";

const HEADINGS: Record<Granularity, string> = { token: "Tokens", document: "Documents" };

export function classifiersMarkdown(report: Report): string {
  const quality = GRANULARITIES.flatMap((granularity) =>
    STANDARDS.map((against) => qualityTable(report, granularity, against)),
  );
  const made = report.command === null ? "" : `\n\`\`\`\n${report.command}\n\`\`\`\n`;
  const sections = [
    `# Classifiers of ${plain(report.domain)}\n${made}\nlacuna ${report.lacuna}; 95 % intervals from ${report.resamples} draws of test documents (seed ${report.seed}).`,
    ...quality,
    costTable(report),
    steps(report),
    weakToStrong(report),
    `## Limits\n\n${LIMITS.map((limit) => `- ${limit}`).join("\n")}`,
  ];
  return `${sections.filter(Boolean).join("\n\n")}\n`;
}

/** Names and sources come from files: nothing in them may be markup or break a table. */
function plain(text: string): string {
  return text.replace(/[\\`*_[\]<>|#]/g, (mark) => `\\${mark}`).replace(/\s+/g, " ");
}

function table(header: readonly string[], rows: readonly (readonly string[])[], textColumns = 1): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = header.map((_, column) => (column < textColumns ? "---" : "---:"));
  return [line(header), line(rule), ...rows.map(line)].join("\n");
}

function qualityTable(report: Report, granularity: Granularity, against: StandardName): string {
  const judgement = firstJudgement(report, granularity, against);
  if (!judgement) return "";
  const rows = report.classifiers.map(({ name, probes }) => {
    const measures = probes[granularity].against[against]?.measures;
    const cells = COLUMNS.map(({ measure, hasInterval }) => {
      const figure = measures?.[measure];
      return `${three(figure?.value)}${figure && hasInterval ? ` ${between(figure)}` : ""}`;
    });
    return [plain(name), ...cells];
  });
  const what = against === "labels" ? "the labels" : "the held-out truth";
  const heading = `## ${HEADINGS[granularity]} against ${what}`;
  return `${heading}\n\n${rowsText(judgement, granularity)}.\n\n${table(["classifier", ...COLUMNS.map(({ title }) => title)], rows)}`;
}

function costTable(report: Report): string {
  const flops = (value: number | null) => (value === null ? "–" : scientific(value));
  const rows = report.classifiers.map((classifier) => {
    const { token, document } = classifier.probes;
    const size = classifier.parameters === null ? "–" : parameterLabel(classifier.parameters);
    return [
      ...[plain(classifier.name), backboneOf(classifier), size, flops(classifier.trainingFlops)],
      ...[String(token.layer), flops(token.flopsPerToken), String(document.layer), flops(document.flopsPerToken)],
    ];
  });
  const of = (what: string) => [`${what} probe: layer`, "FLOPs per token"];
  const header = ["classifier", "backbone", "parameters", "training FLOPs", ...of("token"), ...of("document")];
  return `## Cost\n\n${table(header, rows, 2)}`;
}

function steps(report: Report): string {
  if (report.steps.length === 0) return "";
  const rows = report.steps.map((step) => [
    `${plain(step.from)} to ${plain(step.to)}`,
    step.granularity,
    step.against,
    verdictOf(step.measures.averagePrecision),
    stepText(step),
  ]);
  return `## Does each step help?\n\nYes or no where the whole interval of the difference in average precision says so.\n\n${table(["step", "probe", "against", "better", "differences on the same documents"], rows, 5)}`;
}

function weakToStrong(report: Report): string {
  if (!report.weakToStrong) return "";
  const { weak, student, strong, recovery } = report.weakToStrong;
  const measures = ["f1", "accuracy", "balancedAccuracy", "averagePrecision", "auroc"] as const;
  const rows = recovery.flatMap(({ granularity, recovered }) => [
    ...[weak, student, strong].map((name) => {
      const of = report.classifiers.find((one) => one.name === name)!.probes[granularity].against.labels?.measures;
      return [granularity, plain(name), ...measures.map((m) => (of ? `${three(of[m].value)} ${between(of[m])}` : "–"))];
    }),
    [
      granularity,
      "gap recovered",
      ...measures.map((m) => `${three(recovered[m]?.value)} ${recovered[m] ? between(recovered[m]) : ""}`),
    ],
  ]);
  return `## Weak to strong\n\n${plain(weak)} learned half of the documents' labels and labelled the other half; ${plain(student)} learned from those, ${plain(strong)} from the true labels of that half.\n\n${table(["probe", "classifier", "F1", "accuracy", "balanced accuracy", "average precision", "AUROC"], rows, 2)}`;
}
