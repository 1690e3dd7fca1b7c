/** @file Activations made elsewhere, as evidence a judge can read. */

export { type DelphiCache, type DelphiSplit, delphiEvidence, openDelphi } from "./delphi.js";
export {
  type ImportedEvidence,
  type ImportOptions,
  matchingShare,
  readEvidence,
} from "./evidence.js";
export {
  type ImportedExplanation,
  type ImportedLatent,
  type NeuronpediaDump,
  type NeuronpediaOptions,
  readNeuronpedia,
} from "./neuronpedia.js";
