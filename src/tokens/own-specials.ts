/**
 * @file The special tokens of somebody else's tokenizer: its own where it has them, unused rows for what it lacks.
 *
 * A trainer finds document borders by its tokenizer's own end-of-text, so that is what ends our documents. Which one it
 * is comes from --eos, the files beside tokenizer.json, its post-processor, or a name that is usual, in this order.
 * `<|hidden|>`, which no tokenizer has, gets a row that its model has and does not use, else a new one behind all others.
 */

import { UserError } from "../base/errors.js";
import { openCodec } from "./codec.js";
import { otherIdsNote } from "./library-ids.js";
import { NO_FILES, type OwnFiles, type Role } from "./own-files.js";
import { ownFrame } from "./own-frame.js";
import { type Pieces, PiecesJson, piecesOf } from "./pieces.js";
import { specialsAddedBy } from "./post-processor.js";
import { rowsFor, SPECIAL_NAMES, SPECIAL_TEXTS, type SpecialName, type SpecialsFile } from "./specials.js";
import { type UnusedRow, unusedRows } from "./unused-rows.js";

/** Names that are usual, the likelier first. */
const USUAL: Record<Role, readonly string[]> = {
  eos: [
    "<|endoftext|>",
    "<|end_of_text|>",
    "</s>",
    "<eos>",
    "<|eos|>",
    "<EOS>",
    "[EOS]",
    "<｜end▁of▁sentence｜>",
    "<eod>",
  ],
  pad: ["<pad>", "<|pad|>", "<PAD>", "[PAD]", "<|padding|>", "<|finetune_right_pad_id|>", "<｜▁pad▁｜>"],
  bos: ["<s>", "<|begin_of_text|>", "<bos>", "<|bos|>", "<BOS>", "[BOS]", "<|startoftext|>", "<｜begin▁of▁sentence｜>"],
};

const BY_NAME: Record<Role, string> = {
  eos: "by its name, no file names one; --eos says otherwise",
  pad: "by its name, no file names one; --pad says otherwise",
  bos: "by its name",
};

/** A text no vocabulary has an entry for: a character that is never given out. */
const UNKNOWN = "\u{10fffd}";

/** How special tokens are written that a vocabulary lists among its words. */
const MARK = /^[<[{].+[>\]}]$/;

export interface Told {
  /** A piece of the vocabulary or an id; left out: what the files say. */
  eos?: string;
  pad?: string;
}

interface Choice {
  id: number;
  /** As the file writes it, where it has it. */
  text?: string;
  origin: string;
}

/**
 * Special tokens for a tokenizer.json.
 *
 * @param name - what the tokenizer is called in messages
 * @throws UserError when --eos or --pad is no token, or text could become end-of-text
 */
export function ownSpecials(json: string, name: string, files: OwnFiles = NO_FILES, told: Told = {}): SpecialsFile {
  const value: unknown = parsed(json, name);
  const pieces = piecesOf(value, name, files.added);
  const codec = openCodec(json, name);
  const isMade = (text: string, id: number) => codec.encodeIds(text).includes(id);
  const added = specialsAddedBy(value, name);
  const bos = namedToken("bos", pieces, files);
  const eos =
    toldToken("--eos", told.eos, pieces, files, isMade) ??
    namedToken("eos", pieces, files, { file: "the post-processor of tokenizer.json", token: added.after.at(-1) });
  const padding = PiecesJson.safeParse(value).data?.padding;
  const pad =
    toldToken("--pad", told.pad, pieces, files, isMade) ??
    namedToken("pad", pieces, files, { file: "tokenizer.json", token: padding?.pad_id });
  const own: Partial<Record<SpecialName, Choice>> = { endOfText: eos, pad };
  for (const special of ["hidden", "chatStart", "chatEnd", "refusal"] as const) {
    const id = pieces.idOf(SPECIAL_TEXTS[special]);
    if (id !== undefined) own[special] = { id, text: SPECIAL_TEXTS[special], origin: "the tokenizer's own" };
  }
  const ids = Object.values(own).flatMap((choice) => (choice ? [choice.id] : []));
  const taken = new Set([...ids, ...added.before, ...added.after, bos?.id ?? -1]);
  const chosen = placed(own, unusedRows(pieces, files.rows, isMade), taken, Math.max(pieces.size, files.rows ?? 0));
  if (isMade(UNKNOWN, chosen.endOfText.id))
    throw new UserError(
      `${name} makes token ${chosen.endOfText.id} (${chosen.endOfText.text}) of characters it does not know, so it cannot end documents. Say another: --eos <piece or id>`,
    );
  const highest = Math.max(...Object.values(chosen).map(({ id }) => id));
  const rows = files.rows !== undefined && Math.max(highest + 1, pieces.size) <= files.rows;
  const by = <Value>(pick: (choice: Choice) => Value | undefined) =>
    Object.fromEntries(
      SPECIAL_NAMES.flatMap((special) => {
        const picked = pick(chosen[special]);
        return picked === undefined ? [] : [[special, picked]];
      }),
    );
  return {
    name,
    vocabularySize: rows ? files.rows! : rowsFor(Math.max(highest, pieces.size - 1, (files.rows ?? 1) - 1)),
    specials: by(({ id }) => id) as SpecialsFile["specials"],
    texts: by(({ text }) => text),
    origins: by(({ origin }) => origin),
    frame: ownFrame(added, chosen.endOfText.id, bos, pieces, files),
    note: otherIdsNote(value),
  };
}

function parsed(json: string, name: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new UserError(`The tokenizer.json of ${name} is not JSON: ${(error as Error).message}.`);
  }
}

/** What the command line says. @throws UserError when there is no such token, or it is ordinary text */
export function toldToken(
  flag: "--eos" | "--pad",
  given: string | undefined,
  pieces: Pieces,
  { rows }: Pick<OwnFiles, "rows">,
  isMade: (text: string, id: number) => boolean,
): Choice | undefined {
  if (given === undefined) return undefined;
  const id = /^\d+$/.test(given) ? Number(given) : pieces.idOf(given);
  if (id === undefined || id >= Math.max(pieces.size, rows ?? 0)) {
    const special = pieces.added.filter((token) => token.special).map(({ content }) => content);
    throw new UserError(
      `${flag} ${given} is no token of the tokenizer, which has ${pieces.size}. Give an id or a piece, e.g. one of its special tokens: ${special.slice(-12).join(" ") || "(none)"}`,
    );
  }
  const text = pieces.textOf(id);
  if (text !== undefined && !pieces.addedOf(id) && !MARK.test(text) && isMade(text, id))
    throw new UserError(
      `${flag} ${given} is ordinary text (${JSON.stringify(text)}): documents that hold it would seem to end or be padded there. Give a token that no text becomes.`,
    );
  return { id, text, origin: flag };
}

/** What files name and the tokenizer has, else a name that is usual. @param last - tokenizer.json itself, which counts last */
function namedToken(
  role: Role,
  pieces: Pieces,
  { named, rows }: Pick<OwnFiles, "named" | "rows">,
  last: { file: string; token: number | undefined } = { file: "", token: undefined },
): Choice | undefined {
  for (const { file, token } of [...named[role], last]) {
    const id = typeof token === "string" ? pieces.idOf(token) : token;
    if (id !== undefined && id < Math.max(pieces.size, rows ?? 0)) return { id, text: pieces.textOf(id), origin: file };
  }
  const text = USUAL[role].find((name) => pieces.idOf(name) !== undefined);
  if (text === undefined) return undefined;
  return { id: pieces.idOf(text)!, text, origin: BY_NAME[role] };
}

/** Every special token, in unused rows and from `next` on where the tokenizer has none. */
function placed(
  own: Partial<Record<SpecialName, Choice>>,
  unused: Generator<UnusedRow>,
  taken: Set<number>,
  next: number,
): Record<SpecialName, Choice> {
  const chosen = { ...own };
  const free = () => {
    for (let row = unused.next(); !row.done; row = unused.next()) if (!taken.has(row.value.id)) return row.value;
    return undefined;
  };
  // What ends documents and what hides tokens first: rows may be few.
  for (const special of ["endOfText", "hidden", "pad", "chatStart", "chatEnd", "refusal"] as const) {
    if (chosen[special]) continue;
    const row = free();
    const where = row
      ? `an unused row${row.text === undefined ? "" : ` (${row.text})`}`
      : "a new row behind the others";
    const flag = { endOfText: "--eos", pad: "--pad" }[special as string];
    const origin = flag ? `${where}, the tokenizer names none; ${flag} says otherwise` : where;
    chosen[special] = { id: row?.id ?? next++, text: row?.text, origin };
  }
  return chosen as Record<SpecialName, Choice>;
}
