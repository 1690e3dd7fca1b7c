/**
 * @file Every command by name, with the module that makes it: a command's code is loaded when the command is asked for.
 *
 * Names and summaries are written here a second time, so that `--help` and `--version` load nothing;
 * `commands.test.ts` holds them to the commands themselves.
 */
import type { Command } from "commander";

/** Adds one command to the program. */
export type AddCommand = (program: Command) => unknown;

export interface CommandEntry {
  name: string;
  summary: string;
  load(): Promise<AddCommand>;
}

export interface CommandGroup {
  /** Heading in the help; none for the first group. */
  title?: string;
  commands: readonly CommandEntry[];
}

const command = (name: string, summary: string, load: () => Promise<AddCommand>): CommandEntry => ({
  ...{ name, summary, load },
});

/** A command that is one stage. */
const stage = (name: string, summary: string): CommandEntry =>
  command(name, summary, async () => {
    const [{ addStageCommand }, { stageByName }] = await Promise.all([
      import("./stage-command.js"),
      import("../study/stages.js"),
    ]);
    return (program) => addStageCommand(program, stageByName(name));
  });

/** In the order of the help. */
export const COMMANDS: readonly CommandGroup[] = [
  {
    commands: [
      command(
        "study",
        "label, classify, filter, train, measure and report, in one go",
        async () => (await import("./study.js")).addStudyCommand,
      ),
      command(
        "study-classifiers",
        "compare encoders, biLMs and worse labels as classifiers, in one go",
        async () => (await import("./study-classifiers.js")).addStudyClassifiersCommand,
      ),
      command(
        "report",
        "draw the report and figures of a study again",
        async () => (await import("./report.js")).addReportCommand,
      ),
      command(
        "robustness",
        "attack every model of a study, and unlearned baselines beside them",
        async () => (await import("./robustness.js")).addRobustnessCommand,
      ),
      command(
        "alignment",
        "teach every model of a study to refuse, and see what it refuses",
        async () => (await import("./alignment.js")).addAlignmentCommand,
      ),
      command(
        "safeguards",
        "ask, probe and attack the models of a study, on one page",
        async () => (await import("./safeguards.js")).addSafeguardsCommand,
      ),
    ],
  },
  {
    title: "Stages, in order:",
    commands: [
      stage("corpus", "Gathers documents, splits them into train, validation and test, and shuffles them."),
      stage("tokenizer", "Learns a byte-level BPE vocabulary, or takes a published one."),
      stage(
        "tokenize",
        "Turns a corpus into token shards, one per split, with the truth of each token where it is known.",
      ),
      stage("pretrain", "Trains a language model on tokens, under a policy or without one."),
      stage("sae", "Train a sparse autoencoder on a model's residual stream"),
      stage("label", "Label tokens and documents of a sample through SAE latents"),
      stage("label-text", "Label sentences or documents by a judge that reads them"),
      stage("label-spans", "Label tokens and documents from spans marked by hand"),
      stage("label-derive", "Make labels from labels: of half the documents, coarser, or noisier"),
      command(
        "classifier",
        "Make classifiers: new from texts and a domain file, or fit from labels",
        async () => (await import("./classifier.js")).addClassifierCommands,
      ),
      stage("label-classifier", "Label documents by a classifier's decisions"),
      stage("score-control", "Scores for a control arm: the truth's, or a classifier's in the wrong places"),
      stage("evaluate", "Measure a model's loss on held-out text, separately per domain."),
      stage("contamination", "Find questions that stand in the training text"),
      stage("glossary-set", "Make cloze questions from glossaries: which term has this definition"),
      stage("instruct", "Finetune a model to answer lettered questions with a letter"),
      stage("questions", "Put multiple-choice questions to a model, by letter and by cloze"),
      stage("compare", "Test what one model lost against another, question by question"),
      stage("boundary", "Probe a model's states for forget against retain, and between subdomains"),
      stage("export-model", "Writes a model as a Hugging Face directory that transformers, vLLM and others load."),
      stage("chat-tune", "Finetunes a model on conversations, so that it answers."),
      stage("refusal-questions", "Splits questions to refuse and instructions to follow into training and evaluation."),
      stage("refusal-tune", "Teaches a model to refuse forget-domain questions and to follow other instructions."),
      stage(
        "unlearn",
        "Takes a capability out of a trained model: RMU, a circuit breaker or gradient ascent, within a retain budget.",
      ),
      stage(
        "attack",
        "Finetunes a model on forget text and counts the tokens until it knows what the unfiltered one does.",
      ),
      stage("refusals", "Asks a model forget-domain questions and general instructions, and counts what it refuses."),
      stage("responses", "Ask a chat model questions, and judge or measure what it says"),
    ],
  },
  {
    title: "A corpus of any size:",
    commands: [
      command(
        "score",
        "Score every token and document of a corpus",
        async () => (await import("./score.js")).addScoreCommand,
      ),
      command(
        "verify",
        "prove that a scored corpus is complete and unchanged",
        async () => (await import("./verify.js")).addVerifyCommand,
      ),
      command(
        "stats",
        "Show what a scoring job holds: sources, scores, what thresholds would take",
        async () => (await import("./stats.js")).addStatsCommand,
      ),
      command(
        "inspect",
        "Print borderline passages: text around tokens whose score is nearest the threshold",
        async () => (await import("./inspect.js")).addInspectCommand,
      ),
      command(
        "filter",
        "Turn scores into policies: method and threshold, with what they filter",
        async () => (await import("./filter.js")).addFilterCommand,
      ),
      command(
        "export",
        "Write a filtered corpus for a trainer: tokens with a loss mask, attributes, or plain text",
        async () => (await import("./export.js")).addExportCommand,
      ),
      command(
        "worker",
        "Score shards that a queue hands out",
        async () => (await import("./worker.js")).addWorkerCommand,
      ),
      command(
        "launch",
        "write a Slurm script or a Kubernetes manifest of a scoring job",
        async () => (await import("./launch.js")).addLaunchCommand,
      ),
    ],
  },
  {
    title: "Measuring:",
    commands: [
      command(
        "generate",
        "Show what a model says after a prompt",
        async () => (await import("./generate.js")).addGenerateCommand,
      ),
      command(
        "classifier-report",
        "Compare classifiers: table with intervals, curves, calibration, sources, cost",
        async () => (await import("./classifier-report.js")).addClassifierReportCommand,
      ),
      command(
        "sae-check",
        "Check that a sparse autoencoder is read at the right hook",
        async () => (await import("./sae-check.js")).addSaeCheckCommand,
      ),
      command(
        "label-report",
        "Show how far labels can be trusted, on one page",
        async () => (await import("./label-report.js")).addLabelReportCommand,
      ),
      command(
        "bench",
        "Measures this machine. Nothing is written.",
        async () => (await import("./bench.js")).addBenchCommand,
      ),
    ],
  },
];
