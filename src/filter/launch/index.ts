/** @file Launching: scripts and manifests that run a scoring job on a cluster. */
export { type KubernetesOptions, kubernetesManifest } from "./kubernetes.js";
export { type SlurmOptions, shellQuote, slurmScript } from "./slurm.js";
