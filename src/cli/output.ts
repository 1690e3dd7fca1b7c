/**
 * @file Standard output that cannot be written is told, not lost.
 *
 * A full disk (`> file`) ends with a sentence and exit code 2, whatever the work came to. A reader that has gone (`| head`) has seen
 * what it wanted: that ends quietly. Node forgets errors of `console.log`, and `process.exit` does not wait for writes.
 */
import { UserError } from "../base/errors.js";

const REASONS: Record<string, string> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EIO: "the device reports an error",
  EFBIG: "the file is larger than is allowed here",
};

let failure: NodeJS.ErrnoException | undefined;

/** Begins to watch; call it once, before anything is printed. @param onGone - told when the reader of stdout has gone */
export function watchOutput(onGone: () => void): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    failure ??= error;
    if (error.code === "EPIPE") onGone();
  });
  // Progress and notes: nobody can be told that these are lost.
  process.stderr.on("error", () => {});
}

/** Waits until all that was printed is written. @throws UserError when it could not be */
export async function outputWritten(): Promise<void> {
  await new Promise<void>((resolve) => process.stdout.write("", () => setImmediate(resolve)));
  if (!failure || failure.code === "EPIPE") return;
  const reason = REASONS[failure.code ?? ""] ?? failure.code ?? failure.message;
  throw new UserError(
    `Cannot write to standard output: ${reason}, so what was printed is lost. Send it elsewhere and run the same command again; what was made is found.`,
  );
}
