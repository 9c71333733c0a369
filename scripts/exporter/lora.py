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

DOWN = ("lora_A.weight", "lora_down.weight", "lora.down.weight", "_lora.down.weight")
NETWORKS = ("unet", "text_encoder", "text_encoder_2")


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


def fuse(pipeline: DiffusionPipeline, lora: Lora, say: Callable[[str], None]) -> dict[str, Any]:
    """Fuse as diffusers' fuse_lora does; gives the manifest's entry. ExportError where nothing of it fits."""
    stated = sum(key.endswith(DOWN) for key in read_tensors(lora.file))
    if stated == 0:
        raise ExportError(f"{lora.file} is no LoRA: none of its names ends in {', '.join(DOWN)}")
    adapter = "fused"
    networks = {name: getattr(pipeline, name) for name in NETWORKS if getattr(pipeline, name, None) is not None}
    try:
        pipeline.load_lora_weights(
            str(lora.file.parent), weight_name=lora.file.name, adapter_name=adapter, local_files_only=True
        )
        layers = {name: adapted_layers(network, adapter) for name, network in networks.items()}
        used = [name for name, count in layers.items() if count > 0]
        if used:
            pipeline.fuse_lora(components=used, lora_scale=lora.weight, safe_fusing=True, adapter_names=[adapter])
            pipeline.unload_lora_weights()
    except Exception as error:
        raise ExportError(f"{lora.file} does not fit this model: {error}") from error
    fitted = sum(layers.values())
    if fitted == 0:
        raise ExportError(f"{lora.file} does not fit this model: none of its {stated} layers is in it")
    say(f"{lora.file.name}: fused into {fitted} layers of {', '.join(used)} with weight {lora.weight:g}")
    if fitted < stated:
        say(f"warning: {stated - fitted} of the {stated} layers of {lora.file.name} are not in this model: left out")
    with open(lora.file, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"file": lora.file.name, "sha256": digest, "weight": lora.weight}
