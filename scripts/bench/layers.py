"""What a network's convolutions, linear layers and attention products cost in oneDNN alone.

Each shape is timed by onednn_peer and counts as often as it comes.
"""

import collections
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

Counts = collections.Counter[tuple[Any, ...]]  # by kind and sizes


class Layers(TorchFunctionMode):
    """While entered, counts the layers that run, as the lines that onednn_peer reads, without the dtype."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counts = collections.Counter()

    def count(self, kind: str, *shape: int) -> None:
        self.counts[(kind, *shape)] += 1

    def __torch_function__(
        self, function: Callable[..., Any], types: Iterable[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name = getattr(function, "__name__", "")
        if name == "conv2d":
            source, weight, _, stride, padding = args[:5]
            self.count("conv", *source.shape, weight.shape[0], weight.shape[2], stride[0], padding[0])
        elif name == "linear":
            source, weight = args[:2]
            self.count("linear", source.numel() // source.shape[-1], weight.shape[1], weight.shape[0])
        elif name == "scaled_dot_product_attention":
            (batch, heads, queries, width), keys = args[0].shape, args[1].shape[2]
            self.count("matmul", batch * heads, queries, width, keys)
            self.count("matmul", batch * heads, queries, keys, width)
        return function(*args, **(kwargs or {}))


def count_layers(make: Callable[[], nn.Module], call: Callable[[nn.Module], object]) -> Counts:
    """Of the network that `make` makes, when `call` runs it; without any numbers."""
    with torch.device("meta"), torch.no_grad(), Layers() as layers:
        network = make().eval()
        layers.counts.clear()
        call(network)
    return layers.counts


class OneDnn:
    """Seconds of whole networks. A shape that comes in several of them is timed once."""

    def __init__(self, program: Path) -> None:
        self.program = program
        self.seconds: dict[tuple[str, tuple[Any, ...]], float] = {}  # by dtype and shape

    def time(self, counts: Counts, dtype: str) -> float:
        missing = [shape for shape in counts if (dtype, shape) not in self.seconds]
        lines = "".join(f"{kind} {dtype} {' '.join(map(str, sizes))}\n" for kind, *sizes in missing)
        done = subprocess.run([self.program], input=lines, capture_output=True, text=True, check=True)
        for shape, spent in zip(missing, done.stdout.split(), strict=True):
            self.seconds[dtype, shape] = float(spent)
        return sum(self.seconds[dtype, shape] * times for shape, times in counts.items())
