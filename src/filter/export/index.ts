/** @file Exports: scored corpora written for trainers, under a set of policies. */
export { ExportCounts } from "./counts.js";
export { ExportManifest, type ExportOptions, exportCorpus, exportPlace, planExport } from "./export.js";
export { describeFraming } from "./framing.js";
export { ExportSettings, FORMATS, type FormatName } from "./settings.js";
export { type Arranged, arrange, type DocumentView, type PolicyView } from "./view.js";
export { documentViews, type ViewOptions } from "./views.js";
