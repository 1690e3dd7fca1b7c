/** @file What a stage's command would do: state, key, sizes of its inputs, and what the stage can tell of the cost. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type planStage, readManifest, type Stage } from "../base/stage.js";

type Plan = Awaited<ReturnType<typeof planStage>>;

/** Everything a dry run prints. @throws UserError where the run itself would stop at its first record */
export async function dryRun(stage: Stage, { options, inputs, key }: Plan, out: string) {
  const sized = Object.entries(inputs).map(([name, list]) => [
    name,
    list.map(({ path }) => ({ path, bytes: bytesOf(path) })),
  ]);
  const estimate = await stage.estimate?.(options);
  return {
    stage: stage.name,
    out,
    state: stateOf(out, key),
    key,
    inputs: Object.fromEntries(sized),
    options,
    estimate,
  };
}

function stateOf(out: string, key: string): string {
  if (existsSync(out)) return readManifest(out).key === key ? "found: nothing to do" : "holds another result";
  return existsSync(`${out}.partial`) ? "goes on from an interrupted run" : "would be made";
}

/** Bytes of a file, or of all files below a folder. */
function bytesOf(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).size;
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(path, name)))
    .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
}
