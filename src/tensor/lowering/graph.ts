/**
 * @file The ONNX graph while it is being written: nodes, constants, and what is known of each value.
 *
 * `emit` remembers what it emitted, so equal expressions are computed once. Values have names; their shapes and types
 * are known at every moment, which is what lets the rest of the lowering work on names alone.
 */
import type { DType, Shape } from "../tensor.js";
import { sameList } from "./lists.js";

/** A node's attribute: a string, an integer list, a float (marked) or an integer. */
export type Attribute = string | number | readonly number[] | { float: number };
export type ValueType = DType | "int64" | "uint8" | "int8";

export interface Node {
  operator: string;
  domain: string;
  inputs: string[];
  output: string;
  /** Names of further results, in order; "" for one that is not wanted. */
  moreOutputs?: string[];
  attributes: Record<string, Attribute>;
}

export interface Initializer {
  name: string;
  shape: Shape;
  dtype: ValueType;
  bytes: Uint8Array;
}

interface Emission {
  attributes?: Record<string, Attribute>;
  domain?: string;
  /** whether the order of the inputs does not matter, so that equal sums are found equal */
  commutative?: boolean;
}

/** Operators that only the native runtime knows. */
export const MICROSOFT = "com.microsoft";

export class Graph {
  readonly nodes: Node[] = [];
  readonly initializers: Initializer[] = [];
  readonly #shapes = new Map<string, Shape>();
  readonly #dtypes = new Map<string, ValueType>();
  readonly #emitted = new Map<string, string>();
  readonly #constants = new Map<string, string>();
  /** result of a Reshape -> what it reshapes, so that chains of them collapse */
  readonly #reshaped = new Map<string, string>();
  #count = 0;

  shape(name: string): Shape {
    return this.#known(this.#shapes, name);
  }

  dtype(name: string): ValueType {
    return this.#known(this.#dtypes, name);
  }

  /** Declares a value that nodes do not make: an input of the graph. */
  input(name: string, shape: Shape, dtype: ValueType): string {
    this.#shapes.set(name, shape);
    this.#dtypes.set(name, dtype);
    return name;
  }

  /** Adds a node, unless the same one was added before; returns the name of its result. */
  emit(operator: string, inputs: string[], shape: Shape, dtype: ValueType, emission: Emission = {}): string {
    const { attributes = {}, domain = operator === "FusedMatMul" ? MICROSOFT : "", commutative = false } = emission;
    const key = JSON.stringify([operator, domain, commutative ? [...inputs].sort() : inputs, attributes]);
    const known = this.#emitted.get(key);
    if (known !== undefined) return known;
    const output = this.input(`t${this.#count++}`, shape, dtype);
    this.nodes.push({ operator, domain, inputs, output, attributes });
    this.#emitted.set(key, output);
    return output;
  }

  /** Adds a node with several results, all of one type; undefined stands for one that is not wanted. */
  emitMany(
    operator: string,
    inputs: string[],
    shapes: readonly (Shape | undefined)[],
    dtype: ValueType,
    { attributes = {}, domain = "" }: Emission = {},
  ): string[] {
    const names = shapes.map((shape) => (shape ? this.input(`t${this.#count++}`, shape, dtype) : ""));
    const [output, ...moreOutputs] = names;
    this.nodes.push({ operator, domain, inputs, output, moreOutputs, attributes });
    return names;
  }

  /** A constant too big to be worth comparing with others. The bytes are not copied. */
  weights(data: Float32Array | Int8Array, shape: Shape): string {
    const dtype = data instanceof Int8Array ? "int8" : "float32";
    const name = this.input(`w${this.#count++}`, shape, dtype);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.initializers.push({ name, shape, dtype, bytes });
    return name;
  }

  /** A constant tensor; equal constants are stored once. */
  constant(data: Float32Array | Int32Array | BigInt64Array | Uint8Array, shape: Shape, dtype: ValueType): string {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
    const key = `${dtype}[${shape}]${Buffer.from(bytes).toString("latin1")}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.input(`c${this.#count++}`, shape, dtype);
    this.initializers.push({ name, shape, dtype, bytes });
    this.#constants.set(key, name);
    return name;
  }

  /** A list of integers, as ONNX wants shapes and axes. */
  integers(values: readonly number[]): string {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length], "int64");
  }

  scalar(value: number, dtype: ValueType): string {
    if (dtype === "float32") return this.constant(Float32Array.of(value), [], dtype);
    if (dtype === "bool") return this.constant(Uint8Array.of(value ? 1 : 0), [], dtype);
    if (dtype === "int64") return this.constant(BigInt64Array.of(BigInt(value)), [], dtype);
    return this.constant(Int32Array.of(value), [], dtype);
  }

  /** The same values in another shape; no node if the shape is the same, one node for a chain of reshapes. */
  reshape(name: string, shape: Shape): string {
    if (sameList(this.shape(name), shape)) return name;
    const origin = this.#reshaped.get(name) ?? name;
    if (sameList(this.shape(origin), shape)) return origin;
    const output = this.emit("Reshape", [origin, this.integers(shape)], shape, this.dtype(name));
    this.#reshaped.set(output, origin);
    return output;
  }

  /** Converts the element type; no node if it is the same. */
  cast(name: string, dtype: ValueType): string {
    if (this.dtype(name) === dtype) return name;
    return this.emit("Cast", [name], this.shape(name), dtype, { attributes: { to: ELEMENT_TYPE[dtype] } });
  }

  #known<T>(table: Map<string, T>, name: string): T {
    const value = table.get(name);
    if (value === undefined) throw new Error(`The graph has no value named ${name}`);
    return value;
  }
}

/** ONNX numbers of element types. */
export const ELEMENT_TYPE: Record<ValueType, number> = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 };
