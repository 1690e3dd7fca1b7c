/**
 * @file Labels and scores of one tokenizer carried to another, on UTF-8 byte offsets.
 *
 * Both tokenizations cover the same bytes; one sweep with two pointers, linear in tokens. Any overlap counts.
 */
import type { Tokenizer } from "./tokenizer.js";

/**
 * Gives each token the highest value among the tokens it shares a byte with.
 *
 * @param values - labels (1 where forget) or stored scores, shape [from]
 * @param fromEnds - byte offset at which each token with a value ends, ascending, shape [from]
 * @param toEnds - the same for the other tokenization of the same bytes, shape [to]
 * @returns values of the other tokens, shape [to]; a token of no bytes overlaps nothing and has 0
 */
export function carry(values: Uint8Array, fromEnds: Uint32Array, toEnds: Uint32Array): Uint8Array {
  if (values.length !== fromEnds.length) throw new Error(`${values.length} values for ${fromEnds.length} tokens`);
  if ((fromEnds.at(-1) ?? 0) !== (toEnds.at(-1) ?? 0)) {
    throw new Error(`The tokenizations cover ${fromEnds.at(-1) ?? 0} and ${toEnds.at(-1) ?? 0} bytes of one text`);
  }
  const carried = new Uint8Array(toEnds.length);
  const fromStart = (at: number) => (at === 0 ? 0 : fromEnds[at - 1]);
  let from = 0;
  for (let to = 0, start = 0; to < toEnds.length; start = toEnds[to++]) {
    const end = toEnds[to];
    while (from < fromEnds.length && fromEnds[from] <= start) from++;
    for (let at = from; at < fromEnds.length && fromStart(at) < end; at++) {
      const overlaps = Math.min(end, fromEnds[at]) > Math.max(start, fromStart(at));
      if (overlaps && values[at] > carried[to]) carried[to] = values[at];
    }
  }
  return carried;
}

/** Tokenizes a text both ways and carries its labels. @param labels - shape [tokens of `from`], without end of text */
export function relabel(text: string, labels: Uint8Array, from: Tokenizer, to: Tokenizer) {
  const { ids, ends } = to.encodeWithOffsets(text);
  return { ids, labels: carry(labels, from.encodeWithOffsets(text).ends, ends) };
}
