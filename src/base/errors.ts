/**
 * @file Errors a person can act on.
 *
 * A UserError is one sentence that names the file, the value and the next step; the command line prints it and exits
 * with code 2. Every other error is a bug: it keeps its stack and asks for a report.
 */

/** Something the user can mend: a wrong path, option, format or mismatch of artifacts. */
export class UserError extends Error {
  override name = "UserError";
}

/** 1234567 -> "1,234,567": numbers in messages read the same everywhere. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
