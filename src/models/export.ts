/**
 * @file Our models as other programs read them: a Hugging Face directory of a stock architecture, no code of ours needed.
 *
 * Arcee is Llama with squared ReLU and no gate: our block. Two scales differ and are carried by weights: attention is
 * divided by the root of a head's size where muP divides by the size (query weights take the rest), and the logits' 1/m
 * goes into an output matrix of its own. Both keep every logit, up to rounding.
 */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { readJson, writeFileAtomic, writeJson } from "../base/files.js";
import { writeSafetensors } from "../base/safetensors.js";
import { defineStage } from "../base/stage.js";
import { blockNames, EMBEDDING, loadModel, type Model, storedParameters, widthMultiplier } from "../nn/index.js";
import { chatTemplate, loadTokenizer, SPECIAL_NAMES, type Tokenizer, unsayableIds } from "../tokens/index.js";

export const exportModelStage = defineStage({
  name: "export-model",
  summary: "Writes a model as a Hugging Face directory that transformers, vLLM and others load.",
  why: "What is measured here can be checked, and used, with other people's tools.",
  examples: [
    "npx lacuna export-model --model runs/demo/train-baseline-40x2-s1 --out runs/demo/model-hf",
    "npx lacuna export-model --model runs/demo/chat --out runs/demo/chat-hf",
  ],
  version: 2,
  options: z.object({
    model: z.string().describe("model directory, as written by npx lacuna pretrain or a tuning stage"),
  }),
  inputs: ["model"],
  async run({ model: directory }, { out }) {
    const model = loadModel(directory);
    if (model.direction === "reverse")
      throw new UserError(
        `${directory} reads each document from its end; other programs would not. Give a forward model.`,
      );
    const tokenizer = loadTokenizer(directory);
    await writeJson(join(out, "config.json"), arceeConfig(model, tokenizer));
    await writeSafetensors(join(out, "model.safetensors"), arceeWeights(model), { format: "pt" });
    await writeTokenizerFiles(directory, out, tokenizer, model.config.context);
    return { architecture: "ArceeForCausalLM", vocabulary: tokenizer.vocabularySize, context: model.config.context };
  },
});

function arceeConfig({ config }: Model, { specials }: Tokenizer) {
  return {
    architectures: ["ArceeForCausalLM"],
    model_type: "arcee",
    vocab_size: config.vocabulary,
    hidden_size: config.width,
    intermediate_size: 4 * config.width,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.heads,
    head_dim: config.width / config.heads,
    hidden_act: "relu2",
    max_position_embeddings: config.context,
    rms_norm_eps: 1e-5,
    // The second form is that of transformers 5.
    rope_theta: config.ropeBase,
    rope_parameters: { rope_type: "default", rope_theta: config.ropeBase },
    attention_bias: false,
    mlp_bias: false,
    tie_word_embeddings: false,
    bos_token_id: specials.endOfText,
    eos_token_id: [specials.endOfText, specials.chatEnd],
    pad_token_id: specials.pad,
    dtype: "float32",
  };
}

/** Tensors by name, matrices [out, in]. */
function arceeWeights({ config, parameters }: Model) {
  const stored = storedParameters(config, parameters);
  const scaled = (name: string, factor: number) => ({
    ...stored[name],
    data: (stored[name].data as Float32Array).map((weight) => weight * factor),
  });
  const queries = Array.from({ length: config.layers }, (_, layer) => {
    const { query } = blockNames(layer);
    return [query, scaled(query, Math.sqrt(config.heads / config.width))] as const;
  });
  const head = scaled(EMBEDDING, 1 / widthMultiplier(config));
  return { ...stored, ...Object.fromEntries(queries), "lm_head.weight": head };
}

/** tokenizer.json with our special tokens in it, so that text which spells one becomes one there; the chat template; what is never said. */
async function writeTokenizerFiles(directory: string, out: string, tokenizer: Tokenizer, context: number) {
  const { specials, texts } = tokenizer;
  const json = readJson(
    join(directory, "tokenizer.json"),
    z.looseObject({
      model: z.looseObject({ vocab: z.record(z.string(), z.int()) }),
      added_tokens: z.array(z.looseObject({ id: z.int() })).default([]),
    }),
  );
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  // Padding may be end-of-text in a tokenizer of somebody else: one token then.
  const byId = new Map(SPECIAL_NAMES.map((name) => [specials[name], texts[name]]));
  const ours = Array.from(byId, ([id, content]) => ({ id, content, ...flags }));
  const others = json.added_tokens.filter(({ id }) => !ours.some((own) => own.id === id));
  // Loaders number added tokens one after the other from the end of the vocabulary: an id of no token needs a name too.
  const taken = new Set([...Object.values(json.model.vocab), ...[...others, ...ours].map(({ id }) => id)]);
  const unused = Array.from({ length: Math.max(...taken) }, (_, id) => id).filter((id) => !taken.has(id));
  const fillers = unused.map((id) => ({ id, content: `<|unused-${id}|>`, ...flags }));
  const added_tokens = [...others, ...ours, ...fillers].sort((a, b) => a.id - b.id);
  await writeFileAtomic(join(out, "tokenizer.json"), JSON.stringify({ ...json, added_tokens }));
  await writeJson(join(out, "tokenizer_config.json"), {
    tokenizer_class: "PreTrainedTokenizerFast",
    bos_token: texts.endOfText,
    eos_token: texts.endOfText,
    pad_token: texts.pad,
    model_max_length: context,
    clean_up_tokenization_spaces: false,
    chat_template: chatTemplate(texts),
  });
  await writeJson(join(out, "generation_config.json"), {
    bos_token_id: specials.endOfText,
    eos_token_id: [specials.endOfText, specials.chatEnd],
    pad_token_id: specials.pad,
    suppress_tokens: [...new Set([...unused, ...unsayableIds(tokenizer)])].sort((a, b) => a - b),
  });
}
