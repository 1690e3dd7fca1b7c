/** @file A tiny corpus and domain file for tests, synthetic, and steps that run in this thread. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runStage } from "../../../base/stage.js";
import { LEXICON, syntheticDocument } from "../../../classify/ngram/testing/small-text.js";
import { stageByName } from "../../stages.js";
import type { RunStep } from "../../steps.js";
import { HOSTILE_TEXT } from "../../testing/synthetic-quality.js";

/** Documents of two sources: one with half of its sentences forget, hostile throughout; one with hardly any. */
export function writeTexts(folder: string, count = 60, field = "text"): string[] {
  return [
    { source: "ward", share: 0.6, hostile: true, domain: "medical" },
    { source: "town", share: 0.05, hostile: false, domain: "general" },
  ].map(({ source, share, hostile, domain }, number) => {
    const lines = Array.from({ length: count }, (_, index) => {
      const text = syntheticDocument(1000 * number + index, share);
      const id = `${source}-${index}${hostile ? "<img src=x>" : ""}`;
      return JSON.stringify({
        id,
        [field]: hostile ? `${text} Seen ${HOSTILE_TEXT} near the lesion and fever.` : text,
        domain,
      });
    });
    const path = join(folder, `${source}.jsonl`);
    writeFileSync(path, lines.join("\n"));
    return path;
  });
}

export function writeDomain(
  folder: string,
  lexicon: readonly string[] = LEXICON,
  truth: readonly string[] = [],
): string {
  const path = join(folder, "domain.json");
  const examples = [true, false].map((forget) => ({ text: "t", forget, why: "w" }));
  writeFileSync(
    path,
    JSON.stringify({ name: "company", description: "d", in: ["i"], out: [], examples, lexicon, truth }),
  );
  return path;
}

/** Runs steps here, and tells which. */
export function stepsHere(folder: string, asked: string[] = []): RunStep {
  return async ({ id, stage, options }) => {
    asked.push(id);
    const path = join(folder, "steps", id);
    return { path, manifest: await runStage(stageByName(stage), options, path) };
  };
}
