/** @file Jobs of the fake scoring process: synthetic plans, and what is left in the folder afterwards. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type JobPlan, JobSettings } from "../../job/plan.js";

export const FAKE_CHILD = new URL("./fake-child.mjs", import.meta.url);

export interface Behaviour {
  steps?: number;
  stepMs?: number;
  kill?: Record<number, number>;
  killAt?: Record<number, number[]>;
  fail?: Record<number, string>;
  crash?: Record<number, string>;
  waits?: boolean;
}

/** A plan of `shards` inputs, and the behaviour of the process that scores them. */
export function fakeJob(out: string, shards: number, behaviour: Behaviour = {}): JobPlan {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "behaviour.json"), JSON.stringify(behaviour));
  const inputs = Array.from({ length: shards }, (_, shard) => ({
    uri: `/synthetic/${shard}.jsonl`,
    source: `synthetic/${shard}`,
    bytes: 1,
  }));
  return {
    key: "synthetic-job",
    version: 1,
    domain: "synthetic",
    classifier: "synthetic-classifier",
    tokenizer: "synthetic-tokenizer",
    settings: JobSettings.parse({}),
    inputs,
  };
}

/** Names of everything below shards/. */
export function committed(out: string): string[] {
  const folder = join(out, "shards");
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** A folder that passes for the classifier of a synthetic job. */
export function fakeClassifier(folder: string, fingerprint = "synthetic-classifier"): string {
  const manifest = { stage: "classifier", version: 1, key: "", package: "", options: {}, inputs: {}, outputs: {} };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ ...manifest, fingerprint, result: null, seconds: 0 }));
  return folder;
}

/** Shards whose record was created, in order; a shard that two created would be here twice. */
export function created(out: string): number[] {
  const path = join(out, "commits.txt");
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  return lines.filter((line) => line.endsWith(" created")).map((line) => Number.parseInt(line, 10));
}

/** Shards as they were tried, in order. */
export function attempts(out: string): { shard: number; pid: number }[] {
  const path = join(out, "attempts.txt");
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").trim().split("\n");
  return lines.map((line) => {
    const [shard, pid] = line.split(" ").map(Number);
    return { shard, pid };
  });
}

/** Waits until `met`, looking often. */
export async function until(met: () => boolean): Promise<void> {
  while (!met()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Whether a process of that id lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
