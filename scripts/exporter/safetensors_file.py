"""Checks the header of a safetensors file before anything is allocated or loaded because of it."""

import json
import math
import os
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

from .errors import ExportError

MAX_HEADER_BYTES = 100_000_000
ITEM_BYTES = {
    "F64": 8, "I64": 8, "U64": 8,
    "F32": 4, "I32": 4, "U32": 4,
    "F16": 2, "BF16": 2, "I16": 2, "U16": 2,
    "I8": 1, "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1,
}  # fmt: skip


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the name {next(name for name in names if names.count(name) > 1)!r} comes twice")
    return found


def read_header(path: Path) -> tuple[dict[str, Any], int]:
    """The header's entries and the number of bytes of data behind it."""
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            length = int.from_bytes(file.read(8), "little")
            if size < 8 or length > size - 8:
                raise ValueError(f"a header of {length} bytes in a file of {size}")
            if length > MAX_HEADER_BYTES:
                raise ValueError(f"a header of {length} bytes; {MAX_HEADER_BYTES} at most are allowed")
            header = json.loads(file.read(length).decode("utf-8"), object_pairs_hook=unique)
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error.strerror}") from error
    if not isinstance(header, dict):
        raise ValueError(f"the header is {type(header).__name__}, not an object")
    return header, size - 8 - length


def is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def span_of(name: str, entry: Any, available: int) -> tuple[int, int, str]:
    """First byte, end and name of one tensor, which must be as long as its shape and dtype say."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise ValueError(f"{name}: not dtype, shape and data_offsets")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str):
        raise ValueError(f"{name}: the dtype {dtype!r} is not a text")
    if dtype not in ITEM_BYTES:
        raise ValueError(f"{name}: the dtype {dtype!r} is unknown")
    if not isinstance(shape, list) or not all(is_count(side) for side in shape):
        raise ValueError(f"{name}: the shape {shape!r} is not a list of counts")
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(is_count(offset) for offset in offsets):
        raise ValueError(f"{name}: the offsets {offsets!r} are not two counts")
    begin, end = offsets
    if not begin <= end <= available:
        raise ValueError(f"{name}: the bytes {begin}..{end} are outside the {available} of data")
    needed = math.prod(shape) * ITEM_BYTES[dtype]
    if needed != end - begin:
        raise ValueError(f"{name}: {dtype} of shape {shape} takes {needed} bytes, the offsets give {end - begin}")
    return begin, end, name


def check_safetensors(path: Path) -> None:
    """ExportError where the header does not describe the file, or any two tensors share bytes."""
    try:
        header, available = read_header(path)
        spans = sorted(span_of(name, entry, available) for name, entry in header.items() if name != "__metadata__")
        for (_, end, one), (begin, _, other) in pairwise(spans):
            if begin < end:
                raise ValueError(f"{one} and {other} overlap")
    except (ValueError, RecursionError) as error:
        raise ExportError(f"{path} is not a sound safetensors file: {error}") from error


def check_folder(folder: Path) -> None:
    """Every safetensors file of the folder, and that an index of shards names files of this folder alone."""
    for path in sorted(folder.iterdir()):
        if path.suffix == ".safetensors":
            check_safetensors(path)
        elif re.search(r"\.index(\.\w+)?\.json$", path.name):
            check_index(path)


def check_index(path: Path) -> None:
    try:
        shards = set(json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique)["weight_map"].values())
    except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise ExportError(f"{path} is not an index of shards: {error}") from error
    for shard in sorted(shards, key=str):
        if not isinstance(shard, str) or Path(shard).name != shard:
            raise ExportError(f"{path}: {shard!r} is not a plain file name")
        if not (path.parent / shard).is_file():
            raise ExportError(f"{path}: the shard {shard} is missing")
