/** @file Breaks a file in a few random places: bytes flipped, set, cut out, doubled, inserted, lengths made absurd. */
import type { random } from "../../../base/random.js";

type Random = ReturnType<typeof random>;

/** Values that are borders somewhere. */
const BORDERS = [0, 1, 0x7f, 0x80, 0xff, 10, 34, 92];

/** A broken copy. @param generator - decides everything, so a seed repeats a mutation */
export function mutate(valid: Uint8Array, generator: Random): Buffer {
  let bytes = Buffer.from(valid);
  const below = (limit: number) => Math.floor(generator.uniform() * limit);
  for (let times = 1 + below(4); times > 0 && bytes.length > 0; times--) {
    const at = below(bytes.length);
    const length = Math.min(bytes.length - at, 1 + below(2 ** below(9)));
    switch (below(8)) {
      case 0:
        bytes[at] ^= 1 << below(8);
        break;
      case 1:
        bytes[at] = BORDERS[below(BORDERS.length)];
        break;
      case 2:
        bytes.fill(BORDERS[below(BORDERS.length)], at, at + length);
        break;
      case 3:
        bytes = bytes.subarray(0, at);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
        break;
      case 6:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(Array.from({ length }, () => below(256))),
          bytes.subarray(at),
        ]);
        break;
      default:
        // Towards the end lie footers and lengths.
        bytes[bytes.length - 1 - below(Math.min(64, bytes.length))] = below(256);
    }
  }
  return bytes;
}
