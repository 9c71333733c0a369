"""Bundles of one network from pictures to pictures: what export_interpolator.py and export_upscaler.py share."""

import argparse
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from . import trust
from .errors import ExportError
from .manifest import SCHEMA, check_name, sha256, versions, write

DTYPES = ("float32", "float16", "bfloat16")


def add_arguments(parser: argparse.ArgumentParser, pad_multiple: int) -> None:
    parser.add_argument("trace", type=Path, metavar="TRACE.pt", help="TorchScript file")
    parser.add_argument("out", type=Path, metavar="OUT", help="bundle to write; new")
    parser.add_argument("--name", help="the bundle's name (default: OUT's last part)")
    parser.add_argument("--pad-multiple", type=int, default=pad_multiple, metavar="N",
                        help=f"sides are padded to multiples of it, 1 to 1024 (default {pad_multiple})")  # fmt: skip
    parser.add_argument("--dtypes", default="float32", help="to verify; the first is that of the stored weights")
    parser.add_argument("--licence", default="", metavar="TEXT", help="licence of the weights")
    parser.add_argument("--source", default="", metavar="TEXT", help="where they come from")
    parser.add_argument("--no-trust", action="store_true", help="do not add the bundle to your trusted models")


def sizes_to_verify(pad_multiple: int) -> list[list[int]]:
    """Two, [width, height], of multiples of `pad_multiple`."""
    return [[side // pad_multiple * pad_multiple or pad_multiple for side in size] for size in ([256, 128], [128, 384])]


def check_picture(picture: object, size: list[int], scale: int, dtype: str) -> None:
    """Raises ValueError for what is no picture `scale` times as large as `size`, [width, height]."""
    import torch

    width, height = size
    if not isinstance(picture, torch.Tensor) or picture.shape != (1, 3, scale * height, scale * width):
        raise ValueError(f"at {width}x{height} in {dtype} it gives no picture of {scale * width}x{scale * height}")
    if not bool(picture.isfinite().all()):
        raise ValueError(f"at {width}x{height} in {dtype} it gives NaN or infinity")


def make(
    program: str,
    arguments: argparse.Namespace,
    family: str,
    network: str,
    verify: Callable[[Path, list[list[int]], list[str]], dict],
    save: Callable[[Path, Path], object] = shutil.copyfile,
) -> int:
    """Verifies, writes and trusts the bundle; gives the exit status.

    `verify` runs the trace at sizes and in dtypes and gives what the manifest says of the family beside the padding; it
    raises ValueError for what cannot be used. `save` writes the network file from the trace.
    """
    dtypes = arguments.dtypes.split(",")
    sizes = sizes_to_verify(max(arguments.pad_multiple, 1))
    file = arguments.out / f"{network}.pt"
    try:
        name = check_name(arguments.name or arguments.out.resolve().name)
        if not 1 <= arguments.pad_multiple <= 1024 or not set(dtypes) <= set(DTYPES):
            raise ExportError(f"--pad-multiple is 1 to 1024, --dtypes some of {', '.join(DTYPES)}")
        if arguments.out.exists():
            raise ExportError(f"{arguments.out} exists")
        facts = verify(arguments.trace, sizes, dtypes)
        arguments.out.mkdir(parents=True)
        save(arguments.trace, file)
    except (ExportError, OSError, RuntimeError, ValueError) as error:
        print(f"{program}: {arguments.trace}: {error}", file=sys.stderr)
        return 1
    manifest = {
        "schema": SCHEMA,
        "name": name,
        "family": family,
        "licence": arguments.licence,
        "source": arguments.source or arguments.trace.name,
        "exporter": versions(),
        "networks": {
            network: {
                "file": file.name,
                "format": "torchscript",
                "sha256": sha256(file),
                "bytes": file.stat().st_size,
                "dtype": dtypes[0],
            }
        },
        family: {"pad_multiple": arguments.pad_multiple, **facts},
        "verified": {"sizes": sizes, "dtypes": dtypes},
    }
    digest = write(arguments.out / "model.json", manifest)
    if not arguments.no_trust:
        print(trust.add(digest, name), file=sys.stderr)
    print(arguments.out)
    return 0
