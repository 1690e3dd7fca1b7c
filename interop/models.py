"""The oracle of interop/models.test.ts: small random models of each architecture, made and run by transformers.

Usage: python models.py FOLDER. For each case writes FOLDER/<case>/ (save_pretrained) and FOLDER/<case>.safetensors with
`tokens` [batch, time], the residual stream before and after every block (`resid_pre.L`, `resid_post.L`, by hooks on the
blocks), `hidden_states.K` as transformers returns them, and what attention and MLP add where a module gives it.

Weights are drawn wide enough (standard deviation 0.2 and more) that every part matters; gains and biases are random too.
"""

import sys

import torch
import transformers
from safetensors.torch import save_file

transformers.utils.logging.disable_progress_bar()
folder = sys.argv[1]
VOCABULARY, TIME, LONG, BATCH = 96, 60, 290, 2


def llama(**more):
    settings = dict(
        vocab_size=VOCABULARY, hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=256, bos_token_id=1, eos_token_id=2, pad_token_id=0,
    )
    return transformers.LlamaConfig(**{**settings, **more})


def gemma2(**more):
    settings = dict(
        vocab_size=VOCABULARY, hidden_size=32, intermediate_size=48, num_hidden_layers=4, num_attention_heads=4,
        num_key_value_heads=2, head_dim=12, query_pre_attn_scalar=20, attn_logit_softcapping=3.0, sliding_window=7,
        max_position_embeddings=256, bos_token_id=2, eos_token_id=1, pad_token_id=0,
    )
    return transformers.Gemma2Config(**{**settings, **more})


def gpt2(**more):
    settings = dict(
        vocab_size=VOCABULARY, n_embd=32, n_layer=3, n_head=4, n_positions=64, bos_token_id=1, eos_token_id=1,
    )
    return transformers.GPT2Config(**{**settings, **more})


def neox(**more):
    settings = dict(
        vocab_size=VOCABULARY, hidden_size=32, intermediate_size=80, num_hidden_layers=3, num_attention_heads=2,
        max_position_embeddings=256, bos_token_id=0, eos_token_id=0,
    )
    return transformers.GPTNeoXConfig(**{**settings, **more})


LLAMA3 = dict(
    rope_type="llama3", rope_theta=500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=32,
)
# name: configuration, type on disk, bytes per shard, the class that is saved
CASES = {
    "gemma2": (gemma2(), torch.float32, None, "AutoModelForCausalLM"),
    "gemma2-bf16-sharded": (gemma2(), torch.bfloat16, 8000, "AutoModelForCausalLM"),
    "gemma2-no-cap": (gemma2(attn_logit_softcapping=None, sliding_window=200), torch.float32, None, "AutoModel"),
    "gemma2-long": (gemma2(sliding_window=40, max_position_embeddings=512), torch.float32, None, "AutoModelForCausalLM"),
    "llama": (llama(tie_word_embeddings=True), torch.float32, None, "AutoModelForCausalLM"),
    "llama3-rope": (llama(rope_parameters=LLAMA3, head_dim=16), torch.float32, None, "AutoModelForCausalLM"),
    "llama-linear-biases-f16": (
        llama(
            attention_bias=True, mlp_bias=True, num_key_value_heads=1,
            rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=2.0),
        ),
        torch.float16, 20000, "AutoModel",
    ),
    "gpt2": (gpt2(), torch.float32, None, "AutoModelForCausalLM"),
    "gpt2-base-inverse-layer": (
        gpt2(scale_attn_by_inverse_layer_idx=True, n_inner=40), torch.float32, None, "AutoModel"
    ),
    "gpt-neox": (neox(), torch.float32, None, "AutoModelForCausalLM"),
    "gpt-neox-serial-full-rotary": (
        neox(
            use_parallel_residual=False, hidden_act="gelu_new",
            rope_parameters=dict(rope_type="default", rope_theta=5000.0, partial_rotary_factor=1.0),
        ),
        torch.bfloat16, None, "AutoModel",
    ),
}


def randomise(model, generator):
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter.ndim > 1:
            scale = 1.0 if "embed" in name or "wte" in name or "wpe" in name else 1.5 / parameter.shape[-1] ** 0.5
            parameter.data = noise * scale
        elif "bias" in name:
            parameter.data = noise * 0.2
        else:
            parameter.data = parameter.data + noise * 0.3


def blocks_of(model):
    base = model.base_model
    return base.h if hasattr(base, "h") else base.layers


for seed, (name, (config, dtype, shard, kind)) in enumerate(CASES.items()):
    generator = torch.Generator().manual_seed(seed)
    config._attn_implementation = "eager"
    model = getattr(transformers, kind).from_config(config, attn_implementation="eager").eval()
    randomise(model, generator)
    model = model.to(dtype)
    model.save_pretrained(f"{folder}/{name}", **({"max_shard_size": shard} if shard else {}))
    # What is on disk, computed in float32: converting the model in memory would round its rotary tables too.
    model = getattr(transformers, kind).from_pretrained(f"{folder}/{name}", dtype=torch.float32, attn_implementation="eager").eval()
    tokens = torch.randint(3, VOCABULARY, (BATCH, LONG if "long" in name else TIME), generator=generator)
    begins = config.model_type in ("gemma2", "llama")
    inputs = torch.cat([torch.full((BATCH, 1), config.bos_token_id), tokens], 1) if begins else tokens
    written = {"tokens": tokens.to(torch.int32)}
    strip = (lambda x: x[:, 1:].contiguous()) if begins else (lambda x: x.contiguous())

    def keep(key, value):
        written[key] = strip(value.detach().clone())

    def first(value):
        return value[0] if isinstance(value, tuple) else value

    for layer, block in enumerate(blocks_of(model)):
        block.register_forward_pre_hook(lambda m, given, kw, at=layer: keep(f"resid_pre.{at}", given[0] if given else kw["hidden_states"]), with_kwargs=True)
        block.register_forward_hook(lambda m, given, out, at=layer: keep(f"resid_post.{at}", first(out)))
        gemma = config.model_type == "gemma2"
        attention = block.post_attention_layernorm if gemma else getattr(block, "self_attn", None) or getattr(block, "attn", None) or block.attention
        mlp = block.post_feedforward_layernorm if gemma else block.mlp
        attention.register_forward_hook(lambda m, given, out, at=layer: keep(f"attn_out.{at}", first(out)))
        mlp.register_forward_hook(lambda m, given, out, at=layer: keep(f"mlp_out.{at}", first(out)))
    with torch.no_grad():
        states = model(inputs, output_hidden_states=True, use_cache=False).hidden_states
    for index, state in enumerate(states):
        keep(f"hidden_states.{index}", state)
    save_file(written, f"{folder}/{name}.safetensors")
print(f"torch {torch.__version__}, transformers {transformers.__version__}: {len(CASES)} random models")
