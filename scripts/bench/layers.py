"""What a network's convolutions, linear layers and attention products cost in oneDNN alone: each shape is timed by onednn_peer and counts as often as it comes."""

import collections
import subprocess

import torch
from torch.overrides import TorchFunctionMode


class Layers(TorchFunctionMode):
    """While entered, counts the layers that run, as the lines that onednn_peer reads, without the dtype."""

    def __init__(self):
        super().__init__()
        self.counts = collections.Counter()

    def count(self, kind, *shape):
        self.counts[(kind, *shape)] += 1

    def __torch_function__(self, function, types, args=(), kwargs=None):
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


def count_layers(make, call):
    """Of the network that `make` makes, when `call` runs it; without any numbers."""
    with torch.device("meta"), torch.no_grad(), Layers() as layers:
        network = make().eval()
        layers.counts.clear()
        call(network)
    return layers.counts


class OneDnn:
    """Seconds of whole networks. A shape that comes in several of them is timed once."""

    def __init__(self, program):
        self.program = program
        self.seconds = {}

    def time(self, counts, dtype):
        missing = [shape for shape in counts if (dtype, shape) not in self.seconds]
        lines = "".join(f"{kind} {dtype} {' '.join(map(str, sizes))}\n" for kind, *sizes in missing)
        done = subprocess.run([self.program], input=lines, capture_output=True, text=True, check=True)
        for shape, spent in zip(missing, done.stdout.split(), strict=True):
            self.seconds[dtype, shape] = float(spent)
        return sum(self.seconds[dtype, shape] * times for shape, times in counts.items())
