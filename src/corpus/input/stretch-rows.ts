/** @file Rows across the damage of a compressed file: numbered on, with a bad row for every stretch that is lost. */
import { grouped } from "../../base/errors.js";
import { Damage, FILE_START, GivenUp, lostRow, Truncated } from "./bad.js";
import type { Stretches } from "./stretches.js";
import type { Extent, Origin, Row } from "./types.js";

/**
 * The rows of every stretch that can be read; what lies between them, and behind the last, as a bad row each.
 * @param rowsOf - reads a stretch; it may throw Damage of its own
 * @param storedBytes - size of the file
 */
export async function* rowsOfStretches(
  stretches: Stretches,
  rowsOf: (bytes: AsyncIterable<Uint8Array>, origin: Origin) => AsyncIterable<Row>,
  storedBytes: number,
): AsyncGenerator<Row> {
  let origin = FILE_START;
  let damage: Damage | undefined;
  const lost = (found: Damage, extent: Exclude<Extent, "record">, end?: number) => {
    const isKnown = found.at !== undefined && end !== undefined && !(found instanceof Truncated);
    const bytes = isKnown ? end - found.at! : undefined;
    const row = lostRow(origin.row, found, extent, bytes);
    origin = {
      row: origin.row + 1,
      after: end === undefined ? origin.after : ` behind byte ${grouped(end)} of the file`,
    };
    return row;
  };
  for await (const part of stretches) {
    if (part instanceof Damage) {
      if (damage) yield lost(damage, "stretch");
      damage = part;
      continue;
    }
    if (damage) yield lost(damage, "stretch", part.start);
    damage = undefined;
    try {
      for await (const row of rowsOf(part.bytes, origin)) {
        origin = { ...origin, row: row.row + 1 };
        yield row;
      }
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      damage = error;
      if (damage instanceof GivenUp) break;
    }
  }
  if (damage) yield lost(damage, "rest", storedBytes);
}
