/** @file `npx lacuna refusal-tune`: teaches a model that answers to refuse what is of the forget domain (paper 4.4, B.4). */
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { random } from "../../base/random.js";
import { defineStage } from "../../base/stage.js";
import { loadTokenizer, type Tokenizer, type Turn } from "../../tokens/index.js";
import type { Example } from "../sources.js";
import { conversationOf, type Instruction } from "./conversations.js";
import { drawn, KINDS, type Kind, readQuestionSet } from "./questions.js";
import { FORMS, type Form, REFUSALS, readRefusals } from "./refusals.js";
import { fitting, loadForward, rowTokens, TuneOptions, tune } from "./tune.js";

export const refusalTuneStage = defineStage({
  name: "refusal-tune",
  summary: "Teaches a model to refuse forget-domain questions and to follow other instructions.",
  why: "Whether a filtered model still tells the domain apart shows in how well refusing generalises (paper 4.4).",
  examples: [
    "npx lacuna refusal-tune --model runs/demo/chat --questions runs/questions --out runs/demo/refuses",
    "npx lacuna refusal-tune --model runs/demo/chat --questions runs/questions --form token --seed 2 --out runs/demo/refuses-token",
  ],
  version: 1,
  options: z.object({
    model: z.string().describe("model directory to start from (npx lacuna chat-tune)"),
    questions: z.string().describe("questions and instructions (npx lacuna refusal-questions)"),
    form: z.enum(FORMS).default("prose").describe("refuse by a sentence, or by the token <|refusal|>"),
    refusals: z.string().default(REFUSALS).describe("file of refusals, one a line"),
    ...TuneOptions.shape,
  }),
  inputs: ["model", "questions", "refusals"],
  unkeyed: ["checkpointEvery"],
  async run(options, context) {
    const model = loadForward(options.model);
    const tokenizer = loadTokenizer(options.model);
    const tokens = rowTokens(options, model);
    const [forget, general] = await Promise.all(KINDS.map((kind) => readQuestionSet(options.questions, kind, "train")));
    const refusals = readRefusals(options.refusals);
    const made = refusalExamples({ forget, general }, tokenizer, { ...options, refusals, tokens });
    const { refused, followed, tooLong } = made;
    if (refused.length === 0)
      throw new UserError(
        `${options.questions}: no question with its refusal and instruction with its answer fit ${tokens} tokens. Give a larger --context.`,
      );
    const tuned = await tune(options.model, model, [...refused, ...followed], tokenizer.specials.pad, options, context);
    return { ...tuned, form: options.form, refused: refused.length, followed: followed.length, tooLong };
  },
});

/** What is trained on: as many refusals as instructions followed, drawn from those that fit `tokens`. */
export function refusalExamples(
  { forget, general }: Record<Kind, readonly Instruction[]>,
  tokenizer: Tokenizer,
  { form, refusals, seed, tokens }: { form: Form; refusals: readonly string[]; seed: number; tokens: number },
): { refused: Example[]; followed: Example[]; tooLong: number } {
  const refuse = refuser(form, refusals, tokenizer.specials.refusal, seed);
  const refused = fitting(forget, ({ id, question }) => refuse(id, question), tokenizer, tokens);
  const followed = fitting(
    general,
    ({ question, reference }) => conversationOf(question, reference!),
    tokenizer,
    tokens,
  );
  const each = Math.min(refused.length, followed.length);
  const draw = (kind: Kind, examples: Example[]) => drawn(examples, each, random(seed, `refusal examples: ${kind}`))[0];
  return {
    refused: draw("forget", refused),
    followed: draw("general", followed),
    tooLong: forget.length + general.length - refused.length - followed.length,
  };
}

/** A question and its refusal. The sentence is drawn per question, so it does not depend on which others are read. */
function refuser(form: Form, refusals: readonly string[], token: number, seed: number) {
  return (id: string, question: string): Turn[] => {
    const index = random(seed, `refusal of ${id}`).integer(refusals.length);
    const content = form === "token" ? [token] : refusals[index];
    return [
      { role: "user", content: question },
      { role: "assistant", content },
    ];
  };
}
