"""What is done to a finished picture: cinematic light, watercolour, neon lines, pixels, triangles, grain, oil."""

import numpy as np
from PIL import Image
from scipy import ndimage
from scipy.spatial import Delaunay

from .canvas import Canvas, Field, blur, smooth

LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def luma(image: Field) -> Field:
    return image @ LUMA


def vignette(c: Canvas, amount: float) -> None:
    c.shade(1.0 - amount * smooth(0.55, 1.45, np.hypot(c.x / c.aspect_x, c.y / c.aspect_y)))


def plain(c: Canvas) -> None:
    vignette(c, c.uniform(0.0, 0.25))


def cinematic(c: Canvas) -> None:
    """Contrast, bloom around what is bright, dark corners."""
    bright = luma(c.image)
    curve = bright * bright * (3.0 - 2.0 * bright)
    c.shade((0.35 * bright + 0.65 * curve + 0.01) / (bright + 0.01))
    bloom = blur(c.image * smooth(0.55, 0.95, bright)[..., None], c.width / 24)
    c.image = 1.0 - (1.0 - np.clip(c.image, 0, 1)) * (1.0 - np.clip(bloom, 0, 1) * 0.65)
    vignette(c, 0.62)


def watercolour(c: Canvas) -> None:
    """Flat washes with wandering, darker edges on paper that stays bare at the rim."""
    dx, dy = (c.noise(12.0, octaves=3) - 0.5) * 0.045, (c.noise(12.0, octaves=3) - 0.5) * 0.045
    washed = np.stack([c.warp(ndimage.median_filter(c.image[..., i], 5), dx, dy) for i in range(3)], -1)
    washed = washed * 0.80 + 0.20
    level = luma(washed)
    steps = np.round(level * 6.0 + (c.noise(5.0, octaves=3) - 0.5) * 0.8) / 6.0
    washed = washed * ((0.45 * level + 0.55 * steps + 0.02) / (level + 0.02))[..., None]
    gy, gx = np.gradient(blur(level, 1.0))
    washed = washed * (1.0 - np.clip(np.hypot(gx, gy) * 3.5, 0.0, 0.35))[..., None]
    paper = 0.97 - 0.05 * c.noise(60.0, octaves=2)
    rim = np.maximum(np.abs(c.x) / c.aspect_x, np.abs(c.y) / c.aspect_y) + (c.noise(4.0, octaves=4) - 0.5) * 0.12
    c.image = np.clip(washed * (0.90 + 0.2 * c.noise(3.0, octaves=4))[..., None], 0, 1)
    c.over(paper[..., None] * (0.85 + 0.15 * c.ramp(1.0)), smooth(0.94, 1.03, rim))


def neon(c: Canvas) -> None:
    """Glowing outlines over a darkened picture."""
    soft = blur(c.image, 1.0 * c.width / 256)
    edge = np.zeros_like(c.v)
    for i in range(3):
        gy, gx = np.gradient(soft[..., i])
        edge = np.maximum(edge, np.hypot(gx, gy))
    edge = np.clip(edge * 9.0 * c.width / 256, 0.0, 1.0) ** 1.3
    dark = np.clip(c.image, 0, 1) ** 1.5 * 0.42
    c.image = dark * 0.75 + c.ramp(0.05) * 0.25
    c.light(c.accent, np.clip(blur(edge, c.width / 60) * 1.1, 0, 1))
    c.light(c.ramp(0.85) * 0.5 + c.accent * 0.5, edge)


def pixel(c: Canvas) -> None:
    """Pixel art: coarse squares and few tones."""
    size = int(c.rng.choice([4, 4, 4, 8])) * max(1, round(min(c.width, c.height) / 256))
    small = Image.fromarray((np.clip(c.image, 0, 1) * 255).astype(np.uint8)).resize(
        (c.width // size, c.height // size), Image.Resampling.BOX
    )
    few = np.asarray(small.quantize(14, dither=Image.Dither.NONE).convert("RGB"), np.float32) / 255.0
    c.image = few.repeat(size, 0).repeat(size, 1)
    if c.image.shape[:2] != (c.height, c.width):
        c.image = np.pad(c.image, ((0, c.height - c.image.shape[0]), (0, c.width - c.image.shape[1]), (0, 0)), "edge")


def lowpoly(c: Canvas) -> None:
    """Flat triangles, smaller where there is more to see."""
    soft = blur(luma(c.image), 1.5)
    gy, gx = np.gradient(soft)
    weight = np.hypot(gx, gy).ravel().astype(np.float64) + 0.006
    count = int(520 * c.aspect_x * c.aspect_y)
    pick = c.rng.choice(weight.size, count, replace=False, p=weight / weight.sum())
    points = np.stack([c.x.ravel()[pick], c.y.ravel()[pick]], 1)
    ring = [(a * c.aspect_x, b * c.aspect_y) for a in np.linspace(-1.02, 1.02, 7) for b in (-1.02, 1.02)]
    ring += [(b * c.aspect_x, a * c.aspect_y) for a in np.linspace(-1.02, 1.02, 7)[1:-1] for b in (-1.02, 1.02)]
    mesh = Delaunay(np.concatenate([points, np.array(ring)]))
    face = mesh.find_simplex(np.stack([c.x.ravel(), c.y.ravel()], 1))
    total = np.maximum(np.bincount(face, minlength=len(mesh.simplices)), 1)
    colour = np.stack([np.bincount(face, c.image[..., i].ravel(), len(mesh.simplices)) / total for i in range(3)], -1)
    c.image = colour[face].reshape(c.image.shape).astype(np.float32)


def grain(c: Canvas) -> None:
    """Faded film with grain and dark corners."""
    c.image = 0.07 + np.clip(c.image, 0, 1) * 0.86
    speck = c.rng.normal(0.0, 0.045, (c.height, c.width)).astype(np.float32)
    c.image = c.image + blur(speck, 0.6)[..., None] * 1.4
    vignette(c, 0.5)


def oil(c: Canvas) -> None:
    """Thick strokes: each pixel takes the mean of its calmest neighbouring square (Kuwahara's filter)."""
    size = max(3, round(4 * min(c.width, c.height) / 256))
    level = luma(c.image)
    means = [ndimage.uniform_filter(c.image[..., i], size) for i in range(3)]
    mean, square = ndimage.uniform_filter(level, size), ndimage.uniform_filter(level * level, size)
    spread = square - mean * mean
    half = (size + 1) // 2
    best, colour = np.full_like(level, 9.0), c.image.copy()
    for dy in (-half, half):
        for dx in (-half, half):
            shifted = np.roll(spread, (dy, dx), (0, 1))
            better = shifted < best
            best = np.where(better, shifted, best)
            for i in range(3):
                colour[..., i] = np.where(better, np.roll(means[i], (dy, dx), (0, 1)), colour[..., i])
    turn = c.noise(3.0, octaves=2) * 6.3
    bristle = c.warp(c.noise(50.0, octaves=1), np.cos(turn) * 0.05, np.sin(turn) * 0.05) - 0.5
    c.image = colour * (1.0 + 0.08 * bristle)[..., None]


def poster(c: Canvas) -> None:
    """A screen print: five flat tones of the palette."""
    level = ndimage.median_filter(luma(np.clip(c.image, 0, 1)), max(3, round(3 * min(c.width, c.height) / 256)))
    low, high = np.quantile(level, (0.02, 0.98))
    t = np.clip((level - low) / max(high - low, 0.05), 0, 1)
    steps = np.clip(np.floor(t * 5.0), 0, 4) / 4.0
    flat = low * 0.6 + steps * (high - low * 0.6)
    c.image = (0.75 * c.ramp(np.clip(flat, 0, 1)) + 0.25 * np.clip(c.image, 0, 1)).astype(np.float32)


# name: (what it does, its share of the pictures)
STYLES = {
    "plain": (plain, 0.44),
    "cinematic": (cinematic, 0.18),
    "watercolour": (watercolour, 0.06),
    "neon": (neon, 0.06),
    "pixel": (pixel, 0.05),
    "lowpoly": (lowpoly, 0.06),
    "grain": (grain, 0.04),
    "oil": (oil, 0.06),
    "poster": (poster, 0.05),
}
