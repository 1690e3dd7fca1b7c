/** @file `npx lacuna launch`: writes what a cluster needs to score a corpus. It starts nothing itself. */
import type { Command } from "commander";
import { writeFileAtomic } from "../base/files.js";
import { JobSettings } from "../filter/job/plan.js";
import { kubernetesManifest, slurmScript } from "../filter/launch/index.js";
import { addSchemaOptions, numberOf } from "./options.js";

interface LaunchFlags extends JobSettings {
  classifier: string;
  out: string;
  tasks: number;
  parallel?: number;
  workers: number;
  threads: number;
  memory: string;
  name: string;
  queue?: string;
  write?: string;
  json?: boolean;
}
type SlurmFlags = LaunchFlags & { time: string; partition?: string; account?: string; logs: string; setup?: string };
type KubernetesFlags = LaunchFlags & { image: string; namespace: string; volume: string[]; secret?: string };

export function addLaunchCommand(program: Command): void {
  const launch = program
    .command("launch")
    .summary("write a Slurm script or a Kubernetes manifest of a scoring job")
    .description(
      "Writes what a cluster needs to score a corpus on many machines. It starts nothing and asks for no keys.",
    );
  shared(launch.command("slurm"))
    .description(
      "Prints a script for Slurm: an array of scoring tasks and a npx lacuna verify job after it.\nA task near its time limit is queued again and goes on from its last checkpoint.",
    )
    .option("--time <text>", "time limit of a task, as sbatch takes it", "24:00:00")
    .option("--partition <name>", "partition")
    .option("--account <name>", "account")
    .option("--logs <folder>", "one log per task", "logs")
    .option("--setup <shell>", 'shell code before each job, e.g. "module load nodejs"')
    .addHelpText(
      "after",
      "\nRun the script with bash: it submits itself. Run it again after a failure.\n\nExamples:\n  $ npx lacuna launch slurm 'corpus/*.jsonl.zst' --classifier medicine --out scored --tasks 200 --time 12:00:00 --write score.sh\n  $ npx lacuna launch slurm 'corpus/*.jsonl.zst' --classifier medicine --out scored --tasks 50 --queue redis://head:6379",
    )
    .action((inputs: string[], flags: SlurmFlags) =>
      deliver(flags, slurmScript(options(inputs, flags)), `bash ${flags.write}`),
    );
  shared(launch.command("k8s"))
    .description(
      "Prints a manifest for Kubernetes (JSON, which kubectl takes): an Indexed Job, one index per share.\nPods that are drained or preempted are replaced and go on from the last checkpoint.",
    )
    .requiredOption("--image <name>", "container image with lacuna on its path, and the classifier or a volume with it")
    .option("--namespace <name>", "namespace", "default")
    .option(
      "--volume <claim:/path>",
      "persistent volume claim with inputs, classifier or results, and where it is mounted (:ro after it: read-only); may be repeated",
      (volume: string, others: string[]) => [...others, volume],
      [],
    )
    .option("--secret <name>", "secret with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ..., LACUNA_QUEUE")
    .addHelpText(
      "after",
      "\nThen: kubectl apply -f FILE; kubectl wait --for=condition=complete --timeout=-1s job/lacuna-score; npx lacuna verify OUT\n\nExamples:\n  $ npx lacuna launch k8s s3://corpus/texts/ --classifier /models/medicine --volume models:/models:ro --out s3://corpus/scored --tasks 64 --image registry.example/lacuna:0.1.0 --secret corpus-keys\n  $ npx lacuna launch k8s /corpus/texts --volume corpus:/corpus --classifier /corpus/medicine --out /corpus/scored --tasks 8 --image registry.example/lacuna:0.1.0 --queue redis://queue:6379 --write score.json",
    )
    .action((inputs: string[], flags: KubernetesFlags) => {
      const manifest = kubernetesManifest({ ...options(inputs, flags), volumes: flags.volume });
      return deliver(flags, `${JSON.stringify(manifest, null, 2)}\n`, `kubectl apply -f ${flags.write}`);
    });
}

function shared(command: Command): Command {
  command
    .argument("<inputs...>", "what npx lacuna score takes: files, folders, globs, s3:// and hf:// addresses")
    .requiredOption("--classifier <path>", "classifier (npx lacuna classifier fit), as the tasks see it")
    .requiredOption("--out <place>", "shared folder or s3://bucket/prefix for the scores")
    .requiredOption("--tasks <number>", "shares of the input files, or workers with --queue", numberOf);
  return addSchemaOptions(command, JobSettings)
    .option("--parallel <number>", "tasks that run at the same time (default: all)", numberOf)
    .option("--workers <number>", "processes of a task, each with the classifier in memory", numberOf, 1)
    .option("--threads <number>", "threads of each process", numberOf, 4)
    .option("--memory <size>", "memory of a task: 8G", "8G")
    .option("--name <name>", "name of the job", "lacuna-score")
    .option("--queue <url>", "make the tasks workers on this Redis or Valkey; env: the address is in LACUNA_QUEUE")
    .option("--write <file>", "write there instead of printing")
    .option("--json", "print JSON: the text, or the file it was written to");
}

function options<Flags extends LaunchFlags>(inputs: string[], flags: Flags) {
  return { ...flags, inputs, parallel: flags.parallel ?? flags.tasks, settings: JobSettings.parse(flags) };
}

async function deliver({ write, json }: LaunchFlags, text: string, next: string): Promise<void> {
  if (write === undefined) {
    process.stdout.write(json ? `${JSON.stringify({ text }, null, 2)}\n` : text);
    return;
  }
  await writeFileAtomic(write, text);
  console.log(json ? JSON.stringify({ file: write, next }, null, 2) : `Wrote ${write}. Next: ${next}`);
}
