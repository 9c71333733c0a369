#!/usr/bin/env python3
"""Make a bundle of a network that enlarges pictures, for `spectradiff render --upscale DIR --output-size 1080p`.

    export_upscaler.py TRACE.pt OUT [--name N] [--pad-multiple 2] [--dtypes float32,bfloat16] [--licence TEXT]
                                    [--source TEXT] [--no-trust]

TRACE.pt is TorchScript, called with a picture [1, 3, height, width] in 0..1; it gives that picture with sides 2 to 8 times
as long, as traces of ESRGAN and its kin do. It is run at two sizes, multiples of --pad-multiple, in each dtype before
the bundle is written; what it is written as takes and gives float32 pictures whatever its weights are. Nothing is
downloaded.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from exporter import picture_bundle

SCALES = range(2, 9)


def load(trace: Path) -> "torch.jit.ScriptModule":  # noqa: F821
    """The trace between float32 pictures: where it does not see to that itself, they get the dtype of its weights."""
    import torch

    network = torch.jit.load(str(trace), map_location="cpu").eval()
    try:
        torch.jit.load(str(trace), map_location="cpu").eval().bfloat16()(torch.zeros(1, 3, 64, 64))
        return network
    except RuntimeError:
        pass

    class Between(torch.nn.Module):
        def __init__(self, network: torch.jit.ScriptModule) -> None:
            super().__init__()
            self.network = network
            self.register_buffer("like", torch.zeros(1))

        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return self.network(pictures.type_as(self.like)).float()

    return torch.jit.script(Between(network))


def verify(trace: Path, sizes: list[list[int]], dtypes: list[str]) -> dict:
    import torch

    scales = set()
    for dtype in dtypes:
        network = load(trace).to(getattr(torch, dtype))
        for width, height in sizes:
            with torch.inference_mode():
                large = network(torch.full((1, 3, height, width), 0.5))
            scale = large.shape[-1] // width
            picture_bundle.check_picture(large, [width, height], scale, dtype)
            scales.add(scale)
    if len(scales) != 1 or not scales <= set(SCALES):
        raise ValueError(f"it makes pictures {sorted(scales)} times as large; one factor from 2 to 8 can be used")
    return {"scale": scales.pop()}


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    picture_bundle.add_arguments(parser, pad_multiple=2)
    save = lambda trace, file: load(trace).save(str(file))  # noqa: E731
    return picture_bundle.make("export_upscaler.py", parser.parse_args(words), "upscaling", "upscaler", verify, save)


if __name__ == "__main__":
    sys.exit(main())
