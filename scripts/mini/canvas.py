"""What every scene is painted with: noise, distances, masks, light; all float32, all from one generator."""

import math

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.spatial import cKDTree

from .palettes import Palette

Field = np.ndarray


def smooth(low: float | Field, high: float | Field, value: Field) -> Field:
    """Hermite step from 0 at `low` to 1 at `high`; `high` may lie below `low`."""
    t = np.clip((value - low) / (np.asarray(high, np.float32) - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def resize(field: Field, width: int, height: int, kind: Image.Resampling = Image.Resampling.BICUBIC) -> Field:
    return np.asarray(Image.fromarray(np.ascontiguousarray(field, np.float32)).resize((width, height), kind))


def blur(field: Field, radius: float) -> Field:
    """Gaussian blur; wide ones on a reduced field."""
    if radius < 0.3:
        return field
    step = max(1, int(radius / 3.0))
    if step == 1:
        sigma = (radius, radius) + (0,) * (field.ndim - 2)
        return ndimage.gaussian_filter(field, sigma, mode="nearest").astype(np.float32)
    height, width = field.shape[:2]
    if field.ndim == 3:
        return np.stack([blur(field[..., i], radius) for i in range(field.shape[2])], axis=-1)
    small = resize(field, max(width // step, 2), max(height // step, 2), Image.Resampling.BOX)
    small = ndimage.gaussian_filter(small, radius / step, mode="nearest")
    return resize(small, width, height)


class Canvas:
    """A picture under way, with its generator, palette and coordinates.

    `x`, `y`: centred, the shorter side from -1 to 1, y downwards. `u`, `v`: 0 to 1 across and down.
    `px` is one pixel in units of x and y. `image` is sRGB, 0 to 1, not clipped until the end.
    """

    def __init__(self, width: int, height: int, palette: Palette, rng: np.random.Generator) -> None:
        self.width, self.height, self.palette, self.rng = width, height, palette, rng
        short = min(width, height)
        self.aspect_x, self.aspect_y = width / short, height / short
        across = (np.arange(width, dtype=np.float32) + 0.5) / width
        down = (np.arange(height, dtype=np.float32) + 0.5) / height
        self.u, self.v = np.meshgrid(across, down)
        self.image = np.zeros((height, width, 3), np.float32)
        self.unframe()

    def unframe(self) -> None:
        """x and y are those of the picture."""
        self.px = 2.0 / min(self.width, self.height)
        self.x = (self.u * 2.0 - 1.0) * self.aspect_x
        self.y = (self.v * 2.0 - 1.0) * self.aspect_y
        self.zoom, self.turn, self.at = 1.0, 0.0, (0.0, 0.0)

    def frame(self, zoom: float, x: float, y: float, turn: float = 0.0) -> None:
        """From now on x and y are those of a subject `zoom` times as large, its middle at (x, y), turned by `turn`.

        u, v and the noise stay those of the picture. Only after `unframe`.
        """
        self.zoom, self.turn, self.at = zoom, turn, (x, y)
        dx, dy = (self.x - x) / zoom, (self.y - y) / zoom
        cos, sin = np.float32(math.cos(turn)), np.float32(math.sin(turn))
        self.x, self.y = cos * dx + sin * dy, -sin * dx + cos * dy
        self.px /= zoom

    # Numbers.

    def uniform(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def ramp(self, t: float | Field) -> np.ndarray:
        return self.palette.ramp(t)

    @property
    def accent(self) -> np.ndarray:
        return self.palette.accent

    # Paint.

    def fill(self, colour: np.ndarray) -> None:
        self.image = np.broadcast_to(colour, self.image.shape).astype(np.float32).copy()

    def over(self, colour: np.ndarray, mask: Field) -> None:
        """Lay `colour` (one, or one a pixel) over the picture where `mask` is 1."""
        mask = np.clip(mask, 0.0, 1.0)[..., None]
        self.image = self.image * (1.0 - mask) + colour * mask

    def light(self, colour: np.ndarray, amount: Field) -> None:
        """Add light as a screen does: never beyond white."""
        glow = np.clip(colour * np.clip(amount, 0.0, 1.0)[..., None], 0.0, 1.0)
        self.image = 1.0 - (1.0 - np.clip(self.image, 0.0, 1.0)) * (1.0 - glow)

    def shade(self, amount: Field) -> None:
        """Multiply by `amount`."""
        self.image = self.image * amount[..., None]

    # Fields.

    def noise(self, scale_x: float, scale_y: float | None = None, octaves: int = 4, gain: float = 0.5) -> Field:
        """Fractal value noise, about 0 to 1; `scale_*` are cells over the shorter side of the first octave."""
        scale_y = scale_x if scale_y is None else scale_y
        total = np.zeros((self.height, self.width), np.float32)
        amplitude, weight = 1.0, 0.0
        for _ in range(octaves):
            cells_x = min(int(scale_x * self.aspect_x) + 4, self.width)
            cells_y = min(int(scale_y * self.aspect_y) + 4, self.height)
            grid = Image.fromarray(self.rng.random((cells_y, cells_x), dtype=np.float32))
            # A window away from the rim, whose size follows the scale exactly.
            box_x, box_y = min(scale_x * self.aspect_x, cells_x - 2), min(scale_y * self.aspect_y, cells_y - 2)
            box = (1.0, 1.0, 1.0 + max(box_x, 0.2), 1.0 + max(box_y, 0.2))
            total += amplitude * np.asarray(grid.resize((self.width, self.height), Image.Resampling.BICUBIC, box=box))
            weight += amplitude
            amplitude *= gain
            scale_x, scale_y = scale_x * 2.0, scale_y * 2.0
            if scale_x * self.aspect_x > self.width / 2.5:
                break
        return np.clip((total / weight - 0.5) * 1.7 + 0.5, 0.0, 1.0)

    def warp(self, field: Field, dx: Field, dy: Field) -> Field:
        """`field` read at an offset of (dx, dy) in units of x and y."""
        rows = np.arange(self.height, dtype=np.float32)[:, None] + dy / self.px
        columns = np.arange(self.width, dtype=np.float32)[None, :] + dx / self.px
        return ndimage.map_coordinates(field, [rows, columns], order=1, mode="reflect", output=np.float32)

    def warped_noise(self, scale: float, strength: float = 0.35, octaves: int = 5) -> Field:
        dx, dy = self.noise(scale, octaves=3) - 0.5, self.noise(scale, octaves=3) - 0.5
        return self.warp(self.noise(scale, octaves=octaves), dx * strength * 4.0, dy * strength * 4.0)

    def profile(self, scale: float, octaves: int = 6, gain: float = 0.5, sharp: bool = False) -> np.ndarray:
        """A one-dimensional ridge over the width, about -1 to 1; `sharp` folds it into peaks."""
        total, amplitude, weight = np.zeros(self.width, np.float32), 1.0, 0.0
        for _ in range(octaves):
            knots = self.rng.uniform(-1.0, 1.0, int(scale * self.aspect_x) + 3).astype(np.float32)
            at = np.linspace(0.0, scale * self.aspect_x, self.width) + self.rng.random()
            line = np.interp(at, np.arange(len(knots)), knots)
            total += amplitude * ((1.0 - 2.0 * np.abs(line)) if sharp and weight == 0 else line)
            weight += amplitude
            amplitude *= gain
            scale *= 2.0
        return (total / weight * 1.6).astype(np.float32)

    def cells(self, count: int, jitter: float = 1.0, points: np.ndarray | None = None) -> tuple[Field, Field, Field]:
        """Distances to the nearest and second nearest of `count` points, and the nearest's number."""
        if points is None:
            side = self.rng.uniform(-1.15, 1.15, (count, 2))
            points = side * jitter * np.array([self.aspect_x, self.aspect_y])
        tree = cKDTree(points)
        distance, index = tree.query(np.stack([self.x, self.y], axis=-1), k=2)
        return distance[..., 0].astype(np.float32), distance[..., 1].astype(np.float32), index[..., 0]

    def polar(self, cx: float = 0.0, cy: float = 0.0) -> tuple[Field, Field]:
        dx, dy = self.x - cx, self.y - cy
        return np.hypot(dx, dy), np.arctan2(dy, dx)

    def ellipse(self, cx: float, cy: float, rx: float, ry: float, turn: float = 0.0) -> Field:
        """Signed distance, approximately, in units of x and y; negative inside."""
        dx, dy = self.x - cx, self.y - cy
        if turn:
            c, s = math.cos(turn), math.sin(turn)
            dx, dy = c * dx + s * dy, -s * dx + c * dy
        k = np.sqrt((dx / rx) ** 2 + (dy / ry) ** 2)
        g = np.sqrt((dx / rx**2) ** 2 + (dy / ry**2) ** 2) + 1e-6
        return (k * (k - 1.0) / g).astype(np.float32)

    def box(self, cx: float, cy: float, rx: float, ry: float, corner: float = 0.0) -> Field:
        qx = np.abs(self.x - cx) - rx + corner
        qy = np.abs(self.y - cy) - ry + corner
        outside = np.hypot(np.maximum(qx, 0.0), np.maximum(qy, 0.0))
        return outside + np.minimum(np.maximum(qx, qy), 0.0) - corner

    def inside(self, distance: Field, soft: float = 0.0) -> Field:
        """1 where a signed distance is negative, with an edge one pixel (or `soft`) wide."""
        edge = max(self.px, soft)
        return np.clip(0.5 - distance / edge, 0.0, 1.0)

    def line(self, distance: Field, width: float) -> Field:
        return self.inside(np.abs(distance) - width)

    def shapes(self, draw: "list[tuple[np.ndarray, float]]", sharpness: int = 3) -> Field:
        """Mask of filled polygons, each with its value, later ones over earlier; points in x and y."""
        size = (self.width * sharpness, self.height * sharpness)
        sheet = Image.new("L", size, 0)
        pen = ImageDraw.Draw(sheet)
        for points, value in draw:
            pen.polygon([tuple(p) for p in self.pixels(points) * sharpness], fill=int(round(value * 255)))
        return np.asarray(sheet.reduce(sharpness), np.float32) / 255.0

    def strokes(self, lines: "list[tuple[np.ndarray, float, float]]", sharpness: int = 3) -> Field:
        """Mask of polylines (points, width, value) with round joints; width in units of x and y."""
        sheet = Image.new("L", (self.width * sharpness, self.height * sharpness), 0)
        pen = ImageDraw.Draw(sheet)
        for points, width, value in lines:
            wide = max(1, int(round(width / self.px * sharpness)))
            at = self.pixels(points) * sharpness
            ink = int(round(value * 255))
            pen.line([tuple(p) for p in at], fill=ink, width=wide, joint="curve")
            if wide > 4:
                for px, py in (at[0], at[-1]):
                    r = wide / 2.0
                    pen.ellipse((px - r, py - r, px + r, py + r), fill=ink)
        return np.asarray(sheet.reduce(sharpness), np.float32) / 255.0

    def pixels(self, points: np.ndarray) -> np.ndarray:
        points = np.asarray(points, np.float64) * self.zoom
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        x = cos * points[:, 0] - sin * points[:, 1] + self.at[0]
        y = sin * points[:, 0] + cos * points[:, 1] + self.at[1]
        across = (x / self.aspect_x + 1.0) * self.width / 2
        return np.stack([across, (y / self.aspect_y + 1.0) * self.height / 2], axis=1)

    def sprinkle(self, count: int, size: tuple[float, float], top: float = 0.0, bottom: float = 1.0) -> Field:
        """Soft dots (stars, snow, sparks): sizes in pixels of a 256 picture, between rows `top` and `bottom` (0..1)."""
        field = np.zeros((self.height, self.width), np.float32)
        scale = min(self.width, self.height) / 256.0
        for _ in range(count):
            radius = self.rng.uniform(*size) * scale
            bright = self.rng.uniform(0.35, 1.0)
            cx, cy = self.rng.random() * self.width, self.rng.uniform(top, bottom) * self.height
            reach = int(radius * 2.5) + 1
            x0, x1 = max(int(cx) - reach, 0), min(int(cx) + reach + 1, self.width)
            y0, y1 = max(int(cy) - reach, 0), min(int(cy) + reach + 1, self.height)
            if x0 >= x1 or y0 >= y1:
                continue
            dx = np.arange(x0, x1, dtype=np.float32)[None, :] + 0.5 - cx
            dy = np.arange(y0, y1, dtype=np.float32)[:, None] + 0.5 - cy
            dot = bright * np.exp(-(dx * dx + dy * dy) / (radius * radius))
            field[y0:y1, x0:x1] = np.maximum(field[y0:y1, x0:x1], dot)
        return field

    def glow(self, cx: float, cy: float, radius: float, power: float = 1.0) -> Field:
        """Halo of a lamp: 1 in the middle, fading over `radius`."""
        distance = np.hypot(self.x - cx, self.y - cy) / radius
        return (1.0 / (1.0 + distance * distance * 4.0)) ** power * smooth(3.0, 0.6, distance)
