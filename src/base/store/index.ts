/** @file Stores: where jobs keep their results. */
export { openStore } from "./open.js";
export type { Chunks, Store } from "./store.js";
