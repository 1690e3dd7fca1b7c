/** @file Small pieces the architectures share: linear layers, norms, activations. Each as transformers defines it. */
import { erf } from "../tensor/erf.js";
import {
  add,
  matmul,
  mean,
  mul,
  reciprocal,
  rmsNorm,
  sigmoid,
  sqrt,
  square,
  sub,
  type Tensor,
} from "../tensor/index.js";

/** x W^T + b with W [out, in], as PyTorch stores it; x [..., in] -> [..., out]. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const product = matmul(x, weight, { transposeB: true });
  return bias ? add(product, bias) : product;
}

/** LayerNorm over the last axis, with gain and bias of its size. */
export function layerNorm(x: Tensor, gain: Tensor, bias: Tensor, epsilon: number): Tensor {
  const centred = sub(x, mean(x, -1, { keepDims: true }));
  const scale = reciprocal(sqrt(add(mean(square(centred), -1, { keepDims: true }), epsilon)));
  return add(mul(mul(centred, scale), gain), bias);
}

/** RMSNorm whose gain is stored less one, as Gemma has it. */
export function rmsNormPlusOne(x: Tensor, gain: Tensor, epsilon: number): Tensor {
  return rmsNorm(x, add(gain, 1), epsilon);
}

/** 2 / (1 + exp(-2 x)) - 1: within 1e-7 of tanh everywhere. */
export function tanh(x: Tensor): Tensor {
  return sub(mul(sigmoid(mul(x, 2)), 2), 1);
}

/** x Phi(x), exactly. */
export function gelu(x: Tensor): Tensor {
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
}

/**
 * The tanh approximation of GELU, "gelu_new" and "gelu_pytorch_tanh": x (1 + tanh(u)) / 2 with
 * u = sqrt(2 / pi) (x + 0.044715 x^3), which is x sigmoid(2 u).
 */
export function geluTanh(x: Tensor): Tensor {
  const cubed = mul(mul(square(x), x), 0.044715);
  return mul(x, sigmoid(mul(add(x, cubed), 2 * Math.sqrt(2 / Math.PI))));
}

/** x sigmoid(x). */
export function silu(x: Tensor): Tensor {
  return mul(x, sigmoid(x));
}

/** By the names of config.json. */
export const ACTIVATIONS = {
  gelu,
  gelu_new: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  gelu_fast: geluTanh,
  silu,
  swish: silu,
} as const;
export type ActivationName = keyof typeof ACTIVATIONS;
export const ACTIVATION_NAMES = Object.keys(ACTIVATIONS) as [ActivationName, ...ActivationName[]];
