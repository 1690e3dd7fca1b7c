/**
 * @file The `label-text` stage: labels of sentences or documents by a judge that reads the text itself, no SAE between.
 *
 * What the paper compares token labels with. A sentence's label is given to all its tokens, a document's to the whole
 * document; what the judge does not know stays unknown.
 */
import { basename, join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { writeFileAtomic } from "../base/files.js";
import { defineStage } from "../base/stage.js";
import { SPLITS } from "../corpus/index.js";
import { loadTokenizer, readTokens } from "../tokens/index.js";
import { type DocumentText, textReader } from "./document-text.js";
import { firstDocuments } from "./documents.js";
import { type Domain, readDomain } from "./domain.js";
import { requireForget, type SplitResult, splitResult, writeLabels } from "./label-files.js";
import { countCauses } from "./llm/answers.js";
import { estimateTextJudging } from "./llm/estimate.js";
import { costReport } from "./llm/latents.js";
import { openLlm } from "./llm/open.js";
import { HOW, JudgeOptions } from "./llm/options.js";
import { GRANULARITIES } from "./llm/pieces.js";
import { PROMPTS, TOGETHER_PROMPTS } from "./llm/prompts.js";
import { type JudgedPiece, lexiconTextJudge, llmTextJudge } from "./llm/text.js";
import { documentLabel, joinLabels, labelBySpans, toBytes } from "./spans.js";

export const LabelTextOptions = z.object({
  tokens: z.string().describe("token shards (from `npx lacuna tokenize`)"),
  domain: z.string().describe("domain file, e.g. domains/medicine.json"),
  granularity: z.enum(GRANULARITIES).default("sentence").describe("what is judged"),
  documents: z.int().min(1).default(1000).describe("documents labelled per split, at most"),
  documentShare: z
    .number()
    .gt(0)
    .max(1)
    .default(0.25)
    .describe("a document is forget from this share of forget tokens"),
  sentencesPerQuestion: z
    .int()
    .min(1)
    .max(50)
    .optional()
    // One is what there was before there was a choice: it is the same work whether it is said or not.
    .transform((together) => (together === 1 ? undefined : together))
    .describe(
      "sentences of one document a model is asked about at once (default: 1); cheaper, and verdicts may change: compare with npx lacuna label-report",
    ),
  ...JudgeOptions.omit({ judgeFrom: true, score: true, minScore: true, embedModel: true }).shape,
});
type Options = z.infer<typeof LabelTextOptions>;

export const labelTextStage = defineStage({
  name: "label-text",
  summary: "Label sentences or documents by a judge that reads them",
  why: "Costs more per token than judging latents once, and is what those labels are compared with",
  examples: [
    "npx lacuna label-text --tokens runs/demo/tokens --domain domains/medicine.json --out runs/demo/labels-sentence",
    "npx lacuna label-text --judge openai --base-url http://localhost:11434/v1 --judge-model llama3.2 --documents 100 --tokens runs/demo/tokens --domain domains/medicine.json --out runs/demo/labels-llama",
  ],
  version: 2,
  options: LabelTextOptions,
  inputs: ["tokens", "domain", "prompts"],
  unkeyed: HOW,
  estimate(options) {
    checkTogether(options);
    if (options.judge === "lexicon") return undefined;
    const read = textReader(loadTokenizer(options.tokens));
    const texts = SPLITS.flatMap((split) => {
      const { documents } = firstDocuments(readTokens(options.tokens, split), [], { documents: options.documents });
      return documents.map((tokens) => read(tokens).text);
    });
    return estimateTextJudging(options, texts, readDomain(options.domain));
  },
  async run(options, { out, progress }) {
    const domain = readDomain(options.domain);
    const { judge, report, close } = await openJudge(options, domain);
    try {
      const tokenizer = loadTokenizer(options.tokens);
      const read = textReader(tokenizer);
      const splits: Record<string, SplitResult> = {};
      const pieces: JudgedPiece[] = [];
      for (const split of SPLITS) {
        const shard = readTokens(options.tokens, split);
        const { documents } = firstDocuments(shard, [], { documents: options.documents });
        const texts = documents.map(read);
        const told = (answers: number) => progress({ done: answers, unit: "answers", detail: `judging ${split}` });
        const judged = await judge(
          texts.map(({ text }) => text),
          told,
        );
        const lines = judged.flatMap((parts, index) =>
          parts.map((part) => lineOf(shard.documents[index].id, part, options)),
        );
        await writeFileAtomic(join(out, `${split}.spans.jsonl`), lines.join(""));
        for (const part of judged.flat()) pieces.push(part);
        const labels = joinLabels(judged.map((parts, index) => labelsOf(parts, texts[index], options.documentShare)));
        await writeLabels(out, split, labels, { tokenizer: tokenizer.fingerprint, domain: domain.name });
        const lengths = documents.map(({ length }) => length);
        splits[split] = splitResult(split, shard, lengths, labels, domain.truth, options);
      }
      requireForget(splits, options.tokens, adviceOf(options, domain));
      const causes = countCauses(pieces.map(({ judgement }) => judgement.cause));
      return { domain: domain.name, offsets: "utf16", judged: pieces.length, causes, ...report(), splits };
    } finally {
      await close();
    }
  },
});

async function openJudge(options: Options, domain: Domain) {
  const { granularity, documentShare, sentencesPerQuestion: together = 1 } = options;
  checkTogether(options);
  if (options.judge === "lexicon") {
    const judge = lexiconTextJudge(domain, granularity, documentShare);
    return { judge, report: () => ({ judge: "lexicon", granularity, lexicon: domain.lexicon }), close: async () => {} };
  }
  const { llm, ledger } = await openLlm(options, together > 1 ? [...PROMPTS, ...TOGETHER_PROMPTS] : PROMPTS);
  const name = `${llm.provider.name}:${llm.provider.model}`;
  return {
    judge: llmTextJudge(llm, domain, granularity, together),
    report: () => ({ judge: name, granularity, prompts: llm.prompts.hash, cost: costReport(llm) }),
    close: () => ledger.close(),
  };
}

/** What to do when nothing of the text is of the domain. */
export function adviceOf(
  { judge, domain: file }: Pick<Options, "judge" | "domain">,
  { name, lexicon }: Domain,
): string {
  if (judge !== "lexicon") return `Give more --documents, or say more plainly in ${file} what is ${name}.`;
  const shown = lexicon.slice(0, 3).join(", ");
  return (
    `No term of the lexicon of ${name} (${shown}${lexicon.length > 3 ? ", ..." : ""}) stands in it. ` +
    `Find words of ${name} that do occur in your text, in its language (grep -ic WORD FILE counts lines), and put them into "lexicon" of ${basename(file)} ("tumor*" is a stem).`
  );
}

/** @throws UserError where several sentences in a question make no sense */
function checkTogether({ judge, granularity, sentencesPerQuestion: together = 1 }: Options): void {
  if (together === 1 || (judge !== "lexicon" && granularity === "sentence")) return;
  throw new UserError(
    `--sentences-per-question ${together} is for --granularity sentence with a language model; here it is --granularity ` +
      `${granularity} with --judge ${judge}. Leave it out.`,
  );
}

/** A judged piece as `npx lacuna label-spans` reads it, with what the judge said. */
function lineOf(id: string, { start, end, judgement }: JudgedPiece, { noText }: Pick<Options, "noText">): string {
  const { verdict: label, confidence, reason, cause } = judgement;
  return `${JSON.stringify({ id, start, end, label, confidence, reason: noText ? undefined : reason, cause })}\n`;
}

function labelsOf(pieces: readonly JudgedPiece[], { text, ends, isSpecial }: DocumentText, documentShare: number) {
  const spans = pieces.map(({ start, end, judgement }) => ({ id: "", start, end, label: judgement.verdict }));
  const tokens = labelBySpans(toBytes(spans, text, "utf16"), ends, isSpecial, 0);
  return { tokens, document: documentLabel(tokens, isSpecial, documentShare) };
}
