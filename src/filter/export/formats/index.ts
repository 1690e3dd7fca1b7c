/** @file The export formats by name. */
import type { FormatName } from "../settings.js";
import { dolma } from "./dolma.js";
import type { Format } from "./format.js";
import { mds } from "./mds.js";
import { gptNeox, megatron } from "./megatron.js";
import { text } from "./text.js";
import { huggingface, levanter, torchtitan } from "./token-rows.js";
import { datatrove, nanogpt, olmoCore } from "./token-streams.js";

const ALL = [
  huggingface,
  torchtitan,
  olmoCore,
  megatron,
  gptNeox,
  levanter,
  mds,
  nanogpt,
  datatrove,
  dolma,
  text,
] satisfies Format[];

/** The format of that name. */
export function formatOf(name: FormatName): Format {
  const format = ALL.find((each) => each.name === name);
  if (!format) throw new Error(`There is no export format ${name}`);
  return format;
}
