/**
 * @file The models room: other people's language models and sparse autoencoders, from the files they come in.
 */
export { foreignHook, type Hook, hookName, hookOfHiddenState, type Place, parseHook, streamIndex } from "./hooks.js";
export { type HookedModel, type HookedStates, type OpenModelOptions, openHfModel } from "./reader.js";
