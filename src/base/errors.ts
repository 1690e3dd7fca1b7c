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

/** What is wrong with JSON, without the excerpt that the parser quotes: it may be private, and differs between versions of Node. */
export function jsonProblem(error: unknown): string {
  return (error as Error).message.replace(/(, \.*"| in JSON| after JSON)[\s\S]*$/, "").slice(0, 120);
}

/** An error on its way between threads or processes, which do not keep classes. */
export interface SentError {
  name: string;
  message: string;
  stack?: string;
}

/** The error as it was thrown: a UserError is one again, others keep name and stack. */
export function revive({ name, message, stack }: SentError): Error {
  if (name === "UserError") return new UserError(message);
  return Object.assign(new Error(message), { name, stack });
}
