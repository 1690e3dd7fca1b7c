/** @file A trainer's tokenizer as people give it: a name, a folder of npx lacuna tokenizer, or a tokenizer.json with its files. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../base/errors.js";
import { readText } from "../base/files.js";
import { openCodec } from "./codec.js";
import { NAMED_TOKENIZERS, type NamedTokenizer, namedTokenizer } from "./named.js";
import { readBeside } from "./own-files.js";
import { ownSpecials, type Told, toldToken } from "./own-specials.js";
import { piecesOf } from "./pieces.js";
import { SPECIAL_NAMES, SPECIAL_TEXTS, type SpecialsFile } from "./specials.js";
import { createTokenizer, readFiles, type Tokenizer } from "./tokenizer.js";

/**
 * @param given - cl100k_base, a folder, or the path of a tokenizer.json
 * @param told - which tokens end documents and fill rows up; left out, the tokenizer's own
 * @throws UserError when it is none of these, or a token is not one of it
 */
export async function openTrainerTokenizer(given: string, told: Told = {}): Promise<Tokenizer> {
  if ((NAMED_TOKENIZERS as readonly string[]).includes(given)) {
    const { json, specials } = await namedTokenizer(given as NamedTokenizer);
    return createTokenizer(json, withTold(json, specials, told));
  }
  if (existsSync(join(given, "specials.json"))) {
    const { json, specials } = readFiles(given);
    return createTokenizer(json, withTold(json, specials, told));
  }
  const isFile = existsSync(given) && statSync(given).isFile();
  const path = isFile ? given : join(given, "tokenizer.json");
  if (!existsSync(path))
    throw new UserError(
      `--tokenizer ${given} is no folder with a tokenizer.json, nor such a file, nor one of ${NAMED_TOKENIZERS.join(", ")}.`,
    );
  const json = readText(path);
  const file = basename(path, ".json");
  const name = file === "tokenizer" ? basename(dirname(resolve(path))) : file;
  return createTokenizer(json, ownSpecials(json, name, readBeside(path), told));
}

/** @throws UserError when a token is unknown, ordinary text, or one that stands for something else */
function withTold(json: string, file: SpecialsFile, { eos, pad }: Told): SpecialsFile {
  if (eos === undefined && pad === undefined) return file;
  const written = { ...SPECIAL_TEXTS, ...file.texts };
  const ours = SPECIAL_NAMES.map((name) => ({ id: file.specials[name], content: written[name], special: true }));
  const pieces = piecesOf(JSON.parse(json), file.name, ours);
  const codec = openCodec(json, file.name);
  const isMade = (text: string, id: number) => codec.encodeIds(text).includes(id);
  const made = { ...file, specials: { ...file.specials }, texts: { ...file.texts }, origins: { ...file.origins } };
  for (const [flag, given, name] of [
    ["--eos", eos, "endOfText"],
    ["--pad", pad, "pad"],
  ] as const) {
    const choice = toldToken(flag, given, pieces, { rows: file.vocabularySize }, isMade);
    if (!choice) continue;
    const { hidden } = file.specials;
    if (choice.id === hidden)
      throw new UserError(`${flag} ${given} is ${written.hidden}, which stands for removed tokens. Give another.`);
    made.specials[name] = choice.id;
    if (choice.text !== undefined) made.texts[name] = choice.text;
    made.origins[name] = flag;
  }
  return made;
}
