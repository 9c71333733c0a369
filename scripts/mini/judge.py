"""The judges of evaluate.py: a scene classifier trained on real pictures, and palettes compared in CIELAB."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from . import painter, palettes
from .make_data import SIZES
from .training import Shards, psnr, rate

SIDE = 96
STEPS, BATCH = 2_500, 48
QUANTILES = 24
PALETTE_SEED = 20_000_000
PALETTE_SAMPLES = 8


def classifier() -> nn.Module:
    """Five strided convolutions and a mean: 0.6 M parameters."""
    layers: list[nn.Module] = []
    widths = (3, 32, 64, 96, 128, 192)
    for before, after in zip(widths, widths[1:], strict=False):
        layers += [nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
        layers += [nn.Conv2d(after, after, 3, padding=1, groups=8, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], len(painter.SCENES)))


def small(pictures: np.ndarray) -> Tensor:
    """uint8 [n, h, w, 3] of any size to what the classifier sees."""
    sides = [Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BOX) for picture in pictures]
    return torch.from_numpy(np.stack([np.asarray(side) for side in sides])).permute(0, 3, 1, 2).float() / 127.5 - 1.0


def gather(folder: Path) -> tuple[Tensor, Tensor]:
    """All pictures of a part of the data set, reduced, and the numbers of their scenes."""
    names, images, scenes = list(painter.SCENES), [], []
    for width, height in SIZES:
        if any(folder.glob(f"{width}x{height}-*.npy")):
            shards = Shards(folder, f"{width}x{height}")
            images += [small(array) for array in shards.arrays]
            scenes += [names.index(fact["scene"]) for fact in shards.facts]
    return torch.cat(images), torch.tensor(scenes)


def augment(images: Tensor, generator: torch.Generator) -> Tensor:
    """Mirrored, shifted, blurred a little: what is drawn is no sharper than a decoder's pictures."""
    if torch.rand(1, generator=generator) < 0.5:
        images = images.flip(-1)
    if torch.rand(1, generator=generator) < 0.3:
        images = functional.interpolate(functional.avg_pool2d(images, 2), size=SIDE, mode="bilinear")
    shift = [int(s) for s in torch.randint(-6, 7, (2,), generator=generator)]
    images = functional.pad(images, (6, 6, 6, 6), mode="reflect")
    images = images[..., 6 + shift[0] : 6 + shift[0] + SIDE, 6 + shift[1] : 6 + shift[1] + SIDE]
    return images + 0.05 * torch.randn(images.shape, generator=generator)


def trained_classifier(data: Path, path: Path) -> tuple[nn.Module, float]:
    """The classifier and its accuracy on held-out pictures; kept at `path`."""
    network = classifier()
    if path.exists():
        state = torch.load(path, weights_only=True)
        network.load_state_dict(state["network"])
        return network.eval(), state["accuracy"]
    torch.manual_seed(0)
    network = classifier()
    generator = torch.Generator().manual_seed(0)
    images, scenes = gather(data / "train")
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.02)
    for step in range(STEPS):
        optimiser.param_groups[0]["lr"] = rate(step, STEPS, 2e-3, held=0.3)
        rows = torch.randint(0, len(images), (BATCH,), generator=generator)
        logits = network(augment(images[rows], generator))
        loss = functional.cross_entropy(logits, scenes[rows], label_smoothing=0.05)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    network.eval()
    images, scenes = gather(data / "held-out")
    with torch.no_grad():
        right = torch.cat([network(part).argmax(1) for part in images.split(64)]) == scenes
    accuracy = float(right.float().mean())
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"network": network.state_dict(), "accuracy": accuracy}, path)
    return network, accuracy


@torch.no_grad()
def named(network: nn.Module, pictures: np.ndarray) -> list[str]:
    """The scene that the classifier sees in each picture."""
    names = list(painter.SCENES)
    return [names[int(i)] for i in network(small(pictures)).argmax(1)]


def cielab(srgb: np.ndarray) -> np.ndarray:
    """CIE 1976 L*a*b* (D65) of sRGB in 0 to 1."""
    matrix = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
    xyz = palettes.linear(srgb) @ matrix.T / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def sorted_colours(picture: np.ndarray) -> np.ndarray:
    """A picture's colours from dark to light: the means of QUANTILES equal shares of its pixels, CIELAB."""
    reduced = np.asarray(Image.fromarray(picture).resize((96, 96), Image.Resampling.BOX), np.float64) / 255.0
    colours = cielab(reduced).reshape(-1, 3)
    order = np.argsort(colours[:, 0], kind="stable")
    return np.stack([part.mean(axis=0) for part in np.array_split(colours[order], QUANTILES)])


def palette_references(scene: str, samples: int = PALETTE_SAMPLES) -> dict[str, np.ndarray]:
    """What `scene` looks like in each palette: the sorted colours of newly painted pictures at varied hours,
    [samples, QUANTILES, 3]."""
    kind = painter.SCENES[scene]
    found = {}
    for name in palettes.PALETTES:
        colours = []
        for k in range(samples):
            time = kind.times[k % len(kind.times)] if kind.times else ""
            weather = kind.weathers[k // 2 % len(kind.weathers)] if kind.weathers else ""
            what = painter.Labels(scene, name, False, time, weather, "plain")
            colours.append(sorted_colours(painter.paint(PALETTE_SEED + k, what)))
        found[name] = np.stack(colours)
    return found


def kept_references(path: Path, scenes: Sequence[str]) -> dict[str, dict[str, np.ndarray]]:
    """palette_references of `scenes`, kept at `path`."""
    if not path.exists():
        found = {scene: np.stack(list(palette_references(scene).values())) for scene in scenes}
        np.savez_compressed(path, **found)
    with np.load(path) as kept:
        return {scene: dict(zip(palettes.PALETTES, kept[scene], strict=True)) for scene in kept}


def nearest_palette(picture: np.ndarray, references: dict[str, np.ndarray]) -> str:
    """The palette of which one picture lies nearest: mean CIELAB distance of the sorted colours."""
    ours = sorted_colours(picture)
    return min(references, key=lambda name: float(np.linalg.norm(ours - references[name], axis=-1).mean(axis=-1).min()))


def roughness(picture: np.ndarray) -> float:
    """Mean absolute Laplacian of the luminance: large for noise and broken pictures, 8-bit units."""
    grey = np.asarray(Image.fromarray(picture).convert("L"), np.float32)
    inner = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    return float(np.abs(inner).mean())


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    """Correlation of two pictures' coarse luminance (16x16): 1 where one is plainly visible in the other."""
    grey = [np.asarray(Image.fromarray(p).convert("L").resize((16, 16), Image.Resampling.BOX), np.float64) for p in (a, b)]
    grey = [g - g.mean() for g in grey]
    return float((grey[0] * grey[1]).sum() / np.sqrt((grey[0] ** 2).sum() * (grey[1] ** 2).sum() + 1e-9))


def reconstruction(vae: nn.Module, pictures: Tensor) -> float:
    """Mean PSNR of pictures that went through the autoencoder, decibels."""
    with torch.no_grad():
        found = [psnr(vae.decode(vae.encode(part).latent_dist.mean).sample, part) for part in pictures.split(4)]
    return float(torch.cat(found).mean())
