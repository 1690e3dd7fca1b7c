"""The oracle of interop/questions.test.ts: transformers, with no code of ours, on a model that `lacuna export-model` wrote.

Usage: python questions.py FOLDER. Reads FOLDER/hf and FOLDER/questions.jsonl (question, choices, context or null); builds
the prompts itself; writes FOLDER/oracle.json: per question the log-likelihoods of every letter after the lettered
choices, of every choice after the question, and of every choice after "Answer:" alone, with the letters' token ids.
"""

import json
import sys

import torch
import transformers

transformers.utils.logging.set_verbosity_error()
folder = sys.argv[1]
tokenizer = transformers.AutoTokenizer.from_pretrained(f"{folder}/hf")
model = transformers.AutoModelForCausalLM.from_pretrained(f"{folder}/hf", dtype=torch.float32).eval()


def ids_of(text):
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def likelihood(prompt, continuation):
    """Sum of the log-probabilities of the continuation's tokens, as lm-evaluation-harness takes it."""
    before, whole = ids_of(prompt), ids_of(prompt + continuation)
    assert whole[: len(before)] == before, (prompt, continuation)
    with torch.no_grad():
        logits = model(torch.tensor([[tokenizer.bos_token_id] + whole[:-1]])).logits[0]
    picked = torch.log_softmax(logits, -1)[torch.arange(len(whole)), torch.tensor(whole)]
    return float(picked[len(before) :].double().sum())


answers = []
for line in open(f"{folder}/questions.jsonl"):
    item = json.loads(line)
    start = f"{item['context']}\n\n" if item["context"] else ""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(item["choices"])]
    listed = "\n".join(f"Choice: {text} = {letter}" for text, letter in zip(item["choices"], letters))
    lettered = f"{start}{item['question']}\n\nChoices:\n{listed}\nAnswer:"
    plain = f"{start}Question: {item['question']}\nAnswer:"
    # All letters at once, where the answer begins, when each is one token.
    tokens = [ids_of(lettered + f" {letter}")[len(ids_of(lettered)) :] for letter in letters]
    with torch.no_grad():
        logits = model(torch.tensor([[tokenizer.bos_token_id] + ids_of(lettered)])).logits[0, -1]
    at_once = [float(logits[ids[0]]) if len(ids) == 1 else None for ids in tokens]
    answers.append(
        {
            "letterLogits": at_once,
            "letter": [likelihood(lettered, f" {letter}") for letter in letters],
            "cloze": [likelihood(plain, f" {choice}") for choice in item["choices"]],
            "prior": [likelihood("Answer:", f" {choice}") for choice in item["choices"]],
        }
    )
json.dump(answers, open(f"{folder}/oracle.json", "w"))
print(f"transformers {transformers.__version__}: {type(model).__name__}, {len(answers)} questions")
