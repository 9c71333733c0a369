"""Weights out of one file: whole checkpoints in the original layout of Stable Diffusion, and single VAEs.

Such files hold no configuration; that comes from a diffusers folder of the same family, whose weights are not needed.
"""

import pickle
from pathlib import Path
from typing import Any

# Only with accelerate do weights that a checkpoint lacks stay recognisably empty; without it they would be random.
import accelerate  # noqa: F401
import numpy
import torch
from diffusers import AutoencoderKL, AutoencoderTiny
from safetensors.torch import load_file

from .errors import ExportError, lines_of
from .weights import check_file, load_network

VAES = {"AutoencoderKL": AutoencoderKL, "AutoencoderTiny": AutoencoderTiny}


class ModelCheckpoint:
    """Stands for the class of Lightning's that the first Stable Diffusion checkpoints name; it does nothing."""


# What training left in old checkpoints beside the weights. None of it can do anything.
HARMLESS = [
    ModelCheckpoint,
    (ModelCheckpoint, "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint"),
    (numpy._core.multiarray.scalar, "numpy.core.multiarray.scalar"),
    numpy._core.multiarray.scalar,
    numpy.dtype,
    *(type(numpy.dtype(kind)) for kind in ("float64", "float32", "int64", "int32", "bool")),
]


def harmless() -> Any:
    return torch.serialization.safe_globals(HARMLESS)


def reason_of(error: BaseException) -> str:
    """What went wrong in one line, without advice on Python."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, pickle.UnpicklingError):
        cause = cause.__cause__ or cause.__context__
    if cause is not None:
        return "it holds more than weights, which is not read because it could run code; convert it to safetensors"
    return lines_of(error)[0].split(" If you want to")[0]


def load_checkpoint(
    path: Path, config: Path, pipeline_class: Any, names: list[str], given: dict[str, torch.nn.Module]
) -> dict[str, torch.nn.Module]:
    """The networks `names` of the checkpoint, as diffusers' from_single_file gives them, but for those given."""
    check_file(path)
    try:
        with harmless():
            pipeline = pipeline_class.from_single_file(
                str(path), config=str(config), local_files_only=True, torch_dtype=torch.float32, **given
            )
    except Exception as error:
        hint = "; --vae gives it one" if "AutoencoderKL" in str(error) and "missing" in str(error) else ""
        raise ExportError(f"{path} cannot be loaded with the configuration {config}: {reason_of(error)}{hint}") from error
    return {name: getattr(pipeline, name) for name in names}


def read_tensors(path: Path) -> dict[str, torch.Tensor]:
    check_file(path)
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        with harmless():
            loaded = torch.load(path, map_location="cpu", weights_only=True)
        return loaded.get("state_dict", loaded)
    except Exception as error:
        raise ExportError(f"{path} cannot be loaded: {reason_of(error)}") from error


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
        with harmless():
            return AutoencoderKL.from_single_file(str(path), config=str(config), local_files_only=True)
    except ExportError:
        raise
    except Exception as error:
        raise ExportError(f"{path} cannot be loaded as a VAE: {reason_of(error)}") from error
