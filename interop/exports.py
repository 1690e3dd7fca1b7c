"""Judges of interop/exports.test.ts: each export is read with its project's own reader.

Usage: python exports.py FOLDER... A folder holds the export in `export/` and `given.json` (format, vocabulary, special
ids, length of the reader's windows). Writes read.json there: the reader and its version, and what it gave: `rows` of
`ids` and `targets` (the token whose loss is taken at each position, or -100), and the loss of a small fixed model under
that trainer's convention. Where the reader is not installed it writes {"missing": ...}, where it fails {"failed": ...}.
"""

import glob
import importlib.metadata
import json
import os
import sys
import traceback
import types

import numpy as np

# Of the export being read.
FOLDER, EXPORT, GIVEN = "", "", {}
IGNORED = -100
WIDTH = 8


def files(pattern):
    return sorted(glob.glob(f"{EXPORT}/{pattern}"))


def version(*packages):
    return ", ".join(f"{package} {importlib.metadata.version(package)}" for package in packages)


def logits_of(ids):
    """The fixed model: an embedding and a linear layer, float64, [time] -> [time, vocabulary]."""
    tokens, depth = np.arange(GIVEN["vocabulary"])[:, None], np.arange(WIDTH)[None, :]
    embedding, linear = np.sin(0.37 * tokens + 1.3 * depth), np.cos(0.11 * tokens + 0.7 * depth)
    return embedding[np.asarray(ids)] @ linear.T


def torch_logits(ids):
    import torch

    return torch.from_numpy(logits_of(ids))


def ignoring_loss(rows):
    """Mean cross entropy that leaves out -100, over all rows at once."""
    import torch

    logits = torch.cat([torch_logits(row["ids"]) for row in rows])
    targets = torch.tensor([target for row in rows for target in row["targets"]])
    return float(torch.nn.functional.cross_entropy(logits, targets, ignore_index=IGNORED))


def shifted(values):
    return list(values[1:]) + [IGNORED]


def token_dtype():
    return np.uint16 if GIVEN["vocabulary"] <= 2**16 else np.uint32


def huggingface():
    import datasets
    import torch
    import transformers
    from transformers.loss.loss_utils import ForCausalLMLoss

    table = datasets.load_dataset("parquet", data_files=files("*.parquet"), split="train", cache_dir=f"{FOLDER}/cache")
    rows, total, count = [], 0.0, 0
    for row in table:
        assert all(1 if label != IGNORED else True for label in row["labels"])
        rows.append({"ids": row["input_ids"], "targets": shifted(row["labels"]), "attention": row["attention_mask"]})
        labels = torch.tensor([row["labels"]])
        trained = int((labels[:, 1:] != IGNORED).sum())
        if trained:  # transformers shifts inside; a row without targets has no mean
            mean = ForCausalLMLoss(torch_logits(row["input_ids"])[None].float(), labels, GIVEN["vocabulary"])
            total, count = total + float(mean) * trained, count + trained
    return {"reader": version("datasets", "pyarrow", "transformers"), "rows": rows, "loss": total / count}


def torchtitan():
    import pyarrow.parquet as parquet

    rows = []
    for path in files("*.parquet"):
        for row in parquet.read_table(path).to_pylist():
            rows.append({"ids": row["input_ids"], "targets": row["labels"]})
    reader = version("pyarrow")
    try:
        from torchtitan.components.loss import cross_entropy_loss
        import torch

        logits = torch.cat([torch_logits(row["ids"]) for row in rows])[None]
        targets = torch.tensor([[target for row in rows for target in row["targets"]]])
        loss = float(cross_entropy_loss(logits, targets)) / int((targets != IGNORED).sum())
        reader += f", loss of {version('torchtitan')}"
    except ImportError as error:
        loss = ignoring_loss(rows)
        reader += f" (loss of torch: torchtitan's cannot be imported, {error})"
    return {"reader": reader, "rows": rows, "loss": loss}


def olmo_core():
    import torch
    from olmo_core.data import NumpyFSLDataset
    from olmo_core.data.utils import get_labels

    dataset = NumpyFSLDataset(
        *files("tokens/*.npy"),
        label_mask_paths=files("label_mask/*.npy"),
        sequence_length=GIVEN["window"],
        pad_token_id=GIVEN["pad"],
        eos_token_id=GIVEN["endOfText"],
        vocab_size=GIVEN["vocabulary"],
        dtype=token_dtype(),
    )
    dataset.work_dir = f"{FOLDER}/work"
    rows = []
    for index in range(len(dataset)):
        item = dataset[index]
        labels = get_labels({"input_ids": item["input_ids"][None].long(), "label_mask": item["label_mask"][None]})
        rows.append({"ids": item["input_ids"].tolist(), "targets": labels[0].tolist()})
    return {"reader": version("ai2-olmo-core"), "rows": rows, "loss": ignoring_loss(rows)}


def megatron():
    from megatron.core.datasets.indexed_dataset import IndexedDataset

    rows = []
    for path in files("*_text_document.bin"):
        tokens = IndexedDataset(path[: -len(".bin")])
        labels = IndexedDataset(path.replace("_text_", "_label_")[: -len(".bin")])
        assert len(tokens) == len(labels) and (tokens.document_indices == np.arange(len(tokens) + 1)).all()
        for ids, label in zip(tokens, labels):
            # GPT-NeoX: a label below 0 is masked; labels are then shifted by one.
            kept = np.where(label >= 0, label, IGNORED)
            rows.append({"ids": ids.tolist(), "targets": shifted(kept.tolist())})
    return {"reader": version("megatron-core"), "rows": rows, "loss": ignoring_loss(rows)}


def levanter():
    import jax.numpy as jnp
    import pyarrow.parquet as parquet
    from levanter.data.text.examples import GrugLmExample
    from levanter.data.text.formats import PrebuiltLmDatasetFormat

    processor = PrebuiltLmDatasetFormat(loss_weights_key="loss_weights").build_preprocessor(None)
    rows, total, weights = [], 0.0, 0.0
    for path in files("*.parquet"):
        for record in processor(parquet.read_table(path).to_pylist()):
            example = GrugLmExample.causal(
                jnp.asarray(record["input_ids"]), loss_weight=jnp.asarray(record["loss_weights"])
            )
            ids, weight = np.asarray(example.tokens), np.asarray(example.loss_weight, np.float64)
            # levanter rolls tokens by one: the target of position i is token i + 1.
            targets = np.roll(ids, -1)
            logits = logits_of(ids)
            log_normaliser = np.log(np.exp(logits).sum(-1))
            total += (weight * (log_normaliser - logits[np.arange(len(ids)), targets])).sum()
            weights += weight.sum()
            rows.append({"ids": ids.tolist(), "targets": np.where(weight > 0, targets, IGNORED).tolist()})
    return {"reader": version("marin-levanter", "jax"), "rows": rows, "loss": total / weights}


def mds():
    stub_torchvision()
    from streaming import StreamingDataset

    rows = []
    dataset = StreamingDataset(local=EXPORT, shuffle=False, batch_size=1)
    for index in range(len(dataset)):
        sample = dataset[index]
        labels = np.where(sample["loss_mask"] == 1, sample["tokens"], IGNORED).tolist()
        rows.append({"ids": sample["tokens"].tolist(), "targets": shifted(labels)})
    return {"reader": version("mosaicml-streaming"), "rows": rows, "loss": ignoring_loss(rows)}


def stub_torchvision():
    """streaming imports it for its vision datasets alone; PyPI's is made for another torch than the CPU one."""
    import transformers.feature_extraction_utils  # noqa: F401  (asks whether torchvision is there)

    for name in ("torchvision", "torchvision.datasets", "torchvision.transforms", "torchvision.transforms.functional"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["torchvision.datasets"].VisionDataset = object
    sys.modules["torchvision.transforms.functional"].to_tensor = None


def nanogpt():
    # nanoGPT is no package: this is how its train.py maps a file, with the mask mapped beside it.
    rows = []
    for path in files("*.bin"):
        if path.endswith(".mask.bin"):
            continue
        data = np.memmap(path, dtype=token_dtype(), mode="r")
        mask = np.memmap(path.replace(".bin", ".mask.bin"), dtype=np.uint8, mode="r")
        assert len(data) == len(mask)
        block = GIVEN["window"]
        for start in range(0, len(data) - block, block):
            x = data[start : start + block].astype(np.int64)
            y = data[start + 1 : start + 1 + block].astype(np.int64)
            y[mask[start + 1 : start + 1 + block] == 0] = IGNORED
            rows.append({"ids": x.tolist(), "targets": y.tolist()})
    return {"reader": f"numpy {np.__version__}, as nanoGPT's train.py reads", "rows": rows, "loss": ignoring_loss(rows)}


def datatrove():
    from datatrove.utils.dataset import DatatroveFileDataset

    rows = []
    for path in files("*.ds"):
        dataset = DatatroveFileDataset(
            path, seq_len=GIVEN["window"], token_size=np.dtype(token_dtype()).itemsize, return_positions=False
        )
        loss = np.fromfile(f"{path}.loss", np.bool_)
        width = GIVEN["window"] + 1
        for index in range(len(dataset)):
            ids = dataset[index]["input_ids"].numpy()
            labels = np.where(loss[index * width : (index + 1) * width], ids, IGNORED)
            rows.append({"ids": ids[:-1].tolist(), "targets": labels[1:].tolist()})
        ends = np.fromfile(f"{path}.index", np.uint64)
        tokens = np.fromfile(path, token_dtype())
        assert (tokens[ends - 1] == GIVEN["endOfText"]).all() and len(ends) == (tokens == GIVEN["endOfText"]).sum()
    reader = version("datatrove") + " for tokens; .loss and .index with numpy, datatrove reads no .loss"
    return {"reader": reader, "rows": rows, "loss": ignoring_loss(rows)}


def dolma():
    import gzip

    from dolma import mixer

    out = f"{FOLDER}/mixed"
    os.makedirs(f"{FOLDER}/work-in"), os.makedirs(f"{FOLDER}/work-out")
    mixer(
        {
            "work_dir": {"input": f"{FOLDER}/work-in", "output": f"{FOLDER}/work-out"},
            "processes": 1,
            "shuffle": False,
            "streams": [
                {
                    "name": "mixed",
                    "documents": [f"{EXPORT}/documents/*.jsonl.gz"],
                    "attributes": ["lacuna"],
                    "output": {"path": out, "max_size_in_bytes": 2**30},
                    "compression": {"input": None, "output": None},
                    "filter": {
                        "include": [],
                        "exclude": ["(.attributes.lacuna__dropped | length) > 0"],
                        "syntax": "jq",
                    },
                    "span_replacement": [
                        {"span": "$.attributes.lacuna__shouting__forget", "min_score": 0.5, "replacement": ""}
                    ],
                }
            ],
        }
    )
    documents = []
    for path in sorted(glob.glob(f"{out}/**/*.gz", recursive=True)):
        documents += [json.loads(line) for line in gzip.open(path, "rt", encoding="utf-8")]
    texts = {document["id"]: document["text"] for document in documents}
    return {"reader": version("dolma") + " mixer", "texts": texts}


def text():
    import datasets
    from datatrove.pipeline.readers import JsonlReader

    table = datasets.load_dataset("json", data_files=files("*.jsonl.gz"), split="train", cache_dir=f"{FOLDER}/cache")
    texts = {row["id"]: row["text"] for row in table}
    ranges = {}
    for document in JsonlReader(EXPORT, glob_pattern="*.jsonl.gz")():
        assert texts[document.id] == document.text
        # Python slices by character: what datatrove would leave out of the loss.
        spans = document.metadata.get("no_loss_ranges", [])
        ranges[document.id] = [document.text[start:end] for start, end in spans]
    return {"reader": version("datasets", "datatrove"), "texts": texts, "ranges": ranges}


READERS = {
    "huggingface": huggingface,
    "torchtitan": torchtitan,
    "olmo-core": olmo_core,
    "megatron": megatron,
    "gpt-neox": megatron,
    "levanter": levanter,
    "mds": mds,
    "nanogpt": nanogpt,
    "datatrove": datatrove,
    "dolma": dolma,
    "text": text,
}

for FOLDER in sys.argv[1:]:
    EXPORT = f"{FOLDER}/export"
    GIVEN = json.load(open(f"{FOLDER}/given.json"))
    try:
        result = READERS[GIVEN["format"]]()
    except ImportError as error:
        result = {"missing": str(error)}
    except Exception:
        result = {"failed": traceback.format_exc()}
    json.dump(result, open(f"{FOLDER}/read.json", "w"))
