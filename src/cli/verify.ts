/** @file `npx lacuna verify`: proof that a scored corpus is complete and unchanged. */
import type { Command } from "commander";
import { openStore } from "../base/store/index.js";
import { verifyJob } from "../filter/job/index.js";
import { compact, describeProgress, liveLine } from "./live.js";

export function addVerifyCommand(program: Command): void {
  program
    .command("verify")
    .summary("prove that a scored corpus is complete and unchanged")
    .description(
      "Reads a scoring job again and checks every count and hash: no gaps, no duplicates, no changed byte.\nExit code 1 when something is wrong; each problem is one line.",
    )
    .argument("<scores>", "folder or s3:// address made by npx lacuna score")
    .option("--inputs", "hash the input files again too: are they still what was scored?")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx lacuna verify runs/scored\n  $ npx lacuna verify s3://corpus/scored --inputs --json",
    )
    .action(async (scores: string, { json, inputs }: { json?: boolean; inputs?: boolean }) => {
      const live = liveLine();
      const started = performance.now();
      const seconds = () => (performance.now() - started) / 1000;
      const result = await verifyJob(openStore(scores), {
        inputs,
        onShard: (done, total) => live.show(describeProgress("verify", { done, total, unit: "shards" }, seconds())),
      });
      live.clear();
      const { problems, shards, counts, bytes } = result;
      if (json) console.log(JSON.stringify(result, null, 2));
      else if (problems.length > 0) {
        for (const problem of problems) console.log(problem);
        console.log(`${scores} is not whole: ${problems.length} ${problems.length === 1 ? "problem" : "problems"}.`);
      } else {
        console.log(
          `${scores} is whole: ${shards} shards, ${compact(counts.documents)} documents, ${compact(counts.tokens)} tokens, ${counts.bad} bad records set aside; ${compact(bytes)}B hashed in ${seconds().toFixed(1)} s.`,
        );
      }
      if (problems.length > 0) process.exitCode = 1;
    });
}
