/** @file The command tree: all commands by name, and the code of those that a command line asks for. */
import { Command } from "commander";
import { PACKAGE } from "../base/package.js";
import { COMMANDS } from "./commands.js";

/** @param words - the command line; a command none of them names is listed and cannot be run */
export async function buildProgram(words: readonly string[]): Promise<Command> {
  const program = new Command("npx lacuna")
    .description(
      "Shapes what a language model never learns: finds the tokens of a pretraining corpus that carry an unwanted capability, takes them out of training, and measures what that did.",
    )
    .version(PACKAGE.version)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .showHelpAfterError("Run it with --help to see what it takes.")
    .exitOverride()
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx lacuna study                    the whole pipeline on embedded text, about 10 minutes on 2 cores\n  $ npx lacuna study --budget smoke     the same code path in about a minute\n  $ npx lacuna study --corpus my-text/  on your own JSONL or text files",
    );
  for (const { title, commands } of COMMANDS) {
    if (title !== undefined) program.commandsGroup(title);
    for (const { name, summary, load } of commands) {
      if (words.includes(name)) (await load())(program);
      else program.command(name).summary(summary);
    }
  }
  return program;
}
