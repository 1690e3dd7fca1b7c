/** @file Does a model know where the domain begins? Linear probes on its states. */
export type { ProbeQuality } from "./probe.js";
export { BoundaryOptions, type BoundaryResult, boundaryStage } from "./stage.js";
export type { SubdomainPair } from "./subdomains.js";
