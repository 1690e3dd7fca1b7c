"""Oracle of interop/ngram.test.ts: the same classifier of words and pieces in scikit-learn, and fastText's buckets.

Reads sentences.json ({"train", "held": [[text, label]], "blank": [word], "strength"}) and words.json ({"words", "buckets"}) from
the folder given. Writes oracle.json there: logits and AUROC of the held sentences, buckets of every word's pieces by an
implementation of fastText's definition in plain Python and by fastText itself. What is not installed is null.
"""

import json
import re
import sys
from collections import Counter

folder = sys.argv[1]


def read(name):
    with open(f"{folder}/{name}.json") as file:
        return json.load(file)


def pieces(word):
    """Substrings of 3 to 5 letters of "<word>", by where they start, then by length."""
    marked = f"<{word}>"
    return [marked[at : at + size] for at in range(len(marked)) for size in (3, 4, 5) if at + size <= len(marked)]


def fnv1a(text):
    """fastText's dictionary.cc: h ^= uint32_t(int8_t(byte)); h *= 16777619, in 32 bits."""
    value = 2166136261
    for byte in text.encode():
        value ^= byte if byte < 128 else byte + 0xFFFFFF00
        value = value * 16777619 % 2**32
    return value


def by_scikit_learn(train, held, blank, strength):
    import numpy
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    blank = set(blank)

    def words(text):
        return re.findall(r"[^\W\d_]+", text.lower())

    counts = Counter(word for text, _ in train for word in words(text))

    def features(text):
        kept = [word for word in words(text) if word not in blank]
        own = [f"word {word}" for word in kept if counts[word] >= 2]
        return own + [f"piece {piece}" for word in kept for piece in pieces(word)]

    hashing = HashingVectorizer(analyzer=features, n_features=2**21, alternate_sign=False, norm=None)
    tfidf = TfidfTransformer(norm=None)

    def average(found, transform):
        lengths = numpy.maximum(numpy.asarray(found.sum(axis=1)).ravel(), 1)
        return transform(found).multiply(1 / lengths[:, None]).tocsr()

    rows = average(hashing.transform(text for text, _ in train), tfidf.fit_transform)
    # A sentence's squared length is one on average, so that a penalty means what it does in Lacuna.
    normal = 1 / numpy.sqrt(rows.multiply(rows).sum(axis=1).mean())
    model = LogisticRegression(C=1 / strength, max_iter=1000, tol=1e-6).fit(rows * normal, [label for _, label in train])
    logits = model.decision_function(average(hashing.transform(text for text, _ in held), tfidf.transform) * normal)
    return {"logits": logits.tolist(), "auroc": float(roc_auc_score([label for _, label in held], logits))}


def by_fasttext(words, buckets):
    import fasttext

    with open(f"{folder}/words.txt", "w") as file:
        file.write(" ".join(words))
    settings = {"minn": 3, "maxn": 5, "bucket": buckets, "minCount": 1, "dim": 2, "epoch": 1, "thread": 1, "verbose": 0}
    model = fasttext.train_unsupervised(f"{folder}/words.txt", **settings)
    rows = len(model.words)
    return [[int(row) - rows for row in model.get_subwords(word)[1] if row >= rows] for word in words]


def attempt(make, *given):
    try:
        return make(*given)
    except ModuleNotFoundError as error:
        print(f"skipped: {error}")
        return None


sentences, named = read("sentences"), read("words")
oracle = {
    "scikitLearn": attempt(by_scikit_learn, *(sentences[name] for name in ("train", "held", "blank", "strength"))),
    "plain": [[fnv1a(piece) % named["buckets"] for piece in pieces(word)] for word in named["words"]],
    "fastText": attempt(by_fasttext, named["words"], named["buckets"]),
    "hashes": {text: fnv1a(text) for text in ("", "a", "foobar")},
}
with open(f"{folder}/oracle.json", "w") as file:
    json.dump(oracle, file)
