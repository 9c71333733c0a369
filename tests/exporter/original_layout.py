"""A diffusers folder's weights under the names of Stable Diffusion's original checkpoints."""

import json
import re
from pathlib import Path

import torch
from safetensors.torch import load_file

RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
VAE_ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}
UNET_ENDS = {
    "time_embedding.linear_1.": "time_embed.0.",
    "time_embedding.linear_2.": "time_embed.2.",
    "conv_in.": "input_blocks.0.0.",
    "conv_norm_out.": "out.0.",
    "conv_out.": "out.2.",
}


def renamed(key: str, names: dict[str, str]) -> str:
    key = "." + key
    for new, old in names.items():
        key = key.replace(f".{new}.", f".{old}.")
    return key[1:]


def unet_key(key: str, layers: int) -> str:
    for new, old in UNET_ENDS.items():
        if key.startswith(new):
            return old + key.removeprefix(new)
    if match := re.match(r"mid_block\.(resnets|attentions)\.(\d)\.", key):
        inner = key[match.end() :]
        if match[1] == "attentions":
            return f"middle_block.1.{inner}"
        return f"middle_block.{2 * int(match[2])}.{renamed(inner, RESNET)}"
    match = re.match(r"(down|up)_blocks\.(\d)\.(\w+)\.(\d)\.", key)
    side, block, kind, place, inner = match[1], int(match[2]), match[3], int(match[4]), key[match.end() :]
    first = (layers + 1) * block
    inner = renamed(inner, RESNET) if kind == "resnets" else inner
    if kind == "downsamplers":
        return f"input_blocks.{first + layers + 1}.0.op.{inner.removeprefix('conv.')}"
    if kind == "upsamplers":
        return f"output_blocks.{first + layers}.{1 if block == 0 else 2}.{inner}"
    blocks, first = ("input_blocks", first + 1) if side == "down" else ("output_blocks", first)
    return f"{blocks}.{first + place}.{int(kind == 'attentions')}.{inner}"


def vae_key(key: str) -> str:
    key = re.sub(r"down_blocks\.(\d)\.resnets\.(\d)", r"down.\1.block.\2", key)
    key = re.sub(r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample", key)
    key = re.sub(r"up_blocks\.(\d)\.resnets\.(\d)", lambda m: f"up.{3 - int(m[1])}.block.{m[2]}", key)
    key = re.sub(r"up_blocks\.(\d)\.upsamplers\.0", lambda m: f"up.{3 - int(m[1])}.upsample", key)
    key = re.sub(r"mid_block\.resnets\.(\d)", lambda m: f"mid.block_{int(m[1]) + 1}", key)
    if ".mid_block.attentions.0." in key:
        key = renamed(key.replace("mid_block.attentions.0", "mid.attn_1"), VAE_ATTENTION)
    return key.replace("conv_norm_out", "norm_out").replace("conv_shortcut", "nin_shortcut")


def vae_weights(folder: Path) -> dict[str, torch.Tensor]:
    found = {}
    for key, value in load_file(folder / "vae" / "diffusion_pytorch_model.safetensors").items():
        key = vae_key(key)
        # The original's attention is made of 1x1 convolutions.
        found[key] = value[:, :, None, None].clone() if ".attn_1." in key and value.dim() == 2 else value.clone()
    return found


def checkpoint_weights(folder: Path) -> dict[str, torch.Tensor]:
    """Of SD 1.x."""
    layers = json.loads((folder / "unet" / "config.json").read_text())["layers_per_block"]
    unet = load_file(folder / "unet" / "diffusion_pytorch_model.safetensors")
    text = load_file(folder / "text_encoder" / "model.safetensors")
    return {
        **{f"model.diffusion_model.{unet_key(key, layers)}": value.clone() for key, value in unet.items()},
        **{f"first_stage_model.{key}": value for key, value in vae_weights(folder).items()},
        **{
            "cond_stage_model.transformer.text_model." + key.removeprefix("text_model."): value.clone()
            for key, value in text.items()
        },
    }
