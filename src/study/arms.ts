/**
 * @file Arms: what is trained and compared, as data.
 *
 * An arm is one policy of an experiment: a method, whose scores it goes by, how its threshold is found, when filtering
 * begins, and at which sizes over how many seeds it is trained. The paper's four arms are a preset. A **control** goes
 * by other scores than the classifier's and tells what a number means: what a perfect filter would do (truth), what any
 * filter of that share and shape does (random), and what the same machinery does when aimed elsewhere (wrong-topic).
 */
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { readJson } from "../base/files.js";
import { METHODS } from "../filter/index.js";

export const ARM_LABELS = ["classifier", "truth", "random", "wrong-topic"] as const;

export const Arm = z
  .object({
    name: z.string().regex(/^[a-z][a-z0-9-]*$/, "lower-case letters, digits and hyphens"),
    method: z.enum(METHODS).describe("none, document, mask or remove"),
    labels: z
      .enum(ARM_LABELS)
      .default("classifier")
      .describe(
        "whose scores decide: the classifier's; or, as a control, the truth, spans drawn at random, another topic",
      ),
    share: z.number().gt(0).lt(1).optional().describe("share of the training tokens that is taken"),
    threshold: z.number().min(0).max(1).optional().describe("scores at or above it are forget"),
    rule: z
      .enum(["f1", "prevalence"])
      .optional()
      .describe("f1: best F1 on validation labels; prevalence: the labels' own share"),
    start: z.number().min(0).max(1).default(0).describe("share of training before filtering begins (paper B.5)"),
    budget: z
      .enum(["raw", "effective"])
      .default("raw")
      .describe("what the training budget counts: tokens read, or targets"),
    runs: z
      .record(z.string(), z.int().positive())
      .optional()
      .describe('seeds by size, e.g. {"24x2": 2}; default: the study\'s number of seeds at every size'),
  })
  .refine(
    ({ method, share, threshold, rule }) =>
      [share, threshold, rule].filter((given) => given !== undefined).length === (method === "none" ? 0 : 1),
    { message: "an arm that filters has exactly one of share, threshold, rule; one that does not has none" },
  )
  .refine(({ labels, rule }) => labels === "classifier" || rule !== "f1", {
    message: "a control has no F1 to be best at: give it the share of the arm it stands beside",
  });
export type Arm = z.infer<typeof Arm>;

export const isControl = ({ labels }: Pick<Arm, "labels">) => labels !== "classifier";

const arm = (name: string, method: Arm["method"], more: Partial<Arm> = {}): Arm =>
  Arm.parse({ name, method, ...(method === "none" ? {} : { rule: "prevalence" }), ...more });

/** The paper's four arms, at the share of the labels. */
export const PAPER_ARMS: readonly Arm[] = [
  arm("baseline", "none"),
  arm("document", "document"),
  arm("mask", "mask"),
  arm("remove", "remove"),
];

/** Each with the same method and share as the arm it is beside. */
export const CONTROL_ARMS: readonly Arm[] = [
  arm("truth-mask", "mask", { labels: "truth" }),
  arm("random-mask", "mask", { labels: "random" }),
  arm("wrong-topic-mask", "mask", { labels: "wrong-topic" }),
  arm("wrong-topic-remove", "remove", { labels: "wrong-topic" }),
];

/** A preset with the seeds of each size; arms that are not named are left out. */
export function armsAt(runs: Record<string, Record<string, number>>): Arm[] {
  return [...PAPER_ARMS, ...CONTROL_ARMS].flatMap((one) => (runs[one.name] ? [{ ...one, runs: runs[one.name] }] : []));
}

/** Reads arms from a JSON file: a list. @throws UserError naming the file and what is wrong */
export function readArms(path: string): Arm[] {
  const arms = readJson(path, z.array(Arm).min(1));
  const names = arms.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new UserError(`${path} has two arms called "${twice}". Give each a name of its own.`);
  if (arms.filter(({ method }) => method === "none").length !== 1)
    throw new UserError(`${path} needs exactly one arm with method "none": what the others are compared with.`);
  return arms;
}
