/**
 * @file A whole pipeline up to a classifier, synthetic and tiny, for tests: byte tokens, random models, known labels.
 *
 * Documents are random letters; "x", "y" and "z" are forget and come in spans. Labels err on one token in fifty, the
 * truth does not. The models are not trained: even a random biLM's states tell letters apart.
 */
import { join } from "node:path";
import { z } from "zod";
import { writeJson } from "../../base/files.js";
import { random } from "../../base/random.js";
import { writeSafetensors } from "../../base/safetensors.js";
import { runStage } from "../../base/stage.js";
import { type Direction, GptConfig, initialise, saveModel } from "../../nn/index.js";
import {
  copyTokenizer,
  createTokenizer,
  NO_DOMAIN,
  placeSpecials,
  trainByteLevelBpe,
  writeTokenizer,
  writeTokens,
} from "../../tokens/index.js";
import { truthOfDocument } from "../labelled.js";

const SPLITS = { train: 60, validation: 40, test: 30 } as const;
const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const isForget = (letter: string) => letter >= "x";

/** Letters in spans: within a span all are forget or all retain; some documents hold no forget span at all. */
function syntheticText(seed: number, document: string): string {
  const draw = random(seed, `synthetic text ${document}`);
  const letters: string[] = [];
  const forgetShare = draw.uniform() < 0.4 ? 0 : 0.4;
  for (let length = 8 + draw.integer(120); letters.length < length; ) {
    const forget = draw.uniform() < forgetShare;
    for (let k = 3 + draw.integer(6); k > 0; k--)
      letters.push(LETTERS[forget ? 23 + draw.integer(3) : draw.integer(23)]);
  }
  return letters.join("");
}

/** Made once per test file: it takes a child process. */
let byteTokenizer: Promise<string> | undefined;

export interface SmallPipeline {
  tokens: string;
  labels: string;
  left: string;
  right: string;
}

export interface SmallPipelineOptions {
  seed?: number;
  /** Changes a label (0/1) of a split; the place is that of the token in the split. */
  relabel?: (label: number, split: string, place: number) => number;
  /** Turns the truth of every token round. */
  reverseTruth?: boolean;
}

/** Writes tokens, labels and two models under `root`, each a finished artifact. */
export async function smallPipeline(root: string, options: SmallPipelineOptions = {}): Promise<SmallPipeline> {
  const { seed = 1, relabel = (label) => label, reverseTruth = false } = options;
  const paths = { tokens: join(root, "tokens"), labels: join(root, "labels") };
  const json = await (byteTokenizer ??= trainByteLevelBpe([LETTERS], 256, join(root, "bytes")));
  const specials = placeSpecials("bytes", 256);
  const tokenizer = createTokenizer(json, specials);
  const { endOfText } = specials.specials;
  const splits = Object.entries(SPLITS).map(([split, count]) => {
    const texts = Array.from({ length: count }, (_, index) => syntheticText(seed, `${split} ${index}`));
    const documents = texts.map((text) => Uint32Array.of(...tokenizer.encode(text), endOfText));
    const truths = texts.map((text) => Uint8Array.of(...[...text].map((l) => (isForget(l) ? 1 : 0)), NO_DOMAIN));
    return { split: split as keyof typeof SPLITS, documents, truths };
  });
  await writeArtifact("tokenize", paths.tokens, async (out) => {
    await writeTokenizer(out, json, specials);
    for (const { split, documents, truths } of splits) {
      const shard = {
        tokens: Uint32Array.from(documents.flatMap((ids) => [...ids])),
        docOffsets: offsetsOf(documents),
        documents: documents.map((_, index) => ({ id: `${split}-${index}`, source: index % 2 ? "odd" : "even" })),
        fingerprint: tokenizer.fingerprint,
      };
      // Domain 0 is general, 1 medical.
      const turned = truths.map((truth) => truth.map((v) => (v === NO_DOMAIN || !reverseTruth ? v : 1 - v)));
      const labels = Uint8Array.from(turned.flatMap((truth) => [...truth]));
      await writeTokens(out, split, shard, { domains: ["general", "medical"], labels });
    }
  });
  const domain = join(root, "domain.json");
  const examples = [true, false].map((forget) => ({ text: "t", forget, why: "w" }));
  await writeJson(domain, {
    ...{ name: "letters", description: "d", in: ["xyz"], out: [], examples, lexicon: ["xyz"] },
    truth: ["medical"],
  });
  const makeLabels = async (out: string) => {
    for (const { split, truths } of splits) {
      const draw = random(seed, `synthetic label noise ${split}`);
      let place = 0;
      const noisy = truths.map((truth) =>
        truth.map((value): number => {
          const flipped = draw.uniform() < 0.02 ? 1 - value : value;
          return relabel(value === NO_DOMAIN ? 0 : flipped, split, place++);
        }),
      );
      const labels = Uint8Array.from(noisy.flatMap((one) => [...one]));
      const documentLabels = Uint8Array.from(noisy, (one) => truthOfDocument(one, 0.15));
      await writeSafetensors(
        join(out, `${split}.safetensors`),
        {
          labels: { data: labels, shape: [labels.length] },
          document_labels: { data: documentLabels, shape: [documentLabels.length] },
        },
        { tokenizer: tokenizer.fingerprint, domain: "letters" },
      );
    }
  };
  await writeArtifact("label", paths.labels, makeLabels, { domain, documentShare: 0.15 });
  return { ...paths, ...(await smallHalves(root, paths.tokens, 320)) };
}

/** Writes two untrained halves of a biLM for some tokens. @param vocabulary - special tokens included */
export async function smallHalves(root: string, tokens: string, vocabulary: number) {
  const config = GptConfig.parse({ vocabulary, width: 16, layers: 2, heads: 2, context: 64, baseWidth: 16 });
  const paths = { left: join(root, "left"), right: join(root, "right") };
  for (const [half, direction] of Object.entries({ left: "forward", right: "reverse" }) as ["left", Direction][]) {
    const model = { config, direction, parameters: initialise(config, half === "left" ? 1 : 2) };
    await writeArtifact("pretrain", paths[half], async (out) => {
      await saveModel(out, model);
      await copyTokenizer(tokens, out);
    });
  }
  return paths;
}

/** Writes an untrained encoder for the tokens of a small pipeline. @param vocabulary - special tokens and the mask included */
export async function smallEncoder(root: string, tokens: string, vocabulary = 320 + 1): Promise<string> {
  const shape = { vocabulary, width: 32, layers: 2, heads: 2, context: 64, baseWidth: 32 };
  const config = GptConfig.parse({ ...shape, bidirectional: true });
  const encoder = join(root, "encoder");
  await writeArtifact("pretrain", encoder, async (out) => {
    await saveModel(out, { config, direction: "forward", parameters: initialise(config, 3) });
    await copyTokenizer(tokens, out);
  });
  return encoder;
}

/** An artifact of a stage of this name. */
function writeArtifact(name: string, out: string, run: (out: string) => Promise<void>, facts = {}) {
  const schema = z.object({ domain: z.string().optional(), documentShare: z.number().optional() });
  const stage = { name, summary: "", why: "", examples: [], version: 1, options: schema, inputs: [] };
  return runStage({ ...stage, run: async (_, context) => (await run(context.out)) ?? null }, facts, out);
}

function offsetsOf(documents: readonly Uint32Array[]): Float64Array {
  const offsets = new Float64Array(documents.length + 1);
  for (const [index, document] of documents.entries()) offsets[index + 1] = offsets[index] + document.length;
  return offsets;
}
