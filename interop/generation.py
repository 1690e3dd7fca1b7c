"""The oracle of interop/generation.test.ts: transformers, with no code of ours, on a model that `lacuna export-model` wrote.

Usage: python generation.py FOLDER. Reads FOLDER/hf and FOLDER/cases.json ({"texts": [...], "conversations": [[...]],
"maxTokens": n}); writes FOLDER/oracle.json (ids of texts and of rendered conversations with and without a place for the
answer, and what greedy generation says after each, alone and in a left-padded batch) and FOLDER/oracle.safetensors
(`logits.N` [time, vocabulary] of the N-th rendered conversation).
"""

import json
import sys

import torch
import transformers
from safetensors.torch import save_file

transformers.utils.logging.set_verbosity_error()
folder = sys.argv[1]
tokenizer = transformers.AutoTokenizer.from_pretrained(f"{folder}/hf")
tokenizer.padding_side = "left"
model = transformers.AutoModelForCausalLM.from_pretrained(f"{folder}/hf", dtype=torch.float32).eval()
cases = json.load(open(f"{folder}/cases.json"))
written, logits = {"texts": [], "conversations": []}, {}


def render(conversation, add_generation_prompt):
    ids = tokenizer.apply_chat_template(conversation, add_generation_prompt=add_generation_prompt, return_dict=False)
    return list(ids)


def say(prompts):
    """Greedy continuations of prompts (lists of ids), without what ends them."""
    batch = tokenizer.pad({"input_ids": prompts}, return_tensors="pt")
    with torch.no_grad():
        out = model.generate(**batch, do_sample=False, max_new_tokens=cases["maxTokens"])
    ends = model.generation_config.eos_token_id + [tokenizer.pad_token_id]
    said = []
    for row in out[:, batch["input_ids"].shape[1]:].tolist():
        stop = next((at for at, token in enumerate(row) if token in ends), len(row))
        said.append(row[:stop])
    return said


for text in cases["texts"]:
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    written["texts"].append({"ids": ids, "said": say([[tokenizer.bos_token_id] + ids])[0]})
for number, conversation in enumerate(cases["conversations"]):
    ids, prompt = render(conversation, False), render(conversation, True)
    with torch.no_grad():
        logits[f"logits.{number}"] = model(torch.tensor([ids])).logits[0].contiguous()
    said = say([prompt])[0]
    written["conversations"].append({"ids": ids, "prompt": prompt, "said": said, "text": tokenizer.decode(said)})
written["together"] = say([each["prompt"] for each in written["conversations"]])
json.dump(written, open(f"{folder}/oracle.json", "w"))
save_file(logits, f"{folder}/oracle.safetensors")
print(f"transformers {transformers.__version__}: {type(model).__name__}, first answer {written['conversations'][0]['said'][:8]}")
