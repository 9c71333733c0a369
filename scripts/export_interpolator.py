#!/usr/bin/env python3
"""Make a bundle of a frame interpolation network for `spectradiff render --interpolation-model DIR`.

    export_interpolator.py TRACE.pt OUT [--name N] [--pad-multiple 64] [--dtypes float32,float16] [--licence TEXT]
                                        [--source TEXT] [--no-trust]

TRACE.pt is TorchScript, called with two pictures [1, 3, height, width] in 0..1 and a time [1, 1] in 0..1; it gives the
picture at that time, of the same shape, as traces of FILM do (RIFE's class wants a wrapper of that form). It is run at
two sizes, multiples of --pad-multiple, in each dtype before the bundle is written. Nothing is downloaded.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from exporter import picture_bundle


def verify(trace: Path, sizes: list[list[int]], dtypes: list[str]) -> dict:
    import torch

    for dtype in dtypes:
        network = torch.jit.load(str(trace), map_location="cpu").eval().to(getattr(torch, dtype))
        for width, height in sizes:
            pictures = [torch.full((1, 3, height, width), value, dtype=getattr(torch, dtype)) for value in (0.25, 0.75)]
            with torch.inference_mode():
                between = network(*pictures, torch.full((1, 1), 0.5, dtype=getattr(torch, dtype)))
            picture_bundle.check_picture(between, [width, height], 1, dtype)
    if ignores_time(trace, sizes[0]):
        print(f"warning: {trace} gives one picture whatever the time; with --diffuse-every 2 it is in its place, "
              "with more the pictures between are all alike", file=sys.stderr)  # fmt: skip
    return {}


def ignores_time(trace: Path, size: list[int]) -> bool:
    """Whether a bar that moves is at one place at every time: what a network for the middle alone does."""
    import torch

    width, height = size
    pictures = [torch.full((1, 3, height, width), 0.1) for _ in range(2)]
    for picture, left in zip(pictures, (width // 4, width // 2), strict=True):
        picture[..., left : left + width // 8] = 0.9
    network = torch.jit.load(str(trace), map_location="cpu").eval().float()
    with torch.inference_mode():
        early, late = (network(*pictures, torch.full((1, 1), time)) for time in (0.25, 0.75))
    return torch.equal(early, late)


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    picture_bundle.add_arguments(parser, pad_multiple=64)
    return picture_bundle.make("export_interpolator.py", parser.parse_args(words), "interpolation", "interpolator", verify)


if __name__ == "__main__":
    sys.exit(main())
