/** @file Where tokens end in a text, in UTF-16 units, from where they end in bytes. */
import type { DocumentText } from "../../label/index.js";

/** Shape [tokens]. A token that ends inside a character ends behind it. */
export function unitEnds({ text, ends }: Pick<DocumentText, "text" | "ends">): Uint32Array {
  const bytes = ends.length === 0 ? 0 : ends[ends.length - 1];
  // As many bytes as units: every character is ASCII.
  if (bytes === text.length) return ends;
  const units = new Uint32Array(ends.length);
  let [unit, byte] = [0, 0];
  for (let token = 0; token < ends.length; token++) {
    while (byte < ends[token] && unit < text.length) {
      const code = text.charCodeAt(unit);
      if (code < 0x80) byte += 1;
      else if (code < 0x800) byte += 2;
      else if (code < 0xd800 || code > 0xdfff || unit + 1 === text.length) byte += 3;
      else {
        byte += 4;
        unit++;
      }
      unit++;
    }
    units[token] = unit;
  }
  return units;
}
