#!/usr/bin/env python3
"""Make a bundle of a frame interpolation network for `spectradiff render --interpolation-model DIR`.

    export_interpolator.py TRACE.pt OUT [--name N] [--pad-multiple 64] [--dtypes float32,float16] [--licence TEXT]
                                        [--source TEXT] [--no-trust]

TRACE.pt is TorchScript, called with two pictures [1, 3, height, width] in 0..1 and a time [1, 1] in 0..1; it gives the
picture at that time, of the same shape, as traces of FILM do (RIFE's class wants a wrapper of that form). It is run at
two sizes, multiples of --pad-multiple, in each dtype before the bundle is written. Nothing is downloaded.
"""

import argparse
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

DTYPES = ("float32", "float16", "bfloat16")


def parse_arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trace", type=Path, metavar="TRACE.pt", help="TorchScript file")
    parser.add_argument("out", type=Path, metavar="OUT", help="bundle to write; new")
    parser.add_argument("--name", help="the bundle's name (default: OUT's last part)")
    parser.add_argument("--pad-multiple", type=int, default=64, metavar="N",
                        help="sides are padded to multiples of it, 1 to 1024 (default 64)")  # fmt: skip
    parser.add_argument("--dtypes", default="float32", help="to verify; the first is that of the stored weights")
    parser.add_argument("--licence", default="", metavar="TEXT", help="licence of the weights")
    parser.add_argument("--source", default="", metavar="TEXT", help="where they come from")
    parser.add_argument("--no-trust", action="store_true", help="do not add the bundle to your trusted models")
    return parser.parse_args(words)


def verify(trace: Path, pad_multiple: int, dtypes: list[str]) -> list[list[int]]:
    """The sizes that the network was run at, [width, height]. Raises ValueError for what is no interpolation."""
    import torch

    sizes = [[width // pad_multiple * pad_multiple or pad_multiple for width in size] for size in ([256, 128], [128, 384])]
    for dtype in dtypes:
        network = torch.jit.load(str(trace), map_location="cpu").eval().to(getattr(torch, dtype))
        for width, height in sizes:
            pictures = [torch.full((1, 3, height, width), value, dtype=getattr(torch, dtype)) for value in (0.25, 0.75)]
            with torch.inference_mode():
                between = network(*pictures, torch.full((1, 1), 0.5, dtype=getattr(torch, dtype)))
            if not isinstance(between, torch.Tensor) or between.shape != pictures[0].shape:
                raise ValueError(f"at {width}x{height} in {dtype} it gives no picture of that size")
            if not bool(between.isfinite().all()):
                raise ValueError(f"at {width}x{height} in {dtype} it gives NaN or infinity")
    return sizes


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
    arguments = parse_arguments(words)
    from exporter import trust
    from exporter.errors import ExportError
    from exporter.manifest import SCHEMA, check_name, sha256, versions, write

    dtypes = arguments.dtypes.split(",")
    try:
        name = check_name(arguments.name or arguments.out.resolve().name)
        if not 1 <= arguments.pad_multiple <= 1024 or not set(dtypes) <= set(DTYPES):
            raise ExportError(f"--pad-multiple is 1 to 1024, --dtypes some of {', '.join(DTYPES)}")
        if arguments.out.exists():
            raise ExportError(f"{arguments.out} exists")
        sizes = verify(arguments.trace, arguments.pad_multiple, dtypes)
        if ignores_time(arguments.trace, sizes[0]):
            print(f"warning: {arguments.trace} gives one picture whatever the time; with --diffuse-every 2 it is in its place, "
                  "with more the pictures between are all alike", file=sys.stderr)  # fmt: skip
        arguments.out.mkdir(parents=True)
        shutil.copyfile(arguments.trace, arguments.out / "interpolator.pt")
    except (ExportError, OSError, RuntimeError, ValueError) as error:
        print(f"export_interpolator.py: {arguments.trace}: {error}", file=sys.stderr)
        return 1
    file = arguments.out / "interpolator.pt"
    network = {"file": file.name, "format": "torchscript", "sha256": sha256(file), "bytes": file.stat().st_size, "dtype": dtypes[0]}
    manifest = {
        "schema": SCHEMA,
        "name": name,
        "family": "interpolation",
        "licence": arguments.licence,
        "source": arguments.source or arguments.trace.name,
        "exporter": versions(),
        "networks": {"interpolator": network},
        "interpolation": {"pad_multiple": arguments.pad_multiple},
        "verified": {"sizes": sizes, "dtypes": dtypes},
    }
    digest = write(arguments.out / "model.json", manifest)
    if not arguments.no_trust:
        print(trust.add(digest, name), file=sys.stderr)
    print(arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
