/** @file `npx lacuna inspect`: borderline passages, to read what a threshold decides. */
import type { Command } from "commander";
import { UserError } from "../base/errors.js";
import { openScored } from "../filter/job/index.js";
import { findBorderline, type Passage, readPassages } from "../filter/stats/index.js";
import { describeProgress, liveLine } from "./live.js";
import { addNoText, countOf, numberOf, shareOf } from "./options.js";
import { type Paint, paintFor, printable } from "./terminal.js";
import { textNote } from "./text-notes.js";

interface Flags {
  count: number;
  around?: number;
  context: number;
  source?: string;
  seed: number;
  noText?: boolean;
  json?: boolean;
}

/** More are not read by a person, and every one may mean reading another file. */
const MAX_PASSAGES = 10_000;

export function addInspectCommand(program: Command): void {
  const command = program
    .command("inspect")
    .summary("Print borderline passages: text around tokens whose score is nearest the threshold")
    .description(
      "Prints borderline passages: text around tokens whose score is nearest the threshold, forget tokens marked.\nThe quickest way to see what a threshold really decides; inputs are read again, models are not.",
    )
    .argument("<scores>", "finished scoring job, a folder or s3://bucket/prefix; its inputs must still be there")
    .option("--count <number>", "passages to print, one per document at most", countOf, 10)
    .option("--around <number>", "the threshold (default: best F1 of tokens on validation)", shareOf)
    .option("--context <number>", "tokens shown on either side", countOf, 40)
    .option("--source <text>", "only documents of this source, as npx lacuna stats names it")
    .option("--seed <number>", "seed of the choice among equally near ones", numberOf, 1)
    .option("--json", "print JSON");
  addNoText(command)
    .addHelpText("after", textNote("inspect"))
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx lacuna inspect runs/scored\n  $ npx lacuna inspect runs/scored --around 0.9 --count 3 --source texts/part-0",
    )
    .action(inspectCommand);
}

async function inspectCommand(
  scores: string,
  { count, context, source, seed, json, noText, ...flags }: Flags,
): Promise<void> {
  if (count > MAX_PASSAGES) throw new UserError(`--count ${count} is too many to read; at most ${MAX_PASSAGES}.`);
  const job = await openScored(scores);
  if (source !== undefined && !job.plan.inputs.some((input) => input.source === source)) {
    const some = job.plan.inputs.slice(0, 3).map((input) => `"${printable(input.source)}"`);
    throw new UserError(
      `${scores} has no source "${source}". It has ${some.join(", ")}${job.plan.inputs.length > 3 ? ", ... (npx lacuna stats)" : ""}.`,
    );
  }
  const around = flags.around ?? job.classifier.token.thresholds.f1.threshold;
  const live = liveLine();
  const started = performance.now();
  const progress = (update: Parameters<typeof describeProgress>[1]) =>
    live.show(describeProgress("inspect", update, (performance.now() - started) / 1000));
  const borderline = await findBorderline(job, { count, around, context, seed, source, progress });
  const whole = await readPassages(job, borderline, around, progress);
  const passages = noText ? whole.map((passage) => ({ ...passage, segments: [] })) : whole;
  live.clear();
  if (json) console.log(JSON.stringify({ domain: job.plan.domain, around, passages }, null, 2));
  else console.log(renderPassages(passages, around, job.plan.domain, paintFor()));
}

/** Passages as text: coloured on a terminal, forget spans in [[...]] elsewhere. */
export function renderPassages(passages: readonly Passage[], around: number, domain: string, paint: Paint): string {
  if (passages.length === 0) return "No document has a token.";
  const legend = paint.isColoured
    ? `${paint.forget("forget")}, the token itself ${paint.underline("underlined")}`
    : "[[forget]]";
  const head = `${printable(domain)}, around ${around.toFixed(3)}: ${legend}`;
  return [head, ...passages.map((passage, n) => renderPassage(passage, n + 1, paint))].join("\n\n");
}

function renderPassage(passage: Passage, number: number, paint: Paint): string {
  const { id, source, row, token, tokens, score, documentScore, isStart, isEnd } = passage;
  const where = `${number}. ${printable(id).slice(0, 100)}  (${printable(source).slice(0, 200)}, row ${row})`;
  const what = `token ${token + 1} of ${tokens} scores ${score.toFixed(3)}, the document ${documentScore.toFixed(3)}`;
  if (passage.segments.length === 0) return `${paint.bold(where)}\n${paint.dim(what)}`;
  const text = paint.isColoured ? colouredText(passage, paint) : markedText(passage);
  return `${paint.bold(where)}\n${paint.dim(what)}\n${isStart ? "" : "..."}${text}${isEnd ? "" : "..."}`;
}

function colouredText({ segments }: Passage, paint: Paint): string {
  return segments
    .map(({ text, isForget, isFocus }) => {
      const safe = isFocus ? paint.underline(printable(text)) : printable(text);
      return isForget ? paint.forget(safe) : safe;
    })
    .join("");
}

/** Brackets of the text itself are escaped, so that every [[ and ]] left is ours. */
function markedText({ segments }: Passage): string {
  const escaped = (text: string) => printable(text.replace(/\\|^[[\]]|[[\]]$|\[(?=\[)|\](?=\])/g, "\\$&"));
  let marked = "";
  for (const [k, { text, isForget }] of segments.entries()) {
    const wasForget = k > 0 && segments[k - 1].isForget;
    if (isForget !== wasForget) marked += isForget ? "[[" : "]]";
    marked += escaped(text);
  }
  return segments.at(-1)?.isForget ? `${marked}]]` : marked;
}
