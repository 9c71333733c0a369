#!/usr/bin/env python3
"""Train the network that makes mini's pictures four times as large: train_upscaler.py DATA MODEL RUN [--minutes M] [--steps N]

DATA holds scenes painted large (make_data.py --large), MODEL is a diffusers folder (recover_model.py's OUT). What is
enlarged is a large picture reduced to a quarter, then blurred, given halos and blotches at random as a decoder leaves them;
what is wanted is the large picture. Real decoded pictures would teach blur: what they have lost cannot be known, what a blur
hides can. RUN/upscaler.pt is TorchScript for export_upscaler.py, RUN/sheet.png shows unseen pictures, after MODEL's
autoencoder, beside Lanczos's; at the end a table of both is printed. Give the same command again to go on; --steps is the
length of the whole training, needed once and kept.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mini.make_data import LARGE_SIZE
from mini.train_decoder import GRAINY, spectral_distance
from mini.train_vae import edge_loss
from mini.training import Ema, Shards, begin, descend, options, psnr, rate, to_tensor

# MARGIN is cut off when crops have been blurred.
SCALE, CROP, MARGIN = 4, 48, 10
PEAK_RATE, GRADIENT_WEIGHT = 1e-3, 1.0
WARM, NOTE_EVERY = 100, 100
# Of the blur and of what halos are made with, in pixels of the small picture; how strong halos are, and blotches, of 2.
BLUR, HALO_BLUR, HALO, BLOTCHES = (0.3, 2.6), (0.8, 2.6), 1.0, 0.03
SHOWN = 6


class Upscaler(nn.Module):
    """Pictures [n, 3, h, w] in 0 to 1, h and w even, to [n, 3, 4 h, 4 w]: residual convolutions at half the size, where a
    kernel sees twice as far for a quarter of the work, then one that looks at the picture too."""

    def __init__(self, width: int = 48, blocks: int = 3, fine: int = 32) -> None:
        super().__init__()
        self.head = nn.Conv2d(3 * 4, width, 3, padding=1)
        self.first = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(blocks))
        self.second = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(blocks))
        self.widen = nn.Conv2d(width, 4 * fine, 1)
        self.tail = nn.Conv2d(fine + 3, 3 * SCALE**2, 3, padding=1)
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
        seen = torch.cat([functional.pixel_shuffle(functional.relu(self.widen(features)), 2), pictures], 1)
        return self.spread(self.tail(seen)).clamp(0.0, 1.0)


class Pictures:
    """Those of a part of the data set: `large`, uint8 [h, w, 3] each, and `small`, a quarter of the sides, means of 4x4 pixels."""

    def __init__(self, folder: Path) -> None:
        shards = Shards(folder, "x".join(str(side) for side in LARGE_SIZE))
        self.large = [shards[i] for i, fact in enumerate(shards.facts) if fact["style"] not in GRAINY]
        self.small = [reduced(picture) for picture in self.large]


def reduced(large: np.ndarray) -> np.ndarray:
    h, w, _ = large.shape
    return large.reshape(h // SCALE, SCALE, w // SCALE, SCALE, 3).mean(axis=(1, 3)).round().astype(np.uint8)


def crops(pictures: Pictures, count: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Small ones with a margin and large ones without, in -1 to 1, turned and mirrored."""
    small, large = [], []
    for _ in range(count):
        number = int(rng.integers(len(pictures.large)))
        side = CROP + 2 * MARGIN
        y, x = (int(rng.integers(0, length - side + 1)) for length in pictures.small[number].shape[:2])
        turns, mirror = int(rng.integers(4)), int(rng.choice([-1, 1]))
        inner = slice(SCALE * (y + MARGIN), SCALE * (y + side - MARGIN)), slice(SCALE * (x + MARGIN), SCALE * (x + side - MARGIN))
        for found, crop in ((small, pictures.small[number][y : y + side, x : x + side]), (large, pictures.large[number][inner])):
            found.append(np.rot90(crop, turns)[:, ::mirror])
    return to_tensor(np.stack(small)), to_tensor(np.stack(large))


def blurred(pictures: Tensor, deviations: Tensor) -> Tensor:
    """By a Gaussian of its own each: pictures [n, c, h, w], deviations [n] in pixels; borders are repeated."""
    n, c, h, w = pictures.shape
    reach = MARGIN - 2
    kernel = (-0.5 * (torch.arange(-reach, reach + 1) / deviations[:, None]).square()).exp()
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(c, 0)[:, None, None].to(pictures)
    padded = functional.pad(pictures, (reach,) * 4, mode="replicate").reshape(1, n * c, h + 2 * reach, w + 2 * reach)
    across = functional.conv2d(padded, kernel, groups=n * c)
    return functional.conv2d(across, kernel.mT, groups=n * c).reshape(n, c, h, w)


def degraded(small: Tensor) -> Tensor:
    """As decoders leave pictures, in -1 to 1: soft to different degrees, some with halos beside edges, blotched."""

    def between(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(len(small))

    soft = blurred(small, between(*BLUR))
    halos = (between(-HALO, HALO).clamp_min(0.0)[:, None, None, None]).to(soft) * (soft - blurred(soft, between(*HALO_BLUR)))
    blotches = blurred(torch.randn(soft.shape).to(soft), between(0.5, 1.5)) * between(0.0, 2.0 * BLOTCHES)[:, None, None, None].to(soft)
    return (soft + halos + blotches).clamp(-1.0, 1.0)


def objective(made: Tensor, wanted: Tensor) -> Tensor:
    """L1 of the colours and of the gradients, means, weighted."""
    return functional.l1_loss(made, wanted) + GRADIENT_WEIGHT * edge_loss(made, wanted)


def enlarged(network: Upscaler, small: Tensor) -> Tensor:
    """Both in -1 to 1."""
    return network((small + 1.0) / 2.0) * 2.0 - 1.0


def by_lanczos(small: Tensor) -> Tensor:
    """Pictures in -1 to 1, through 8 bits."""
    large = []
    for picture in ((small + 1.0) * 127.5).round().byte().permute(0, 2, 3, 1).numpy():
        h, w, _ = picture.shape
        large.append(np.asarray(Image.fromarray(picture).resize((SCALE * w, SCALE * h), Image.Resampling.LANCZOS)))
    return to_tensor(np.stack(large))


@torch.no_grad()
def compare(network: Upscaler, unseen: Pictures, vae: AutoencoderKL, sheet: Path) -> None:
    """Print decibels and spectral distances to the large pictures, of Lanczos and of the network, for pictures that were only
    reduced, that were degraded and that went through the autoencoder; draw some of the last."""
    torch.manual_seed(0)
    kinds = {
        "reduced": lambda small: small,
        "degraded": degraded,
        "decoded": lambda small: vae.decode(vae.encode(small).latent_dist.mean).sample.clamp(-1.0, 1.0),
    }
    for name, kind in kinds.items():
        found, rows = [], []
        for small, large in zip(unseen.small, unseen.large, strict=True):
            given, wanted = kind(to_tensor(small[None])), to_tensor(large[None])
            both = by_lanczos(given), enlarged(network, given)
            found.append([measure(made, wanted).item() for measure in (lambda a, b: psnr(a, b).mean(), spectral_distance) for made in both])
            rows.append(torch.cat([*both, wanted], 3)[0, :, 256:768])
        means = np.mean(found, axis=0)
        print(f"{name}: Lanczos {means[0]:.2f} dB, network {means[1]:.2f} dB; spectral distance {means[2]:.1f} and {means[3]:.1f} dB")
    drawn = ((torch.cat(rows[:SHOWN], 1).clamp(-1.0, 1.0) + 1.0) * 127.5).byte().permute(1, 2, 0).numpy()
    Image.fromarray(drawn).save(sheet)


def main() -> int:
    arguments = options(__doc__, ("DATA", "MODEL", "RUN"), 8, "32").parse_args()
    device, run = begin(arguments)
    pictures = Pictures(arguments.data / "large")
    network = Upscaler().to(device, memory_format=torch.channels_last)
    ema = Ema(network, 0.999)
    optimiser = torch.optim.AdamW(network.parameters(), lr=PEAK_RATE, betas=(0.9, 0.99), weight_decay=0.0)
    run.resume(network=network, ema=ema.network, optimiser=optimiser)
    for step in run.todo():
        small, wanted = (x.to(device) for x in crops(pictures, arguments.batch, run.rng))
        small = degraded(small)[..., MARGIN:-MARGIN, MARGIN:-MARGIN].contiguous(memory_format=torch.channels_last)
        made = enlarged(network, small)
        loss = objective(made, wanted)
        learning_rate = rate(step, run.steps, PEAK_RATE, warm=WARM)
        descend(loss, network, learning_rate, optimiser)
        ema.update(network, step)
        run.losses.append(loss.detach())
        if (step + 1) % NOTE_EVERY == 0:
            found = {"db": made.detach(), "lanczos_db": by_lanczos(small.cpu()).to(device)}
            run.note(learning_rate, **{name: psnr(picture, wanted).mean().item() for name, picture in found.items()})
    network = ema.network.cpu()
    torch.jit.script(network).save(str(arguments.run / "upscaler.pt"))
    vae = AutoencoderKL.from_pretrained(arguments.model / "vae", local_files_only=True)
    compare(network, Pictures(arguments.data / "held-out-large"), vae, arguments.run / "sheet.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
