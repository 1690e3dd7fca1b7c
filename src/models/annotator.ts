/**
 * @file A hooked model in the form the label room trains and reads autoencoders with: one layer at a time, counted as
 * blocks before the state.
 */
import { hookOfHiddenState } from "./hooks.js";
import type { HookedModel } from "./reader.js";

/** What `trainSae` and `measureSae` of label/ take as their annotator. */
export function asAnnotator(model: HookedModel) {
  return {
    width: model.width,
    layers: model.readable,
    /** Reads documents in order; `layer` blocks are run before the state. */
    async *read(documents: readonly Uint32Array[], layer: number) {
      for await (const { document, states } of model.read(documents, [hookOfHiddenState(layer, model.layers)]))
        yield { document, states: states[0] };
    },
    release: () => model.release(),
  };
}
