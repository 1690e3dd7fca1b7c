"""The oracle of interop/tokenizers.test.ts: Hugging Face's `tokenizers`, with no code of ours.

Usage: python tokenizer_layouts.py FOLDER. Reads FOLDER/layouts.jsonl, a tokenizer.json and texts a line; writes
FOLDER/oracle.jsonl. Everything is encoded with `encode_special_tokens` on and `add_special_tokens` off:

- `plain`: ids of each text by the file itself
- `rule`: ids by the rule of src/tokens/special-entries.ts: the same file, in which the model's entries of special tokens are
  renamed to strings that no text has; those that BPE makes of other entries are written as these afterwards

null stands for a text that the library cannot encode, "panic" for one that it breaks off at. Ids are the file's: where the
library numbers an added token otherwise, the id is looked up by its string; `renumbered` counts those.
"""

import json
import os
import re
import sys

os.environ["RUST_BACKTRACE"] = "0"  # the library breaks off at some files, which is counted
import tokenizers  # noqa: E402

NO_TEXT = "\U0010fffd" * 200


def by_the_rule(file):
    """The same file without entries of special tokens that are looked up; what to write for those that BPE makes."""
    file = json.loads(json.dumps(file))
    model = file["model"]
    specials = {token["content"] for token in file["added_tokens"] if token["special"]}
    if model.get("byte_fallback"):
        specials = {entry for entry in specials if not re.fullmatch("<0x[0-9A-F]{2}>", entry)}
    if isinstance(model["vocab"], list):
        model["vocab"] = [[NO_TEXT + piece if piece in specials else piece, score] for piece, score in model["vocab"]]
        return file, {}
    vocab, unknown = model["vocab"], model.get("unk_token")
    prefix, suffix = model.get("continuing_subword_prefix") or "", model.get("end_of_word_suffix") or ""
    made = {}
    for left, right in model.get("merges", []):
        made.setdefault(left + right[len(prefix) :], (left, right))

    def is_character(entry):
        starts = {entry, entry.removeprefix(prefix)}
        return any(len(text) == 1 for start in starts for text in (start, start.removesuffix(suffix)))

    spelled = {entry for entry in specials & vocab.keys() if "merges" in model and (entry in made or is_character(entry))}
    gone = specials - spelled

    def write(entry):
        if entry in made:
            return [id for part in made[entry] for id in (write(part) if part in spelled else [vocab[part]])]
        if model["byte_fallback"]:
            return [vocab[f"<0x{byte:02X}>"] for byte in entry.encode()]
        return [vocab[unknown]] if unknown is not None else None

    instead = {vocab[entry]: write(entry) for entry in spelled if entry != unknown}
    model["vocab"] = {NO_TEXT + entry if entry in gone else entry: id for entry, id in vocab.items()}
    if unknown in gone:
        model["unk_token"] = NO_TEXT + unknown
    if "merges" in model:
        model["merges"] = [pair for pair in model["merges"] if not gone & set(pair)]
    return file, instead


def encoder(file, instead={}):
    """Ids of a text in the file's numbers, some written otherwise; how many added tokens the library numbers otherwise."""
    tokenizer = tokenizers.Tokenizer.from_str(json.dumps(file))
    tokenizer.encode_special_tokens = True
    tokenizer.no_truncation()
    tokenizer.no_padding()
    normalize = tokenizer.normalizer.normalize_str if tokenizer.normalizer else str
    # Looking for the empty string, the library breaks off or never ends.
    is_empty = any(token["normalized"] and normalize(token["content"]) == "" for token in file["added_tokens"])
    own = {tokenizer.token_to_id(token["content"]): token["id"] for token in file["added_tokens"]}

    def encode(text):
        if is_empty:
            return "panic"
        try:
            ids = [own.get(id, id) for id in tokenizer.encode(text, add_special_tokens=False).ids]
            return [written for id in ids for written in instead.get(id, [id])]
        except Exception:
            return None
        except BaseException as panic:
            assert "bad split" in str(panic), panic  # two added tokens strip the same white space
            return "panic"

    return encode, sum(given != id for given, id in own.items())


counts = {"layouts": 0, "unreadable": 0, "renumbered": 0}
with open(f"{sys.argv[1]}/oracle.jsonl", "w") as out:
    for line in open(f"{sys.argv[1]}/layouts.jsonl"):
        case = json.loads(line)
        counts["layouts"] += 1
        try:
            plain, renumbered = encoder(case["file"])
            ordinary, instead = by_the_rule(case["file"])
            rule, _ = encoder(ordinary, instead)
        except Exception as error:
            counts["unreadable"] += 1
            out.write(json.dumps({"unreadable": str(error)}) + "\n")
            continue
        counts["renumbered"] += renumbered > 0
        answers = {"plain": [plain(text) for text in case["texts"]], "rule": [rule(text) for text in case["texts"]]}
        out.write(json.dumps({**answers, "renumbered": renumbered}) + "\n")
print(f"tokenizers {tokenizers.__version__}: {counts}")
