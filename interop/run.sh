#!/usr/bin/env bash
# Checks Lacuna against Python oracles (PyTorch, scikit-learn) and reads its exports with the trainers' own readers, in
# virtual environments of its own. Not part of `npm test`. What cannot be installed is skipped, and said so. Arguments choose tests:
# bash interop/run.sh interop/ngram.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v python3 >/dev/null; then
  echo "interop skipped: there is no python3 on this machine"
  exit 0
fi
pip=".venv/bin/pip --quiet --disable-pip-version-check"
if ! .venv/bin/python -c "import torch, sklearn, transformers, safetensors, tokenizers" 2>/dev/null; then
  python3 -m venv .venv
  $pip install -r interop/requirements.txt || {
    echo "interop skipped: the Python packages of interop/requirements.txt could not be installed"
    exit 0
  }
fi
# Once: again after removing the marker.
if [ ! -e .venv/exports-tried ]; then
  if ! $pip install --no-deps -r interop/requirements-exports.txt; then
    grep -vE '^(#|$)' interop/requirements-exports.txt | while read -r package; do
      $pip install --no-deps "$package" || echo "could not install $package; tests that need it skip"
    done
  fi
  python3 -m venv .venv/levanter &&
    .venv/levanter/bin/pip --quiet --disable-pip-version-check install -r interop/requirements-levanter.txt ||
    echo "could not install levanter; its test skips"
  touch .venv/exports-tried
fi
LACUNA_PYTHON="$PWD/.venv/bin/python" npx vitest run --config interop/vitest.config.ts "$@"
