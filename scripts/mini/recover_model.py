#!/usr/bin/env python3
"""The diffusers folder from which a bundle of mini was exported: recover_model.py BUNDLE OUT

BUNDLE is a folder like models/mini; OUT is what train_few_steps.py, train_denoiser.py --from and evaluate.py read. So
training goes on from what ships where the folder of the run is gone; weights stored as float16 stay as they are.
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline
from torch import Tensor
from transformers import CLIPTokenizer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import make_tiny_model

from mini.train_denoiser import SCHEDULER, Denoiser
from mini.train_vae import make_vae
from mini.training import quiet


def weights(bundle: Path, name: str, prefix: str = "") -> dict[str, Tensor]:
    """The float32 weights of one of the bundle's networks, those under `prefix`, without it."""
    state = torch.jit.load(bundle / f"{name}.pt", map_location="cpu").state_dict()
    whole = {key: value.float() if value.is_floating_point() else value for key, value in state.items()}
    return {key.removeprefix(prefix): value for key, value in whole.items() if key.startswith(prefix)}


def fill(network: torch.nn.Module, state: dict[str, Tensor]) -> None:
    """Every weight of `network` from `state`; buffers that a network makes itself may be in either alone."""
    wanted = {name for name, _ in network.named_parameters()}
    found = {key: value for key, value in state.items() if key in wanted}
    if wanted - found.keys():
        raise SystemExit(f"the bundle is not of mini's shape: it has no {sorted(wanted - found.keys())[0]}")
    network.load_state_dict(found, strict=False)


def write_tokenizer(bundle: Path, folder: Path) -> None:
    """The tokenizer's files in transformers' layout, as make_tiny_model.py writes them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("vocab.json", "merges.txt"):
        shutil.copyfile(bundle / name, folder / name)
    make_tiny_model.write_tokenizer_facts(folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path, metavar="BUNDLE")
    parser.add_argument("out", type=Path, metavar="OUT")
    arguments = parser.parse_args()
    quiet()
    write_tokenizer(arguments.bundle, arguments.out / "tokenizer")
    tokenizer = CLIPTokenizer.from_pretrained(arguments.out / "tokenizer", local_files_only=True)
    model, vae = Denoiser(tokenizer), make_vae()
    fill(model.unet, weights(arguments.bundle, "denoiser", "unet."))
    fill(model.text_encoder, weights(arguments.bundle, "text_encoder", "model."))
    fill(vae, weights(arguments.bundle, "vae_encoder") | weights(arguments.bundle, "vae_decoder"))
    facts = json.loads((arguments.bundle / "model.json").read_text())
    vae.register_to_config(scaling_factor=facts["latent"]["scaling_factor"])
    pipe = StableDiffusionPipeline(
        vae=vae, text_encoder=model.text_encoder, tokenizer=tokenizer, unet=model.unet, scheduler=DDIMScheduler(**SCHEDULER),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
    pipe.save_pretrained(arguments.out)
    print(arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
