import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JobSettings } from "../job/plan.js";
import { type SlurmOptions, shellQuote, slurmScript } from "./slurm.js";

const OPTIONS: SlurmOptions = {
  inputs: ["corpus/*.jsonl.zst"],
  classifier: "medicine",
  out: "scored",
  settings: JobSettings.parse({}),
  tasks: 7,
  parallel: 7,
  workers: 2,
  threads: 4,
  memory: "8G",
  name: "lacuna-score",
  time: "12:00:00",
  logs: "logs",
};
const HOSTILE = [
  "-rf",
  "it's",
  "a b",
  "$(touch x)",
  "`touch x`",
  '"',
  "\\",
  "~",
  "*",
  "AFTERWARDS",
  "100%",
  "ü字",
  ";&|<>!#",
];

/** A folder with programs that write their arguments, one a line, to `calls`, and a script in it. */
function stage(script: string) {
  const folder = mkdtempSync(join(tmpdir(), "lacuna-slurm-"));
  const program = (name: string, lines: string) => {
    writeFileSync(join(folder, name), `#!/bin/bash\n${lines}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const record = `printf '%s\\n' "$(basename "$0")" "$@" >> "${folder}/calls"`;
  program("sbatch", `${record}\n[[ "$*" == *--parsable* ]] && echo "4711;cluster" || cat > "${folder}/afterwards.sh"`);
  program("scontrol", record);
  program("scancel", record);
  program("lacuna", `${record}\nenv | grep ^LACUNA_SHARDS= >> "${folder}/calls"\n\${LACUNA_TEST_BODY:-true}`);
  writeFileSync(join(folder, "score.sh"), script);
  const run = (file: string, env: Record<string, string> = {}) =>
    spawnSync("bash", [join(folder, file)], {
      cwd: folder,
      env: { PATH: `${folder}:${process.env.PATH}`, ...env },
      encoding: "utf8",
      timeout: 20_000,
    });
  const calls = () => readFileSync(join(folder, "calls"), "utf8").split("\n").slice(0, -1);
  return { folder, run, calls };
}

describe("words for bash", () => {
  it("arrive as they are, whatever is in them", () => {
    const echo = (words: string[]) =>
      execFileSync("bash", ["-c", `printf '%s\\n' ${words.map(shellQuote).join(" ")}`], { encoding: "utf8" });
    expect(echo(HOSTILE)).toBe(`${HOSTILE.join("\n")}\n`);
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme-composite" }), (text) => {
        fc.pre(!/[\0\n]/.test(text));
        expect(echo([text])).toBe(`${text}\n`);
      }),
      { numRuns: 40 },
    );
  });
});

describe("a Slurm script", () => {
  it("is bash, with an array of all shares and the resources asked for", () => {
    const script = slurmScript({ ...OPTIONS, parallel: 3, partition: "gpu", account: "lab" });
    expect(spawnSync("bash", ["-n"], { input: script }).status).toBe(0);
    for (const line of ["array=0-6%3", "cpus-per-task=8", "mem=8G", "time=12:00:00", "requeue", "partition=gpu"])
      expect(script).toContain(`\n#SBATCH --${line}\n`);
    if (spawnSync("shellcheck", ["--version"]).status === 0)
      expect(spawnSync("shellcheck", ["-"], { input: script, encoding: "utf8" }).stdout).toBe("");
  });

  it("submits itself, and lacuna verify after it", () => {
    const { run, calls, folder } = stage(slurmScript({ ...OPTIONS, out: "it's scored", logs: "my logs 5%" }));
    expect(run("score.sh")).toMatchObject({ status: 0, stderr: "" });
    const [first, ...rest] = calls().join("\n").split("\nsbatch\n");
    expect(first).toBe(`sbatch\n--parsable\n--output=my logs 5%%/%x-%A_%a.log\n${folder}/score.sh`);
    expect(rest).toHaveLength(1);
    expect(rest[0].split("\n")).toContain("--dependency=afterany:4711");
    expect(run("afterwards.sh").status).toBe(0);
    expect(calls().slice(-3)).toEqual(["lacuna", "verify", "it's scored"]);
  });

  it("gives a task its share and hostile paths as they are", () => {
    const settings = JobSettings.parse({ textField: "con tent", maxBad: 5 });
    const { run, calls } = stage(slurmScript({ ...OPTIONS, inputs: HOSTILE, settings }));
    expect(run("score.sh", { SLURM_ARRAY_TASK_ID: "3" })).toMatchObject({ status: 0, stderr: "" });
    const options = [
      "--text-field",
      "con tent",
      "--max-bad",
      "5",
      "--workers",
      "2",
      "--threads",
      "4",
      "--shard",
      "auto",
    ];
    const command = ["lacuna", "score", "--classifier", "medicine", "--out", "scored", ...options, "--", ...HOSTILE];
    expect(calls()).toEqual([...command, "LACUNA_SHARDS=7"]);
  });

  it("keeps a task's exit code", () => {
    const { run } = stage(slurmScript(OPTIONS));
    expect(run("score.sh", { SLURM_ARRAY_TASK_ID: "0", LACUNA_TEST_BODY: "exit 2" }).status).toBe(2);
  });

  it("queues a task again when its time is nearly up", () => {
    const { run, calls } = stage(slurmScript(OPTIONS));
    const env = {
      SLURM_ARRAY_TASK_ID: "3",
      SLURM_ARRAY_JOB_ID: "4711",
      LACUNA_TEST_BODY: "eval kill -USR1 $PPID; exec sleep 15",
    };
    expect(run("score.sh", env).status).toBe(0);
    expect(calls().slice(-3)).toEqual(["scontrol", "requeue", "4711_3"]);
  });

  it("has workers and one job that hands out shards when there is a queue", () => {
    const { run, calls } = stage(slurmScript({ ...OPTIONS, queue: "env" }));
    expect(run("score.sh").status).toBe(0);
    expect(calls()).toContain("--export=ALL,LACUNA_WORKERS=4711");
    const env = { LACUNA_QUEUE: "redis://:secret@head:6379", LACUNA_WORKERS: "4711", LACUNA_TEST_BODY: "exit 3" };
    expect(run("score.sh", { ...env, SLURM_ARRAY_TASK_ID: "0" }).status).toBe(3);
    expect(calls().join(" ")).toMatch(/lacuna worker --queue redis:\/\/:secret@head:6379 --classifier medicine/);
    expect(run("afterwards.sh", env).status).toBe(3); // the workers are ended all the same
    expect(calls().join(" ")).toMatch(
      /score .*--queue redis:\/\/:secret@head:6379 -- corpus\/\*\.jsonl\.zst scancel 4711$/,
    );
  });

  it.each([
    [{ inputs: ["a\nb"] }, /control characters/],
    [{ out: "" }, /empty/],
    [{ inputs: [] }, /Give files/],
    [{ tasks: 0 }, /--tasks is 0/],
    [{ time: "1h; rm" }, /--time/],
    [{ memory: "8 GB" }, /--memory/],
    [{ name: "-x" }, /--name/],
    [{ partition: "a b" }, /--partition/],
    [{ queue: "redis://:secret@host" }, /password.*--queue env/],
    [{ queue: "http://host" }, /not redis:/],
  ] as const)("refuses %j in a sentence", (change, message) => {
    expect(() => slurmScript({ ...OPTIONS, ...change })).toThrow(message);
  });
});
