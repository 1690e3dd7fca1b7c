/** @file A study.json of tiny sizes, for tests that lay a study's folder out by hand. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PAPER_ARMS } from "../arms.js";
import { studyConfig } from "../budgets.js";
import { STUDY_FILE } from "../steps.js";

/** The paper's arms, one seed each, at width 8 in one and in two blocks. */
export function writeStudyFile(study: string): void {
  const sizes = [1, 2].map((layers) => ({ width: 8, layers, heads: 1 }));
  const config = { ...studyConfig("smoke"), sizes, range: [], arms: PAPER_ARMS };
  writeFileSync(join(study, STUDY_FILE), JSON.stringify(config));
}
