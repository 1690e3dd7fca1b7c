#!/usr/bin/env bash
# Checks Lacuna against Python oracles (PyTorch, scikit-learn) in a virtual environment of its own. Not part of `npm test`.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v python3 >/dev/null; then
  echo "interop skipped: there is no python3 on this machine"
  exit 0
fi
if ! .venv/bin/python -c "import torch, sklearn, transformers, safetensors" 2>/dev/null; then
  python3 -m venv .venv
  .venv/bin/pip install --quiet --disable-pip-version-check -r interop/requirements.txt || {
    echo "interop skipped: the Python packages of interop/requirements.txt could not be installed"
    exit 0
  }
fi
LACUNA_PYTHON="$PWD/.venv/bin/python" npx vitest run --config interop/vitest.config.ts
