/** @file Policies over scored corpora: what a document loses, and the sets of policies `npx lacuna filter` makes. */
export { type Counts, countPolicies, type FilterCounts, lostTokens, sumCounts } from "./counts.js";
export { openPolicies, PoliciesFile } from "./file.js";
export { countMarked, isDropped, type MarkingPolicy, markContent, markDocument } from "./mark.js";
export { GivenFilter, GivenPolicies, GivenPolicy } from "./options.js";
export { addHistogram, forShards, tokensOf } from "./scan.js";
export { filterScored, previewFilter } from "./stage.js";
export type { Marks, OpenPolicy, PolicySet, TopUp } from "./types.js";
