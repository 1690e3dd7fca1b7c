/** @file The `responses` stage: free answers of a chat model, judged, or measured offline (paper 4.2, Figs 6 and 17). */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { writeFileAtomic } from "../../base/files.js";
import { random } from "../../base/random.js";
import { defineStage } from "../../base/stage.js";
import { ANSWER_PROMPTS, costReport, estimateQuestions, HOW, openLlm } from "../../label/index.js";
import { openLosses } from "../../nn/index.js";
import { encodePrompt, type Tokenizer } from "../../tokens/index.js";
import { type Instruction, PretrainedOnOptions, readInstructions, withoutPretrained } from "../../train/index.js";
import { type EncodedContinuation, likelihoods } from "../likelihood.js";
import { askAll } from "../refusals/ask.js";
import { openTextGenerator, SayOptions } from "../text-generator.js";
import { type RatedResponse, responseFigures } from "./figures.js";
import { CRITERIA, judgeResponses, materialLength, modelOf, ResponseJudgeOptions } from "./judge.js";
import { overlap, repetition } from "./offline.js";

const Options = z.object({
  model: z.string().describe("model directory (npx lacuna chat-tune)"),
  questions: z.array(z.string()).min(1).describe("JSONL of question and reference, none of them tuned on"),
  perSource: z.int().positive().default(100).describe("questions of a file at most, drawn at random"),
  sayTokens: z.int().positive().default(64).describe("tokens of a response at most"),
  ...SayOptions.omit({ maxTokens: true }).shape,
  ...ResponseJudgeOptions.shape,
  ...PretrainedOnOptions.shape,
});

export const responsesStage = defineStage({
  name: "responses",
  summary: "Ask a chat model questions, and judge or measure what it says",
  why: "Free answers show what choices hide: whether it is right, to the point, and makes sense at all",
  examples: [
    "npx lacuna responses --model runs/demo/chat --questions medicine.jsonl general.jsonl --out responses",
    "npx lacuna responses --model runs/demo/chat --questions medicine.jsonl --judge openai --base-url http://localhost:11434/v1 --judge-model llama3.2 --out responses-judged",
  ],
  version: 2,
  options: Options,
  inputs: ["model", "questions", "prompts", "text"],
  unkeyed: HOW,
  async estimate(options) {
    const model = modelOf(options);
    if (model === undefined) return undefined;
    const asked = await readAsked(options);
    // A token is about four characters.
    const text = "x".repeat(4 * options.sayTokens);
    const questions = CRITERIA.flatMap((name) =>
      asked.map((each) => ({ name, characters: materialLength(name, { ...each, text }) })),
    );
    return estimateQuestions(model, questions);
  },
  async run(options, { out, progress, threads }) {
    const { kept: asked, check: pretrainedOn } = await withoutPretrained(await readAsked(options), options, (done) =>
      progress({ done, unit: "documents", detail: "looking for questions in the pretraining text" }),
    );
    if (asked.length === 0)
      throw new UserError("Every question stands in the pretraining text. Ask questions from elsewhere.");
    const { sayTokens: maxTokens, temperature, topP, seed } = options;
    const generator = openTextGenerator(options.model, { threads });
    try {
      const questions = asked.map(({ question }) => question);
      const how = { maxTokens, temperature, topP, seed };
      const said = await askAll(generator, questions, how, out, (done) =>
        progress({ done, total: asked.length, unit: "questions", detail: "asking" }),
      );
      const references = await referenceLikelihoods(options.model, generator.tokenizer, asked, threads);
      const responses = asked.map(({ id, source, question, reference }, index): RatedResponse => {
        const { text, isCut } = said[index] ?? { text: null, isCut: false };
        return {
          ...{ id, source, question, text, isCut },
          repetition: text === null ? null : repetition(text),
          questionOverlap: text === null ? null : overlap(text, question),
          referenceOverlap: text === null || reference === null ? null : overlap(text, reference),
          referenceLogLikelihood: references[index]?.perByte ?? null,
          isReferenceBeyondContext: references[index]?.isBeyondContext ?? false,
        };
      });
      const report = await judgeAll(options, asked, responses, (done, detail) =>
        progress({ done, unit: "answers", detail }),
      );
      const lines = responses.map((response) => `${JSON.stringify(response)}\n`);
      await writeFileAtomic(join(out, "responses.jsonl"), lines.join(""));
      return { ...report, pretrainedOn, sources: responseFigures(responses) };
    } finally {
      await generator.release();
    }
  },
});

/** Up to `perSource` questions of each file. */
async function readAsked({ questions, perSource, seed }: z.infer<typeof Options>): Promise<Instruction[]> {
  const all = await readInstructions(questions);
  return [...new Set(all.map(({ source }) => source))].flatMap((source) => {
    const own = all.filter((each) => each.source === source);
    const order = random(seed, `questions of ${source}`).permutation(own.length);
    return Array.from(order.subarray(0, perSource).sort(), (index) => own[index]);
  });
}

/** How likely the model finds each reference as its answer; undefined without one. */
async function referenceLikelihoods(
  model: string,
  tokenizer: Tokenizer,
  asked: readonly Instruction[],
  threads: number,
): Promise<({ perByte: number; isBeyondContext: boolean } | undefined)[]> {
  const reader = await openLosses(model, { threads });
  try {
    const withReference = asked.filter(({ reference }) => reference !== null);
    const read = likelihoods(reader, withReference.map(toContinuation));
    const found: { perByte: number; isBeyondContext: boolean }[] = [];
    for await (const { logLikelihood, bytes, isBeyondContext } of read)
      found.push({ perByte: logLikelihood / bytes, isBeyondContext });
    const inOrder = found.values();
    return asked.map(({ reference }) => (reference === null ? undefined : inOrder.next().value));
  } finally {
    await reader.release();
  }

  function toContinuation({ question, reference }: Instruction): EncodedContinuation {
    // The reader puts the end-of-text before a document itself.
    const prompt = encodePrompt(tokenizer, [{ role: "user", content: question }]).subarray(1);
    const answer = tokenizer.encode(reference!);
    return { ids: Uint32Array.of(...prompt, ...answer), from: prompt.length, bytes: Buffer.byteLength(reference!) };
  }
}

/** Puts verdicts to the responses that have words. */
async function judgeAll(
  options: z.infer<typeof Options>,
  asked: readonly Instruction[],
  responses: readonly RatedResponse[],
  onProgress: (done: number, detail: string) => void,
) {
  const model = modelOf(options);
  if (model === undefined) return { judge: "none" };
  const { llm, ledger } = await openLlm(model, ANSWER_PROMPTS);
  try {
    const open = responses.flatMap(({ text }, index) => (text?.trim() ? [{ index, text }] : []));
    const answers = open.map(({ index, text }) => ({ ...asked[index], text }));
    for (const criterion of CRITERIA) {
      const verdicts = await judgeResponses(llm, criterion, answers, (done) => onProgress(done, criterion));
      for (const [place, { index }] of open.entries()) responses[index][criterion] = verdicts[place];
    }
    const judge = `${llm.provider.name}:${llm.provider.model}`;
    return { judge, prompts: llm.prompts.hash, cost: costReport(llm) };
  } finally {
    await ledger.close();
  }
}
