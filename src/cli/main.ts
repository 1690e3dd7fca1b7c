#!/usr/bin/env node
/**
 * @file The `lacuna` command: parse, call, show. What a person can mend is one sentence and exit code 2.
 */
import { CommanderError } from "commander";
import { UserError } from "../base/errors.js";
import { endNativeCalls } from "../base/native-calls.js";
import { PACKAGE } from "../base/package.js";
import { stopProcesses } from "../filter/run/pool.js";
import { outputWritten, watchOutput } from "./output.js";
import { buildProgram } from "./program.js";
import { exitCodeOf, onEndingSignal } from "./signals.js";

const USER_ERROR = 2;
const PATIENCE_MS = 5000;

let isEnding = false;

/** Exit code for what was thrown; prints it first. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USER_ERROR;
  if (error instanceof UserError) {
    console.error(error.message);
    return USER_ERROR;
  }
  console.error((error as Error).stack ?? error);
  console.error(`This is a bug in ${PACKAGE.name} ${PACKAGE.version}. Please report it with the lines above.`);
  return 1;
}

/** Ends the process when nothing is inside the native runtime and no child is at work. */
async function end(code: number): Promise<never> {
  isEnding = true;
  await Promise.all([endNativeCalls(), stopProcesses(PATIENCE_MS)]);
  process.exit(code);
}

onEndingSignal((signal) => {
  console.error("\nInterrupted. Run the same command again and it goes on from here.");
  void end(exitCodeOf(signal));
});
watchOutput(() => void end(Number(process.exitCode ?? 0)));

const words = process.argv.slice(2);
buildProgram(words)
  .then((program) => program.parseAsync(words, { from: "user" }))
  .then(
    () => Number(process.exitCode ?? 0),
    // Work that was told to stop fails as it stops; whoever told it ends the process.
    (error: unknown) => (isEnding ? 0 : report(error)),
  )
  .then((code) => outputWritten().then(() => code, report))
  .then((code) => {
    if (!isEnding) return end(code);
  });
