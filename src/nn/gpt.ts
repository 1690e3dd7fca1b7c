/**
 * @file The language model: a decoder-only transformer with rotary positions, pre-RMSNorm, squared ReLU and tied
 * embeddings (paper A.1), parametrised by muP (paper A.2). With `bidirectional` it is the same network as an encoder:
 * nothing but which positions see each other changes (paper 5.2: the masked-LM baseline).
 *
 * The muP multiplier 1/m on the logits is part of the model: training, evaluation and sampling all see it, because all
 * of them call the functions below. Everything here is traced: no device, no optimiser, no data.
 */
import {
  add,
  attend,
  crossEntropy,
  matmul,
  mul,
  reshape,
  rmsNorm,
  squaredRelu,
  type Tensor,
  take,
  tokenLosses,
  transpose,
} from "../tensor/index.js";
import { blockNames, EMBEDDING, FINAL_NORM, type GptConfig, widthMultiplier } from "./config.js";
import { type Rope, rope, rotate } from "./rope.js";

/** Parameters by name, while tracing. */
export type TracedParameters = Record<string, Tensor>;
type BlockWeights = Record<keyof ReturnType<typeof blockNames>, Tensor>;

/** [batch, time, width] -> [batch, heads, time, width / heads]. */
function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch, time, width] = x.shape;
  return transpose(reshape(x, [batch, time, heads, width / heads]), [0, 2, 1, 3]);
}

/** What a block's queries see, given its queries, keys and values: all [batch, heads, time, size]. */
export type Attend = (query: Tensor, key: Tensor, value: Tensor) => Tensor;

/** Factor on query-key products: 1 / headSize (muP), not its square root. */
export const attentionScale = ({ heads, width }: GptConfig) => heads / width;

/** Self-attention. x: [batch, time, width] -> same shape. */
function attention(x: Tensor, w: BlockWeights, positions: Rope, heads: number, attendTo: Attend): Tensor {
  const query = rotate(splitHeads(matmul(x, w.query), heads), positions);
  const key = rotate(splitHeads(matmul(x, w.key), heads), positions);
  const value = splitHeads(matmul(x, w.value), heads);
  return matmul(reshape(transpose(attendTo(query, key, value), [0, 2, 1, 3]), x.shape), w.attentionOut);
}

/** Two layers, four times as wide in between, with squared ReLU. */
function mlp(x: Tensor, w: BlockWeights): Tensor {
  return matmul(squaredRelu(matmul(x, w.mlpIn)), w.mlpOut);
}

/** One pre-norm transformer block, the `layer`-th. x: [batch, time, width] -> same shape. */
export function block(
  { heads }: GptConfig,
  parameters: TracedParameters,
  layer: number,
  x: Tensor,
  positions: Rope,
  attendTo: Attend,
): Tensor {
  const names = Object.entries(blockNames(layer));
  const w = Object.fromEntries(names.map(([role, name]) => [role, parameters[name]])) as BlockWeights;
  const attended = add(x, attention(rmsNorm(x, w.attentionNorm), w, positions, heads, attendTo));
  return add(attended, mlp(rmsNorm(attended, w.mlpNorm), w));
}

/** Each position sees itself and those before it. */
export function causalAttend(config: GptConfig): Attend {
  return (query, key, value) => attend(query, key, value, { scale: attentionScale(config), causal: true });
}

/** Each position sees all that are text. isText: float32 [batch, time]; all are, if left out. */
function fullAttend(config: GptConfig, isText?: Tensor): Attend {
  const scale = attentionScale(config);
  return (query, key, value) => attend(query, key, value, { scale, causal: false, isKey: isText });
}

/**
 * The residual stream: the embedding, then the output of each block, without the final norm.
 *
 * @param tokens - int32 [batch, time]
 * @param lastLayer - stop after this many blocks (0 = the embedding alone): later blocks are not traced, so not run
 * @param isText - float32 [batch, time]: 1 for text, 0 for what only fills a window up. An encoder needs it where windows are
 * filled up; in a causal model nothing sees what comes after it
 * @returns lastLayer + 1 tensors [batch, time, width]
 */
export function residualStream(
  config: GptConfig,
  parameters: TracedParameters,
  tokens: Tensor,
  lastLayer: number = config.layers,
  isText?: Tensor,
): Tensor[] {
  const positions = rope(tokens.shape[1], config.width / config.heads, config.ropeBase);
  const attendTo = config.bidirectional ? fullAttend(config, isText) : causalAttend(config);
  const stream = [take(parameters[EMBEDDING], tokens)];
  for (let layer = 0; layer < lastLayer; layer++)
    stream.push(block(config, parameters, layer, stream[layer], positions, attendTo));
  return stream;
}

/** What the output matrix reads: the final norm of the last state, one row per token, [batch * time, width]. */
export function outputStates(config: GptConfig, parameters: TracedParameters, tokens: Tensor): Tensor {
  const last = residualStream(config, parameters, tokens)[config.layers];
  return reshape(rmsNorm(last, parameters[FINAL_NORM]), [tokens.shape[0] * tokens.shape[1], config.width]);
}

/** Logits of normed states [rows, width], muP multiplier included, [rows, vocabulary]. */
export function stateLogits(config: GptConfig, parameters: TracedParameters, states: Tensor): Tensor {
  return mul(matmul(states, parameters[EMBEDDING], { transposeB: true }), 1 / widthMultiplier(config));
}

/** Logits of the next token, [batch * time, vocabulary]. */
export function gptLogits(config: GptConfig, parameters: TracedParameters, tokens: Tensor): Tensor {
  return stateLogits(config, parameters, outputStates(config, parameters, tokens));
}

/** Negative log-likelihood of each target in nats, [batch * time]. */
export function gptTokenLosses(
  config: GptConfig,
  parameters: TracedParameters,
  tokens: Tensor,
  targets: Tensor,
): Tensor {
  const states = outputStates(config, parameters, tokens);
  const flat = reshape(targets, [states.shape[0]]);
  return tokenLosses(states, parameters[EMBEDDING], flat, 1 / widthMultiplier(config));
}

/**
 * Mean negative log-likelihood over the targets that count, in nats per token.
 *
 * @param targets - int32 [batch, time]: targets[b, t] is the token after tokens[b, t]
 * @param lossMask - float32 [batch, time]: 1 where the target counts, 0 where it does not
 * @returns a scalar: the mean over the targets of this whole batch, not a mean of means
 */
export function gptLoss(
  config: GptConfig,
  parameters: TracedParameters,
  tokens: Tensor,
  targets: Tensor,
  lossMask: Tensor,
): Tensor {
  const states = outputStates(config, parameters, tokens);
  const [flatTargets, weights] = [targets, lossMask].map((x) => reshape(x, [states.shape[0]]));
  return crossEntropy(states, parameters[EMBEDDING], flatTargets, weights, 1 / widthMultiplier(config));
}
