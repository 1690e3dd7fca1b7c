/** @file Plain words for arms, texts and sizes: the same in the sentence, the statements, the figures and the tables. */

import { parameterLabel } from "./format.js";
import type { ArmFacts, Results } from "./results.js";

type Described = Pick<ArmFacts, "name" | "method" | "labels">;

const FILTERED = {
  none: "no filter",
  document: "documents dropped",
  mask: "loss masked",
  remove: "tokens removed",
} as const satisfies Record<ArmFacts["method"], string>;

/** What a control does with the tokens it picks. */
const DONE = {
  none: "kept",
  document: "documents dropped",
  mask: "masked",
  remove: "removed",
} as const satisfies Record<ArmFacts["method"], string>;

const PICKED = {
  classifier: "the classifier's tokens",
  truth: "true labels",
  random: "random tokens",
  "wrong-topic": "another topic",
} as const satisfies Record<ArmFacts["labels"], string>;

const WHAT_A_METHOD_DOES = {
  none: "trained on all of the text",
  document: "whole documents are left out, at the same share of tokens",
  mask: "the model reads the tokens but is not trained to predict them",
  remove: "the model neither reads the tokens nor is trained to predict them",
} as const satisfies Record<ArmFacts["method"], string>;

const WHAT_A_CONTROL_IS = {
  truth: "control: what a classifier that is always right would pick",
  random: "control: as many tokens, in spans as long, picked at random",
  "wrong-topic": "control: the same filter, aimed at another topic",
} as const satisfies Record<Exclude<ArmFacts["labels"], "classifier">, string>;

/**
 * How each arm is called, by its name. The method of a control is said where two controls differ in nothing else, and
 * the arm's own name where even that leaves two alike.
 */
export function armWords(arms: readonly Described[]): Map<string, string> {
  const short = ({ method, labels }: Described) => (labels === "classifier" ? FILTERED[method] : PICKED[labels]);
  const long = (arm: Described) => (arm.labels === "classifier" ? short(arm) : `${short(arm)}, ${DONE[arm.method]}`);
  const isShared = (words: (arm: Described) => string, arm: Described) =>
    arms.some((other) => other !== arm && words(other) === words(arm));
  return new Map(
    arms.map((arm) => {
      if (!isShared(short, arm)) return [arm.name, short(arm)];
      return [arm.name, isShared(long, arm) ? `${long(arm)} (${arm.name})` : long(arm)];
    }),
  );
}

/** How one arm is called. */
export function armName({ arms }: Pick<Results, "arms">, name: string): string {
  return armWords(arms).get(name) ?? name;
}

/** What an arm is, for someone who reads of it for the first time. */
export function armExplained({ method, labels }: Pick<ArmFacts, "method" | "labels">): string {
  return labels === "classifier" ? WHAT_A_METHOD_DOES[method] : WHAT_A_CONTROL_IS[labels];
}

/** The text of a measure: "medical text", "all text to keep". */
export function textName({ measures }: Pick<Results, "measures">, name: string): string {
  const measure = measures.find((candidate) => candidate.name === name);
  if (!measure || measure.domains.length === 1) return `${name} text`;
  return measure.role === "forget" ? "all text to forget" : "all text to keep";
}

/** "0.12 M": the size of a model is its parameters, everywhere. */
export function sizeLabel({ sizes }: Pick<Results, "sizes">, name: string): string {
  return parameterLabel(sizes.find((size) => size.name === name)!.parameters);
}
