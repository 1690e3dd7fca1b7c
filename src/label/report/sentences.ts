/** @file Verdicts on sentences, to compare judges, or ways of asking one, where they were given. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { SPLITS } from "../../corpus/index.js";
import { UNKNOWN_LABEL } from "../grade.js";
import { hasWords } from "../llm/pieces.js";
import { readSpans } from "../spans.js";
import type { LabelFolder } from "./folder.js";

/** 1 forget, 0 retain, 255 unknown, by sentence: its split, document and place. */
export type SentenceVerdicts = Map<string, number>;

const LABELS = { forget: 1, retain: 0, unknown: UNKNOWN_LABEL };

/** Reads the verdicts of a folder whose sentences were judged. @returns undefined for any other folder */
export async function readSentenceVerdicts(folder: LabelFolder): Promise<SentenceVerdicts | undefined> {
  const { stage, result } = folder.manifest;
  if (stage !== "label-text" || (result as { granularity?: string }).granularity !== "sentence") return undefined;
  const verdicts: SentenceVerdicts = new Map();
  for (const split of SPLITS) {
    const path = join(folder.path, `${split}.spans.jsonl`);
    if (!existsSync(path)) continue;
    const spans = await readSpans(path);
    for (const document of folder.documents) {
      if (document.split !== split) continue;
      const { text } = folder.read(document);
      // What has no words was not asked about: every judge agrees on it.
      for (const { start, end, label } of spans.get(document.id) ?? [])
        if (hasWords(text.slice(start, end))) verdicts.set(`${split} ${document.id} ${start} ${end}`, LABELS[label]);
    }
  }
  return verdicts;
}
