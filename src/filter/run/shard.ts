/**
 * @file Static arrays: which share of a job's input files this task does.
 *
 * A share is written `I/N`, with I from 0 to N - 1, as array schedulers number their tasks. Share I does the pending input
 * files i with i mod N = I. Shares need not know of each other: a file done twice is committed once.
 */
import { UserError } from "../../base/errors.js";

export interface Shard {
  /** From 0 to of - 1. */
  index: number;
  of: number;
}

/** Tasks a job may be cut into. */
const MOST_SHARDS = 1_000_000;

/** Reads "3/7": the fourth of seven shares. @throws UserError when it is not one */
export function parseShard(text: string): Shard {
  const match = /^(\d{1,7})\/(\d{1,7})$/.exec(text);
  const [index, of] = match ? [Number(match[1]), Number(match[2])] : [0, 0];
  if (!match || of < 1 || of > MOST_SHARDS || index >= of) {
    throw new UserError(
      `--shard ${JSON.stringify(text)} is not I/N with I from 0 to N - 1. Shares are counted from 0: of 7, the first is 0/7 and the last 6/7.`,
    );
  }
  return { index, of };
}

/**
 * The share that an array scheduler gave this process; undefined outside of one.
 *
 * Slurm: SLURM_ARRAY_TASK_ID less SLURM_ARRAY_TASK_MIN, of SLURM_ARRAY_TASK_COUNT. Kubernetes (Indexed Job):
 * JOB_COMPLETION_INDEX of LACUNA_SHARDS, since Kubernetes does not tell a pod how many there are. LACUNA_SHARDS, when set,
 * counts in both: resubmitting only some tasks of a Slurm array then changes no share.
 *
 * @throws UserError when the variables are there and make no share
 */
export function shardFromEnvironment(env: Readonly<Record<string, string | undefined>>): Shard | undefined {
  const { LACUNA_SHARDS, SLURM_ARRAY_TASK_ID, SLURM_ARRAY_TASK_MIN, SLURM_ARRAY_TASK_COUNT, JOB_COMPLETION_INDEX } =
    env;
  const number = (name: string) => {
    const text = env[name] ?? "";
    if (!/^\d{1,10}$/.test(text)) throw new UserError(`${name} is ${JSON.stringify(text)}, not a number from 0.`);
    return Number(text);
  };
  const share = (name: string, index: number, of: number): Shard => {
    if (of < 1 || of > MOST_SHARDS || index >= of) {
      throw new UserError(
        `${name} makes this task ${index} of ${of}. Tasks are counted from 0 to one less than LACUNA_SHARDS; give --shard I/N to choose by hand.`,
      );
    }
    return { index, of };
  };
  if (SLURM_ARRAY_TASK_ID !== undefined) {
    // With a count of our own, ids are those of the script (0 to N - 1), whichever of them are run.
    if (LACUNA_SHARDS !== undefined)
      return share("SLURM_ARRAY_TASK_ID", number("SLURM_ARRAY_TASK_ID"), number("LACUNA_SHARDS"));
    if (SLURM_ARRAY_TASK_COUNT === undefined)
      throw new UserError(
        "SLURM_ARRAY_TASK_ID is set, SLURM_ARRAY_TASK_COUNT is not. Set LACUNA_SHARDS or give --shard I/N.",
      );
    const first = SLURM_ARRAY_TASK_MIN === undefined ? 0 : number("SLURM_ARRAY_TASK_MIN");
    const index = number("SLURM_ARRAY_TASK_ID") - first;
    return share("SLURM_ARRAY_TASK_ID", index, number("SLURM_ARRAY_TASK_COUNT"));
  }
  if (JOB_COMPLETION_INDEX !== undefined) {
    if (LACUNA_SHARDS === undefined)
      throw new UserError(
        "JOB_COMPLETION_INDEX is set, LACUNA_SHARDS is not. Set it to the job's completions, or give --shard I/N.",
      );
    return share("JOB_COMPLETION_INDEX", number("JOB_COMPLETION_INDEX"), number("LACUNA_SHARDS"));
  }
  return undefined;
}
