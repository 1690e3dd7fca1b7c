/** @file The `label-spans` stage: labels by hand, from JSONL spans, in the same form as all labels. */
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { defineStage } from "../base/stage.js";
import { SPLITS } from "../corpus/index.js";
import { loadTokenizer, readTokens } from "../tokens/index.js";
import { textReader } from "./document-text.js";
import { firstDocuments } from "./documents.js";
import { readDomain } from "./domain.js";
import { requireForget, type SplitResult, splitResult, UNKNOWN_LABEL, writeLabels } from "./label-files.js";
import { documentLabel, joinLabels, labelBySpans, OFFSETS, readSpans, toBytes } from "./spans.js";

export const LabelSpansOptions = z.object({
  spans: z.string().describe('JSONL of spans: {"id": "d7", "start": 0, "end": 12, "label": "forget"}'),
  offsets: z.enum(OFFSETS).describe("what start and end count: utf16 units (JavaScript, Java) or UTF-8 bytes"),
  tokens: z.string().describe("token shards (from `npx lacuna tokenize`)"),
  domain: z.string().describe("domain file, e.g. domains/medicine.json"),
  rest: z
    .enum(["retain", "unknown"])
    .default("retain")
    .describe("label of text outside all spans, in documents that have spans; documents without any are unknown"),
  documentShare: z
    .number()
    .gt(0)
    .max(1)
    .default(0.25)
    .describe("a document is forget from this share of forget tokens"),
});

export const labelSpansStage = defineStage({
  name: "label-spans",
  summary: "Label tokens and documents from spans marked by hand",
  why: "Where people have read the text, their labels train or check a classifier as any others",
  examples: [
    "npx lacuna label-spans --spans marked.jsonl --offsets utf16 --tokens runs/demo/tokens --domain domains/medicine.json --out runs/demo/labels-by-hand",
  ],
  version: 1,
  options: LabelSpansOptions,
  inputs: ["spans", "tokens", "domain"],
  async run(options, { out, progress }) {
    const domain = readDomain(options.domain);
    const tokenizer = loadTokenizer(options.tokens);
    const read = textReader(tokenizer);
    const spans = await readSpans(options.spans);
    const used = new Set<string>();
    const splits: Record<string, SplitResult> = {};
    for (const split of SPLITS) {
      const shard = readTokens(options.tokens, split);
      const ids = shard.documents.map(({ id }) => id);
      // Up to the last document with spans: what nobody has looked at need not be carried along.
      const last = ids.findLastIndex((id) => spans.has(id));
      const { documents } = firstDocuments(shard, [], { documents: last + 1 });
      const labels = joinLabels(
        documents.map((tokens, index) => {
          progress({ done: index + 1, total: documents.length, unit: "documents", detail: `labelling ${split}` });
          const marked = spans.get(ids[index]);
          if (!marked) return { tokens: new Uint8Array(tokens.length).fill(UNKNOWN_LABEL), document: UNKNOWN_LABEL };
          used.add(ids[index]);
          const { text, ends, isSpecial } = read(tokens);
          const rest = options.rest === "unknown" ? UNKNOWN_LABEL : 0;
          const here = labelBySpans(toBytes(marked, text, options.offsets), ends, isSpecial, rest);
          return { tokens: here, document: documentLabel(here, isSpecial, options.documentShare) };
        }),
      );
      await writeLabels(out, split, labels, { tokenizer: tokenizer.fingerprint, domain: domain.name });
      const lengths = documents.map(({ length }) => length);
      splits[split] = splitResult(split, shard, lengths, labels, domain.truth, options);
    }
    const strangers = [...spans.keys()].filter((id) => !used.has(id));
    if (used.size === 0)
      throw new UserError(
        `No document of ${options.tokens} has an id of ${options.spans}, such as "${strangers[0] ?? ""}".`,
      );
    requireForget(splits, options.tokens, `Mark some spans of ${options.spans} as forget.`);
    return {
      domain: domain.name,
      judge: "spans",
      documents: used.size,
      spansOfOtherDocuments: strangers.length,
      splits,
    };
  },
});
