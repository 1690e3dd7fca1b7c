/** @file Evaluate room: loss on held-out text, per domain and document. */
export { type DocumentLosses, type DomainLoss, domainLosses, readLosses, writeLosses } from "./losses.js";
