/** @file Probes between each two subdomains of what is to be forgotten (paper Fig. 21). */
import { logitsAt, type Rows, selectProbe } from "../../classify/index.js";
import type { Figure } from "../statistics.js";
import type { Passages } from "./passages.js";
import { balancedAccuracy } from "./probe.js";

export interface SubdomainPair {
  first: string;
  second: string;
  layer: number;
  accuracy: Figure;
  /** Test passages and documents. */
  passages: number;
  documents: number;
}

/** A subdomain with less than this in some split says too little. */
const FEWEST = { passages: 20, documents: 5 };

/** Subdomains with enough passages in every split, by name; and what the others lack. */
export function usableSubdomains(splits: Record<string, Pick<Passages, "documents">>) {
  const names = [...new Set(Object.values(splits).flatMap(({ documents }) => [...documents.keys()]))].sort();
  const lacking: Record<string, string> = {};
  const usable = names.filter((name) => {
    const short = Object.entries(splits).find(([, { documents }]) => {
      const of = documents.get(name) ?? new Uint32Array();
      return of.length < FEWEST.passages || new Set(of).size < FEWEST.documents;
    });
    if (short) {
      const of = short[1].documents.get(name) ?? new Uint32Array();
      lacking[name] = `${of.length} passages of ${new Set(of).size} documents in ${short[0]}`;
    }
    return !short;
  });
  return { usable, lacking };
}

/** Fits on train, chooses on validation, judges on test. @param layers - of the states, as read */
export function probePair(
  [first, second]: readonly [string, string],
  splits: Record<"train" | "validation" | "test", Passages>,
  layers: readonly number[],
  { strengths, width, seed }: { strengths: readonly number[]; width: number; seed: number },
): SubdomainPair {
  const rows = ({ states }: Passages): Rows => {
    const [a, b] = [states.get(first)!, states.get(second)!];
    const count = a[0].length / width;
    const labels = Uint8Array.from({ length: count + b[0].length / width }, (_, row) => (row < count ? 0 : 1));
    const joined = (k: number) => Float32Array.from([...a[k], ...b[k]]);
    return { layers: layers.map((layer, k) => ({ layer, features: joined(k) })), width, labels };
  };
  const chosen = selectProbe(rows(splits.train), rows(splits.validation), strengths);
  const test = rows(splits.test);
  const documents = Uint32Array.from([first, second].flatMap((name) => [...splits.test.documents.get(name)!]));
  const accuracy = balancedAccuracy(logitsAt(test, chosen.layer, chosen.fit), test.labels, documents, seed);
  return { first, second, layer: chosen.layer, accuracy, passages: documents.length, documents: accuracy.count };
}
