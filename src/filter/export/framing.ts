/**
 * @file Framing: what stands around the text of every exported document, beginning-of-text above all (`--bos`).
 *
 * All that the trainer's tokenizer would add is added, or nothing. Beginning-of-text is an input and never a target: it
 * follows end-of-text always, so nothing is learned by predicting it. What the tokenizer puts behind a text is a target,
 * as end-of-text is.
 */
import { UserError } from "../../base/errors.js";
import { describeFrame, type Frame, NO_FRAME, type SpecialsFrame, type Tokenizer } from "../../tokens/index.js";
import type { Format } from "./formats/format.js";
import type { ExportSettings } from "./settings.js";

/** @throws UserError when --bos yes has nothing to add */
export function framingOf(
  { bos }: Pick<ExportSettings, "bos">,
  { takes }: Pick<Format, "takes">,
  { name, frame }: Pick<Tokenizer, "name" | "frame">,
): Frame {
  if (!takes.includes("bos") || bos === "no") return NO_FRAME;
  if (bos === "yes" && frame.before.length === 0)
    throw new UserError(`--bos yes: ${name} has no beginning-of-text. Leave --bos out, or give another --tokenizer.`);
  if (bos === "auto" && !frame.isAdded) return NO_FRAME;
  return { before: frame.before, after: frame.after };
}

/** What was decided and what the tokenizer itself would do, as one line. */
export function describeFraming({ before, after }: Frame, bos: ExportSettings["bos"], own: SpecialsFrame): string {
  const isFramed = before.length + after.length > 0;
  const itself = describeFrame(own) || "the tokenizer has none";
  return `bos: ${isFramed ? own.text : "none"} (--bos ${bos}; ${itself})`;
}
