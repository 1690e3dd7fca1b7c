/**
 * @file Stretches of labelled text for a report: some drawn at random, some where the labels are least sure.
 *
 * Least sure of labels from latents are the spans whose best seed was only just strong; of other labels, the documents
 * whose share of forget tokens is nearest to what makes a document forget. A passage is about a place, never picked for
 * how the labels look.
 */
import { random } from "../../base/random.js";
import { NO_DOMAIN } from "../../tokens/index.js";
import type { LabelFolder, LabelledDocument } from "./folder.js";
import type { ReportedSpan } from "./spans.js";

export interface ShownToken {
  text: string;
  label: number;
  /** Domain by truth, or null where nothing is known. */
  truth: string | null;
}

export interface ShownPassage {
  id: string;
  source: string;
  split: string;
  /** Why it is here. */
  note: string;
  /** Whether it begins and ends with its document. */
  isStart: boolean;
  isEnd: boolean;
  tokens: ShownToken[];
}

/** Tokens of a passage, and passages of a kind. */
const LENGTH = 110;
const COUNT = 5;

/** Passages of test documents (of all where there are none), drawn by the seed. */
export function randomPassages(folder: LabelFolder, seed: number): ShownPassage[] {
  const documents = shownDocuments(folder);
  const draw = random(seed, "label report:passages");
  return Array.from(draw.permutation(documents.length).slice(0, COUNT), (index) => {
    const document = documents[index];
    const start = draw.integer(Math.max(1, document.tokens.length - LENGTH));
    return passage(folder, document, start, "drawn at random");
  });
}

/** Passages where the labels are least sure, of one document each. */
export function borderlinePassages(folder: LabelFolder, spans: readonly ReportedSpan[], seed: number): ShownPassage[] {
  return spans.length > 0 ? weakestSpans(folder, spans) : nearestDocuments(folder, seed);
}

function weakestSpans(folder: LabelFolder, spans: readonly ReportedSpan[]): ShownPassage[] {
  const documents = new Map(shownDocuments(folder).map((document) => [`${document.split} ${document.id}`, document]));
  const passages: ShownPassage[] = [];
  for (const span of [...spans].sort((a, b) => (a.strength ?? 0) - (b.strength ?? 0))) {
    if (passages.length === COUNT) break;
    const key = `${span.split} ${span.id}`;
    const document = documents.get(key);
    if (!document) continue;
    documents.delete(key);
    const first = folder.read(document).ends.findIndex((end) => end > span.start);
    const latents = span.latents.filter(({ peak }) => peak >= 1).map(({ latent }) => latent);
    const note = `weakest seed at ${(span.strength ?? 0).toFixed(2)} times the threshold; strong in the span: latents ${latents.join(", ")}`;
    passages.push(passage(folder, document, Math.max(0, first - LENGTH / 2), note));
  }
  return passages;
}

function nearestDocuments(folder: LabelFolder, seed: number): ShownPassage[] {
  const line = Number(folder.manifest.options.documentShare ?? 0.25);
  const documents = shownDocuments(folder);
  const order = Array.from(random(seed, "label report:borderline").permutation(documents.length), (i) => documents[i]);
  const share = ({ labels }: LabelledDocument) => labels.filter((label) => label === 1).length / labels.length;
  const distance = (document: LabelledDocument) => Math.abs(share(document) - line);
  return order
    .filter(({ labels }) => labels.includes(1))
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, COUNT)
    .map((document) => {
      const note = `${Math.round(100 * share(document))} % of the document is forget; from ${Math.round(100 * line)} % on all of it is`;
      return passage(folder, document, Math.max(0, document.labels.indexOf(1) - LENGTH / 2), note);
    });
}

function shownDocuments({ documents }: LabelFolder): LabelledDocument[] {
  const test = documents.filter(({ split }) => split === "test");
  return test.length > 0 ? test : documents;
}

function passage(folder: LabelFolder, document: LabelledDocument, start: number, note: string): ShownPassage {
  const { text, ends, isSpecial } = folder.read(document);
  const bytes = Buffer.from(text);
  const from = Math.floor(start);
  const decoder = new TextDecoder();
  const tokens: ShownToken[] = [];
  for (let token = from; token < Math.min(from + LENGTH, ends.length); token++) {
    if (isSpecial[token]) continue;
    const domain = document.truth?.[token] ?? NO_DOMAIN;
    tokens.push({
      // A character that spans tokens is shown with the last of them.
      text: decoder.decode(bytes.subarray(token === 0 ? 0 : ends[token - 1], ends[token]), { stream: true }),
      label: document.labels[token],
      truth: domain === NO_DOMAIN ? null : folder.domains[domain],
    });
  }
  const { id, source, split } = document;
  return { id, source, split, note, isStart: from === 0, isEnd: from + LENGTH >= ends.length, tokens };
}
