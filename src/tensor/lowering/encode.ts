/**
 * @file The finished graph as the bytes of an ONNX model, without what no output needs.
 */
import onnxProto from "onnx-proto";
import { type Attribute, ELEMENT_TYPE, type Node } from "./graph.js";
import type { LoweredProgram, Port } from "./walk.js";

const { onnx } = onnxProto;
const OPSET = 18;
const IR_VERSION = 8;

/** Bytes of the ONNX model; equal programs give equal bytes. */
export function encode({ graph, inputs, outputs }: LoweredProgram): Uint8Array {
  const copies = outputs.map(
    ({ name, value }): Node => ({ operator: "Identity", domain: "", inputs: [value], output: name, attributes: {} }),
  );
  const nodes = live([...graph.nodes, ...copies], new Set(outputs.map(({ name }) => name)));
  const used = new Set(nodes.flatMap((node) => node.inputs));
  const model = {
    irVersion: IR_VERSION,
    opsetImport: [
      { domain: "", version: OPSET },
      { domain: "com.microsoft", version: 1 },
    ],
    graph: {
      name: "program",
      node: nodes.map((node) => ({
        opType: node.operator,
        domain: node.domain,
        input: node.inputs,
        output: [node.output, ...(node.moreOutputs ?? [])],
        name: node.output,
        attribute: Object.entries(node.attributes).map(attributeProto),
      })),
      input: inputs.map(valueInfo),
      output: outputs.map(valueInfo),
      initializer: graph.initializers
        .filter(({ name }) => used.has(name))
        .map(({ name, shape, dtype, bytes }) => ({
          name,
          dims: [...shape],
          dataType: ELEMENT_TYPE[dtype],
          rawData: bytes,
        })),
    },
  };
  return onnx.ModelProto.encode(onnx.ModelProto.create(model)).finish();
}

/** The nodes that the wanted values need, in order. */
function live(nodes: readonly Node[], wanted: Set<string>): Node[] {
  const kept: Node[] = [];
  for (const node of nodes.toReversed()) {
    if (![node.output, ...(node.moreOutputs ?? [])].some((name) => wanted.has(name))) continue;
    kept.push(node);
    for (const input of node.inputs) wanted.add(input);
  }
  return kept.reverse();
}

function attributeProto([name, value]: [string, Attribute]) {
  if (typeof value === "string") return { name, type: 3, s: Buffer.from(value) };
  if (typeof value === "number") return { name, type: 2, i: value };
  if ("float" in value) return { name, type: 1, f: value.float };
  return { name, type: 7, ints: [...value] };
}

function valueInfo({ name, shape, dtype }: Port) {
  const dim = shape.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPE[dtype], shape: { dim } } } };
}
