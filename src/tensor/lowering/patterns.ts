/**
 * @file Recognising softmax in a traced program: e / sum(e) with e = exp(x - max(x)), over the last axis.
 *
 * The native kernel makes one pass over each row instead of four passes over the whole.
 */
import type { Jaxpr } from "@jax-js/jax";

type Equation = Jaxpr["eqns"][number];
type Operand = Jaxpr["outs"][number];

/** For each value that is a softmax, what it is the softmax of. */
export function findSoftmaxes(jaxpr: Jaxpr): Map<Operand, Operand> {
  const makers = new Map<Operand, Equation>(jaxpr.eqns.map((equation) => [equation.outBinders[0], equation]));
  const maker = (operand: Operand, primitive: string) => {
    const equation = makers.get(operand);
    return equation?.primitive === primitive ? equation : undefined;
  };
  /** Through operations that change the form of a value, not its numbers. */
  const origin = (operand: Operand): Operand => {
    const equation = makers.get(operand);
    const isTransparent = equation && ["reshape", "broadcast", "stop_gradient"].includes(equation.primitive);
    return isTransparent ? origin(equation.inputs[0]) : operand;
  };
  /** The operand that is reduced over its last axis alone. */
  const reducedRow = (operand: Operand, operation: string): Operand | undefined => {
    const equation = maker(origin(operand), "reduce");
    if (equation?.params.op !== operation) return undefined;
    const [input] = equation.inputs;
    const axes = equation.params.axis as number[];
    return axes.length === 1 && axes[0] === input.aval.shape.length - 1 ? input : undefined;
  };
  const softmaxOf = (powers: Operand, scale: Operand): Operand | undefined => {
    const total = maker(origin(scale), "reciprocal")?.inputs[0];
    if (total === undefined || reducedRow(total, "Add") !== powers) return undefined;
    const shifted = maker(powers, "exp")?.inputs[0];
    const sum = shifted && maker(shifted, "add");
    const top = sum && maker(sum.inputs[1], "neg")?.inputs[0];
    if (sum === undefined || top === undefined) return undefined;
    const highest = reducedRow(top, "Max");
    return highest !== undefined && origin(highest) === origin(sum.inputs[0]) ? sum.inputs[0] : undefined;
  };
  const found = new Map<Operand, Operand>();
  for (const { primitive, inputs, outBinders } of jaxpr.eqns) {
    if (primitive !== "mul") continue;
    const scores = softmaxOf(inputs[0], inputs[1]) ?? softmaxOf(inputs[1], inputs[0]);
    if (scores !== undefined) found.set(outBinders[0], scores);
  }
  return found;
}
