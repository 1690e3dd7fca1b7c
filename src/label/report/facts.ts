/**
 * @file All that a report on labels says, in numbers and passages, from one folder of labels or several.
 *
 * Truth only grades: nothing was chosen by it, and a text's source domain is no truth of its tokens (a medical text holds
 * sentences about anything), which is why glossary terms are graded beside it.
 */
import { UserError } from "../../base/errors.js";
import { UNKNOWN_LABEL } from "../grade.js";
import { type Agreement, agreementOf } from "./agreement.js";
import { type LabelFolder, type LabelledDocument, type OpenFolderOptions, openLabelFolder } from "./folder.js";
import { type Glossary, readGlossary } from "./glossary.js";
import { joined, type RateRow, ratesOf, type TruthTable, truthTables } from "./grades.js";
import { type LatentStatus, readShownLatents, type ShownLatents } from "./latents.js";
import { borderlinePassages, randomPassages, type ShownPassage } from "./passages.js";
import { readSentenceVerdicts, type SentenceVerdicts } from "./sentences.js";
import { type LatentUse, latentUse, readReportedSpans } from "./spans.js";

export interface LabelReportOptions extends OpenFolderOptions {
  /** Glossary files. */
  glossary: readonly string[];
  seed: number;
}

export interface FolderReport {
  /** Its path, as it was given. */
  name: string;
  stage: string;
  package: string;
  seconds: number;
  options: Record<string, unknown>;
  result: Record<string, unknown>;
  rates: RateRow[];
  truth: TruthTable[];
  latents: ShownLatents | null;
  /** Of each latent that fired in a labelled span. */
  uses: (LatentUse & { latent: number })[];
  passages: { random: ShownPassage[]; borderline: ShownPassage[] };
}

export interface PairReport {
  first: string;
  second: string;
  tokens: Agreement;
  documents: Agreement;
  /** Verdicts on the same sentences, where both judged sentences. */
  sentences: Agreement | null;
  /** Verdicts on latents, where both judged those of the same autoencoder. */
  latents: Agreement | null;
}

export interface LabelReport {
  domain: string;
  description: string;
  forget: string[];
  folders: FolderReport[];
  pairs: PairReport[];
}

/** Reads folders of labels of one domain and the same token shards. @throws UserError naming what does not fit */
export async function labelReport(paths: readonly string[], options: LabelReportOptions): Promise<LabelReport> {
  if (paths.length === 0) throw new UserError("There are no labels to report on. Give one folder or more.");
  const glossary = options.glossary.length > 0 ? await readGlossary(options.glossary) : undefined;
  const opened = paths.map((path) => openLabelFolder(path, options));
  const [first] = opened;
  for (const folder of opened)
    if (folder.domain.name !== first.domain.name || folder.tokenizer.fingerprint !== first.tokenizer.fingerprint)
      throw new UserError(
        `${first.path} labels ${first.domain.name} in tokens of ${first.tokenizer.fingerprint}, ${folder.path} ` +
          `${folder.domain.name} in tokens of ${folder.tokenizer.fingerprint}. Compare labels of one domain on the same shards.`,
      );
  const sentences = await Promise.all(opened.map(readSentenceVerdicts));
  const folders: FolderReport[] = [];
  for (const folder of opened) folders.push(await reportOf(folder, glossary, options.seed));
  const pairs = opened.flatMap((one, i) =>
    opened.slice(i + 1).map((other, j) => ({
      ...compare(one, other, folders[i].latents, folders[i + 1 + j].latents),
      sentences: compareSentences(sentences[i], sentences[i + 1 + j]),
    })),
  );
  const { name: domain, description, truth: forget } = first.domain;
  return { domain, description, forget, folders, pairs };
}

async function reportOf(folder: LabelFolder, glossary: Glossary | undefined, seed: number): Promise<FolderReport> {
  const { manifest, path } = folder;
  const spans = await readReportedSpans(path);
  return {
    ...{ name: path, stage: manifest.stage, package: manifest.package, seconds: manifest.seconds },
    options: manifest.options,
    result: manifest.result as Record<string, unknown>,
    rates: ratesOf(folder),
    truth: truthTables(folder, glossary),
    latents: (await readShownLatents(path, seed)) ?? null,
    uses: Array.from(latentUse(folder, spans), ([latent, use]) => ({ latent, ...use })),
    passages: { random: randomPassages(folder, seed), borderline: borderlinePassages(folder, spans, seed) },
  };
}

/** Compares verdicts on the sentences both judged. */
function compareSentences(a: SentenceVerdicts | undefined, b: SentenceVerdicts | undefined): Agreement | null {
  if (!a || !b) return null;
  const common = [...a.keys()].filter((key) => b.has(key));
  return agreementOf(
    common.map((key) => a.get(key)!),
    common.map((key) => b.get(key)!),
  );
}

/** Compares two folders on the documents both have. */
function compare(
  a: LabelFolder,
  b: LabelFolder,
  latentsA: ShownLatents | null,
  latentsB: ShownLatents | null,
): Omit<PairReport, "sentences"> {
  const others = new Map(b.documents.map((document) => [`${document.split} ${document.id}`, document]));
  const common = a.documents.flatMap((document) => {
    const other = others.get(`${document.split} ${document.id}`);
    return other && other.tokens.length === document.tokens.length ? [[document, other]] : [];
  });
  if (common.length === 0)
    throw new UserError(`${a.path} and ${b.path} have no document in common. Compare labels of the same shards.`);
  const specials = new Set(Object.values(a.tokenizer.specials));
  const ordinary = ({ tokens, labels }: LabelledDocument) => labels.filter((_, token) => !specials.has(tokens[token]));
  const verdict: Record<LatentStatus, number> = { kept: 1, rejected: 0, unknown: UNKNOWN_LABEL };
  const verdicts = ({ all }: ShownLatents) => all.map(({ status }) => verdict[status]);
  const sae = ({ manifest }: LabelFolder) => manifest.inputs.sae?.[0]?.fingerprint;
  return {
    first: a.path,
    second: b.path,
    tokens: agreementOf(
      joined(common.map(([one]) => ordinary(one))),
      joined(common.map(([, other]) => ordinary(other))),
    ),
    documents: agreementOf(
      common.map(([one]) => one.label),
      common.map(([, other]) => other.label),
    ),
    latents:
      latentsA && latentsB && sae(a) !== undefined && sae(a) === sae(b)
        ? agreementOf(verdicts(latentsA), verdicts(latentsB))
        : null,
  };
}
