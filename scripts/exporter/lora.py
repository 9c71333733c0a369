"""Low-rank adaptations, fused into the weights before anything is traced."""

import dataclasses
import hashlib
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from diffusers import DiffusionPipeline
from torch import nn

from .checkpoint import read_tensors
from .errors import ExportError

DOWN = ("lora_A.weight", "lora_down.weight", "lora.down.weight", "_lora.down.weight", "lora_linear_layer.down.weight")
OTHER = ("lora_B.weight", "lora_B.bias", "up.weight", ".alpha", "dora_scale", "lora_magnitude_vector", "lora_magnitude_vector.weight")
NETWORKS = ("unet", "text_encoder", "text_encoder_2")
# Of an attention in a text encoder, as diffusers' converter of kohya's names spells them and as its loader reads them.
SPELLINGS = {
    f".to_{part}{spelled}": f".{part}_proj{read}"
    for part in ("q", "k", "v", "out")
    for spelled, read in (("_lora.", ".lora_linear_layer."), (".lora_magnitude_vector", ".lora_magnitude_vector"))
}


@dataclasses.dataclass(frozen=True)
class Lora:
    file: Path
    weight: float = 1.0

    @staticmethod
    def parse(text: str) -> "Lora":
        """FILE[:WEIGHT]; a colon whose tail is no number belongs to the file's name."""
        file, _, tail = text.rpartition(":")
        try:
            weight = float(tail)
        except ValueError:
            return Lora(Path(text))
        if not file:
            return Lora(Path(text))
        if not math.isfinite(weight):
            raise ValueError(f"the weight of {file} is {tail}, not a finite number")
        return Lora(Path(file), weight)


def adapted_layers(network: nn.Module, adapter: str) -> int:
    return sum(adapter in getattr(module, "lora_A", {}) for module in network.modules())


def text_encoder_key(key: str, networks: dict[str, nn.Module]) -> str:
    """A name of a text encoder's adaptation as diffusers' loader reads it.

    Of its converter's own spelling the loader takes weights only beside an out_proj, and alphas only if all are equal.
    """
    name, _, rest = key.partition(".")
    if not name.startswith("text_encoder") or name not in networks:
        return key
    for spelled, read in SPELLINGS.items():
        rest = rest.replace(spelled, read)
    return f"{name}.{rest if hasattr(networks[name], 'text_model') else rest.removeprefix('text_model.')}"


def load_adapter(pipeline: DiffusionPipeline, networks: dict[str, nn.Module], file: Path, adapter: str) -> None:
    read = pipeline.lora_state_dict

    def renamed(*arguments: Any, **options: Any) -> tuple[Any, ...]:
        tensors, alphas, *rest = read(*arguments, **options)
        names = ({text_encoder_key(k, networks): v for k, v in found.items()} if found else found for found in (tensors, alphas))
        return (*names, *rest)

    pipeline.lora_state_dict = renamed
    try:
        pipeline.load_lora_weights(str(file.parent), weight_name=file.name, adapter_name=adapter, local_files_only=True)
    finally:
        del pipeline.lora_state_dict


def count_layers(file: Path) -> int:
    """The layers that it adapts. ExportError for what is no LoRA, or one of a kind that is not supported."""
    names = read_tensors(file)
    stated = sum(key.endswith(DOWN) for key in names)
    foreign = [key for key in names if not key.endswith((*DOWN, *OTHER))]
    if stated == 0 and not any(".hada_" in key or ".lokr_" in key for key in foreign):
        raise ExportError(f"{file} is no LoRA: none of its names ends in {', '.join(DOWN)}")
    if foreign:
        raise ExportError(
            f"{file} holds {foreign[0]}{f' and {len(foreign) - 1} more' if len(foreign) > 1 else ''}, which is no part of a "
            "LoRA, LoCon or DoRA; other kinds (LoHa, LoKr, ...) are not supported"
        )
    return stated


def fuse(pipeline: DiffusionPipeline, lora: Lora, say: Callable[[str], None]) -> dict[str, Any]:
    """Fuse as diffusers' fuse_lora does; gives the manifest's entry. ExportError where nothing of it fits."""
    stated = count_layers(lora.file)
    adapter = "fused"
    networks = {name: getattr(pipeline, name) for name in NETWORKS if getattr(pipeline, name, None) is not None}
    try:
        load_adapter(pipeline, networks, lora.file, adapter)
        layers = {name: adapted_layers(network, adapter) for name, network in networks.items()}
        used = [name for name, count in layers.items() if count > 0]
        if used:
            pipeline.fuse_lora(components=used, lora_scale=lora.weight, safe_fusing=True, adapter_names=[adapter])
            pipeline.unload_lora_weights()
    except Exception as error:
        raise ExportError(f"{lora.file} does not fit this model: {error}") from error
    fitted = sum(layers.values())
    if fitted == 0:
        raise ExportError(
            f"{lora.file} does not fit this model: none of its {stated} layers is in it; names begin as kohya's do "
            f"(lora_unet_, lora_te_) or with {'., '.join(networks)}."
        )
    say(f"{lora.file.name}: fused into {fitted} layers of {', '.join(used)} with weight {lora.weight:g}")
    if fitted < stated:
        say(f"warning: {stated - fitted} of the {stated} layers of {lora.file.name} are not in this model: left out")
    with open(lora.file, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"file": lora.file.name, "sha256": digest, "weight": lora.weight}
