/**
 * @file The byte-level alphabet of GPT-2: each of the 256 bytes as one printable character.
 *
 * Vocabularies are stored as text; this is how a token of arbitrary bytes becomes a JSON key.
 */

function buildAlphabet(): string[] {
  const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte !== 173);
  let shifted = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : shifted++));
}

/** Character of each byte. */
export const BYTE_CHARACTERS: readonly string[] = buildAlphabet();
/** Byte of each character of the alphabet, -1 for others. */
const BYTES = new Int16Array(512).fill(-1);
for (const [byte, character] of BYTE_CHARACTERS.entries()) BYTES[character.charCodeAt(0)] = byte;

/** Bytes of a vocabulary entry, or undefined when it is not written in the byte alphabet. */
export function entryBytes(entry: string): Uint8Array | undefined {
  const bytes = new Uint8Array(entry.length);
  for (let at = 0; at < entry.length; at++) {
    const byte = BYTES[entry.charCodeAt(at)] ?? -1;
    if (byte < 0) return undefined;
    bytes[at] = byte;
  }
  return bytes;
}

/** Writes bytes in the byte alphabet. */
export function entryOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => BYTE_CHARACTERS[byte]).join("");
}
