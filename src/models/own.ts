/**
 * @file Models Lacuna trained, as hooked models: what reads other people's models reads ours too.
 *
 * Layer k of nn/states.ts is the stream before block k; only the residual hooks exist.
 */
import { UserError } from "../base/errors.js";
import { openStates } from "../nn/index.js";
import { hookName, requireHook, streamIndex } from "./hooks.js";
import type { HookedModel, OpenModelOptions } from "./reader.js";

/** Opens one of our model directories. @throws UserError when it is missing, corrupt or inconsistent */
export async function openOwnModel(directory: string, { threads = 1 }: OpenModelOptions = {}): Promise<HookedModel> {
  const reader = await openStates(directory, { threads });
  const { width, layers } = reader.model.config;
  return {
    architecture: "lacuna",
    width,
    layers,
    readable: layers,
    bos: { id: undefined, from: "the model: end-of-text precedes every document" },
    async *read(documents, hooks) {
      const wanted = hooks.map((hook) => {
        requireHook(hook, layers, directory);
        const index = streamIndex(hook);
        if (index === undefined)
          throw new UserError(`${directory} is read at resid_pre.L and resid_post.L only, not at ${hookName(hook)}.`);
        return index;
      });
      yield* reader.read(documents, { layers: wanted });
    },
    release: () => reader.release(),
  };
}
