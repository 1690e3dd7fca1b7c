"""The oracle of interop/saes.test.ts: sparse autoencoders in the formats they are published in, and their encodings.

Usage: python saes.py FOLDER. Writes FOLDER/<case>/ in the real format (np.savez, safetensors) with random weights, and
FOLDER/<case>.safetensors: `states`, `encoded` [tokens, latents] and `rebuilt` [tokens, width], computed in NumPy in double
precision from the definitions of Gemma Scope's tutorial and of SAELens.
"""

import json
import os
import sys

import numpy as np
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch

folder = sys.argv[1]
WIDTH, LATENTS, TOKENS = 24, 160, 70
rng = np.random.default_rng(3)


def weights():
    draw = lambda *shape, scale=1.0: (rng.normal(size=shape) * scale).astype(np.float32)
    return {
        "W_enc": draw(WIDTH, LATENTS, scale=WIDTH**-0.5), "b_enc": draw(LATENTS, scale=0.3),
        "W_dec": draw(LATENTS, WIDTH, scale=0.4), "b_dec": draw(WIDTH, scale=0.5),
        "threshold": np.abs(draw(LATENTS)) + np.float32(0.1),
    }


def normalise(x, how):
    if how == "constant_norm_rescale":
        factor = WIDTH**0.5 / np.linalg.norm(x, axis=1, keepdims=True)
        return x * factor, lambda y: y / factor
    if how == "layer_norm":
        mean = x.mean(1, keepdims=True)
        deviation = (x - mean).std(1, ddof=1, keepdims=True)
        return (x - mean) / (deviation + 1e-5), lambda y: y * deviation + mean
    return x, lambda y: y


def reference(w, x, kind, subtract=False, how="none", k=None, rescale=False):
    factor = w.get("finetuning_scaling_factor", np.ones(LATENTS))
    w = {name: value.astype(np.float64) for name, value in w.items()}
    scaled, undo = normalise(x.astype(np.float64), how)
    pre = (scaled - subtract * w["b_dec"]) @ w["W_enc"] + w["b_enc"]
    norms = np.linalg.norm(w["W_dec"], axis=1) if rescale else np.ones(LATENTS)
    pre = pre * norms
    encoded = np.maximum(pre, 0)
    if kind == "jumprelu":
        encoded = encoded * (pre > w["threshold"])
    if kind == "topk":
        smallest = np.sort(pre, axis=1)[:, -k][:, None]
        encoded = encoded * (pre >= smallest)
    return encoded, undo((encoded * factor / norms) @ w["W_dec"] + w["b_dec"])


def finish(name, w, **how):
    states = (rng.normal(size=(TOKENS, WIDTH)) * 2 + 0.3).astype(np.float32)
    encoded, rebuilt = reference(w, states, **how)
    save_file({"states": states, "encoded": encoded, "rebuilt": rebuilt}, f"{folder}/{name}.safetensors")


def gemma_scope(name, save, **change):
    w = weights()
    os.makedirs(f"{folder}/{name}")
    save(f"{folder}/{name}/params.npz", **{**w, **{key: make(w[key]) for key, make in change.items()}})
    finish(name, w, kind="jumprelu")


def saelens(name, kind, config, dtype=torch.float32, subtract=True, **how):
    w = {key: value for key, value in weights().items() if key != "threshold" or kind == "jumprelu"}
    if config.get("finetuning_scaling_factor"):
        w["finetuning_scaling_factor"] = (1 + 0.3 * rng.normal(size=LATENTS)).astype(np.float32)
    stored = {key: torch.tensor(value).to(dtype) for key, value in w.items()}
    os.makedirs(f"{folder}/{name}")
    save_torch(stored, f"{folder}/{name}/sae_weights.safetensors")
    common = {"d_in": WIDTH, "d_sae": LATENTS, "dtype": "float32", "device": "cpu", "apply_b_dec_to_input": subtract}
    json.dump({**common, **config}, open(f"{folder}/{name}/cfg.json", "w"))
    finish(name, {key: value.float().numpy() for key, value in stored.items()}, kind=kind, subtract=subtract, **how)


version6 = lambda kind, **more: {
    "architecture": kind, "normalize_activations": "none", "reshape_activations": "none", **more,
    "metadata": {"sae_lens_version": "6.11.0", "model_name": "gpt2-small", "hook_name": "blocks.7.hook_resid_pre"},
}
gemma_scope("gemma-scope", np.savez)
gemma_scope("gemma-scope-compressed-fortran", np.savez_compressed, W_dec=np.asfortranarray)
gemma_scope("gemma-scope-f8", np.savez, W_enc=lambda x: x.astype(np.float64))

w = weights()
os.makedirs(f"{folder}/gemma-scope-2")
save_file({name.lower(): value for name, value in w.items()}, f"{folder}/gemma-scope-2/params.safetensors")
config = {
    "hf_hook_point_in": "model.layers.9.output", "hf_hook_point_out": "model.layers.9.output", "width": LATENTS,
    "model_name": "google/gemma-3-1b-pt", "architecture": "jump_relu", "l0": 20, "affine_connection": False, "type": "sae",
}
json.dump(config, open(f"{folder}/gemma-scope-2/config.json", "w"))
finish("gemma-scope-2", w, kind="jumprelu")

saelens("saelens-standard", "standard", version6("standard"))
saelens("saelens-standard-old-layer-norm", "standard", {
    "model_name": "gpt2-small", "hook_point": "blocks.7.hook_resid_pre", "hook_point_layer": 7,
    "activation_fn_str": "relu", "normalize_activations": "layer_norm", "prepend_bos": True,
}, how="layer_norm")
saelens("saelens-jumprelu-bf16", "jumprelu", version6("jumprelu"), torch.bfloat16, subtract=False)
saelens("saelens-topk", "topk", version6("topk", k=12), k=12)
saelens("saelens-topk-rescaled", "topk", version6("topk", k=9, rescale_acts_by_decoder_norm=True), k=9, rescale=True)
saelens("saelens-topk-old", "topk", {
    "model_name": "gpt2-small", "hook_name": "blocks.7.hook_resid_post", "activation_fn_str": "topk",
    "activation_fn_kwargs": {"k": 140}, "normalize_activations": None,
}, k=140)
saelens("saelens-constant-norm", "standard", {**version6("standard"), "normalize_activations": "constant_norm_rescale"}, how="constant_norm_rescale")
saelens("saelens-finetuned", "jumprelu", {
    "architecture": "jumprelu", "model_name": "gpt2-small", "hook_name": "blocks.7.hook_resid_post",
    "activation_fn_str": "relu", "finetuning_scaling_factor": True, "normalize_activations": "layer_norm",
    "noise_scale": 0.1, "hook_head_index": None,
}, how="layer_norm")
print(f"numpy {np.__version__}: autoencoders of {WIDTH} x {LATENTS}")
