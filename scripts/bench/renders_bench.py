"""Whole renders beside diffusers, whose pictures have the same init pictures, weights and noise. Loading is left out on both sides."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy
import real_shapes
import torch
from diffusion_peer import Peer, Settings
from measuring import SCRIPTS, alternating, make_song, run
from PIL import Image

if TYPE_CHECKING:
    from run import Bench

# Widths of a model that a laptop can run, so that the networks and not the loop around them take the time.
SMALL_MODEL = ["--width", "3"]
REAL_MODELS = {
    "sd15": {"steps": 20, "strength": 0.5, "guidance": 7.5, "scheduler": "ddim"},
    "turbo": {"steps": 2, "strength": 0.5, "guidance": 1.0, "scheduler": "euler"},
}
LEAST_PSNR_DB = 40


class Ours:
    """Renders of one song by the program."""

    def __init__(self, bench: Bench, bundle: Path, settings: Settings, frames: int) -> None:
        self.bench = bench
        self.song, self.init = bench.work / "renders.wav", bench.work / "renders-init"
        make_song(self.song, frames / 15)
        shutil.rmtree(self.init, ignore_errors=True)
        run([bench.program, "paint", self.song, "-o", self.init / "%05d.png", "--size", settings.size_text()])
        self.common = ["--model", bundle, "--allow-unpinned-model", *settings.flags()]

    def render(self, output: Path, dtype: str, batch: int) -> float:
        """Seconds without loading."""
        more = ["--dtype", dtype, "--batch-size", batch]
        done = run([self.bench.program, "render", self.song, "-o", output, "-y", "--json", "--stats", *self.common, *more])
        spent = json.loads(done.stdout.splitlines()[-1])["stats"]["seconds"]
        return spent["total"] - spent["load"]

    def seconds(self, dtype: str, batch: int) -> float:
        return self.render(self.bench.work / "renders.mp4", dtype, batch)

    def pictures(self, dtype: str, batch: int) -> list[Image.Image]:
        folder = self.bench.work / "renders-frames"
        shutil.rmtree(folder, ignore_errors=True)
        self.render(folder / "%05d.png", dtype, batch)
        return [Image.open(path) for path in sorted(folder.glob("*.png"))]


def measure_small(bench: Bench, dtypes: list[str], count: int = 16, batch: int = 8) -> None:
    """A model of `SMALL_MODEL` widths on the CPU, in every precision against diffusers in float32."""
    source, bundle = bench.work / "small", bench.work / "small-bundle"
    run([sys.executable, SCRIPTS / "make_tiny_model.py", source, *SMALL_MODEL])
    run([sys.executable, SCRIPTS / "export_model.py", source, bundle, "--no-trust"])
    settings = Settings(side=256, steps=8, strength=0.75, guidance=4.0, scheduler="ddim")
    ours = Ours(bench, bundle, settings, count)
    peer = Peer(source, ours.init, settings)
    peer.seconds(batch)  # warm-up
    actions = [partial(ours.seconds, dtype, batch) for dtype in dtypes]
    theirs, *times = alternating(bench.rounds, partial(peer.seconds, batch), *actions)
    for dtype, spent in zip(dtypes, times, strict=True):
        least = 1.0 if dtype == "float32" else 1.5
        bench.frames_row(f"render {count} frames in {dtype}, against diffusers in float32", count, spent, theirs, least, ".2f")


def psnr_db(ours: Sequence[Image.Image], theirs: Sequence[Image.Image]) -> float:
    errors = [numpy.asarray(a, numpy.float64) - numpy.asarray(b, numpy.float64) for a, b in zip(ours, theirs, strict=True)]
    return 10 * numpy.log10(255**2 / max(numpy.mean(numpy.square(errors)), 1e-10))


def measure_real(bench: Bench, device: str, dtype: str, batches: list[int]) -> None:
    """Models of real size against diffusers on the same device in the same precision."""
    if device.startswith("cuda") and not torch.cuda.is_available():
        sys.exit(f"gpu --device {device} needs an NVIDIA GPU and a CUDA build of torch; --device cpu tries the benchmark itself out")
    for name in REAL_MODELS:
        measure_model(bench, name, device, dtype, batches)


def measure_model(bench: Bench, name: str, device: str, dtype: str, batches: list[int]) -> None:
    """How far the pictures agree, then the speed by batch size."""
    source, bundle = real_shapes.bundle_of(name, bench.models)
    settings = Settings(side=real_shapes.SIZE, device=device, dtype=dtype, **REAL_MODELS[name])
    count = 2 * max(batches)
    ours = Ours(bench, bundle, settings, count)
    peer = Peer(source, ours.init, settings)
    label = f"{name} {settings.size_text()} {dtype} on {device}"
    agreement = psnr_db(ours.pictures(dtype, batches[0]), peer.render(batches[0]))
    goal, met = f">= {LEAST_PSNR_DB} dB", agreement >= LEAST_PSNR_DB
    bench.row(f"{label}, {count} pictures against diffusers'", f"{agreement:.1f} dB", "", agreement / LEAST_PSNR_DB, goal, met)
    for batch in batches:
        peer.seconds(batch)  # warm-up
        spent, theirs = alternating(bench.rounds, partial(ours.seconds, dtype, batch), partial(peer.seconds, batch))
        bench.frames_row(f"{label}, batch size {batch}, against diffusers", count, spent, theirs, 1.0, ".2f")
