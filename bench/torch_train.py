"""The bench's model in PyTorch, eager float32: the peer that `lacuna bench train` times beside Lacuna.

Usage: torch_train.py VOCABULARY WIDTH LAYERS HEADS CONTEXT BATCH THREADS
Prints {"torch": version}, then for each line on standard input does one training step and prints {"seconds": ...}.
The model is that of src/nn/gpt.ts: rotary positions, pre-RMSNorm with gains, squared ReLU, tied embedding, attention
scaled by 1 / head size; AdamW and a clip of the global norm. PyTorch's fused kernels are used where it has them.
"""

import json
import sys
import time

import torch
import torch.nn.functional as F

vocabulary, width, layers, heads, context, batch, threads = (int(x) for x in sys.argv[1:])
torch.set_num_threads(threads)
torch.manual_seed(1)
size = width // heads


def parameter(*shape, scale=0.02):
    return torch.nn.Parameter(torch.randn(*shape) * scale)


def gain():
    return torch.nn.Parameter(torch.ones(width))


embedding = parameter(vocabulary, width)
final_gain = gain()
blocks = [
    {
        "attention_gain": gain(),
        "query": parameter(width, width),
        "key": parameter(width, width),
        "value": parameter(width, width),
        "out": parameter(width, width),
        "mlp_gain": gain(),
        "up": parameter(4 * width, width),
        "down": parameter(width, 4 * width),
    }
    for _ in range(layers)
]
parameters = [embedding, final_gain, *(p for block in blocks for p in block.values())]
try:
    optimizer = torch.optim.AdamW(parameters, lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
except (RuntimeError, TypeError):
    optimizer = torch.optim.AdamW(parameters, lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1)

angles = torch.arange(context)[:, None] * 10000.0 ** (-torch.arange(size // 2) / (size // 2))[None, :]
cos, sin = torch.cos(angles).repeat(1, 2), torch.sin(angles).repeat(1, 2)
hidden = torch.triu(torch.ones(context, context, dtype=torch.bool), 1)


def rms_norm(x, weight):
    if hasattr(F, "rms_norm"):
        return F.rms_norm(x, (width,), weight, 1e-5)
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * weight


def rotate(x):
    first, second = x[..., : size // 2], x[..., size // 2 :]
    return x * cos + torch.cat([-second, first], -1) * sin


def attend(q, k, v):
    if hasattr(F, "scaled_dot_product_attention"):
        # q is scaled first, since the `scale` argument is younger than the function.
        return F.scaled_dot_product_attention(q * (size**-0.5), k, v, is_causal=True)
    scores = (q @ k.transpose(-1, -2) / size).masked_fill(hidden, float("-inf"))
    return torch.softmax(scores, -1) @ v


def split(x):
    return x.view(batch, context, heads, size).transpose(1, 2)


def loss_of(tokens, targets):
    x = F.embedding(tokens, embedding)
    for block in blocks:
        h = rms_norm(x, block["attention_gain"])
        q, k, v = (split(F.linear(h, block[name])) for name in ("query", "key", "value"))
        attended = attend(rotate(q), rotate(k), v).transpose(1, 2).reshape(batch, context, width)
        x = x + F.linear(attended, block["out"])
        h = rms_norm(x, block["mlp_gain"])
        x = x + F.linear(F.relu(F.linear(h, block["up"])).square(), block["down"])
    logits = F.linear(rms_norm(x, final_gain), embedding)
    return F.cross_entropy(logits.view(-1, vocabulary), targets.view(-1))


tokens, targets = (torch.randint(vocabulary, (batch, context)) for _ in range(2))
print(json.dumps({"torch": torch.__version__}), flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    loss = loss_of(tokens, targets)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    loss.item()
    print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)
