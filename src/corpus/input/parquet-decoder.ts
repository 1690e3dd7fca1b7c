/** @file What hyparquet's page decoder wants to know of a column, by its own signature. */
import type { readDataPage } from "hyparquet/src/datapage.js";

export type ColumnDecoder = Parameters<typeof readDataPage>[2];
