"""Materials and movements: rain on glass, paper cut-outs, liquid chrome, spirals."""

import numpy as np
from scipy import ndimage

from ..canvas import Canvas, Field, blur, smooth
from .mood import TONES, Mood


def raindrops(c: Canvas, mood: Mood) -> None:
    """Drops and trickles on a window before blurred lights; each drop holds the world upside down."""
    top, rim, _, near = TONES[mood.time]
    c.image = c.ramp(np.clip(top + (rim - top) * c.v**1.5 * 0.7 + 0.25 * (c.noise(1.5, octaves=3) - 0.5), 0, 1)).astype(np.float32)
    level = c.uniform(0.45, 0.75)
    blocks = np.repeat(c.rng.uniform(-0.25, 0.12, 12), c.width // 12 + 1)[: c.width]
    c.over(c.ramp(near + 0.05), smooth(0.0, 0.05, c.v - level - blocks[None, :].astype(np.float32)))
    for _ in range(int(c.rng.integers(10, 34))):
        x, y, r = c.uniform(-1, 1) * c.aspect_x, c.uniform(-0.6, 1.0) * c.aspect_y, c.uniform(0.05, 0.16)
        colour = c.accent if c.chance(0.45) else c.ramp(c.uniform(0.6, 1.0))
        c.light(colour, c.inside(c.ellipse(x, y, r, r), 0.03) * c.uniform(0.25, 0.8))
    c.image = blur(c.image, c.width / 64)
    scale = c.uniform(0.7, 1.5)
    dx, dy = np.zeros_like(c.x), np.zeros_like(c.x)
    height, rim_dark = np.zeros_like(c.x), np.zeros_like(c.x)
    spots = [
        (c.uniform(-1, 1) * c.aspect_x, c.uniform(-1, 1) * c.aspect_y, c.uniform(0.012, 0.035) * scale)
        for _ in range(int(150 * c.aspect_x))
    ]
    spots += [
        (c.uniform(-1, 1) * c.aspect_x, c.uniform(-1, 1) * c.aspect_y, c.uniform(0.05, 0.11) * scale) for _ in range(int(26 * c.aspect_x))
    ]
    for _ in range(int(c.rng.integers(2, 8))):
        x, y, r = c.uniform(-1, 1) * c.aspect_x, c.uniform(-0.8, 0.2), c.uniform(0.03, 0.055) * scale
        low = c.uniform(0.2, 1.0)
        while y < low:
            spots.append((x, y, r * c.uniform(0.35, 0.6)))
            x, y = x + c.uniform(-0.012, 0.012), y + r * 0.9
        spots.append((x, y, r * 1.5))
    half = 2.0 / min(c.width, c.height)
    for x, y, r in spots:
        px, py = (x / c.aspect_x + 1) * c.width / 2, (y / c.aspect_y + 1) * c.height / 2
        reach = int(r * 1.4 / half) + 2
        x0, x1, y0, y1 = max(int(px) - reach, 0), min(int(px) + reach, c.width), max(int(py) - reach, 0), min(int(py) + reach, c.height)
        if x0 >= x1 or y0 >= y1:
            continue
        part = np.s_[y0:y1, x0:x1]
        nx, ny = (c.x[part] - x) / r, (c.y[part] - y) / (r * 1.12)
        t = np.hypot(nx, ny)
        held = smooth(1.02, 0.9, t)
        better = held > height[part]
        height[part] = np.where(better, held, height[part])
        dx[part] = np.where(better, -nx * (0.35 + r) * held, dx[part])
        dy[part] = np.where(better, -ny * (0.45 + r) * held, dy[part])
        light = np.exp(-(((nx + 0.35) / 0.22) ** 2 + ((ny + 0.40) / 0.2) ** 2))
        rim_dark[part] = np.where(better, smooth(0.6, 1.0, t) * np.clip(0.5 - ny * 0.6, 0, 1) - light, rim_dark[part])
    sharp = np.stack([c.warp(np.ascontiguousarray(c.image[..., i]), dx, dy) for i in range(3)], -1)
    c.over(sharp, height)
    c.shade(1.0 - 0.55 * height * np.clip(rim_dark, 0, 1))
    c.light(c.ramp(1.0), height * np.clip(-rim_dark, 0, 1) * 0.9)


def papercut(c: Canvas, mood: Mood) -> None:
    """Layers of cut paper, each with its shadow: hills and trees, waves, or frames that open into one another."""
    grain = c.noise(40.0, octaves=2) - 0.5
    count = int(c.rng.integers(4, 8))
    kind = int(c.rng.integers(3))
    light_back = c.chance(0.6)
    tones = np.linspace(0.93, 0.10, count + 1) if light_back else np.linspace(0.08, 0.90, count + 1)
    c.image = c.ramp(np.clip(tones[0] + 0.02 * grain, 0, 1)).astype(np.float32)
    x, y, r = c.uniform(-0.5, 0.5) * c.aspect_x, c.uniform(-0.6, 0.0), c.uniform(0.16, 0.36)
    sheet(c, c.ellipse(x, y, r, r), c.accent, grain)
    for i in range(1, count + 1):
        t = i / count
        if kind == 0:
            crest = -0.35 + 1.15 * t - 0.22 * np.abs(c.profile(c.uniform(0.8, 2.2), 3, 0.4, sharp=c.chance(0.5)))
            distance = crest[None, :] - c.y
            if t > 0.4 and c.chance(0.7):
                distance = np.minimum(distance, trees(c, crest, t))
        elif kind == 1:
            wide = c.uniform(2.0, 4.5)
            phase = c.x * wide + c.uniform(0, 6)
            distance = -0.30 + 1.2 * t + 0.10 * np.abs(np.sin(phase)) ** 0.7 + 0.04 * np.sin(phase * 0.5) - c.y
        else:
            radius, angle = c.polar(x * 0.4, y * 0.4)
            lobes = int(c.rng.integers(3, 9))
            edge = 1.35 * (0.28 + 0.72 * t) * (1 + 0.07 * np.sin(lobes * angle + c.uniform(0, 6)) + 0.04 * np.sin(2 * lobes * angle))
            distance = edge * 0.95 - radius
        sheet(c, distance.astype(np.float32), c.ramp(float(tones[i])), grain)


def trees(c: Canvas, crest: np.ndarray, t: float) -> Field:
    """Firs along a crest as a rough distance, negative inside."""
    shapes = []
    for _ in range(int(c.rng.integers(3, 9))):
        x = c.uniform(-1, 1) * c.aspect_x
        foot, high = float(np.interp(x, c.x[0], crest)) + 0.03, c.uniform(0.15, 0.3) * (0.6 + t)
        for k in range(3):
            up, wide = foot - high * 0.28 * k, high * (0.30 - 0.07 * k)
            shapes.append((np.array([(x - wide, up), (x, up - high * 0.45), (x + wide, up)]), 1.0))
    drawn = c.shapes(shapes)
    return np.where(drawn > 0.5, -ndimage.distance_transform_edt(drawn > 0.5), ndimage.distance_transform_edt(drawn <= 0.5)) * c.px


def sheet(c: Canvas, distance: Field, colour: np.ndarray, grain: Field) -> None:
    """One sheet of paper where `distance` is negative, lit from the upper left."""
    cut = c.inside(distance)
    shift = max(2, int(0.02 * min(c.width, c.height)))
    shadow = blur(np.roll(cut, (shift, shift), (0, 1)), c.width / 45)
    c.shade(1.0 - 0.5 * shadow * (1.0 - cut))
    lip = np.exp(-((distance / (2.0 * c.px)) ** 2)) * 0.12
    c.over(np.clip(colour + (0.04 * grain + lip)[..., None], 0, 1), cut)


def chrome(c: Canvas, mood: Mood) -> None:
    """Liquid metal: waves or drops that mirror a bright horizon."""
    mirror = c.uniform(2.0, 4.0)
    if c.chance(0.5):
        height = c.warped_noise(c.uniform(1.6, 3.2), c.uniform(0.04, 0.14), 3)
        height = blur(height, c.width / c.uniform(40, 90)) * c.uniform(0.5, 0.9)
        body = np.ones_like(c.x)
    else:
        total = np.zeros_like(c.x)
        for _ in range(int(c.rng.integers(3, 10))):
            x, y, r = c.uniform(-0.85, 0.85) * c.aspect_x, c.uniform(-0.85, 0.85) * c.aspect_y, c.uniform(0.14, 0.42)
            total += np.exp(-((c.x - x) ** 2 + (c.y - y) ** 2) / (r * r))
        body = smooth(0.44, 0.47, total)
        height = np.sqrt(np.clip(total - 0.42, 0.0, 2.0)) * 0.55
    gy, gx = np.gradient(blur(height, 1.0))
    k = 1.0 / c.px
    nx, ny = -gx * k, -gy * k
    length = np.sqrt(nx * nx + ny * ny + 1.0)
    nx, ny, nz = nx / length, ny / length, 1.0 / length
    look = ny * mirror * 0.5 + 0.25 * (c.noise(1.5, octaves=2) - 0.5) + 0.3 * nx
    horizon = c.uniform(-0.15, 0.15)
    above = 0.98 - 0.75 * smooth(horizon, horizon + 0.9, look)
    beneath = 0.04 + 0.55 * smooth(horizon, horizon - 0.9, look)
    tone = (beneath + (above - beneath) * smooth(horizon - 0.05, horizon + 0.05, look)) * (0.55 + 0.45 * nz)
    ground = np.clip(c.uniform(0.03, 0.85) + 0.15 * (c.noise(1.5, octaves=3) - 0.5), 0, 1)
    c.image = c.ramp(ground).astype(np.float32)
    shadow = blur(np.roll(body, (int(c.height * 0.03), int(c.width * 0.02)), (0, 1)), c.width / 30)
    c.shade(1.0 - 0.5 * shadow * (1 - body))
    c.over(c.ramp(np.clip(tone, 0, 1)), body)
    c.light(c.accent, body * np.exp(-(((look - horizon - 0.25) / 0.14) ** 2)) * c.uniform(0.3, 0.8))
    c.light(c.ramp(1.0), body * smooth(0.90, 1.0, nx * c.uniform(-0.6, 0.6) - ny * 0.6 + nz * 0.72) * 0.95)


def spiral(c: Canvas, mood: Mood) -> None:
    """Arms that wind to a centre: broad bands, a rope of dots, or a stair that shrinks."""
    cx, cy = c.uniform(-0.3, 0.3) * c.aspect_x, c.uniform(-0.3, 0.3) * c.aspect_y
    squash, turn = c.uniform(0.6, 1.0), c.uniform(0, 3.1)
    dx, dy = c.x - cx, c.y - cy
    dx, dy = np.cos(turn) * dx + np.sin(turn) * dy, (-np.sin(turn) * dx + np.cos(turn) * dy) / squash
    radius, angle = np.hypot(dx, dy) + 1e-3, np.arctan2(dy, dx)
    hand = c.rng.choice([-1.0, 1.0])
    kind = int(c.rng.integers(3))
    depth = smooth(0.0, 0.5, radius)
    if kind == 0:
        arms, wind = int(c.rng.integers(1, 7)), c.uniform(3.0, 9.0)
        straight = c.chance(0.4)
        phase = arms * angle * hand + (wind * 2.5 * radius * 2.2 if straight else wind * np.log(radius))
        wave = np.cos(phase)
        sharp = c.uniform(0.08, 0.9)
        tone = 0.5 + 0.42 * (2.0 * smooth(-sharp, sharp, wave) - 1.0)
        tone = tone + 0.16 * np.sin(phase + 1.2) * depth + 0.05 * (c.noise(3.0, octaves=4) - 0.5)
        c.image = c.ramp(np.clip(tone * (0.25 + 0.75 * depth), 0, 1)).astype(np.float32)
        c.light(c.accent, np.exp(-(((wave - 0.1) / 0.12) ** 2)) * 0.6)
    elif kind == 1:
        ground = c.uniform(0.02, 0.9)
        c.image = c.ramp(np.clip(ground + 0.1 * (c.noise(1.5, octaves=3) - 0.5), 0, 1)).astype(np.float32)
        count, grow = int(c.rng.integers(140, 420)), c.uniform(1.1, 1.7)
        golden = np.pi * (3.0 - np.sqrt(5.0)) * hand + c.rng.choice([0.0, 0.0, 0.004, 0.02])
        k = np.arange(1, count + 1)
        r, a = grow * np.sqrt(k / count), k * golden
        x, y = r * np.cos(a), r * np.sin(a) * squash
        x, y = np.cos(turn) * x - np.sin(turn) * y + cx, np.sin(turn) * x + np.cos(turn) * y + cy
        size = c.uniform(0.05, 0.12) * (0.25 + 0.75 * r / grow) * np.sqrt(240.0 / count)
        for part, colour in ((k % 3 != 0, c.ramp(0.92 if ground < 0.45 else 0.12)), (k % 3 == 0, c.accent)):
            dots = [(np.array([(x[i], y[i]), (x[i], y[i] + 0.001)]), size[i], 0.6 + 0.4 * r[i] / grow) for i in np.flatnonzero(part)]
            c.over(colour, c.strokes(dots, 2))
    else:
        wind, steps = c.uniform(0.25, 0.5), int(c.rng.integers(12, 24))
        turns = (np.log(radius) / wind + angle * hand) / (2 * np.pi)
        lane = turns - np.floor(turns)
        spoke = np.mod(angle * steps / (2 * np.pi), 1.0)
        tone = 0.16 + 0.62 * spoke * (0.4 + 0.6 * lane) + 0.08 * (c.noise(20.0, octaves=2) - 0.5)
        c.image = c.ramp(np.clip(tone * (0.15 + 0.85 * depth), 0, 1)).astype(np.float32)
        c.over(c.ramp(0.02), smooth(0.22, 0.10, lane) * 0.9)
        c.light(c.accent, np.exp(-(((lane - 0.92) / 0.05) ** 2)) * 0.85)
    c.light(c.ramp(1.0), np.exp(-((radius / c.uniform(0.05, 0.16)) ** 2)) * c.uniform(0.2, 0.9))
