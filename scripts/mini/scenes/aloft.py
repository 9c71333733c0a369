"""In the air and above it: clouds from above, balloons, lanterns, a space station."""

import numpy as np

from ..canvas import Canvas, blur, smooth
from .land import below, ridge, water
from .mood import TONES, Mood, falling, mist, sky
from .objects import Solid, put
from .space import stars


def above(c: Canvas, mood: Mood) -> None:
    """Clouds seen from an aeroplane: a deck that runs to the horizon, or straight down on land between them."""
    top, rim, far, near = TONES[mood.time]
    if c.chance(0.4):
        land = c.warped_noise(c.uniform(2.0, 4.0), 0.08, 6)
        c.image = c.ramp(np.clip(near + 0.10 + 0.30 * (land - 0.4) * (0.4 + rim), 0, 1)).astype(np.float32)
        river = np.exp(-((np.abs(c.warped_noise(1.5, 0.1, 5) - 0.5) / 0.012) ** 2))
        c.light(c.accent, river * 0.6)
        scale = c.uniform(3.0, 6.0)
        puffs = 0.65 * c.noise(scale, octaves=6, gain=0.6) + 0.35 * c.noise(1.5, octaves=2)
        cover = c.uniform(0.42, 0.58)
        mask = smooth(cover, cover + 0.12, puffs)
        shift = int(0.05 * c.height)
        c.shade(1.0 - 0.55 * blur(np.roll(mask, (shift, shift), (0, 1)), c.width / 90) * (1 - mask))
        gy, gx = np.gradient(blur(puffs, 1.2))
        light = np.clip(-(gx + gy) * c.width * 0.07, -1, 1)
        c.over(c.ramp(np.clip(rim * 0.86 + 0.22 * light, 0, 1)), mask * 0.96)
        return
    level = c.uniform(0.22, 0.5)
    sky(c, mood, level)
    c.over(c.ramp(rim * 0.92), below(c, np.full(c.width, level, np.float32)))
    rows, rough = 13, c.noise(14.0, octaves=3) - 0.5
    lamp = -0.06 if mood.sun[0] < 0 else 0.06
    for row in range(rows):
        t = row / (rows - 1)
        y0, size = (2.0 * (level + (1.05 - level) * t**1.7) - 1.0) * c.aspect_y, 0.03 + 0.26 * t**1.3
        crest = y0 + size * 0.5 * c.profile(1.5 / (size + 0.1), 3)
        puffs = []
        for x in np.arange(-1.1 * c.aspect_x, 1.1 * c.aspect_x, size * 0.55):
            at, r = x + c.uniform(-0.3, 0.3) * size, size * c.uniform(0.6, 1.5)
            y = float(np.interp(at, c.x[0], crest)) + 0.3 * size
            puffs.append((np.array([(at, y), (at, y + 0.001)]), r, 1.0))
        heap = np.maximum(c.strokes(puffs, 1), smooth(-0.02, 0.02, c.y - crest[None, :] - 0.4 * size))
        soft = blur(heap, max(size * c.height / 14.0, 0.6))
        haze = (1.0 - t) ** 2
        body = smooth(0.35, 0.62, soft + 0.35 * rough * smooth(1.0, 0.5, soft))
        lit = np.clip(
            1.15 - 1.6 * blur(c.warp(heap, np.full_like(c.x, lamp * (0.3 + t)), np.full_like(c.x, -0.5 * size)), size * c.height / 9.0),
            0,
            1,
        )
        tone = rim * (0.66 + 0.12 * rough) + 0.30 * lit * (0.4 + 0.6 * rim) - 0.10 * t
        c.over(c.ramp(np.clip(tone + (rim * 0.95 - tone) * haze * 0.8, 0, 1)), body)
        c.light(c.accent, body * lit * 0.30 * np.exp(-(((c.x - mood.sun[0]) / 0.6) ** 2)))
    if c.chance(0.35):
        k = c.rng.choice([-1.0, 1.0])
        wing = np.array([(k * 1.4, 0.75), (k * 0.15, 0.40), (k * 0.08, 0.42), (k * 0.10, 0.30), (k * 0.16, 0.37), (k * 1.4, 0.45)])
        wing = wing * (c.aspect_x, c.aspect_y)
        c.over(c.ramp(np.clip(far * 0.9 + 0.25 * (c.y - 0.4), 0, 1)), c.shapes([(wing, 1.0)]))


def balloons(c: Canvas, mood: Mood) -> None:
    """Hot air balloons over hills."""
    level = c.uniform(0.72, 0.92)
    sky(c, mood, level)
    ridge(c, mood, level, 0.2, 0.25, 0.3)
    mist(c, mood.tones[1], level, 0.06, 0.5)
    c.over(c.ramp(mood.ground(0.7)), below(c, level + 0.04 + 0.03 * c.profile(2.0, 4)))
    flight = sorted(
        (c.uniform(0.07, 0.42), c.uniform(-0.85, 0.85) * c.aspect_x, c.uniform(-0.7, 0.25)) for _ in range(int(c.rng.integers(1, 7)))
    )
    for r, x, y in flight:
        envelope = np.minimum(c.ellipse(x, y, r, r), np.maximum(c.ellipse(x, y + 0.55 * r, 0.62 * r, 0.95 * r), y + 0.4 * r - c.y))
        envelope = np.maximum(envelope, c.y - y - 1.32 * r)
        solid = Solid(c, envelope, 0.7 * r, 1.0 if mood.sun[0] > x else -1.0)
        across = np.clip((c.x - x) / (r * np.sqrt(np.clip(1.02 - ((c.y - y) / (1.5 * r)) ** 2, 0.05, 1.0))), -1, 1)
        gore = np.sin(np.arcsin(across) * c.uniform(3.0, 8.0) + c.uniform(0, 3))
        dark, light = c.uniform(0.1, 0.35), c.uniform(0.55, 0.9)
        if c.chance(0.3):
            gore = np.sin((c.y - y) / r * c.uniform(5.0, 9.0))
        put(c, solid, dark, light, 0.0, 0.2)
        c.over(c.accent * np.clip(0.35 + 0.7 * solid.light, 0, 1)[..., None], solid.mask * smooth(-0.1, 0.1, gore) * 0.95)
        if mood.time in ("night", "dusk"):
            c.light(c.accent, solid.mask * np.exp(-(((c.y - y - r) / (0.9 * r)) ** 2)) * 0.6)
        bottom = y + 1.32 * r
        ropes = [(np.array([(x + k * 0.22 * r, bottom), (x + k * 0.13 * r, bottom + 0.28 * r)]), 0.006, 0.8) for k in (-1, 1)]
        c.over(c.ramp(0.05), c.strokes(ropes))
        c.over(c.ramp(0.12), c.inside(c.box(x, bottom + 0.36 * r, 0.15 * r, 0.10 * r, 0.01)))
    falling(c, mood)


def lanterns(c: Canvas, mood: Mood) -> None:
    """Paper lanterns that rise into the night or hang in rows, mirrored in water."""
    level = c.uniform(0.68, 0.95)
    c.image = c.ramp(0.03 + 0.16 * c.v**1.5 + 0.06 * c.noise(1.5, octaves=3)).astype(np.float32)
    c.light(c.ramp(0.9), c.sprinkle(50, (0.5, 0.9), 0.0, level) * 0.6)
    c.over(c.ramp(0.03), below(c, level - 0.06 - 0.05 * np.abs(c.profile(2.0, 5))))
    hanging = c.chance(0.35)
    places = []
    if hanging:
        for row in range(int(c.rng.integers(1, 4))):
            y0, bow, size = c.uniform(-0.9, 0.2), c.uniform(0.1, 0.5), c.uniform(0.07, 0.16)
            xs = np.linspace(-1.1, 1.1, int(c.rng.integers(4, 9)) + row) * c.aspect_x
            ys = y0 + bow * (1.0 - (xs / c.aspect_x) ** 2)
            c.over(c.ramp(0.25), c.strokes([(np.stack([xs, ys - size * 1.2], 1), 0.008, 1.0)]))
            places += [(size, float(x), float(y)) for x, y in zip(xs, ys, strict=True)]
    else:
        for _ in range(int(c.rng.integers(10, 45))):
            size = 0.015 + 0.13 * c.rng.random() ** 2.5
            places.append((size, c.uniform(-1, 1) * c.aspect_x, c.uniform(-1.0, 0.55) * c.aspect_y))
    for size, x, y in sorted(places):
        if hanging:
            body = c.ellipse(x, y, size, size * 0.85)
            ribs = 0.85 + 0.15 * np.cos((c.y - y) / size * 14.0)
        else:
            wide = 0.75 - 0.18 * (c.y - y) / size
            body = np.maximum(np.abs(c.x - x) - size * np.clip(wide, 0.2, 1.0), np.abs(c.y - y) - size)
            ribs = np.ones_like(c.x)
        low = np.clip(0.5 + 0.5 * (c.y - y) / size, 0, 1)
        mask = c.inside(body, 0.008)
        glow = c.accent * (0.45 + 0.55 * low)[..., None] * ribs[..., None]
        c.over(np.clip(glow + 0.35 * (low**3)[..., None] * c.ramp(1.0), 0, 1), mask)
        c.light(c.accent, c.glow(x, y, size * 3.5) * 0.35)
    water(c, mood, level, c.uniform(0.3, 0.8))


def station(c: Canvas, mood: Mood) -> None:
    """A space station over a planet's limb: a truss with modules and panels, or a turning wheel."""
    c.image = c.ramp(0.01 + 0.12 * smooth(0.4, 0.9, c.warped_noise(1.3, 0.3, 4))).astype(np.float32)
    stars(c, 130, 3)
    turn, r = c.uniform(0, 6.3), c.uniform(0.9, 2.4)
    away = r + c.uniform(-0.15, 0.55)
    px, py = np.cos(turn) * away, np.abs(np.sin(turn)) * away
    radius = np.hypot(c.x - px, c.y - py)
    limb = c.inside(radius - r, 0.01)
    lit = np.clip(0.25 + (r - radius) / r * 1.6, 0, 1) * np.clip(0.7 + 0.5 * (c.x - px) / r * c.rng.choice([-1.0, 1.0]), 0.05, 1)
    ground = 0.25 + 0.4 * c.warped_noise(2.0, 0.3, 6)
    c.over(c.ramp(np.clip(ground * lit * 1.3, 0, 1)), limb)
    c.over(c.ramp(0.95), limb * smooth(0.55, 0.75, c.warped_noise(2.2, 0.4, 5)) * lit * 0.8)
    c.light(c.accent, np.exp(-np.abs(radius - r) / 0.045) * np.clip(lit + 0.3, 0, 1) * 0.9)
    c.frame(c.uniform(0.6, 1.15), c.uniform(-0.3, 0.3) * c.aspect_x, c.uniform(-0.4, 0.15), c.uniform(-0.7, 0.7))
    side = c.rng.choice([-1.0, 1.0])
    if c.chance(0.5):
        wheel(c, side)
    else:
        truss(c, side)


def wheel(c: Canvas, side: float) -> None:
    flat = c.uniform(0.3, 0.85)
    around = np.hypot(c.x, c.y / flat)
    angle = np.arctan2(c.y / flat, c.x)
    for k in range(int(c.rng.integers(3, 7))):
        a = k * 2.0 * np.pi / 6.0 + 0.3
        spoke = [(np.array([(0.0, 0.0), (0.62 * np.cos(a), 0.62 * flat * np.sin(a))]), 0.045, 1.0)]
        c.over(c.ramp(0.42), c.strokes(spoke))
    rim = np.abs(around - 0.66) * (0.6 + 0.4 * flat) - 0.085
    put(c, Solid(c, rim, 0.085, side), 0.10, 0.92, 0.04 * (c.noise(20.0, octaves=2) - 0.5), 0.4)
    ports = (np.mod(angle * 24.0 / np.pi, 1.0) < 0.5) * np.exp(-(((around - 0.66) / 0.02) ** 2))
    c.light(c.accent, ports * 0.95)
    put(c, Solid(c, c.ellipse(0.0, 0.0, 0.17, 0.17 * (0.5 + 0.5 * flat)), 0.15, side), 0.12, 0.95, 0.0, 0.5)
    put(c, Solid(c, c.box(0.0, -0.22, 0.045, 0.24, 0.02), 0.05, side), 0.10, 0.8, 0.0, 0.4)
    c.light(c.accent, np.clip(c.glow(0.0, -0.48, 0.1), 0, 1))


def truss(c: Canvas, side: float) -> None:
    long = c.uniform(0.7, 0.95)
    beams = [(np.array([(-long, d), (long, d)]), 0.014, 1.0) for d in (-0.03, 0.03)]
    beams += [(np.array([(x, -0.03), (x + 0.06, 0.03)]), 0.010, 1.0) for x in np.arange(-long, long, 0.06)]
    c.over(c.ramp(0.6), c.strokes(beams))
    wide, high = c.uniform(0.09, 0.14), c.uniform(0.28, 0.5)
    for x in (-long + 0.1, -long + 0.4, long - 0.4, long - 0.1):
        for k in (-1.0, 1.0):
            panel = c.box(x, k * (high + 0.06), wide, high)
            cells = np.maximum(np.mod((c.x - x) * 16.0, 1.0) < 0.10, np.mod(c.y * 16.0, 1.0) < 0.10)
            sheen = 0.30 + 0.35 * np.clip(0.5 + side * (c.x - x) / wide * 0.4 - c.y * 0.4, 0, 1)
            c.over(c.accent * np.clip(sheen + 0.15, 0, 1)[..., None], c.inside(panel))
            c.over(c.ramp(0.05), c.inside(panel) * cells * 0.7)
            c.over(c.ramp(0.8), c.line(panel, 0.006))
    for _ in range(int(c.rng.integers(3, 7))):
        x, y = c.uniform(-0.28, 0.28), c.uniform(-0.2, 0.2)
        lying = c.chance(0.5)
        rx, ry = (c.uniform(0.14, 0.26), 0.065) if lying else (0.065, c.uniform(0.14, 0.26))
        put(c, Solid(c, c.box(x, y, rx, ry, 0.05), 0.06, side), 0.14, 0.97, 0.03 * (c.noise(24.0, octaves=2) - 0.5), 0.4)
        ports = [(np.array([(x + d * rx, y), (x + d * rx, y + 0.001)]), 0.022, 1.0) for d in (-0.5, 0.0, 0.5)]
        c.light(c.accent, c.strokes(ports))
