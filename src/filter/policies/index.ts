/** @file Policies over scored corpora: what a document loses, and the sets of policies `lacuna filter` makes. */
export { isDropped, type MarkingPolicy, markContent, markDocument } from "./mark.js";
export type { Marks, OpenPolicy, PolicySet, TopUp } from "./types.js";
