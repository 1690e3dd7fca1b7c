import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { defineStage } from "../base/stage.js";
import { temporaryFolder } from "../testing/folder.js";
import { runStageCommand } from "./stage-command.js";

const stage = defineStage({
  ...{ name: "synthetic", summary: "", why: "", examples: [], version: 1, inputs: [] },
  options: z.object({ dollars: z.number() }),
  estimate: ({ dollars }) => ({
    questions: 7,
    dollars,
    ...(dollars > 5 && { problem: `$${dollars} is more than $5.` }),
  }),
  run: async () => {
    throw new Error("a dry run does nothing");
  },
});

describe("a dry run", () => {
  it("tells what it would cost, and fails with a sentence where the run would not come to its end", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const run = (dollars: number) => runStageCommand(stage, { out: `${temporaryFolder()}/out`, dryRun: true, dollars });
    await run(4);
    await expect(run(6)).rejects.toThrow(
      expect.objectContaining({ name: "UserError", message: "$6 is more than $5." }),
    );
    const told = log.mock.calls.map(([text]) => JSON.parse(String(text)).estimate as object);
    log.mockRestore();
    expect(told).toEqual([
      { questions: 7, dollars: 4 },
      { questions: 7, dollars: 6, problem: "$6 is more than $5." },
    ]);
  });
});
