/**
 * @file A folder of labels opened to be looked at: its documents with their labels and what truth there is.
 *
 * Truth of a token is the domain its corpus states: WordNet's own for the embedded text, the document's source domain
 * for texts of one's own. Domains that say nothing about single tokens (mixed documents) are left out by name.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../../base/errors.js";
import { readSafetensors } from "../../base/safetensors.js";
import { type Manifest, readManifest } from "../../base/stage.js";
import { SPLITS, type Split } from "../../corpus/index.js";
import { loadTokenizer, NO_DOMAIN, readDocument, readTokens, readTruth, type Tokenizer } from "../../tokens/index.js";
import { type DocumentText, textReader } from "../document-text.js";
import { type Domain, readDomain } from "../domain.js";
import { LABEL_STAGES } from "../label-files.js";

export interface LabelledDocument {
  split: Split;
  id: string;
  source: string;
  tokens: Uint32Array;
  /** 1 forget, 0 retain, 255 unknown, one per token. */
  labels: Uint8Array;
  label: number;
  /** Per token an index into the folder's domains, 255 where nothing is known. */
  truth: Uint8Array | undefined;
}

export interface LabelFolder {
  path: string;
  manifest: Manifest;
  domain: Domain;
  tokenizer: Tokenizer;
  /** Names of truth domains, without those that say nothing about single tokens. */
  domains: string[];
  ungraded: readonly string[];
  documents: LabelledDocument[];
  /** Text of a document, the ends of its tokens in it and which are special. */
  read(document: LabelledDocument): DocumentText;
}

export interface OpenFolderOptions {
  /** Token shards and domain file; default: those the labels were made with. */
  tokens?: string;
  domain?: string;
  /** Truth domains that say nothing about single tokens. */
  ungraded: readonly string[];
}

/** Opens what `npx lacuna label`, `label-text` or `label-spans` made. @throws UserError naming what is missing or differs */
export function openLabelFolder(path: string, options: OpenFolderOptions): LabelFolder {
  const manifest = readManifest(path, LABEL_STAGES);
  const tokens = findInput(path, manifest, "tokens", options.tokens);
  const domain = readDomain(findInput(path, manifest, "domain", options.domain));
  const tokenizer = loadTokenizer(tokens);
  const domains: string[] = [];
  const documents = SPLITS.flatMap((split) => {
    const shard = readTokens(tokens, split);
    const file = join(path, `${split}.safetensors`);
    const { tensors, metadata } = readSafetensors(file, ["labels", "document_labels"]);
    if (metadata.tokenizer !== shard.fingerprint)
      throw new UserError(
        `${file} was made with tokenizer ${metadata.tokenizer}, ${tokens} with ${shard.fingerprint}. Give the shards it was made of: --tokens`,
      );
    const labels = tensors.labels.data as Uint8Array;
    const count = tensors.document_labels.data.length;
    if (labels.length !== shard.docOffsets[count])
      throw new UserError(
        `${file} labels ${labels.length} tokens, the first ${count} documents of ${tokens} have ${shard.docOffsets[count]}. Give the shards it was made of: --tokens`,
      );
    const truth = readTruth(tokens, split);
    const indices = truth?.domains.map((name) =>
      options.ungraded.includes(name) ? NO_DOMAIN : indexOf(domains, name),
    );
    return Array.from({ length: count }, (_, index): LabelledDocument => {
      const [from, to] = [shard.docOffsets[index], shard.docOffsets[index + 1]];
      return {
        split,
        ...shard.documents[index],
        tokens: readDocument(shard, index),
        labels: labels.subarray(from, to),
        label: Number(tensors.document_labels.data[index]),
        truth: truth?.labels.subarray(from, to).map((domain) => indices?.[domain] ?? NO_DOMAIN),
      };
    });
  });
  const read = textReader(tokenizer);
  const { ungraded } = options;
  return { path, manifest, domain, tokenizer, domains, ungraded, documents, read: ({ tokens: ids }) => read(ids) };
}

/** The path given, or the one in the manifest, from here or from beside the folder. */
function findInput(folder: string, { options }: Manifest, name: "tokens" | "domain", given?: string): string {
  const stated = given ?? options[name];
  // Labels made from labels are of the same domain.
  if (typeof stated !== "string" && typeof options.labels === "string")
    return findInput(options.labels, readManifest(options.labels, LABEL_STAGES), name);
  const candidates = [String(stated), join(dirname(resolve(folder)), basename(String(stated)))];
  const found = candidates.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new UserError(`${folder} was made with ${name} ${stated}, which is not there. Give --${name}.`);
}

function indexOf(names: string[], name: string): number {
  if (!names.includes(name)) names.push(name);
  return names.indexOf(name);
}
