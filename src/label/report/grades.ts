/** @file What labels are like and how good they are: rates by source, grades by source and split against a truth. */
import { NO_DOMAIN, truthOfTokens } from "../../tokens/index.js";
import { specialMask } from "../documents.js";
import { type Grade, gradeLabels, UNKNOWN_LABEL } from "../grade.js";
import type { LabelFolder, LabelledDocument } from "./folder.js";
import { type Glossary, termsIn } from "./glossary.js";

/** Labels of one source, or of everything. */
export interface RateRow {
  source: string;
  documents: number;
  forgetDocuments: number;
  unknownDocuments: number;
  tokens: number;
  forgetTokens: number;
  unknownTokens: number;
}

/** Grades against one truth: all, then each split, then each source. */
export interface TruthTable {
  truth: string;
  rows: { name: string; kind: "all" | "split" | "source"; grade: Grade }[];
}

/** Everything, then each source by name. Special tokens do not count. */
export function ratesOf({ documents, tokenizer }: LabelFolder): RateRow[] {
  const specials = new Set(Object.values(tokenizer.specials));
  const rows = new Map<string, RateRow>();
  const rowOf = (source: string) => {
    const none = {
      documents: 0,
      forgetDocuments: 0,
      unknownDocuments: 0,
      tokens: 0,
      forgetTokens: 0,
      unknownTokens: 0,
    };
    if (!rows.has(source)) rows.set(source, { source, ...none });
    return rows.get(source)!;
  };
  rowOf("all");
  for (const { source, tokens, labels, label } of documents) {
    const isSpecial = specialMask(tokens, specials);
    for (const row of [rowOf("all"), rowOf(`source ${source}`)]) {
      row.documents++;
      if (label === 1) row.forgetDocuments++;
      if (label === UNKNOWN_LABEL) row.unknownDocuments++;
      labels.forEach((value, token) => {
        if (isSpecial[token]) return;
        row.tokens++;
        if (value === 1) row.forgetTokens++;
        if (value === UNKNOWN_LABEL) row.unknownTokens++;
      });
    }
  }
  const [all, ...sources] = rows.values();
  const named = sources.map((row) => ({ ...row, source: row.source.slice("source ".length) }));
  return [all, ...named.sort((a, b) => (a.source < b.source ? -1 : 1))];
}

/** Grades against each truth there is. */
export function truthTables(folder: LabelFolder, glossary: Glossary | undefined): TruthTable[] {
  const tables: TruthTable[] = [];
  if (folder.documents.some(({ truth }) => truth?.some((domain) => domain !== NO_DOMAIN)))
    tables.push(truthTable("the corpus' domains", folder, folder.domains, (document) => document.truth));
  if (!glossary) return tables;
  const domains = [...new Set(glossary.terms.values())].filter((domain) => domain !== null);
  const graded = domains.filter((domain) => !folder.ungraded.includes(domain));
  const found = (document: LabelledDocument) => {
    const { text, ends } = folder.read(document);
    const spans = termsIn(text, glossary).filter(({ domain }) => graded.includes(domain));
    return truthOfTokens(text, spans, ends, graded);
  };
  return [...tables, truthTable("glossary terms", folder, graded, found)];
}

function truthTable(
  truth: string,
  { documents, domain }: LabelFolder,
  domains: readonly string[],
  truthOf: (document: LabelledDocument) => Uint8Array | undefined,
): TruthTable {
  const known = documents.map(
    (document) => truthOf(document) ?? new Uint8Array(document.tokens.length).fill(NO_DOMAIN),
  );
  const grade = (isWanted: (document: LabelledDocument) => boolean): Grade => {
    const wanted = documents.flatMap((document, index) =>
      isWanted(document) ? [{ document, truth: known[index] }] : [],
    );
    const labels = {
      tokens: joined(wanted.map(({ document }) => document.labels)),
      documents: Uint8Array.from(wanted, ({ document }) => document.label),
    };
    const all = { domains, labels: joined(wanted.map((one) => one.truth)) };
    const lengths = wanted.map(({ document }) => document.tokens.length);
    // The share only matters for documents, which are not graded here.
    return gradeLabels(
      labels,
      all,
      wanted.map(() => ""),
      lengths,
      domain.truth,
      1,
    ).tokens;
  };
  const names = (of: (document: LabelledDocument) => string) => [...new Set(documents.map(of))];
  const sources = names(({ source }) => source).sort();
  return {
    truth,
    rows: [
      { name: "all", kind: "all", grade: grade(() => true) },
      ...names(({ split }) => split).map((split) => ({
        ...{ name: split, kind: "split" as const },
        grade: grade((document) => document.split === split),
      })),
      ...(sources.length < 2 ? [] : sources).map((source) => ({
        ...{ name: source, kind: "source" as const },
        grade: grade((document) => document.source === source),
      })),
    ],
  };
}

/** Arrays one after another. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
