"""Weights out of one file: whole checkpoints in the original layout of Stable Diffusion, and single VAEs.

Such files hold no configuration; that comes from a diffusers folder of the same family, whose weights are not needed.
"""

from pathlib import Path
from typing import Any

# Only with accelerate do weights that a checkpoint lacks stay recognisably empty; without it they would be random.
import accelerate  # noqa: F401
import torch
from diffusers import AutoencoderKL, AutoencoderTiny
from safetensors.torch import load_file

from .errors import ExportError
from .weights import check_file, load_network

VAES = {"AutoencoderKL": AutoencoderKL, "AutoencoderTiny": AutoencoderTiny}


def load_checkpoint(path: Path, config: Path, pipeline_class: Any, names: list[str]) -> dict[str, torch.nn.Module]:
    """The networks `names` of the checkpoint, as diffusers' from_single_file gives them."""
    check_file(path)
    try:
        pipeline = pipeline_class.from_single_file(
            str(path), config=str(config), local_files_only=True, torch_dtype=torch.float32
        )
    except Exception as error:
        raise ExportError(f"{path} cannot be loaded with the configuration {config}: {error}") from error
    return {name: getattr(pipeline, name) for name in names}


def read_tensors(path: Path) -> dict[str, torch.Tensor]:
    check_file(path)
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        loaded = torch.load(path, map_location="cpu", weights_only=True)
        return loaded.get("state_dict", loaded)
    except Exception as error:
        raise ExportError(f"{path} cannot be loaded: {error}") from error


def vae_class(config: dict[str, Any], where: Path) -> Any:
    name = config.get("_class_name")
    if name not in VAES:
        raise ExportError(f"{where}: the VAE is a {name}; supported: {' or '.join(VAES)}")
    return VAES[name]


def load_vae(path: Path, config: Path) -> AutoencoderKL | AutoencoderTiny:
    """The VAE in a diffusers folder (or its `vae`) or in one file, whose configuration, if not tiny, is `config`'s."""
    if path.is_dir():
        folder = path / "vae" if (path / "vae" / "config.json").is_file() else path
        if not (folder / "config.json").is_file():
            raise ExportError(f"{path} is not a VAE's folder: neither it nor its vae/ has a config.json")
        return load_network(vae_class(AutoencoderKL.load_config(folder), folder), folder)
    tensors = read_tensors(path)
    try:
        if "encoder.layers.0.weight" in tensors:
            vae = AutoencoderTiny()
            vae.load_state_dict(tensors)
            return vae
        if vae_class(AutoencoderKL.load_config(config), config) is not AutoencoderKL:
            raise ExportError(f"{path} is no tiny VAE as the model's own is; give a diffusers folder of it")
        return AutoencoderKL.from_single_file(str(path), config=str(config), local_files_only=True)
    except ExportError:
        raise
    except Exception as error:
        raise ExportError(f"{path} cannot be loaded as a VAE: {error}") from error
