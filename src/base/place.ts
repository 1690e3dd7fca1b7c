/**
 * @file Where a result goes: `out` once it is finished, `out.partial` while it is made.
 *
 * Neither is overwritten. What stands there is found, or gone on with, when it is the same result; any other is refused
 * with what differs, finished or not: an interrupted result may be days of work. Stages, exports and dry runs all ask here.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { UserError } from "./errors.js";
import { readJson, writeJson } from "./files.js";
import { canonicalJson } from "./hash.js";

export const InputList = z.record(z.string(), z.array(z.object({ path: z.string(), fingerprint: z.string() })));

/** What decides a result, as far as it can be told apart from another one's. */
export const ResultPlan = z.object({
  stage: z.string(),
  version: z.number(),
  /** Equal keys: equal results. */
  key: z.string(),
  options: z.record(z.string(), z.unknown()),
  /** Options that are read by content, with what was read. */
  inputs: InputList,
});
export type ResultPlan = z.infer<typeof ResultPlan>;

/** What stands at a place: nothing, the same result unfinished, or the same result. */
export type Place = "free" | "partial" | "finished";

/** In a dry run's words. */
export const PLACE_TEXT: Record<Place, string> = {
  free: "would be made",
  partial: "goes on from an interrupted run",
  finished: "found: nothing to do",
};

/** In a partial result: its plan. */
const PLAN_FILE = ".plan.json";

/** The folder in which a result is made. */
export function partialOf(out: string): string {
  return `${resolve(out)}.partial`;
}

/**
 * What stands where a result is to go.
 * @param finished - reads the plan of the finished result in `out`
 * @throws UserError when it is another result, finished or interrupted, saying in what it differs
 */
export function placeOf(out: string, plan: ResultPlan, finished: (out: string) => ResultPlan): Place {
  if (existsSync(out)) {
    const found = finished(out);
    if (found.key === plan.key) return "finished";
    throw new UserError(
      `${out} holds another result: ${differenceOf(found, plan)}. Give another --out, or delete ${out}.`,
    );
  }
  const partial = partialOf(out);
  if (!existsSync(partial) || readdirSync(partial).length === 0) return "free";
  const file = join(partial, PLAN_FILE);
  const found = existsSync(file) ? readJson(file, ResultPlan) : undefined;
  if (found?.key === plan.key) return "partial";
  throw new UserError(
    `${out}.partial holds another result, interrupted: ${found ? differenceOf(found, plan) : `it does not say which (no ${PLAN_FILE})`}. ` +
      `To go on with it, give what it was begun with; otherwise give another --out, or delete ${out}.partial.`,
  );
}

/** Makes the partial folder of a free or partial place. @returns its path */
export async function openPartial(out: string, plan: ResultPlan): Promise<string> {
  const partial = partialOf(out);
  mkdirSync(partial, { recursive: true });
  if (!existsSync(join(partial, PLAN_FILE))) await writeJson(join(partial, PLAN_FILE), plan);
  return partial;
}

/** Removes a partial folder in which nothing was made yet. */
export function dropIfEmpty(partial: string): void {
  if (readdirSync(partial).join() === PLAN_FILE) rmSync(partial, { recursive: true });
}

/** The first thing in which two results differ, as a clause: "its --lr is 0.005, here it is 0.01". */
function differenceOf(found: ResultPlan, wanted: ResultPlan): string {
  if (found.stage !== wanted.stage) return `it is of "npx lacuna ${found.stage}", this is "npx lacuna ${wanted.stage}"`;
  if (found.version !== wanted.version) {
    return `it is of version ${found.version} of "npx lacuna ${found.stage}", this Lacuna has version ${wanted.version}`;
  }
  const named = namesOf(found.options, wanted.options).filter((name) => !(name in wanted.inputs));
  const option = optionDifference(found.options, wanted.options, named);
  if (option !== undefined) return option;
  for (const name of namesOf(found.inputs, wanted.inputs)) {
    const [one, other] = [found.inputs[name] ?? [], wanted.inputs[name] ?? []];
    const prints = (list: typeof one) => list.map(({ fingerprint }) => fingerprint).join();
    if (prints(one) === prints(other)) continue;
    const paths = [one, other].map((list) => list.map(({ path }) => path).join(" ") || "left out");
    if (paths[0] !== paths[1]) return sentence(name, paths[0], paths[1]);
    const changed = one.find(({ fingerprint }, at) => fingerprint !== other[at].fingerprint)!;
    return `${changed.path} (${flagOf(name)}) has changed since`;
  }
  return "its inputs differ";
}

/** The first option in which two results differ: "its --lr is 0.005, here it is 0.01"; undefined where they agree. */
export function optionDifference(
  found: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
  names = namesOf(found, wanted),
): string | undefined {
  const name = names.find((each) => canonicalJson([found[each]]) !== canonicalJson([wanted[each]]));
  return name && sentence(name, shown(found[name]), shown(wanted[name]));
}

function namesOf(one: object, other: object): string[] {
  return [...new Set([...Object.keys(other), ...Object.keys(one)])];
}

function sentence(name: string, one: string, other: string): string {
  return `its ${flagOf(name)} is ${one}, here it is ${other}`;
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function shown(value: unknown): string {
  if (value === undefined) return "left out";
  const text = typeof value === "string" ? value : canonicalJson(value);
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}
