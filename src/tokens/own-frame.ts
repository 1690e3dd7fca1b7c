/**
 * @file Frame: what a tokenizer of somebody else puts around every text, beginning-of-text above all.
 *
 * Its post-processor says so. tokenizer_config.json may switch beginning-of-text on or off, as in transformers. Documents
 * end with end-of-text anyway, so it is no part of the frame.
 */
import type { OwnFiles } from "./own-files.js";
import type { Pieces } from "./pieces.js";
import type { AddedSpecials } from "./post-processor.js";
import type { SpecialsFrame } from "./specials.js";

/**
 * @param added - by the post-processor
 * @param bos - the tokenizer's beginning-of-text, where it has one
 */
export function ownFrame(
  { before, after }: AddedSpecials,
  endOfText: number,
  bos: { id: number; origin: string } | undefined,
  pieces: Pieces,
  { addsBos }: Pick<OwnFiles, "addsBos">,
): SpecialsFrame {
  const isByProcessor = before.length > 0;
  const front = isByProcessor || bos === undefined ? before : [bos.id];
  const back = after.at(-1) === endOfText ? after.slice(0, -1) : after;
  // The switch is about beginning-of-text alone; a post-processor that puts something else there is not meant.
  const isSwitched = addsBos !== undefined && front.length === 1 && front[0] === bos?.id;
  const shown = (ids: number[], where: string) =>
    ids.length === 0
      ? []
      : [`${ids.map((id) => `${id} ${JSON.stringify(pieces.textOf(id) ?? "")}`).join(", ")} ${where}`];
  return {
    before: front,
    after: back,
    text: [...shown(front, "before every document"), ...shown(back, "after it")].join(" and "),
    isAdded: isSwitched ? addsBos : isByProcessor || back.length > 0,
    origin: isSwitched
      ? "add_bos_token in tokenizer_config.json"
      : isByProcessor || back.length > 0
        ? "the post-processor of tokenizer.json"
        : (bos?.origin ?? ""),
  };
}
