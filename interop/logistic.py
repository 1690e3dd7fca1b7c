"""Oracle of interop/logistic.test.ts: scikit-learn's logistic regression and ranking metrics on the rows given.

Reads rows.safetensors (features f32 [rows, width], labels u8 [rows]) from the folder given,
writes oracle.json there.
"""

import json
import sys
import time

import numpy
from safetensors.numpy import load_file
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

folder, *strengths = sys.argv[1:]
rows = load_file(f"{folder}/rows.safetensors")
features, labels = rows["features"].astype(numpy.float64), rows["labels"]
fits = []
for strength in map(float, strengths):
    began = time.perf_counter()
    model = LogisticRegression(C=1 / strength, solver="newton-cholesky", tol=1e-12, max_iter=10_000).fit(features, labels)
    seconds = time.perf_counter() - began
    logits = model.decision_function(features)
    precision, recall, _ = precision_recall_curve(labels, logits)
    f1 = 2 * precision * recall / numpy.maximum(precision + recall, 1e-300)
    fits.append(
        {
            "strength": strength,
            "weights": model.coef_[0].tolist(),
            "bias": float(model.intercept_[0]),
            "auroc": float(roc_auc_score(labels, logits)),
            "averagePrecision": float(average_precision_score(labels, logits)),
            "bestF1": float(f1.max()),
        }
    )
    print(f"scikit-learn newton-cholesky, strength {strength}: {seconds:.2f} s")
with open(f"{folder}/oracle.json", "w") as file:
    json.dump(fits, file)
