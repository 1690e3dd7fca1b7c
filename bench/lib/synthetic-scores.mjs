/**
 * @file Scores files as a job does, all but the models: a score is a hash of the token's id (synthetic, and called so in
 * the plan). For benches of everything around the models.
 *
 *     node bench/lib/synthetic-scores.mjs CLASSIFIER OUT INPUT...
 */
import { openStore } from "../../dist/base/store/index.js";
import { findInputs } from "../../dist/corpus/input/index.js";
import { finishJob, planJob, rowReader, scoreInput, startJob } from "../../dist/filter/job/index.js";

const [classifier, out, ...inputs] = process.argv.slice(2);

const synthetic = {
  async *score(documents) {
    let document = 0;
    for await (const tokens of documents) {
      const tokenScores = new Uint8Array(tokens.length);
      for (let at = 0; at < tokens.length; at++)
        tokenScores[at] = ((Math.imul(tokens[at], 2654435761) >>> 24) ** 2) >> 8;
      tokenScores[tokens.length - 1] = 0;
      yield { document: document++, tokenScores, documentScore: tokens.length % 256 };
    }
  },
};

const plan = planJob({ inputs: await findInputs(inputs), classifier });
const store = openStore(out);
await startJob(store, plan, classifier);
for (const shard of plan.inputs.keys()) {
  await scoreInput(store, plan, synthetic, shard, { open: rowReader(plan, classifier) });
}
if (!(await finishJob(store, plan))) throw new Error("The synthetic job is not finished");
