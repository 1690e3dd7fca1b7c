"""The oracle of interop/delphi.test.ts: a cache as delphi writes it, and what is in it, counted by NumPy.

Usage: python delphi.py FOLDER. FOLDER/cache is one hook's folder: files of latent ranges with `locations` in uint16 (or
uint32), `activations` in half precision and int64 `tokens`. FOLDER/oracle.safetensors has mean, standard deviation and
frequency of every latent over all tokens but BOS (id 0).
"""

import json
import os
import sys

import numpy as np
from safetensors.numpy import save_file

folder = sys.argv[1]
ROWS, TIME, LATENTS, SPLITS = 40, 64, 50, 3
rng = np.random.default_rng(9)
tokens = rng.integers(1, 900, (ROWS, TIME))
tokens[:, 0] = 0
dense = np.maximum(rng.normal(size=(ROWS, TIME, LATENTS)) - 1.5, 0).astype(np.float16)
dense[:, :, 17] = 0
os.makedirs(f"{folder}/cache")
bounds = np.linspace(0, LATENTS, SPLITS + 1).astype(int)
for start, end in zip(bounds[:-1], bounds[1:] - 1):
    part = dense[:, :, start : end + 1]
    locations = np.argwhere(part)
    data = {
        "locations": locations.astype(np.uint16 if start == 0 else np.uint32),
        "activations": part[tuple(locations.T)],
        "tokens": tokens,
    }
    save_file({name: np.ascontiguousarray(value) for name, value in data.items()}, f"{folder}/cache/{start}_{end}.safetensors")
json.dump({"model_name": "random", "ctx_len": TIME}, open(f"{folder}/cache/config.json", "w"))
ordinary = dense[:, 1:].reshape(-1, LATENTS).astype(np.float64)
strongest = dense[:, 1:].reshape(ROWS * (TIME - 1), LATENTS).max(0).astype(np.float64)
save_file(
    {"mean": ordinary.mean(0), "sd": ordinary.std(0), "frequency": (ordinary > 0).mean(0), "strongest": strongest},
    f"{folder}/oracle.safetensors",
)
print(f"numpy {np.__version__}: {ROWS} rows of {TIME} tokens, {LATENTS} latents in {SPLITS} files")
