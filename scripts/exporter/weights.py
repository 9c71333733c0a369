"""Networks in float32 from a diffusers subfolder, and what is done to every network however it was loaded."""

from pathlib import Path
from typing import Any

import torch

from .errors import ExportError
from .safetensors_file import check_folder, check_safetensors

PICKLED = (".bin", ".ckpt", ".pt", ".pth")


def found_in(folder: Path) -> str:
    names = sorted(entry.name + ("/" if entry.is_dir() else "") for entry in folder.iterdir())
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"found: {shown}" if names else "the folder is empty"


def check_file(path: Path) -> None:
    """Before `path` is opened as weights: it exists, its kind is known and, of safetensors, its header is sound."""
    if not path.is_file():
        raise ExportError(f"{path} {'is not a file' if path.exists() else 'does not exist'}")
    if path.suffix == ".safetensors":
        check_safetensors(path)
    elif path.suffix not in PICKLED:
        raise ExportError(f"{path} is neither safetensors nor {', '.join(PICKLED)}")


def load_network(loader: Any, directory: Path, **options: Any) -> torch.nn.Module:
    """One network in float32: safetensors first, else `.bin` through the weights-only reader; shards and fp16 too."""
    if not directory.is_dir():
        raise ExportError(f"{directory} {'is not a folder' if directory.exists() else 'does not exist'}")
    if not (directory / "config.json").is_file():
        raise ExportError(f"{directory}/config.json is missing ({found_in(directory)})")
    weights = [f.name for f in directory.iterdir() if f.suffix in (".safetensors", ".bin")]
    if not weights:
        raise ExportError(f"{directory} holds no weights (*.safetensors or *.bin; {found_in(directory)})")
    check_folder(directory)
    safe = any(f.endswith(".safetensors") for f in weights)
    suffix = ".safetensors" if safe else ".bin"
    plain = any(".fp16" not in f and f.endswith(suffix) for f in weights)
    try:
        return loader.from_pretrained(
            directory,
            local_files_only=True,
            use_safetensors=safe,
            variant=None if plain else "fp16",
            torch_dtype=torch.float32,
            **options,
        )
    except Exception as error:
        raise ExportError(f"{directory} cannot be loaded ({', '.join(sorted(weights))}): {error}") from error


def settle(network: torch.nn.Module, where: str) -> None:
    """To float32, for inference, in memory of its own; ExportError where weights are missing or not numbers."""
    missing = [name for name, tensor in network.state_dict().items() if tensor.is_meta]
    if missing:
        raise ExportError(f"{where} lacks {len(missing)} weights that its configuration asks for, first {missing[0]}")
    network.to(torch.float32).eval().requires_grad_(False)
    align(network)
    broken = [key for key, value in network.state_dict().items() if not torch.isfinite(value).all()]
    if broken:
        raise ExportError(f"{where}: {len(broken)} weights hold NaN or infinity, first {broken[0]}")


def align(network: torch.nn.Module) -> None:
    """Move the weights out of the mapped file into memory of their own.

    safetensors gives views at any offset; convolutions pick another kernel for unaligned weights and then differ in
    the last bit from the same weights loaded by the engine.
    """
    for tensor in (*network.parameters(), *network.buffers()):
        tensor.data = tensor.data.clone()
