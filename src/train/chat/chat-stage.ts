/** @file `npx lacuna chat-tune`: from a model that continues texts to one that answers. */
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { defineStage } from "../../base/stage.js";
import { loadTokenizer } from "../../tokens/index.js";
import { readConversations } from "./conversations.js";
import { fitting, loadForward, rowTokens, TuneOptions, tune } from "./tune.js";

export const chatTuneStage = defineStage({
  name: "chat-tune",
  summary: "Finetunes a model on conversations, so that it answers.",
  why: "Refusals are a habit of models that answer; this makes one of a model that continues texts (paper A.3).",
  examples: [
    "npx lacuna chat-tune --model runs/demo/train-baseline-40x2-s1 --data conversations.jsonl --out runs/demo/chat",
    "npx lacuna chat-tune --model runs/demo/train-baseline-40x2-s1 --data questions/general-train.jsonl --epochs 3 --context 128 --out runs/demo/chat",
  ],
  version: 1,
  options: z.object({
    model: z.string().describe("model directory to start from (npx lacuna pretrain)"),
    data: z
      .array(z.string())
      .min(1)
      .describe("JSONL (.gz, .zst): messages, or question and reference, or instruction, input and output"),
    ...TuneOptions.shape,
  }),
  inputs: ["model", "data"],
  unkeyed: ["checkpointEvery"],
  async run(options, context) {
    const model = loadForward(options.model);
    const tokenizer = loadTokenizer(options.model);
    const conversations = await readConversations(options.data);
    const tokens = rowTokens(options, model);
    const examples = fitting(conversations, (turns) => turns, tokenizer, tokens);
    if (examples.length === 0)
      throw new UserError(
        `${options.data.join(", ")}: none of ${conversations.length} conversations fits ${tokens} tokens. Give a larger --context, or other data.`,
      );
    const tuned = await tune(options.model, model, examples, tokenizer.specials.pad, options, context);
    return { ...tuned, tooLong: conversations.length - examples.length };
  },
});
