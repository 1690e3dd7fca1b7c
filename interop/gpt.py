"""The oracle of interop/gpt.test.ts: the same GPT and AdamW in PyTorch, float64, from the model directory alone.

Usage: python gpt.py FOLDER. Reads FOLDER/model (a Lacuna model directory) and FOLDER/batches.safetensors (tokens,
targets, mask, each [steps, batch, time]); writes FOLDER/oracle.safetensors: the loss of every step, the gradient of the
first and the parameters after the last.
"""

import json
import sys

import torch
from safetensors.torch import load_file, save_file

folder = sys.argv[1]
config = json.load(open(f"{folder}/model/config.json"))
width, heads = config["hidden_size"], config["num_attention_heads"]
head_size, multiplier = width // heads, width / config["mup_base_width"]
is_causal = config["architectures"] == ["LacunaForCausalLM"]
parameters = {
    name: value.double().requires_grad_() for name, value in load_file(f"{folder}/model/model.safetensors").items()
}
batches = load_file(f"{folder}/batches.safetensors")
settings = json.load(open(f"{folder}/settings.json"))


def rms_norm(x, gain):
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + config["rms_norm_eps"]) * gain


def rotate(x):  # [batch, heads, time, head_size]; pairs (i, i + half), as in Hugging Face's Llama
    half = head_size // 2
    frequencies = config["rope_theta"] ** (-torch.arange(half, dtype=torch.float64) / half)
    angles = torch.arange(x.shape[2], dtype=torch.float64)[:, None] * frequencies
    first, second = x[..., :half], x[..., half:]
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([first * cos - second * sin, second * cos + first * sin], -1)


def loss_of(tokens, targets, mask):
    x = parameters["model.embed_tokens.weight"][tokens]
    batch, time = tokens.shape
    for layer in range(config["num_hidden_layers"]):
        weight = lambda name: parameters[f"model.layers.{layer}.{name}.weight"]
        normed = rms_norm(x, weight("input_layernorm"))
        split = lambda y: y.view(batch, time, heads, head_size).transpose(1, 2)
        query, key, value = (split(normed @ weight(f"self_attn.{n}_proj").T) for n in "qkv")
        attended = torch.nn.functional.scaled_dot_product_attention(
            rotate(query), rotate(key), value, is_causal=is_causal, scale=1 / head_size
        )
        x = x + attended.transpose(1, 2).reshape(batch, time, width) @ weight("self_attn.o_proj").T
        hidden = torch.relu(rms_norm(x, weight("post_attention_layernorm")) @ weight("mlp.up_proj").T) ** 2
        x = x + hidden @ weight("mlp.down_proj").T
    logits = rms_norm(x, parameters["model.norm.weight"]) @ parameters["model.embed_tokens.weight"].T / multiplier
    losses = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    return (losses * mask.flatten()).sum() / mask.sum()


groups = [
    {
        "params": [parameters[name]],
        "lr": settings["lr"] * rule["learningRate"],
        "weight_decay": settings["weight_decay"] if rule["decays"] else 0.0,
    }
    for name, rule in settings["rules"].items()
]
optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.95), eps=1e-8)
written, losses = {}, []
for step in range(batches["tokens"].shape[0]):
    tokens, targets, mask = (batches[name][step].long() for name in ("tokens", "targets", "mask"))
    optimizer.zero_grad()
    loss = loss_of(tokens, targets, mask.double())
    loss.backward()
    if step == 0:
        written.update({f"gradient.{name}": value.grad.clone() for name, value in parameters.items()})
    torch.nn.utils.clip_grad_norm_(list(parameters.values()), 1.0)
    optimizer.step()
    losses.append(loss.detach())
written.update({f"parameter.{name}": value.detach() for name, value in parameters.items()})
written["losses"] = torch.stack(losses)
save_file(written, f"{folder}/oracle.safetensors")
print(f"torch {torch.__version__}: losses {[round(float(loss), 6) for loss in losses]}")
