"""Compares each exported file with its eager network: several sizes, batches and dtypes, no difference allowed.

The file is loaded as the engine will load it and converted with `.to(dtype)`. Trace and eager run the same
operators on the same data, so they must agree bit for bit in every dtype.
"""

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from torch import Tensor, nn

from .errors import ExportError, lines_of

DTYPES = ("float32", "bfloat16", "float16")
BATCHES = (1, 2, 3, 4)
# Width and height in pixels. The odd multiples of 8 take the branch that passes upsample sizes.
SMALL_SIZES = ((64, 64), (136, 184))

InputMaker = Callable[[int, int, int, torch.dtype], tuple[Tensor, ...]]
Run = Callable[..., Tensor | tuple[Tensor, ...]]


@dataclasses.dataclass(frozen=True)
class Case:
    width: int
    height: int
    batch: int
    dtype: str


def cases(sizes: Iterable[tuple[int, int]]) -> list[Case]:
    """Every size and batch in float32 and bfloat16, and one look at float16, which is slow on most processors.

    Ordered by dtype: the networks are converted in place, float32 first.
    """
    ordered = list(dict.fromkeys([*SMALL_SIZES, *sizes]))
    smallest, *others = ordered
    found = []
    for dtype in ("float32", "bfloat16"):
        found += [Case(*smallest, batch, dtype) for batch in BATCHES]
        found += [Case(*size, 1 + i % 2, dtype) for i, size in enumerate(others)]
    return [*found, Case(*smallest, 2, "float16")]


def difference(eager: Tensor, traced: Tensor) -> float:
    """The largest absolute difference; infinite where shapes, dtypes or finiteness differ."""
    if eager.shape != traced.shape or eager.dtype != traced.dtype:
        return float("inf")
    apart = (eager.float() - traced.float()).abs().max().item()
    return apart if apart == apart else float("inf")


def tensors(output: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return output if isinstance(output, tuple) else (output,)


def check_case(name: str, case: Case, eager: Run, traced: Run, inputs: tuple[Tensor, ...]) -> None:
    for expected, found in zip(tensors(eager(*inputs)), tensors(traced(*inputs)), strict=True):
        check_tensor(f"{name} at {case.width}x{case.height}, batch {case.batch}", case.dtype, expected, found)


def check_tensor(network: str, dtype: str, expected: Tensor, found: Tensor) -> None:
    where = f"{network}, {dtype}"
    if not torch.isfinite(expected).all():
        if dtype == "float16":
            return  # the network itself overflows there; the engine goes to a higher precision
        raise ExportError(f"{where}: the eager network gives NaN or infinity; the weights are damaged")
    apart = difference(expected, found)
    if apart != 0.0:
        raise ExportError(
            f"{where}: the trace differs from eager by {apart:.3g} (shapes {tuple(expected.shape)} and "
            f"{tuple(found.shape)}, dtypes {expected.dtype} and {found.dtype})"
        )


@torch.no_grad()
def verify(name: str, eager: nn.Module, file: Path, methods: dict[str, InputMaker], todo: list[Case]) -> None:
    """ExportError at the first case in which the file and `eager` differ in a method. Leaves `eager` in the last dtype."""
    try:
        traced = torch.jit.load(file, map_location="cpu").eval()
    except RuntimeError as error:
        raise ExportError(f"{file} cannot be loaded again: {error}") from error
    for case in todo:
        dtype = getattr(torch, case.dtype)
        eager.to(dtype)
        traced.to(dtype)
        try:
            for method, make_inputs in methods.items():
                torch.manual_seed(case.width * 31 + case.height * 7 + case.batch)
                inputs = make_inputs(case.width, case.height, case.batch, dtype)
                check_case(name, case, getattr(eager, method), getattr(traced, method), inputs)
        except RuntimeError as error:
            message = lines_of(error)[-1]
            where = f"{case.width}x{case.height}, batch {case.batch}, {case.dtype}"
            raise ExportError(f"{name} does not run at {where}: {message}") from error
