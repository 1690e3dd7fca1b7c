/** @file olmo-core, nanogpt, datatrove: one stream of tokens per shard and a byte per token beside it. */
import { arrange } from "../view.js";
import { bytesOf, type Format, type FormatContext, type FormatWriter, pieces, tokenArray } from "./format.js";

interface StreamNames {
  tokens: string;
  /** One byte per token: 1 where it is trained when it is the target (before the shift). */
  mask: string;
  /** u64 ends of documents, in tokens. */
  ends?: string;
}

async function openStream({ output, tokenizer }: FormatContext, names: StreamNames): Promise<FormatWriter> {
  const tokens = await output.file(names.tokens);
  const mask = await output.file(names.mask);
  const ends = names.ends === undefined ? undefined : await output.file(names.ends);
  let written = 0;
  return {
    async add(view) {
      const { inputs, lossMask } = arrange(view, tokenizer.specials.hidden);
      for (const [from, to] of pieces(inputs.length)) {
        await tokens.write(bytesOf(tokenArray(tokenizer, inputs.subarray(from, to))));
      }
      await mask.write(lossMask);
      written += inputs.length;
      await ends?.write(new Uint8Array(BigUint64Array.of(BigInt(written)).buffer));
    },
    async close() {
      await tokens.close();
      await mask.close();
      await ends?.close();
    },
  };
}

/** Raw arrays, whatever the ending says: OLMo-core's readers map `.npy` files without a header. */
export const olmoCore: Format = {
  name: "olmo-core",
  takes: ["bos"],
  open: (context) =>
    openStream(context, { tokens: `tokens/${context.shard}.npy`, mask: `label_mask/${context.shard}.npy` }),
};

export const nanogpt: Format = {
  name: "nanogpt",
  takes: ["bos"],
  open: (context) => openStream(context, { tokens: `${context.shard}.bin`, mask: `${context.shard}.mask.bin` }),
};

export const datatrove: Format = {
  name: "datatrove",
  takes: ["bos"],
  open: (context) =>
    openStream(context, {
      tokens: `${context.shard}.ds`,
      mask: `${context.shard}.ds.loss`,
      ends: `${context.shard}.ds.index`,
    }),
};
