#!/usr/bin/env python3
"""Train the network that makes mini's pictures four times as large: train_upscaler.py DATA MODEL RUN [--minutes M] [--steps N]

DATA holds scenes painted large (make_data.py --large), MODEL is a diffusers folder (recover_model.py's OUT). What is
enlarged is a large picture reduced to a quarter, most of the time after MODEL's autoencoder, whose blur it learns to undo;
what is wanted is the large picture. Loss: as for the crisp decoder, its small discriminator too. RUN/upscaler.pt is
TorchScript for export_upscaler.py, RUN/sheet.png shows unseen pictures beside Lanczos's; at the end a table of both is
printed. Give the same command again to go on; --steps is the length of the whole training, needed once and kept.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mini.make_data import LARGE_SIZE
from mini.train_decoder import GRAINY, JUDGES_RATE, Judge, doubt, judged_loss, likeness_loss, spectral_distance
from mini.training import Ema, Shards, begin, descend, options, psnr, rate, to_tensor

SCALE, CROP = 4, 40
PEAK_RATE = 1e-3
# Of the small pictures, those that went through the autoencoder.
DECODED = 0.85
WARM, NOTE_EVERY = 100, 50
# The discriminator judges from this step on.
JUDGED_FROM = 1000
SHOWN = 6


class Upscaler(nn.Module):
    """Pictures [n, 3, h, w] in 0 to 1, h and w even, to [n, 3, 4 h, 4 w]: residual convolutions at half the size, where a
    kernel sees twice as far for a quarter of the work, then one that looks at the picture too."""

    def __init__(self, width: int = 48, blocks: int = 3) -> None:
        super().__init__()
        self.head = nn.Conv2d(3 * 4, width, 3, padding=1)
        self.first = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(blocks))
        self.second = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(blocks))
        self.tail = nn.Conv2d(width // 4 + 3, 3 * SCALE**2, 3, padding=1)
        self.spread = nn.PixelShuffle(SCALE)
        self.begin_bilinear()

    @torch.no_grad()
    def begin_bilinear(self) -> None:
        """What the tail sees of the picture it enlarges bilinearly, what it sees of the features it does not use yet."""
        self.tail.weight.zero_()
        self.tail.bias.zero_()
        at = (torch.arange(SCALE) + 0.5) / SCALE - 0.5
        along = (1.0 - (at[:, None] - torch.arange(-1, 2)).abs()).clamp_min(0.0)
        kernels = torch.einsum("yi,xj->yxij", along, along).reshape(SCALE**2, 3, 3)
        for colour in range(3):
            self.tail.weight[colour * SCALE**2 : (colour + 1) * SCALE**2, colour - 3] = kernels

    def forward(self, pictures: Tensor) -> Tensor:
        features = functional.relu(self.head(functional.pixel_unshuffle(pictures, 2)))
        for first, second in zip(self.first, self.second):  # noqa: B905 - TorchScript knows no `strict`
            features = features + second(functional.relu(first(features)))
        seen = torch.cat([functional.pixel_shuffle(features, 2), pictures], 1)
        return self.spread(self.tail(seen)).clamp(0.0, 1.0)


def reduced(large: np.ndarray) -> np.ndarray:
    """uint8 [n, h, w, 3] to a quarter of the sides, means of 4x4 pixels."""
    n, h, w, _ = large.shape
    return large.reshape(n, h // SCALE, SCALE, w // SCALE, SCALE, 3).mean(axis=(2, 4)).round().astype(np.uint8)


@torch.no_grad()
def decoded(vae: AutoencoderKL, small: np.ndarray) -> np.ndarray:
    """Pictures, uint8 [n, h, w, 3], after the autoencoder."""
    made = vae.decode(vae.encode(to_tensor(small)).latent_dist.sample()).sample
    return ((made.clamp(-1.0, 1.0) + 1.0) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()


class Pictures:
    """Large pictures of a part of the data set and what is to be enlarged: uint8 [h, w, 3] each."""

    def __init__(self, folder: Path, vae: AutoencoderKL) -> None:
        self.large = Shards(folder, "x".join(str(side) for side in LARGE_SIZE))
        self.chosen = [i for i, fact in enumerate(self.large.facts) if fact["style"] not in GRAINY]
        self.clean, self.decoded = [], []
        for index in self.chosen:
            small = reduced(self.large[index][None])
            self.clean.append(small[0])
            self.decoded.append(decoded(vae, small)[0])

    def pairs(self, kind: list[np.ndarray]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for small, index in zip(kind, self.chosen, strict=True):
            yield small, self.large[index]


def crops(pictures: Pictures, count: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Small and large in -1 to 1: [n, 3, CROP, CROP] and [n, 3, SCALE CROP, SCALE CROP], turned and mirrored."""
    small, large = [], []
    for _ in range(count):
        number = int(rng.integers(len(pictures.chosen)))
        kind = pictures.decoded if rng.random() < DECODED else pictures.clean
        y, x = (int(rng.integers(0, side - CROP + 1)) for side in kind[number].shape[:2])
        turns, mirror = int(rng.integers(4)), int(rng.choice([-1, 1]))
        for found, picture, scale in ((small, kind[number], 1), (large, pictures.large[pictures.chosen[number]], SCALE)):
            crop = picture[scale * y : scale * (y + CROP), scale * x : scale * (x + CROP)]
            found.append(np.rot90(crop, turns)[:, ::mirror])
    return to_tensor(np.stack(small)), to_tensor(np.stack(large))


def enlarged(network: Upscaler, small: Tensor) -> Tensor:
    """Both in -1 to 1."""
    return network((small + 1.0) / 2.0) * 2.0 - 1.0


def by_lanczos(small: np.ndarray) -> np.ndarray:
    h, w = small.shape[:2]
    return np.asarray(Image.fromarray(small).resize((SCALE * w, SCALE * h), Image.Resampling.LANCZOS))


@torch.no_grad()
def compare(network: Upscaler, unseen: Pictures, sheet: Path) -> None:
    """Print decibels and spectral distances to the large pictures, of Lanczos and of the network; draw some of them."""
    rows = []
    for name, kind in (("reduced", unseen.clean), ("decoded", unseen.decoded)):
        found = []
        for number, (small, large) in enumerate(unseen.pairs(kind)):
            wanted = to_tensor(large[None])
            both = to_tensor(by_lanczos(small)[None]), enlarged(network, to_tensor(small[None]))
            found.append([psnr(made, wanted).item() for made in both] + [spectral_distance(made, wanted).item() for made in both])
            if kind is unseen.decoded and number < SHOWN:
                rows.append(torch.cat([*both, wanted], 3)[0, :, 256:768])
        dbs = np.mean(found, axis=0)
        print(f"{name}: Lanczos {dbs[0]:.2f} dB, network {dbs[1]:.2f} dB; spectral distance {dbs[2]:.1f} and {dbs[3]:.1f} dB")
    drawn = ((torch.cat(rows, 1).clamp(-1.0, 1.0) + 1.0) * 127.5).byte().permute(1, 2, 0).numpy()
    Image.fromarray(drawn).save(sheet)


def main() -> int:
    arguments = options(__doc__, ("DATA", "MODEL", "RUN"), 8, "32").parse_args()
    device, run = begin(arguments)
    vae = AutoencoderKL.from_pretrained(arguments.model / "vae", local_files_only=True).requires_grad_(False)
    pictures = Pictures(arguments.data / "large", vae)
    network = Upscaler().to(device, memory_format=torch.channels_last)
    ema = Ema(network, 0.999)
    optimiser = torch.optim.AdamW(network.parameters(), lr=PEAK_RATE, betas=(0.9, 0.99), weight_decay=0.0)
    judge = Judge().to(device, memory_format=torch.channels_last)
    judges = torch.optim.AdamW(judge.parameters(), lr=JUDGES_RATE, betas=(0.5, 0.9), weight_decay=0.0)
    run.resume(network=network, ema=ema.network, optimiser=optimiser, judge=judge, judges=judges)
    for step in run.todo():
        small, wanted = (x.to(device, memory_format=torch.channels_last) for x in crops(pictures, arguments.batch, run.rng))
        made = enlarged(network, small)
        likeness = loss = likeness_loss(made, wanted)
        if step >= JUDGED_FROM:
            loss = likeness + judged_loss(judge, made, likeness, network.tail.weight)
        learning_rate = rate(step, run.steps, PEAK_RATE, warm=WARM)
        descend(loss, network, learning_rate, optimiser)
        descend(doubt(judge, wanted, made), judge, rate(step, run.steps, JUDGES_RATE, warm=WARM), judges)
        ema.update(network, step)
        run.losses.append(likeness.detach())
        if (step + 1) % NOTE_EVERY == 0:
            with torch.no_grad():
                plain = functional.interpolate(small, scale_factor=SCALE, mode="bicubic", align_corners=False)
                run.note(learning_rate, db=psnr(made, wanted).mean().item(), bicubic_db=psnr(plain, wanted).mean().item())
    network = ema.network.cpu()
    torch.jit.script(network).save(str(arguments.run / "upscaler.pt"))
    compare(network, Pictures(arguments.data / "held-out-large", vae), arguments.run / "sheet.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
