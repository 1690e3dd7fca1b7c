/**
 * @file What is timed: Lacuna's trainer, jax-js with the same step, and the native MatMul that bounds both.
 *
 * A runner is made, stepped once or more, and closed; `step` returns when the work is done. PyTorch is in torch.ts.
 */
import { random } from "../base/random.js";
import {
  adamW,
  compileTrainer,
  gptLoss,
  hyperparameters,
  initialState,
  parameterRules,
  type TracedParameters,
} from "../nn/index.js";
import { compile, loopWithJax, matmul, reshape, spec, type Tensor, valueAndGrad } from "../tensor/index.js";
import type { BenchSize } from "./sizes.js";

export interface Runner {
  name: string;
  /** Does one unit of work; returns seconds when it timed itself. */
  step(): Promise<number | undefined>;
  close(): Promise<void>;
}

const LEARNING_RATE = 1e-3;

/** Synthetic tokens and targets: what they are does not change the time of a step. */
function syntheticBatch({ config, batch }: BenchSize) {
  const source = random(1, "bench");
  const length = batch * config.context;
  const ids = () => Int32Array.from({ length }, () => source.integer(config.vocabulary));
  return { tokens: ids(), targets: ids(), lossMask: new Uint8Array(length).fill(1) };
}

/** The training step that `npx lacuna pretrain` runs. */
export async function lacunaRunner(size: BenchSize, threads: number): Promise<Runner> {
  const trainer = await compileTrainer(size.config, { batch: size.batch, threads });
  trainer.load(initialState(size.config, 1));
  const batch = syntheticBatch(size);
  let update = 0;
  return {
    name: "lacuna",
    async step() {
      await trainer.step(batch, ++update, LEARNING_RATE);
      return undefined;
    },
    close: () => trainer.release(),
  };
}

/** The same loss, gradient and update, run by jax-js' WebAssembly backend. */
export async function jaxRunner(size: BenchSize): Promise<Runner> {
  const { config, batch } = size;
  const rules = parameterRules(config);
  const specs = () => Object.fromEntries(Object.entries(rules).map(([name, { shape }]) => [name, spec(shape)]));
  const ids = spec([batch, config.context], "int32");
  const scalar = spec([]);
  type State = Record<"parameters" | "first" | "second", TracedParameters>;
  type Batch = Record<"tokens" | "targets" | "mask", Tensor> & {
    hyper: Record<"stepSize" | "epsilon" | "decay", Tensor>;
  };
  const step = (state: State, { tokens, targets, mask, hyper }: Batch) => {
    const differentiate = valueAndGrad((parameters: TracedParameters) =>
      gptLoss(config, parameters, tokens, targets, mask),
    );
    const [loss, gradients] = differentiate(state.parameters);
    return { state: adamW(state, gradients, hyper, rules).state, metrics: { loss: reshape(loss, []) } };
  };
  const loop = await loopWithJax(step, {
    state: { parameters: specs(), first: specs(), second: specs() },
    batch: {
      tokens: ids,
      targets: ids,
      mask: spec([batch, config.context]),
      hyper: { stepSize: scalar, epsilon: scalar, decay: scalar },
    },
  });
  loop.load(initialState(config, 1));
  const { tokens, targets, lossMask } = syntheticBatch(size);
  let update = 0;
  return {
    name: "jax-js wasm",
    async step() {
      await loop.run({
        tokens,
        targets,
        mask: Float32Array.from(lossMask),
        hyper: hyperparameters(++update, LEARNING_RATE),
      });
      return undefined;
    },
    close: () => loop.release(),
  };
}

/** Side of the square matrices whose product is the measure of the machine. */
const MATMUL_SIDE = 1024;
export const MATMUL_FLOPS = 2 * MATMUL_SIDE ** 3;

/** One 1024 x 1024 x 1024 product by the native kernel, into a result that is allocated once. */
export async function matmulRunner(threads: number): Promise<Runner> {
  const square = spec([MATMUL_SIDE, MATMUL_SIDE]);
  const program = await compile((a: Tensor, b: Tensor) => matmul(a, b), [square, square], { threads });
  const source = random(1, "bench matmul");
  const matrix = () => Float32Array.from({ length: MATMUL_SIDE ** 2 }, () => source.normal());
  const [a, b] = [matrix(), matrix()];
  const result = new Float32Array(MATMUL_SIDE ** 2);
  return {
    name: "matmul",
    async step() {
      await program.runInto(result, a, b);
      return undefined;
    },
    close: () => program.release(),
  };
}
