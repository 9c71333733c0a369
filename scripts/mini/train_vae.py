#!/usr/bin/env python3
"""Train the autoencoder: train_vae.py DATA RUN [--minutes M] [--steps N] [--threads T] [--batch B]

DATA is what make_data.py wrote; RUN is a folder for the checkpoint, curve.csv and, after every session, the
autoencoder itself (RUN/vae, diffusers' layout, averaged weights, scaling factor measured). Give the same command
again to go on. --steps is the length of the whole training, needed once and kept; --minutes that of this session.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mini.training import (
    Ema,
    Shards,
    autocast,
    begin,
    descend,
    halved,
    latents_of,
    options,
    psnr,
    rate,
    to_tensor,
)

CROP = 128
PEAK_RATE = 8e-4
# Of the crops: scenes, painters' frames, photographs.
DIET = (0.68, 0.10, 0.22)
SQUARE_WEIGHT, GRADIENT_WEIGHT, KL_WEIGHT = 4.0, 0.5, 1e-4
WATCH_EVERY, NOTE_EVERY = 1_000, 100


def make_vae() -> AutoencoderKL:
    """4 groups: with few channels a group, normalisation would take the colours away."""
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(16, 32, 80, 160),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        mid_block_add_attention=False,
        sample_size=256,
        scaling_factor=1.0,
    )


def frames(data: Path, part: str) -> list[np.ndarray]:
    """The painters' frames of `part`, one array a painter."""
    paths = sorted((data / "extra").glob(f"painter-{part}-*.npy"))
    if not paths:
        raise SystemExit(f"{data}/extra holds no painter-{part}-*.npy; make_data.py --program paints them")
    return [np.load(path, mmap_mode="r") for path in paths]


def styled(scenes: Shards, without: tuple[str, ...]) -> Sequence[np.ndarray]:
    """The pictures whose style is none of `without`."""
    return [scenes[i] for i, fact in enumerate(scenes.facts) if fact["style"] not in without]


class Diet:
    """Random crops, mirrored half of the time, of everything that the autoencoder must survive."""

    def __init__(self, data: Path, rng: np.random.Generator, without: tuple[str, ...] = ()) -> None:
        """Of the scenes, none in the styles `without`."""
        self.rng = rng
        sizes = [size for size in ("256x256", "384x384") if any((data / "train").glob(f"{size}-*.npy"))]
        scenes = [styled(Shards(data / "train", size), without) for size in sizes or ["256x256"]]
        self.sources = [scenes, frames(data, "train"), [np.load(data / "extra" / "photos.npy", mmap_mode="r")]]

    def crop(self) -> np.ndarray:
        group = self.sources[int(self.rng.choice(len(DIET), p=DIET))]
        lengths = np.array([len(source) for source in group], np.float64)
        source = group[int(self.rng.choice(len(group), p=lengths / lengths.sum()))]
        picture = source[int(self.rng.integers(len(source)))]
        # Half of the photographs are reduced to half their size: leaves and tiles of a few pixels.
        scale = 2 if group is self.sources[-1] and self.rng.random() < 0.5 else 1
        y, x = (int(self.rng.integers(0, side - scale * CROP + 1)) for side in picture.shape[:2])
        crop = picture[y : y + scale * CROP, x : x + scale * CROP][:, :: self.rng.choice([-1, 1])]
        return halved(crop[None])[0] if scale == 2 else crop

    def batch(self, size: int) -> Tensor:
        return to_tensor(np.stack([self.crop() for _ in range(size)]))


def gradients(image: Tensor) -> tuple[Tensor, Tensor]:
    return image[..., 1:, :] - image[..., :-1, :], image[..., :, 1:] - image[..., :, :-1]


def edge_loss(made: Tensor, wanted: Tensor) -> Tensor:
    """L1 of the gradients downwards and of those to the right, means, added."""
    down, right = (functional.l1_loss(a, b) for a, b in zip(gradients(made), gradients(wanted), strict=True))
    return down + right


def objective(made: Tensor, wanted: Tensor, mean: Tensor, logvar: Tensor) -> Tensor:
    """L1, MSE, L1 of the image gradients and KL to a unit Gaussian, all means, weighted."""
    kl = 0.5 * (mean.square() + logvar.exp() - 1.0 - logvar).mean()
    colours = functional.l1_loss(made, wanted) + SQUARE_WEIGHT * functional.mse_loss(made, wanted)
    return colours + GRADIENT_WEIGHT * edge_loss(made, wanted) + KL_WEIGHT * kl


@torch.no_grad()
def watch(vae: AutoencoderKL, data: Path, device: torch.device) -> dict[str, float]:
    """PSNR of held-out scenes and painters' frames, the latents' deviation."""
    held_out = Shards(data / "held-out")
    sets = {
        "scenes_db": np.stack([held_out[i] for i in range(64)]),
        "painters_db": np.concatenate([found[::3] for found in frames(data, "held-out")]),
    }
    found = {}
    for name, pictures in sets.items():
        decibels = []
        for start in range(0, len(pictures), 8):
            image = to_tensor(pictures[start : start + 8]).to(device)
            with autocast(device):
                latents = vae.encode(image).latent_dist.mean
                decibels.append(psnr(vae.decode(latents).sample, image).cpu())
            if name == "scenes_db":
                found["latent_std"] = float(latents.float().std())
        found[name] = float(torch.cat(decibels).mean())
    return found


@torch.no_grad()
def write(vae: AutoencoderKL, data: Path, folder: Path, device: torch.device) -> None:
    """Save in diffusers' layout with the factor that makes the latents' deviation one."""
    scenes = Shards(data / "train")
    chosen = np.linspace(0, len(scenes) - 1, 256).astype(int)
    latents = latents_of(vae, np.stack([scenes[int(i)] for i in chosen]), device)
    vae.register_to_config(scaling_factor=round(float(1.0 / latents.std()), 5))
    vae.save_pretrained(folder)
    print(f"{folder}: scaling factor {vae.config.scaling_factor}", flush=True)


def main() -> int:
    arguments = options(__doc__, ("DATA", "RUN"), 8, "32").parse_args()
    device, run = begin(arguments)
    vae = make_vae().to(device, memory_format=torch.channels_last)
    ema = Ema(vae, 0.999)
    optimiser = torch.optim.AdamW(vae.parameters(), lr=PEAK_RATE, betas=(0.9, 0.99), weight_decay=0.0)
    run.resume(vae=vae, ema=ema.network, optimiser=optimiser)
    diet = Diet(arguments.data, run.rng)
    for step in run.todo():
        wanted = diet.batch(arguments.batch).to(device, memory_format=torch.channels_last)
        with autocast(device):
            posterior = vae.encode(wanted).latent_dist
            noise = torch.randn(posterior.mean.shape).to(device)
            made = vae.decode(posterior.mean + posterior.std * noise).sample
        loss = objective(made.float(), wanted, posterior.mean.float(), posterior.logvar.float())
        learning_rate = rate(step, run.steps, PEAK_RATE, held=0.45)
        descend(loss, vae, learning_rate, optimiser)
        ema.update(vae, step)
        run.losses.append(loss.detach())
        if (step + 1) % NOTE_EVERY == 0:
            blank = {"latent_std": float("nan"), "scenes_db": float("nan"), "painters_db": float("nan")}
            seen = watch(ema.network, arguments.data, device) if (step + 1) % WATCH_EVERY == 0 else blank
            run.note(learning_rate, **seen)
    write(ema.network, arguments.data, arguments.run / "vae", device)
    return 0


if __name__ == "__main__":
    sys.exit(main())
