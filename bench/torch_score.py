"""The bench's biLM in PyTorch, eager float32: the peer that `lacuna bench score` times beside Lacuna.

Usage: torch_score.py VOCABULARY WIDTH LAYERS HEADS THREADS
Prints {"torch": version}. Each line on standard input is {"windows": {"TIME": COUNT, ...}, "clock": "wall" or "cpu"}:
windows of one half, and whether seconds are the clock's or those of processors. Both
halves run over that many windows of random ids, once in batches of about 1024 and once of about 4096 tokens, and the
faster time is printed as {"seconds": ...}. Planning windows and collecting scores costs nothing here.
The model is that of src/nn/gpt.ts without its output: blocks, then two linear read-outs of the last state.
"""

import json
import sys
import time

import torch
import torch.nn.functional as F

vocabulary, width, layers, heads, threads = (int(x) for x in sys.argv[1:])
torch.set_num_threads(threads)
torch.manual_seed(1)
size = width // heads
BATCH_TOKENS = (1024, 4096)


def half():
    gain = lambda: torch.ones(width)  # noqa: E731
    matrix = lambda *shape: torch.randn(*shape) * 0.02  # noqa: E731
    blocks = [
        (gain(), matrix(3 * width, width), matrix(width, width), gain(), matrix(4 * width, width), matrix(width, 4 * width))
        for _ in range(layers)
    ]
    return matrix(vocabulary, width), blocks, matrix(2, width)


def rms_norm(x, weight):
    if hasattr(F, "rms_norm"):
        return F.rms_norm(x, (width,), weight, 1e-5)
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * weight


def rotate(x, cos, sin):
    first, second = x[..., : size // 2], x[..., size // 2 :]
    return x * cos + torch.cat([-second, first], -1) * sin


def attend(q, k, v):
    if hasattr(F, "scaled_dot_product_attention"):
        # q is scaled first, since the `scale` argument is younger than the function.
        return F.scaled_dot_product_attention(q * (size**-0.5), k, v, is_causal=True)
    hidden = torch.triu(torch.ones(q.shape[2], q.shape[2], dtype=torch.bool), 1)
    scores = (q @ k.transpose(-1, -2) / size).masked_fill(hidden, float("-inf"))
    return torch.softmax(scores, -1) @ v


tables = {}


def rope(length):
    if length not in tables:
        angles = torch.arange(length)[:, None] * 10000.0 ** (-torch.arange(size // 2) / (size // 2))[None, :]
        tables[length] = torch.cos(angles).repeat(1, 2), torch.sin(angles).repeat(1, 2)
    return tables[length]


def read(tokens, model):
    embedding, blocks, probes = model
    batch, length = tokens.shape
    cos, sin = rope(length)
    x = F.embedding(tokens, embedding)
    for attention_gain, qkv, out, mlp_gain, up, down in blocks:
        h = F.linear(rms_norm(x, attention_gain), qkv)
        q, k, v = (part.view(batch, length, heads, size).transpose(1, 2) for part in h.split(width, -1))
        attended = attend(rotate(q, cos, sin), rotate(k, cos, sin), v).transpose(1, 2).reshape(batch, length, width)
        x = x + F.linear(attended, out)
        x = x + F.linear(F.relu(F.linear(rms_norm(x, mlp_gain), up)).square(), down)
    return F.linear(x, probes)


def run(windows, batch_tokens, clock):
    start = clock()
    for length, count in windows:
        batch = max(1, batch_tokens // length)
        for first in range(0, count, batch):
            tokens = torch.randint(vocabulary, (min(batch, count - first), length))
            for model in halves:
                read(tokens, model)
    return clock() - start


halves = [half(), half()]
print(json.dumps({"torch": torch.__version__}), flush=True)
with torch.inference_mode():
    for line in sys.stdin:
        asked = json.loads(line)
        windows = [(int(length), count) for length, count in asked["windows"].items()]
        clock = time.process_time if asked["clock"] == "cpu" else time.perf_counter
        print(json.dumps({"seconds": min(run(windows, batch_tokens, clock) for batch_tokens in BATCH_TOKENS)}), flush=True)
