"""tiktoken beside us: the peer that `lacuna bench tokenizer` times.

Usage: tiktoken_encode.py RANKS.json TEXTS.json
RANKS.json holds the byte strings of cl100k_base by rank (base64, or null), TEXTS.json a list of documents. tiktoken
would download its ranks; its own definition of cl100k_base is given ours instead, so nothing is downloaded.
Prints {"tiktoken": version}, then for each line on standard input encodes every document, one thread, and prints
{"seconds": wall, "cpuSeconds": CPU, "tokens": count}.
"""

import base64
import json
import sys
import time

import tiktoken
import tiktoken_ext.openai_public as openai_public

with open(sys.argv[1], encoding="utf-8") as file:
    ranks = {base64.b64decode(entry): rank for rank, entry in enumerate(json.load(file)) if entry is not None}
with open(sys.argv[2], encoding="utf-8") as file:
    texts = json.load(file)

openai_public.load_tiktoken_bpe = lambda *_, **__: ranks
encoding = tiktoken.Encoding(**openai_public.cl100k_base())
print(json.dumps({"tiktoken": tiktoken.__version__}), flush=True)

for _ in sys.stdin:
    wall, cpu = time.perf_counter(), time.process_time()
    tokens = sum(len(encoding.encode_ordinary(text)) for text in texts)
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    print(json.dumps({"seconds": seconds, "cpuSeconds": cpu_seconds, "tokens": tokens}), flush=True)
