/** @file huggingface, torchtitan, levanter: a row of tokens with what is trained beside them, in Parquet or JSONL. */
import { ListParquet } from "../parquet/lists.js";
import { type RowOfTokens, rowMaker } from "../rows.js";
import { arrange, type DocumentView } from "../view.js";
import { type Format, type FormatContext, type FormatWriter, NO_LABEL } from "./format.js";

type Fill = (row: RowOfTokens, into: Int32Array | Float32Array) => void;

const inputIds: Fill = ({ inputs }, into) => into.set(inputs);
const attentionMask: Fill = ({ length }, into) => {
  into.fill(1, 0, length);
  into.fill(0, length);
};
/** labels[i] is token i: the model shifts. */
const unshiftedLabels: Fill = ({ inputs, lossMask }, into) => {
  for (let i = 0; i < into.length; i++) into[i] = lossMask[i] === 1 ? inputs[i] : NO_LABEL;
};
/** labels[i] is token i + 1: already shifted. */
const shiftedLabels: Fill = ({ inputs, lossMask, length, next }, into) => {
  for (let i = 0; i + 1 < length; i++) into[i] = lossMask[i + 1] === 1 ? inputs[i + 1] : NO_LABEL;
  into.fill(NO_LABEL, length - 1);
  if (next?.isTrained) into[length - 1] = next.id;
};
/** weights[i] is the weight of predicting token i + 1: after the shift. */
const hardWeights: Fill = ({ lossMask, length, next }, into) => {
  into.set(lossMask.subarray(1, length));
  into.fill(0, length - 1);
  if (next?.isTrained) into[length - 1] = 1;
};
const softWeights: Fill = ({ scores, length, next }, into) => {
  for (let i = 0; i + 1 < length; i++) into[i] = 1 - scores[i + 1] / 255;
  into.fill(0, length - 1);
  if (next) into[length - 1] = 1 - next.score / 255;
};

interface Column {
  name: string;
  type: "int32" | "int8" | "float32";
  fill: Fill;
}

const ids: Column = { name: "input_ids", type: "int32", fill: inputIds };

export const huggingface: Format = {
  name: "huggingface",
  takes: ["bos", "sequenceLength"],
  open: (context) =>
    openRows(context, [
      ids,
      { name: "labels", type: "int32", fill: unshiftedLabels },
      { name: "attention_mask", type: "int8", fill: attentionMask },
    ]),
};

export const torchtitan: Format = {
  name: "torchtitan",
  takes: ["bos", "sequenceLength"],
  open: (context) => openRows(context, [ids, { name: "labels", type: "int32", fill: shiftedLabels }]),
};

export const levanter: Format = {
  name: "levanter",
  takes: ["bos", "sequenceLength", "weights", "files"],
  open(context) {
    const { weights, files } = context.settings;
    const fill = weights === "soft" ? softWeights : hardWeights;
    const columns: Column[] = [ids, { name: "loss_weights", type: "float32", fill }];
    return files === "jsonl" ? openJsonl(context, columns) : openRows(context, columns);
  },
};

/** Documents to rows, rows to `write`. */
function rowWriter({ settings, tokenizer }: FormatContext, write: (row: RowOfTokens) => Promise<void>) {
  const { pad, hidden } = tokenizer.specials;
  const maker = rowMaker(settings.sequenceLength, pad);
  return {
    async add(view: DocumentView) {
      for (const row of maker.add(arrange(view, hidden))) await write(row);
    },
    async flush() {
      for (const row of maker.close()) await write(row);
    },
  };
}

async function openRows(context: FormatContext, columns: Column[]): Promise<FormatWriter> {
  const parquet = await ListParquet.open(context.output, `${context.shard}.parquet`, columns);
  const rows = rowWriter(context, (row) => parquet.add(row.inputs.length, (at, into) => columns[at].fill(row, into)));
  return {
    add: rows.add,
    async close() {
      await rows.flush();
      await parquet.close();
    },
  };
}

async function openJsonl(context: FormatContext, columns: Column[]): Promise<FormatWriter> {
  const file = await context.output.gzip(`${context.shard}.jsonl.gz`);
  const rows = rowWriter(context, (row) => {
    const fields = columns.map(({ name, type, fill }) => {
      const values = type === "float32" ? new Float32Array(row.inputs.length) : new Int32Array(row.inputs.length);
      fill(row, values);
      return `"${name}":[${values.join()}]`;
    });
    return file.write(Buffer.from(`{${fields.join()}}\n`));
  });
  return {
    add: rows.add,
    async close() {
      await rows.flush();
      await file.close();
    },
  };
}
