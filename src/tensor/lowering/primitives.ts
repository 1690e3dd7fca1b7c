/**
 * @file One rule for each jax-js primitive: from views of its operands to a view of its result.
 */
import type { DType, Shape } from "../tensor.js";
import { add, mul, reciprocal, scale } from "./arithmetic.js";
import { concatenate, flip, pad, shrink } from "./cutting.js";
import { dot } from "./dot.js";
import { elementwise, unary } from "./elementwise.js";
import { reshaped } from "./force.js";
import { ELEMENT_TYPE, type Graph } from "./graph.js";
import { type GatherParams, gather, type ScatterParams, scatter } from "./indexing.js";
import { reduce } from "./reduce.js";
import { broadcastView, shapeOf, splatValue, splatView, transposeView, type View } from "./view.js";

type Pairs = [number, number][];

export interface Application {
  graph: Graph;
  operands: View[];
  params: Record<string, unknown>;
  shape: Shape;
  dtype: DType;
  /** whether the result is read in one place only */
  isUsedOnce: boolean;
}

type Rule = (application: Application) => View;

const node =
  (operator: string, options: { commutative?: boolean; attributes?: Record<string, number> } = {}): Rule =>
  ({ graph, operands, shape, dtype }) =>
    elementwise(graph, operator, operands, shape, dtype, options);
const function1 =
  (operator: string): Rule =>
  ({ graph, operands }) =>
    unary(graph, operator, operands[0]);

/** The operands in one type: a number takes the type it is used with, and so do mixed tensors. */
function conform(graph: Graph, views: readonly View[], dtype: DType): View[] {
  return views.map((v) => {
    if (v.dtype === dtype) return v;
    const value = splatValue(v);
    if (value !== undefined) return splatView(dtype === "int32" ? Math.trunc(value) : Number(value), shapeOf(v), dtype);
    return unary(graph, "Cast", v, dtype, { to: ELEMENT_TYPE[dtype] });
  });
}

/** A rule for operands that have the type of the result. */
const uniform =
  (rule: Rule): Rule =>
  (application) =>
    rule({ ...application, operands: conform(application.graph, application.operands, application.dtype) });

const COMPARISONS: Record<string, string> = {
  less: "Less",
  less_equal: "LessOrEqual",
  equal: "Equal",
  not_equal: "Equal",
};

const RULES: Record<string, Rule> = {
  stop_gradient: ({ operands }) => operands[0],
  add: uniform(({ graph, operands: [a, b], shape, dtype }) => add(graph, a, b, shape, dtype)),
  mul: uniform(({ graph, operands: [a, b], shape, dtype }) => mul(graph, a, b, shape, dtype)),
  neg: ({ operands }) => scale(operands[0], -1),
  reciprocal: ({ graph, operands }) => reciprocal(graph, operands[0]),
  idiv: uniform(node("Div")),
  mod: uniform(node("Mod", { attributes: { fmod: 1 } })),
  max: uniform((application) => {
    const { graph, operands, dtype } = application;
    const other = operands.findIndex((v) => splatValue(v) === 0);
    if (other >= 0 && dtype === "float32" && splatValue(operands[1 - other]) === undefined) {
      return elementwise(graph, "Relu", [operands[1 - other]], application.shape, dtype);
    }
    return node("Max", { commutative: true })(application);
  }),
  min: uniform(node("Min", { commutative: true })),
  sqrt: function1("Sqrt"),
  exp: function1("Exp"),
  log: function1("Log"),
  sin: function1("Sin"),
  cos: function1("Cos"),
  asin: function1("Asin"),
  atan: function1("Atan"),
  erf: function1("Erf"),
  floor: function1("Floor"),
  ceil: function1("Ceil"),
  cast: ({ graph, operands, dtype }) =>
    operands[0].dtype === dtype ? operands[0] : unary(graph, "Cast", operands[0], dtype, { to: ELEMENT_TYPE[dtype] }),
  compare: ({ graph, operands, params, shape }) => {
    const operator = COMPARISONS[params.op as string];
    if (operator === undefined) throw new Error(`Cannot compile the comparison "${params.op}"`);
    const [a, b] = operands;
    const common = splatValue(a) === undefined && a.dtype !== "bool" ? a.dtype : b.dtype;
    const result = elementwise(graph, operator, conform(graph, operands, common), shape, "bool");
    return params.op === "not_equal" ? unary(graph, "Not", result) : result;
  },
  where: (application) => {
    const { graph, operands, dtype } = application;
    const [condition, ...choices] = operands;
    return node("Where")({ ...application, operands: [condition, ...conform(graph, choices, dtype)] });
  },
  reduce: ({ graph, operands, params }) => reduce(graph, params.op as string, operands[0], params.axis as number[]),
  dot: uniform(({ graph, operands: [a, b], shape }) => dot(graph, a, b, shape)),
  reshape: ({ graph, operands: [x], shape }) => reshaped(graph, x, shape),
  transpose: ({ operands, params }) => transposeView(operands[0], params.perm as number[]),
  broadcast: ({ operands, params, shape }) => broadcastView(operands[0], shape, params.axis as number[]),
  gather: ({ graph, operands: [x, ...indices], params, shape }) =>
    gather(graph, x, indices, params as unknown as GatherParams, shape),
  scatter: ({ graph, operands: [updates, ...indices], params, isUsedOnce }) =>
    scatter(graph, updates, indices, params as unknown as ScatterParams, isUsedOnce),
  concatenate: ({ graph, operands, params, shape, dtype }) =>
    concatenate(graph, operands, params.axis as number, shape, dtype),
  shrink: ({ graph, operands, params, shape }) => shrink(graph, operands[0], params.slice as Pairs, shape),
  flip: ({ graph, operands, params, shape }) => flip(graph, operands[0], params.axis as number[], shape),
  pad: ({ graph, operands, params, shape }) => pad(graph, operands[0], params.width as Pairs, shape),
};

/** Applies the rule of a primitive; fails by name if there is none. */
export function applyPrimitive(primitive: string, application: Application): View {
  const rule = RULES[primitive];
  if (rule === undefined) throw new Error(`Cannot compile the primitive "${primitive}": there is no ONNX rule for it`);
  return rule(application);
}
