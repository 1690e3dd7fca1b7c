/**
 * @file A Slurm script: an array of tasks that score, then one job that verifies.
 *
 * One file, run with bash where sbatch is; it submits itself. A task that nears its time limit, or is preempted, ends and
 * is queued again: the work goes on from the last checkpoint. With a queue the tasks are workers, and one more job hands
 * out the shards and ends them.
 */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are bash's
import { UserError } from "../../base/errors.js";
import {
  checkLaunch,
  checkText,
  type LaunchOptions,
  QUEUE_FROM_ENVIRONMENT,
  queueArgument,
  scoreArguments,
  shareArguments,
  workerArguments,
} from "./options.js";

export interface SlurmOptions extends LaunchOptions {
  /** Time limit of a task, as sbatch takes it: "24:00:00", "2-0". */
  time: string;
  partition?: string;
  account?: string;
  /** Folder of the logs, one per task; made when the script is run. */
  logs: string;
  /** Shell lines before anything else in a job, e.g. "module load nodejs". Not quoted: it is code. */
  setup?: string;
}

/** Seconds before the time limit at which a task is told to end. */
const WARNING_SECONDS = 120;

/** A word for bash, in quotes where it needs them. */
export function shellQuote(text: string): string {
  return /^[A-Za-z0-9_/.:=@+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function shellWord(text: string): string {
  return text === QUEUE_FROM_ENVIRONMENT ? '"$LACUNA_QUEUE"' : shellQuote(text);
}

/** @throws UserError naming the option that cannot be used */
export function slurmScript(options: SlurmOptions): string {
  checkLaunch(options);
  const { tasks, parallel, time, partition, account, logs, name, queue, setup } = options;
  if (!/^\d+(-\d+)?(:\d+){0,2}$/.test(time))
    throw new UserError(`--time ${JSON.stringify(time)} is not like 24:00:00.`);
  for (const [option, value] of Object.entries({ partition, account })) {
    if (value !== undefined && !/^[\w.,-]+$/.test(value))
      throw new UserError(`--${option} ${JSON.stringify(value)} is not a name.`);
  }
  checkText(logs);
  const atOnce = parallel < tasks ? `%${parallel}` : "";
  const directives = [
    `--job-name=${name}`,
    `--array=0-${tasks - 1}${atOnce}`,
    "--nodes=1",
    "--ntasks=1",
    `--cpus-per-task=${options.workers * options.threads}`,
    `--mem=${options.memory}`,
    `--time=${time}`,
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(account === undefined ? [] : [`--account=${account}`]),
    "--requeue",
    "--open-mode=append",
    `--signal=B:USR1@${WARNING_SECONDS}`,
  ];
  const lacuna = (args: readonly string[]) => ["lacuna", ...args.map(shellWord)].join(" ");
  const task = lacuna(
    queue === undefined ? scoreArguments(options, shareArguments(options)) : workerArguments(options, queue),
  );
  const verify = lacuna(["verify", options.out]);
  const afterwards =
    queue === undefined
      ? [`exec ${verify}`]
      : [
          "status=0",
          `{ ${lacuna(scoreArguments(options, ["--queue", queueArgument(queue)]))} && ${verify}; } || status=$?`,
          'scancel "$LACUNA_WORKERS"',
          'exit "$status"',
        ];
  const setupLines = setup === undefined ? [] : [setup];
  return [
    "#!/bin/bash",
    ...directives.map((directive) => `#SBATCH ${directive}`),
    "#",
    `# Run it with bash, not sbatch: it submits ${queue === undefined ? "the array, and after it lacuna verify" : "the workers, and the job that hands out the shards"}.`,
    "# Run it again after a failure: what is finished is found, what is not goes on.",
    "set -euo pipefail",
    "",
    "if [[ -z ${SLURM_ARRAY_TASK_ID:-} ]]; then",
    `  logs=${shellQuote(logs)}`,
    '  mkdir -p -- "$logs"',
    '  array=$(sbatch --parsable --output="${logs//%/%%}/%x-%A_%a.log" "$0")',
    "  array=${array%%;*}",
    "  sbatch \\",
    ...(queue === undefined
      ? ['    --dependency="afterany:$array" \\']
      : ['    --export="ALL,LACUNA_WORKERS=$array" \\']),
    `    --job-name=${name}-${queue === undefined ? "verify" : "shards"} --ntasks=1 --cpus-per-task=1 --mem=4G --time=${time} \\`,
    ...(partition === undefined ? [] : [`    --partition=${partition} \\`]),
    ...(account === undefined ? [] : [`    --account=${account} \\`]),
    "    --output=\"${logs//%/%%}/%x-%j.log\" <<'AFTERWARDS'",
    "#!/bin/bash",
    "set -euo pipefail",
    ...setupLines,
    ...afterwards,
    "AFTERWARDS",
    "  exit",
    "fi",
    "",
    ...setupLines,
    ...(queue === undefined ? [`export LACUNA_SHARDS=${tasks}`] : []),
    `${task} &`,
    "child=$!",
    "again=",
    `trap 'again=yes; kill -TERM "$child" 2>/dev/null || true' USR1 # ${WARNING_SECONDS} s before the time limit`,
    `trap 'kill -TERM "$child" 2>/dev/null || true' TERM INT`,
    "status=0",
    'wait "$child" || status=$?',
    'while kill -0 "$child" 2>/dev/null; do # a signal ended the wait, not the child',
    "  status=0",
    '  wait "$child" || status=$?',
    "done",
    queue === undefined ? "if [[ -n $again && $status -ne 0 ]]; then" : "if [[ -n $again ]]; then",
    '  scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"',
    "  exit 0",
    "fi",
    'exit "$status"',
    "",
  ].join("\n");
}
