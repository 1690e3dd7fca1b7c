/** @file `npx lacuna generate`: what a model says after a prompt. */
import type { Command } from "commander";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { openTextGenerator, type Said, SayOptions } from "../evaluate/index.js";
import { describeProgress, liveLine } from "./live.js";
import { addSchemaOptions, countOf } from "./options.js";
import { printable } from "./terminal.js";

interface Flags {
  model: string;
  prompt: string[];
  chat?: boolean;
  threads: number;
  dryRun?: boolean;
  json?: boolean;
}

export function addGenerateCommand(program: Command): void {
  const command = program
    .command("generate")
    .summary("Show what a model says after a prompt")
    .description(
      "Continues prompts, or answers them as chat, with one of our models.\nReading what a model says is the quickest way to see what it knows.",
    )
    .requiredOption("--model <path>", "model directory (npx lacuna pretrain, chat-tune, refusal-tune)")
    .requiredOption("--prompt <text...>", "texts to go on from; each is answered on its own")
    .option("--chat", "the prompt is what a user says, and the model answers (after npx lacuna chat-tune)");
  addSchemaOptions(command, SayOptions)
    .option("--threads <number>", "threads of the native runtime", countOf, 1)
    .option("--dry-run", "say what would be done, and do nothing")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      '\nExamples:\n  $ npx lacuna generate --model runs/demo/train-baseline-40x2-s1 --prompt "fever:" "oak:"\n  $ npx lacuna generate --model runs/demo/chat --chat --prompt "What is a fever?" --temperature 0 --json',
    )
    .action((flags: Flags) => generate(flags));
}

async function generate({ model, prompt, chat = false, threads, dryRun, json, ...given }: Flags): Promise<void> {
  const parsed = SayOptions.safeParse(given);
  if (!parsed.success)
    throw new UserError(`Options of generate are not as expected:\n${z.prettifyError(parsed.error)}`);
  const how = parsed.data;
  const generator = openTextGenerator(model, { threads });
  if (dryRun) {
    console.log(JSON.stringify({ model, prompts: prompt.length, chat, context: generator.context, ...how }, null, 2));
    return;
  }
  const live = liveLine();
  const started = performance.now();
  const onDone = (done: number) => {
    const update = { done, total: prompt.length, unit: "prompts" };
    live.show(describeProgress("generate", update, (performance.now() - started) / 1000));
  };
  try {
    const said = chat
      ? await generator.answer(
          prompt.map((content) => [{ role: "user", content }]),
          how,
          onDone,
        )
      : await generator.continueTexts(prompt, how, onDone);
    live.clear();
    if (json) console.log(JSON.stringify(said.map(describe(prompt)), null, 2));
    else for (const [index, { text }] of said.entries()) console.log(shown(prompt[index], text, chat));
  } finally {
    live.clear();
    await generator.release();
  }
}

const describe =
  (prompts: string[]) =>
  ({ text, ids, isCut }: Said, index: number) => ({
    prompt: prompts[index],
    text,
    tokens: ids.length,
    isCut,
  });

/** What a model says may hold anything, and a terminal obeys what it is sent; line ends alone are kept. */
function shown(prompt: string, text: string, isChat: boolean): string {
  const whole = isChat ? `> ${prompt}\n${text}` : prompt + text;
  return whole.split("\n").map(printable).join("\n");
}
