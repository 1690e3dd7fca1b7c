/** @file Runs a stage in this process, to be killed: node bench/lib/run-stage.mjs STAGE OPTIONS(JSON) OUT */
import { runStage } from "../../dist/base/stage.js";
import { stageByName } from "../../dist/study/stages.js";

const [name, options, out] = process.argv.slice(2);
await runStage(stageByName(name), JSON.parse(options), out);
process.exit();
