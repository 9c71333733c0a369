"""What the training scripts share: options, shards, checkpoints, moving averages, the learning rate, curves."""

import argparse
import contextlib
import copy
import csv
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from diffusers.utils import logging as diffusers_logging
from torch import Tensor, nn
from transformers.utils import logging as transformers_logging

# Weights of the loss on v are those on the clean latents, SNR + 1 = 1 / (1 - alpha), cut off here.
SNR_LIMIT = 5.0
bfloat16_everywhere = False


def options(description: str, folders: tuple[str, ...], batch: int, on_gpu: str) -> argparse.ArgumentParser:
    """What every training script takes; `folders` are its positional arguments."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in folders:
        parser.add_argument(name.lower(), type=Path, metavar=name)
    parser.add_argument("--minutes", type=float, default=1e9, help="of this session (default: until it is done)")
    parser.add_argument("--steps", type=int, help="of the whole training")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    at_once = f"pictures a step (default {batch}; {on_gpu} on a GPU)"
    parser.add_argument("--batch", type=int, default=batch, help=at_once)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bfloat16", action="store_true", help="on a CPU too (on a GPU always); quicker on some with AVX512-BF16")
    return parser


def begin(arguments: argparse.Namespace) -> tuple[torch.device, "Run"]:
    """The device and the run of a script that was started with `arguments`."""
    global bfloat16_everywhere
    torch.set_num_threads(arguments.threads)
    bfloat16_everywhere = arguments.bfloat16
    quiet()
    return pick_device(), Run(arguments.run, arguments.minutes, arguments.steps, arguments.seed)


class Shards:
    """All pictures of one size of a part of the data set, mapped from the disk."""

    def __init__(self, folder: Path, size: str = "256x256") -> None:
        paths = sorted(folder.glob(f"{size}-*.npy"))
        if not paths:
            raise SystemExit(f"{folder} holds no {size}-*.npy; scripts/mini/make_data.py paints them")
        self.arrays = [np.load(path, mmap_mode="r") for path in paths]
        self.facts = [fact for path in paths for fact in json.loads(path.with_suffix(".json").read_text())]
        self.starts = np.cumsum([0] + [len(array) for array in self.arrays])

    def __len__(self) -> int:
        return int(self.starts[-1])

    def __getitem__(self, index: int) -> np.ndarray:
        shard = int(np.searchsorted(self.starts, index, side="right")) - 1
        return self.arrays[shard][index - self.starts[shard]]


def halved(pictures: np.ndarray) -> np.ndarray:
    """uint8 [n, h, w, 3] to [n, h / 2, w / 2, 3], means of 2x2 pixels."""
    n, h, w, _ = pictures.shape
    return pictures.reshape(n, h // 2, 2, w // 2, 2, 3).mean(axis=(2, 4)).round().astype(np.uint8)


def to_tensor(pictures: np.ndarray) -> Tensor:
    """uint8 [n, h, w, 3] to float32 [n, 3, h, w], -1 to 1."""
    return torch.from_numpy(np.array(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1.0


@torch.no_grad()
def latents_of(vae: AutoencoderKL, pictures: np.ndarray, device: torch.device) -> Tensor:
    """Unscaled latents of pictures, uint8 [n, h, w, 3]: float32 [n, 4, h / 8, w / 8]."""
    found = []
    for start in range(0, len(pictures), 8):
        some = pictures[start : start + 8]
        with autocast(device):
            found.append(vae.encode(to_tensor(some).to(device)).latent_dist.mean.float().cpu())
    return torch.cat(found)


def level_weight(alpha: Tensor) -> Tensor:
    """The weight of the loss on v at cumulative alphas."""
    return (SNR_LIMIT * (1.0 - alpha)).clamp_max(1.0)


def spread_levels(count: int) -> Tensor:
    """Numbers in 0 to 1, spread evenly over a batch from a random start."""
    return (torch.rand(1) + torch.arange(count) / count) % 1.0


def use_plain_attention(unet: UNet2DConditionModel, device: torch.device) -> None:
    """Through backward, plain matrix products are quicker on a CPU than fused attention."""
    if device.type == "cpu":
        unet.set_attn_processor(AttnProcessor())


def quiet() -> None:
    """Keep diffusers and transformers from remarking on what is absent on purpose."""
    for library in (transformers_logging, diffusers_logging):
        library.set_verbosity_error()
        library.disable_progress_bar()


def pick_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def autocast(device: torch.device) -> contextlib.AbstractContextManager:
    """bfloat16 on a GPU and, where --bfloat16 asks for it, on a CPU."""
    return torch.autocast(device.type, torch.bfloat16, enabled=bfloat16_everywhere or device.type == "cuda")


def rate(step: int, total: int, peak: float, held: float = 0.5, last: float = 0.02, warm: int = 200) -> float:
    """The learning rate: a short warm-up, held until `held` of all steps, then linear down to `last` of the peak."""
    done = step / max(total, 1)
    fall = 1.0 if done < held else 1.0 + (last - 1.0) * min((done - held) / (1.0 - held), 1.0)
    return peak * fall * min((step + 1) / warm, 1.0)


def descend(loss: Tensor, network: nn.Module, learning_rate: float, *optimisers: torch.optim.Optimizer) -> None:
    """One step of the optimisers, gradients clipped to a norm of 1."""
    network.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = learning_rate
        optimiser.step()


class Ema:
    """A moving average of a network's weights, young ones weighing more at the start."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network, self.decay = copy.deepcopy(network).eval().requires_grad_(False), decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        keep = min(self.decay, (1.0 + step) / (10.0 + step))
        ours, theirs = list(self.network.parameters()), [p.detach() for p in network.parameters()]
        torch._foreach_mul_(ours, keep)
        torch._foreach_add_(ours, theirs, alpha=1.0 - keep)


class Run:
    """One training run in `folder`: its checkpoint, its curve, and the end of this session.

    `minutes` is what this session may take; `steps` is the whole plan, kept in the checkpoint and changed only when
    given again. SIGTERM and SIGINT end the session after the step under way, with a checkpoint.
    """

    def __init__(self, folder: Path, minutes: float, steps: int | None, seed: int, save_minutes: float = 5.0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.save_minutes = folder, save_minutes
        self.path, self.curve = folder / "checkpoint.pt", folder / "curve.csv"
        self.step, self.trained_s, self.steps = 0, 0.0, steps or 0
        self.rng = np.random.default_rng(seed)
        torch.manual_seed(seed)
        self.parts: dict[str, Any] = {}
        self.minutes = minutes
        self.started = self.saved = time.monotonic()
        self.stopped = False
        self.losses: list[Tensor] = []
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self.stop)

    def stop(self, *_: object) -> None:
        self.stopped = True

    def resume(self, **parts: Any) -> None:
        """Keep `parts` (whatever has state_dict) in the checkpoint and, when there is one, go on from it."""
        self.parts = parts
        if self.path.exists():
            state = torch.load(self.path, map_location="cpu", weights_only=False)
            for name, part in parts.items():
                part.load_state_dict(state[name])
            self.step, self.trained_s = state["step"], state["trained_s"]
            self.steps = self.steps or state["steps"]
            self.rng.bit_generator.state = state["numpy_rng"]
            torch.set_rng_state(state["torch_rng"])
            self.trim()
            print(f"resuming at step {self.step} of {self.steps}, {self.trained_s / 60:.1f} minutes trained", flush=True)
        if not self.steps:
            raise SystemExit("--steps says how long the whole training is; the first session needs it")

    def trim(self) -> None:
        """Drop the curve's rows that a lost session wrote after the last checkpoint."""
        if self.curve.exists():
            rows = list(csv.reader(self.curve.open()))
            kept = [row for row in rows[1:] if int(row[0]) <= self.step]
            with self.curve.open("w", newline="") as file:
                csv.writer(file).writerows([rows[0], *kept])

    def save(self) -> None:
        state = {name: part.state_dict() for name, part in self.parts.items()}
        state |= {"step": self.step, "steps": self.steps, "trained_s": self.seconds()}
        state |= {"numpy_rng": self.rng.bit_generator.state, "torch_rng": torch.get_rng_state()}
        part = self.path.with_suffix(f".part-{os.getpid()}")
        torch.save(state, part)
        os.replace(part, self.path)
        self.saved = time.monotonic()

    def seconds(self) -> float:
        return self.trained_s + time.monotonic() - self.started

    def todo(self) -> Iterator[int]:
        """The steps of this session; checkpoints on the way and at its end."""
        self.started = self.saved = time.monotonic()
        ends = self.started + 60.0 * self.minutes
        while self.step < self.steps and time.monotonic() < ends and not self.stopped:
            yield self.step
            self.step += 1
            if time.monotonic() - self.saved > 60.0 * self.save_minutes:
                self.save()
        self.save()
        state = "finished" if self.step >= self.steps else "to be resumed"
        print(f"step {self.step} of {self.steps}, {state}", flush=True)

    def note(self, learning_rate: float, **row: float) -> None:
        """Append a row to the curve and print it: the mean of self.losses since the last one, and `row`."""
        loss = float(torch.stack(self.losses).mean())
        self.losses.clear()
        row = {
            "step": self.step + 1,
            "minutes": round(self.seconds() / 60, 2),
            "rate": learning_rate,
            "loss": loss,
            **row,
        }
        new = not self.curve.exists()
        with self.curve.open("a", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(row)
            writer.writerow(f"{value:.5g}" if isinstance(value, float) else value for value in row.values())
        print("  ".join(f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()), flush=True)


def psnr(a: Tensor, b: Tensor) -> Tensor:
    """Of each picture of two batches in -1 to 1, after rounding to 8 bits: decibels [n]."""
    a, b = (torch.round((x.clamp(-1, 1) + 1.0) * 127.5) for x in (a.float(), b.float()))
    return 10.0 * torch.log10(255.0**2 / (a - b).square().mean(dim=(1, 2, 3)).clamp_min(1e-3))
