"""Networks compiled by AOTInductor for this machine and one shape of job, beside those that run everywhere."""

import contextlib
import copy
import dataclasses
import logging
import os
import re
import warnings
from pathlib import Path
from typing import Any

# One package is one C++ file: a pool of compilers would only be started in vain.
os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")

import torch
from torch import Tensor, nn

from . import manifest, verify
from .errors import ExportError, lines_of
from .networks import Network

# Share of the network's largest value by which compiled code may differ from eager: it adds up in another order.
TOLERANCES = {"float32": 1e-4, "bfloat16": 5e-2}
DTYPES = tuple(TOLERANCES)
GUIDANCE = 7.5  # of a render that names none
SMALL_PICTURE = 448 * 256

# The flags of /proc/cpuinfo that name instructions a compiler may use; elsewhere than on x86 all of them.
INSTRUCTIONS = re.compile(r"(sse|ssse|avx|amx|bmi|fma|f16c|abm|popcnt|movbe|aes|vaes|pclmul|vpcl|sha|gfni|adx|xop|tbm|3dnow)\w*")

SETTINGS = {
    "cpp.dynamic_threads": True,  # as many as the engine has, not as the exporter had
    "aot_inductor.compile_wrapper_opt_level": "O0",  # only calls one kernel after the other, and takes most of the compiler's time
}


@dataclasses.dataclass(frozen=True)
class Job:
    """What the code is for: it can be given nothing else."""

    width: int
    height: int
    batch: int
    dtype: str
    guided: bool
    doubled: bool  # positive and negative prompt are denoised in one batch

    def batch_of(self, network: str) -> int:
        """In which the engine calls a network."""
        if network == "text_encoder":
            return 1
        return 2 * self.batch if self.doubled and network in ("denoiser", "control") else self.batch


def cpu_words() -> set[str]:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return set()
    line = re.search(r"^(flags|Features)\s*:(.*)$", text, re.MULTILINE)
    if line is None:
        return set()
    words = set(line[2].split())
    return {word for word in words if INSTRUCTIONS.fullmatch(word)} if line[1] == "flags" else words


def job(
    size: tuple[int, int], batch: int | None, dtype: str | None, look: dict[str, Any], family: str, distilled_guidance: float = 1.0
) -> Job:
    """What is not asked for is what a render on this machine's CPU takes by itself."""
    width, height = size
    fast_bfloat16 = bool({"amx_bf16", "avx512_bf16"} & cpu_words())
    guidance = look.get("guidance", GUIDANCE)
    guided = not isinstance(guidance, (int, float)) or guidance > distilled_guidance
    return Job(
        width,
        height,
        batch or (8 if width * height <= SMALL_PICTURE else 2),
        dtype or ("bfloat16" if fast_bfloat16 else "float32"),
        guided,
        guided and family != "lcm",
    )


def facts(job: Job) -> dict[str, Any]:
    """The manifest's entry: which machine and which job the packages are for."""
    return {
        "torch": manifest.versions()["torch"],
        "device": "cpu",
        "dtype": job.dtype,
        "cpu_flags": sorted(cpu_words()),
        "size": [job.width, job.height],
        "batch_size": job.batch,
        "guided": job.guided,
    }


def check_compiler() -> None:
    """ExportError where there is none."""
    from torch._inductor import cpp_builder

    try:
        cpp_builder.get_cpp_compiler()
    except (OSError, RuntimeError) as error:
        raise ExportError("compiled code needs a C++ compiler and there is none; install g++, or name one in CXX") from error


def workshop(folder: Path) -> contextlib.AbstractContextManager[None]:
    """A cache in `folder` for the networks of one model: what is found out about the machine is found out once."""
    from torch._inductor.utils import fresh_cache

    # Where something fails it says that it keeps the cache, which goes with the folder.
    logging.getLogger("torch._inductor.utils").setLevel(logging.ERROR)
    return fresh_cache(dir=str(folder))


def telling_line(error: Exception) -> str:
    """The line that says what is wrong: the compiler's own, where it is the compiler."""
    lines = lines_of(error)
    return next((line for line in lines if "error: " in line), lines[0])


@torch.no_grad()
def package(network: Network, job: Job, folder: Path) -> dict[str, Any]:
    """Compile, save, compare with eager; gives the manifest's entry. Leaves the network as it is."""
    from torch._inductor import aoti_compile_and_package

    dtype = getattr(torch, job.dtype)
    eager = copy.deepcopy(network.eager).to(dtype)
    torch.manual_seed(0)
    items = [network.make_inputs(job.width, job.height, 1, dtype) for _ in range(job.batch_of(network.name))]
    inputs = tuple(torch.cat(values).contiguous() for values in zip(*items, strict=True))
    path = folder / f"{network.name}.pt2"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # torch's about itself
            program = torch.export.export(eager, inputs)
            aoti_compile_and_package(program, package_path=str(path), inductor_configs=SETTINGS)
    except Exception as error:
        raise ExportError(f"{network.name} cannot be compiled: {telling_line(error)}") from error
    compare(network.name, job.dtype, eager, path, inputs)
    return {
        "file": path.name,
        "sha256": manifest.sha256(path),
        "bytes": path.stat().st_size,
        "shapes": [list(value.shape) for value in inputs],
    }


def compare(name: str, dtype: str, eager: nn.Module, path: Path, inputs: tuple[Tensor, ...]) -> None:
    """ExportError where what was saved does not give what eager gives."""
    found = torch._inductor.aoti_load_package(str(path))(*inputs)
    for expected, value in zip(verify.tensors(eager(*inputs)), verify.tensors(found), strict=True):
        allowed = TOLERANCES[dtype] * expected.float().abs().max().item()
        apart = verify.difference(expected, value)
        if not apart <= allowed:
            raise ExportError(f"{name}, {dtype}: the compiled code differs from eager by {apart:.3g}, {allowed:.3g} is allowed")
