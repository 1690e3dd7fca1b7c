/**
 * @file The models room: other people's language models and sparse autoencoders, from the files they come in.
 */

export { asAnnotator } from "./annotator.js";
export { exportModelStage } from "./export.js";
export { foreignHook, type Hook, hookName, hookOfHiddenState, type Place, parseHook, streamIndex } from "./hooks.js";
export { openModel, openTextCodec, openTextEncoder } from "./open.js";
export { type HookedModel, type HookedStates, type OpenModelOptions, openHfModel } from "./reader.js";
export {
  type DocumentActivations,
  encodeDocuments,
  type LatentEncoder,
  openLatentEncoder,
  readSaeActivations,
  restrictSaeDefinition,
  selectLatents,
} from "./sae/activations.js";
export { checkSae, type HookQuality, type SaeCheck } from "./sae/check.js";
export { openSae, type Sae, type SparseActivations } from "./sae/encode.js";
export { readSae } from "./sae/read.js";
export type { Activation, Normalisation, SaeDefinition } from "./sae/types.js";
