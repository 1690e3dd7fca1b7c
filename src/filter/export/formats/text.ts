/**
 * @file text: the documents that are left, as plain text without their removed spans, for any tokenizer.
 *
 * Removed spans are cut in whole tokens of the tokenizer: the one they were scored in, unless another is given. Plain text
 * has no loss mask: what is masked but not removed is listed in `no_loss_ranges`, [start, end) in characters (code points)
 * of the text written.
 */
import { TextParquet } from "../parquet/text.js";
import { byteSpans, characterSpans, cutSpans, spansAfterCut } from "../spans.js";
import type { DocumentView } from "../view.js";
import type { Format, FormatContext, FormatWriter } from "./format.js";

export interface FilteredText {
  text: string;
  /** Characters [start, end) of `text` that should not be trained. */
  noLossRanges: [start: number, end: number][];
}

/** A document's text without what the policies remove. @param hidden - how the tokenizer writes `<|hidden|>` */
export function filteredText({ text, masked, removed, ends, replacement }: DocumentView, hidden: string): FilteredText {
  if (!masked.includes(1)) return { text, noLossRanges: [] };
  const utf8 = Buffer.from(text);
  const gone = byteSpans(utf8, removed, ends());
  const left = cutSpans(utf8, gone, replacement, hidden);
  const unlearnt = spansAfterCut(byteSpans(utf8, masked, ends()), gone, replacement, hidden);
  return {
    text: Buffer.from(left).toString("utf8"),
    noLossRanges: characterSpans(left, unlearnt).map(({ start, end }) => [start, end]),
  };
}

async function openJsonl({ output, shard, tokenizer }: FormatContext): Promise<FormatWriter> {
  const file = await output.gzip(`${shard}.jsonl.gz`);
  return {
    async add(view) {
      const { text, noLossRanges } = filteredText(view, tokenizer.texts.hidden);
      const ranges = noLossRanges.length > 0 ? { no_loss_ranges: noLossRanges } : {};
      await file.write(Buffer.from(`${JSON.stringify({ id: view.id, text, source: view.source, ...ranges })}\n`));
    },
    close: () => file.close(),
  };
}

async function openParquet({ output, shard, tokenizer }: FormatContext): Promise<FormatWriter> {
  const file = await TextParquet.open(output, `${shard}.parquet`, ["id", "text", "source", "no_loss_ranges"]);
  return {
    async add(view) {
      const { text, noLossRanges } = filteredText(view, tokenizer.texts.hidden);
      await file.add([view.id, text, view.source, JSON.stringify(noLossRanges)]);
    },
    close: () => file.close(),
  };
}

export const text: Format = {
  name: "text",
  takes: ["files"],
  open: (context) => (context.settings.files === "parquet" ? openParquet(context) : openJsonl(context)),
};
