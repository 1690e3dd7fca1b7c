/**
 * @file The command line that makes results again, as their file shows it.
 *
 * What was given and is no default, files by their names alone: a page says how it was made, not where. What changes
 * nothing in the results (where they go, how many workers, what is printed) is left out.
 */
import { basename } from "node:path";
import type { Command } from "commander";

const CHANGES_NOTHING = new Set(["out", "workers", "dryRun", "json"]);

/** @param place - stands for the study, whose folder has a name of its own on every machine */
export function commandAgain(command: Command, place = "<a study>"): string {
  const given = command.options.flatMap((option) => {
    const name = option.attributeName();
    const value: unknown = command.getOptionValue(name);
    if (CHANGES_NOTHING.has(name) || command.getOptionValueSource(name) !== "cli") return [];
    if (JSON.stringify(value) === JSON.stringify(option.defaultValue)) return [];
    if (option.isBoolean() || option.negate) return [option.negate === (value === false) ? option.long! : ""];
    if (name === "study") return [`${option.long} ${place}`];
    const isPath = /<(path|file|folder)/.test(option.flags);
    const values = Array.isArray(value) ? value : [value];
    return [[option.long, ...values.map((one) => quoted(isPath ? basename(String(one)) : String(one)))].join(" ")];
  });
  const study = command.registeredArguments.length > 0 ? [place] : [];
  return ["npx lacuna", command.name(), ...study, ...given].filter((part) => part !== "").join(" ");
}

/** For a shell; an address keeps no user or password. */
function quoted(text: string): string {
  const shown = text.replace(/^(\w+:\/\/)[^/@]*@/, "$1");
  return /^[\w./:=,+-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
}
