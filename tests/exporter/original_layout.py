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
    "add_embedding.linear_1.": "label_emb.0.0.",
    "add_embedding.linear_2.": "label_emb.0.2.",
}
OPEN_CLIP = {
    "embeddings.position_embedding.weight": "positional_embedding",
    "embeddings.token_embedding": "token_embedding",
    "final_layer_norm": "ln_final",
    "encoder.layers": "transformer.resblocks",
    "layer_norm": "ln_",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn": "attn",
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


def text_weights(folder: Path, name: str) -> dict[str, torch.Tensor]:
    text = load_file(folder / name / "model.safetensors")
    return {key.removeprefix("text_model."): value.clone() for key, value in text.items()}


def open_clip_weights(folder: Path, name: str) -> dict[str, torch.Tensor]:
    found = {}
    for key, value in text_weights(folder, name).items():
        if key == "text_projection.weight":
            key, value = "text_projection", value.T.contiguous()
        for new, old in OPEN_CLIP.items():
            key = key.replace(new, old)
        found[key] = value
    for key in [key for key in found if ".q_proj." in key]:
        parts = [found.pop(key.replace("q_proj", part)) for part in ("q_proj", "k_proj", "v_proj")]
        found[key.replace("q_proj.", "in_proj_")] = torch.cat(parts)
    return found


def checkpoint_weights(folder: Path, family: str = "sd1") -> dict[str, torch.Tensor]:
    layers = json.loads((folder / "unet" / "config.json").read_text())["layers_per_block"]
    unet = load_file(folder / "unet" / "diffusion_pytorch_model.safetensors")
    clip, open_clip = "cond_stage_model.transformer.text_model.", "cond_stage_model.model."
    if family == "sdxl":
        clip, open_clip = "conditioner.embedders.0.transformer.text_model.", "conditioner.embedders.1.model."
    parts = {"model.diffusion_model.": {unet_key(key, layers): value.clone() for key, value in unet.items()}}
    parts["first_stage_model."] = vae_weights(folder)
    if family != "sd2":
        parts[clip] = text_weights(folder, "text_encoder")
    if family != "sd1":
        parts[open_clip] = open_clip_weights(folder, "text_encoder" if family == "sd2" else "text_encoder_2")
    return {prefix + key: value for prefix, part in parts.items() for key, value in part.items()}
