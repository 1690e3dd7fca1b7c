/**
 * @file Neuronpedia's dumps (v1): SOURCE/{features,activations,explanations}/batch-N.jsonl.gz.
 *
 * They hold what a judge needs, contexts and explanations, but not all that the labelling rule needs: mean and standard
 * deviation of a latent over a reference set are not in them, so those are NaN here, and `npx lacuna label` measures them on
 * its own reference set. Files come from outside: lines are bounded, and what is not as expected is counted, not used.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { random } from "../../base/random.js";
import { readLines } from "../../corpus/lines.js";
import type { LatentContext } from "../contexts.js";
import type { LatentEvidence } from "../judge.js";

/** An explanation someone or something wrote. */
export interface ImportedExplanation {
  text: string;
  /** How it was made, e.g. "oai_token-act-pair". */
  type: string | undefined;
  /** The model that wrote it. */
  model: string | undefined;
}

export interface ImportedLatent {
  /** mean and sd are NaN: the dump does not hold them. frequency is NaN where there is no features file. */
  evidence: LatentEvidence;
  explanations: ImportedExplanation[];
}

export interface NeuronpediaDump {
  /** In order of latent; those with neither context nor explanation are absent. */
  latents: ImportedLatent[];
  /** Lines that were not as expected. */
  badLines: number;
}

export interface NeuronpediaOptions {
  /** Contexts kept per latent: half its strongest, half drawn at random from all. */
  contexts: number;
  /** Tokens of context on either side. */
  reach: number;
  /** Seed of the random half. */
  seed: number;
}

/** Latents have a number below this. */
const MOST_LATENTS = 1 << 24;
const Index = z.coerce.number().int().min(0).max(MOST_LATENTS);
const Activation = z.looseObject({
  index: Index,
  tokens: z.array(z.string()).min(1),
  values: z.array(z.number()).min(1),
});
const Feature = z.looseObject({ index: Index, frac_nonzero: z.number().min(0).max(1).nullish() });
const Explanation = z.looseObject({
  index: Index,
  description: z.string().min(1),
  typeName: z.string().nullish(),
  explanationModelName: z.string().nullish(),
});

/** What is gathered of one latent. */
interface Gathered {
  top: LatentContext[];
  sample: LatentContext[];
  seen: number;
  frequency: number;
  explanations: ImportedExplanation[];
}

/** Reads a source's folder. @throws UserError when it has none of the three folders, or nothing in them can be used */
export async function readNeuronpedia(directory: string, options: NeuronpediaOptions): Promise<NeuronpediaDump> {
  const latents = new Map<number, Gathered>();
  const of = (index: number): Gathered => {
    const found = latents.get(index) ?? { top: [], sample: [], seen: 0, frequency: Number.NaN, explanations: [] };
    latents.set(index, found);
    return found;
  };
  const draw = random(options.seed, "label:neuronpedia");
  const [tops, samples] = [Math.ceil(options.contexts / 2), Math.floor(options.contexts / 2)];
  let [badLines, records] = [0, 0];

  const each = async <Schema extends z.ZodType>(
    folder: string,
    schema: Schema,
    use: (record: z.output<Schema>) => void,
  ) => {
    for (const path of batches(join(directory, folder)))
      for await (const line of readLines(path)) {
        if (line.trim() === "") continue;
        const record = schema.safeParse(parsed(line));
        if (record.success) use(record.data);
        else badLines++;
        records++;
      }
  };
  await each("activations", Activation, (record) => {
    const context = contextOf(record, records, options.reach);
    if (!context) {
      badLines++;
      return;
    }
    const latent = of(record.index);
    insert(latent.top, context, tops);
    const slot = latent.seen < samples ? latent.seen : draw.integer(latent.seen + 1);
    if (slot < samples) latent.sample[slot] = context;
    latent.seen++;
  });
  await each("features", Feature, ({ index, frac_nonzero: share }) => {
    // A feature without activations or explanations says nothing a judge could use.
    const latent = latents.get(index);
    if (latent && typeof share === "number") latent.frequency = share;
  });
  await each("explanations", Explanation, ({ index, description, typeName, explanationModelName }) => {
    const explanation = { text: description, type: typeName ?? undefined, model: explanationModelName ?? undefined };
    of(index).explanations.push(explanation);
  });
  if (latents.size === 0)
    throw new UserError(
      `${directory} has nothing of Neuronpedia's v1 dumps that can be read (${records} lines, ${badLines} not as expected). ` +
        "Give the folder that holds features, activations and explanations.",
    );
  const sorted = [...latents].sort(([a], [b]) => a - b);
  return { badLines, latents: sorted.map(([latent, gathered]) => importedLatent(latent, gathered)) };
}

function batches(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const numbered = readdirSync(folder).flatMap((file): [number, string][] => {
    const match = /^batch-(\d{1,9})\.jsonl(\.gz)?$/.exec(file);
    return match ? [[Number(match[1]), join(folder, file)]] : [];
  });
  return numbered.sort(([a], [b]) => a - b).map(([, path]) => path);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The strongest token with its surroundings, or undefined when lengths differ or nothing is active. */
function contextOf(
  { tokens, values }: z.output<typeof Activation>,
  document: number,
  reach: number,
): LatentContext | undefined {
  const activation = values.reduce((most, value) => Math.max(most, value), 0);
  if (tokens.length !== values.length || !(activation > 0)) return undefined;
  const position = values.indexOf(activation);
  const text = (from: number, to: number) => tokens.slice(Math.max(0, from), to).join("").replaceAll("\u2581", " ");
  return {
    ...{ document, position, activation },
    before: text(position - reach, position),
    token: text(position, position + 1),
    after: text(position + 1, position + 1 + reach),
  };
}

/** Strongest first; equal ones in the order of the files. */
function compare(a: LatentContext, b: LatentContext): number {
  return b.activation - a.activation || a.document - b.document;
}

function insert(top: LatentContext[], context: LatentContext, most: number): void {
  if (top.length === most && (most === 0 || compare(top[most - 1], context) <= 0)) return;
  top.push(context);
  top.sort(compare);
  if (top.length > most) top.pop();
}

function importedLatent(latent: number, { top, sample, frequency, explanations }: Gathered): ImportedLatent {
  const contexts = [...top, ...sample].sort(compare);
  const unique = contexts.filter((context, index) => index === 0 || context.document !== contexts[index - 1].document);
  return {
    evidence: { latent, mean: Number.NaN, sd: Number.NaN, frequency, contexts: unique },
    explanations,
  };
}
