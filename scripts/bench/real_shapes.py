#!/usr/bin/env python3
"""Write diffusers folders of the sizes that people run, with seeded random weights: speed does not depend on their values.

    real_shapes.py sd15|turbo|sdxs OUT

sd15 is Stable Diffusion 1.5 with its KL autoencoder, turbo is SD-Turbo (Stable Diffusion 2.1's networks). sdxs is the layout of
SDXS-512-DreamShaper: three levels of one res-block each, no middle block, no attention at the full latent size, and a tiny autoencoder of
TAESD's shape. The tokenizer is a small one, which changes only the text encoder's table. Weights are stored in float16.
"""

import argparse
import json
import pathlib
import subprocess
import sys

from measuring import SCRIPTS

sys.path.insert(0, str(SCRIPTS))

import diffusers
import torch
from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DConditionModel
from make_tiny_model import FAMILIES, calibrate, scheduler_config, text_config, write_tokenizer
from transformers import CLIPTextModel, CLIPTokenizer

SIZE = 512
LATENT = SIZE // 8
TOKENS = 77

CLIP_L = {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12}
TEXT_ENCODERS = {
    "sd15": CLIP_L,
    "turbo": {"hidden_size": 1024, "num_hidden_layers": 23, "num_attention_heads": 16, "hidden_act": "gelu"},
    "sdxs": CLIP_L,
}
DENOISERS = {
    "sd15": {"attention_head_dim": 8},
    "turbo": {"attention_head_dim": (5, 10, 20, 20), "use_linear_projection": True},
    "sdxs": {
        "attention_head_dim": (5, 10, 20),
        "use_linear_projection": True,
        "block_out_channels": (320, 640, 1280),
        "layers_per_block": 1,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "mid_block_type": None,
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    },
}


def text_width(name: str) -> int:
    return TEXT_ENCODERS[name]["hidden_size"]


def make_denoiser(name: str) -> UNet2DConditionModel:
    return UNet2DConditionModel(sample_size=LATENT, cross_attention_dim=text_width(name), **DENOISERS[name])


def make_vae(name: str) -> AutoencoderKL | AutoencoderTiny:
    if name == "sdxs":
        return AutoencoderTiny(scaling_factor=1.0)
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(128, 256, 512, 512),
        layers_per_block=2,
        sample_size=SIZE,
    )


def make_text_encoder(name: str, tokenizer: CLIPTokenizer) -> CLIPTextModel:
    return CLIPTextModel(text_config(tokenizer, intermediate_size=4 * text_width(name), **TEXT_ENCODERS[name]))


def write_model(name: str, out: pathlib.Path) -> None:
    (out / "scheduler").mkdir(parents=True)
    family = FAMILIES[{"sd15": "sd1"}.get(name, name)]
    (out / "scheduler" / "scheduler_config.json").write_text(json.dumps(scheduler_config(family.scheduler, family.facts)))
    write_tokenizer(out / "tokenizer", pad=family.pads_with)
    torch.manual_seed(0)
    text_encoder = make_text_encoder(name, CLIPTokenizer.from_pretrained(out / "tokenizer", local_files_only=True))
    networks = {"text_encoder": text_encoder, "vae": make_vae(name), "unet": make_denoiser(name)}
    networks = {part: network.eval() for part, network in networks.items()}
    calibrate(networks)
    index = {
        "_class_name": "StableDiffusionPipeline",
        "_diffusers_version": diffusers.__version__,
        "scheduler": ["diffusers", family.scheduler],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "feature_extractor": [None, None],
        "safety_checker": [None, None],
        "requires_safety_checker": False,
    }
    for part, network in networks.items():
        network.half().save_pretrained(out / part)
        index[part] = ["transformers" if part == "text_encoder" else "diffusers", type(network).__name__]
    (out / "model_index.json").write_text(json.dumps(index))


def bundle_of(name: str, folder: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """The diffusers folder and our bundle, made where they are not there yet; by other processes, which give the memory back."""
    source, bundle = folder / name, folder / f"{name}-bundle"
    if not source.exists():
        subprocess.run([sys.executable, __file__, name, source], check=True)
    if not bundle.exists():
        export = [sys.executable, SCRIPTS / "export_model.py", source, bundle, "--dtype", "float16", "--sizes", "64x64", "--no-trust"]
        subprocess.run(export, check=True, stdout=subprocess.DEVNULL)
    return source, bundle


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=DENOISERS)
    parser.add_argument("out", type=pathlib.Path)
    arguments = parser.parse_args()
    write_model(arguments.name, arguments.out)
