/**
 * @file From a traced program (jaxpr) to an ONNX graph: one walk over its equations, carrying views.
 */
import type { ClosedJaxpr, Jaxpr } from "@jax-js/jax";
import type { JaxArray } from "../arrays.js";
import type { DType, Shape } from "../tensor.js";
import { constantView } from "./constants.js";
import { shrink } from "./cutting.js";
import { materialize } from "./force.js";
import { Graph } from "./graph.js";
import { findSoftmaxes } from "./patterns.js";
import { applyPrimitive } from "./primitives.js";
import { rowSoftmax } from "./reduce.js";
import { splatView, type View, valueView } from "./view.js";

export interface Port {
  name: string;
  shape: Shape;
  dtype: DType;
}

export interface LoweredProgram {
  graph: Graph;
  inputs: Port[];
  outputs: (Port & { value: string })[];
}

type Operand = Jaxpr["outs"][number];
type Variable = Jaxpr["inBinders"][number];
type Equation = Jaxpr["eqns"][number];

const isVariable = (operand: Operand): operand is Variable => "id" in operand;
const portOf = (name: string, { aval }: Operand): Port => ({ name, shape: aval.shape, dtype: supported(aval.dtype) });

function supported(dtype: string): DType {
  if (dtype === "float32" || dtype === "int32" || dtype === "bool") return dtype;
  throw new Error(`Cannot compile values of type ${dtype}; use float32, int32 or bool`);
}

/** Lowers a traced program; inputs are named i0, i1, ..., outputs o0, o1, ... */
export function lower(program: ClosedJaxpr): LoweredProgram {
  const jaxpr = program.jaxpr.flatten().simplify();
  const graph = new Graph();
  const views = new Map<Operand, View>();
  const constants = jaxpr.inBinders.slice(0, program.consts.length);
  const uses = countUses(jaxpr);
  constants.forEach((binder, index) => {
    const array = program.consts[index] as JaxArray;
    if (uses.has(binder)) views.set(binder, constantView(graph, array, portOf("", binder)));
    else array.dispose();
  });
  const inputs = jaxpr.inBinders.slice(constants.length).map((binder, index) => portOf(`i${index}`, binder));
  jaxpr.inBinders.slice(constants.length).forEach((binder, index) => {
    const { name, shape, dtype } = inputs[index];
    views.set(binder, valueView(graph.input(name, shape, dtype), shape, dtype));
  });
  const read = (operand: Operand): View => {
    if (!isVariable(operand)) return splatView(operand.value, [], supported(operand.aval.dtype));
    const view = views.get(operand);
    if (view === undefined) throw new Error("The traced program reads a value before it is made");
    return view;
  };
  const softmaxes = findSoftmaxes(jaxpr);
  for (const equation of jaxpr.eqns) {
    const scores = softmaxes.get(equation.outBinders[0]);
    const results = scores
      ? [rowSoftmax(graph, read(scores))]
      : applyEquation(graph, equation, equation.inputs.map(read), uses);
    equation.outBinders.forEach((binder, index) => {
      views.set(binder, results[index]);
    });
  }
  const outputs = jaxpr.outs.map((operand, index) => ({
    ...portOf(`o${index}`, operand),
    value: materialize(graph, read(operand)),
  }));
  return { graph, inputs, outputs };
}

function countUses(jaxpr: Jaxpr): Map<Operand, number> {
  const uses = new Map<Operand, number>();
  for (const operand of [...jaxpr.eqns.flatMap((equation) => equation.inputs), ...jaxpr.outs]) {
    uses.set(operand, (uses.get(operand) ?? 0) + 1);
  }
  return uses;
}

function applyEquation(graph: Graph, equation: Equation, operands: View[], uses: Map<Operand, number>): View[] {
  const [out] = equation.outBinders;
  if (equation.primitive === "split") return split(graph, equation, operands[0]);
  if (equation.outBinders.length !== 1) {
    throw new Error(`Cannot compile the primitive "${equation.primitive}": there is no ONNX rule for it`);
  }
  const { shape, dtype } = portOf("", out);
  const isUsedOnce = uses.get(out) === 1;
  return [
    applyPrimitive(equation.primitive, {
      graph,
      operands,
      params: equation.params,
      shape,
      dtype,
      isUsedOnce,
    }),
  ];
}

function split(graph: Graph, equation: Equation, operand: View): View[] {
  const { axis, sizes } = equation.params as { axis: number; sizes: number[] };
  let start = 0;
  return equation.outBinders.map(({ aval }, index) => {
    const end = start + sizes[index];
    const box = aval.shape.map((size, at): [number, number] => (at === axis ? [start, end] : [0, size]));
    start = end;
    return shrink(graph, operand, box, aval.shape);
  });
}
