/**
 * @file What a launched job is: options that Slurm and Kubernetes share, and the commands its tasks run.
 *
 * Everything that goes into a script or a manifest is checked here. Keys and passwords never do.
 */
import { UserError } from "../../base/errors.js";
import { JobSettings } from "../job/plan.js";

export interface LaunchOptions {
  inputs: readonly string[];
  classifier: string;
  out: string;
  settings: JobSettings;
  /** Shares the inputs are cut into, or workers on a queue. */
  tasks: number;
  /** Tasks that run at the same time at most. */
  parallel: number;
  /** Processes per task, and threads of each. */
  workers: number;
  threads: number;
  /** "8G": K, M, G or T, in powers of 1024. */
  memory: string;
  name: string;
  /** Address of a queue; "env" when tasks find it in LACUNA_QUEUE. Tasks are then workers. */
  queue?: string;
}

/** Stands among arguments for an address that a task finds in LACUNA_QUEUE; no text a user gives can be it. */
export const QUEUE_FROM_ENVIRONMENT = "\u0000LACUNA_QUEUE";

/** The address of a job's queue as an argument. */
export function queueArgument(queue: string): string {
  return queue === "env" ? QUEUE_FROM_ENVIRONMENT : queue;
}

const MOST_TASKS = 100_000;

/** @throws UserError naming the option that cannot be used */
export function checkLaunch(options: LaunchOptions): void {
  const { inputs, classifier, out, settings, tasks, parallel, workers, threads, memory, name, queue } = options;
  if (inputs.length === 0) throw new UserError("Give files, folders or addresses to score.");
  for (const text of [...inputs, classifier, out, settings.textField, settings.idField]) checkText(text);
  checkCount("--tasks", tasks, MOST_TASKS);
  checkCount("--parallel", parallel, MOST_TASKS);
  checkCount("--workers", workers, 1024);
  checkCount("--threads", threads, 1024);
  if (!/^[1-9]\d{0,5}[KMGT]$/.test(memory)) throw new UserError(`--memory ${JSON.stringify(memory)} is not like 8G.`);
  if (!/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) {
    throw new UserError(`--name ${JSON.stringify(name)} is not 1 to 40 of a-z, 0-9 and -, from a letter on.`);
  }
  if (queue !== undefined) checkQueue(queue);
}

/** Paths and addresses: anything but control characters, which neither a script line nor a log shows. */
export function checkText(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (text === "" || /[\u0000-\u001f\u007f]/.test(text) || /\p{Surrogate}/u.test(text))
    throw new UserError(
      `${JSON.stringify(text)} cannot be put into a script: it is empty or holds control characters.`,
    );
}

function checkCount(option: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new UserError(`${option} is ${value}; give a whole number from 1 to ${most}.`);
}

function checkQueue(queue: string): void {
  if (queue === "env") return;
  checkText(queue);
  const url = URL.canParse(queue) ? new URL(queue) : undefined;
  if (!url || !/^rediss?:$/.test(url.protocol))
    throw new UserError(`--queue ${JSON.stringify(queue)} is not redis://host:port.`);
  if (url.password) {
    throw new UserError(
      "The address of the queue holds a password, which does not belong in a script. Give --queue env, and set LACUNA_QUEUE where the tasks run (in Kubernetes by --secret).",
    );
  }
}

/** Settings of a job that differ from their defaults, as options of `lacuna score`. */
function settingArguments(settings: JobSettings): string[] {
  const defaults: Record<string, unknown> = JobSettings.parse({});
  return Object.entries(settings).flatMap(([key, value]) =>
    value === defaults[key]
      ? []
      : [`--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, String(value)],
  );
}

/** Arguments of `lacuna score`; inputs come last, after `--`, so that none is read as an option. */
export function scoreArguments(options: LaunchOptions, how: readonly string[]): string[] {
  const { inputs, classifier, out, settings } = options;
  return ["score", "--classifier", classifier, "--out", out, ...settingArguments(settings), ...how, "--", ...inputs];
}

/** How one task of an array scores its share. */
export function shareArguments({ workers, threads }: LaunchOptions): string[] {
  return ["--workers", `${workers}`, "--threads", `${threads}`, "--shard", "auto"];
}

/** Arguments of `lacuna worker`. */
export function workerArguments({ classifier, workers, threads }: LaunchOptions, queue: string): string[] {
  return [
    "worker",
    "--queue",
    queueArgument(queue),
    "--classifier",
    classifier,
    "--workers",
    `${workers}`,
    "--threads",
    `${threads}`,
  ];
}
