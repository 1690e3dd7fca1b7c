/** @file What a stage's command would do: state, key, sizes of its inputs, and what the stage can tell of the cost. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { PLACE_TEXT } from "../base/place.js";
import { type planStage, type Stage, stagePlace } from "../base/stage.js";

type Plan = Awaited<ReturnType<typeof planStage>>;

/** Everything a dry run prints. @throws UserError where the run itself would stop: at its first record, or at another result in `out` */
export async function dryRun(stage: Stage, { options, inputs, key, plan }: Plan, out: string) {
  const state = PLACE_TEXT[stagePlace(out, plan, stage.unkeyed)];
  const sized = Object.entries(inputs).map(([name, list]) => [
    name,
    list.map(({ path }) => ({ path, bytes: bytesOf(path) })),
  ]);
  const estimate = await stage.estimate?.(options);
  return {
    stage: stage.name,
    out,
    state,
    key,
    inputs: Object.fromEntries(sized),
    options,
    estimate,
  };
}

/** Bytes of a file, or of all files below a folder. */
function bytesOf(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).size;
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(path, name)))
    .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
}
