"""Sea and shore: calm sea, stormy waves, clouds from above, moonlit water."""

import numpy as np

from ..canvas import Canvas, blur, smooth
from .land import below, ridge, water
from .mood import Mood, falling, lightning, mist, sky


def sea(c: Canvas, mood: Mood) -> None:
    """Open water with the sun's glitter path."""
    level = c.uniform(0.42, 0.60)
    sky(c, mood, level)
    _, rim, _, near = mood.tones
    if c.chance(0.3):
        ridge(c, mood, level + 0.01, 0.10, 0.3)
    depth = np.clip((c.v - level) / (1.0 - level), 0.0, 1.0)
    # Rows of swell that widen towards the viewer.
    far = 1.0 / (depth + 0.06)
    swell = np.sin(far * 9.0 + (c.noise(2.0, 1.0, 2) - 0.5) * 9.0 + c.uniform(0, 6.3)) * 0.5 + 0.5
    chop = c.warp(c.noise(3.0, 34.0, 4), (c.noise(3.0, octaves=2) - 0.5) * 0.2, 0.0 * depth)
    tone = rim * 0.80 + (near + 0.06 - rim * 0.80) * depth**0.55 + (swell - 0.5) * 0.10 + (chop - 0.5) * 0.26
    mask = smooth(level - 0.002, level + 0.002, c.v)
    c.over(c.ramp(np.clip(tone, 0.0, 1.0)), mask)
    if mood.sun_shown:
        path = np.exp(-(((c.x - mood.sun[0]) / (0.06 + 0.34 * depth)) ** 2))
        glint = smooth(0.50, 0.72, chop + (swell - 0.5) * 0.12 + 0.16 * path)
        colour = c.ramp(0.97) * 0.6 + c.accent * 0.4
        c.light(colour, mask * path * (0.22 + 0.95 * glint))
    if c.chance(0.3):
        boat(c, mood, level)
    falling(c, mood)


def boat(c: Canvas, mood: Mood, level: float) -> None:
    x, size = c.uniform(-0.6, 0.6) * c.aspect_x, c.uniform(0.10, 0.16)
    y = (level * 2 - 1) * c.aspect_y + size * 0.55
    hull = np.array([(-1.0, -0.05), (1.0, -0.05), (0.7, 0.28), (-0.75, 0.28)]) * size + (x, y)
    main = np.array([(0.02, -0.14), (0.02, -1.9), (0.85, -0.14)]) * size + (x, y)
    jib = np.array([(-0.06, -0.14), (-0.06, -1.6), (-0.75, -0.14)]) * size + (x, y)
    c.over(c.ramp(mood.tones[1]) * 0.55 + c.ramp(mood.tones[3]) * 0.45, c.shapes([(main, 1.0), (jib, 0.85)]))
    c.over(c.ramp(mood.tones[3] * 0.6), c.shapes([(hull, 1.0)]))


def storm(c: Canvas, mood: Mood) -> None:
    """High waves with breaking crests under a black sky, lightning now and then."""
    level = c.uniform(0.34, 0.48)
    mood.weather = "storm"
    sky(c, mood, level)
    _, rim, far, near = mood.tones
    billow = c.warped_noise(2.2, 0.3, 5)
    c.over(c.ramp(np.clip(rim * 0.25 + 0.55 * rim * billow, 0, 1)), smooth(level + 0.05, 0.05, c.v) * 0.75)
    if c.chance(0.55):
        lightning(c, (level * 2 - 1) * c.aspect_y)
    rows = 6
    foam_tone = min(1.0, rim + 0.30)
    for i in range(rows):
        t = i / (rows - 1)
        size = 0.03 + 0.13 * t
        base = level + (0.98 - level) * t**1.25 * 0.86
        x = c.x[0] * (3.4 - 2.2 * t) + c.uniform(0, 6.3)
        crest = base - size * (np.abs(np.sin(x + 0.5 * np.sin(x))) ** 1.6 + 0.20 * c.profile(5.0, 4))
        drop = np.clip((c.v - crest[None, :]) / (size * 1.7), 0.0, 1.0)
        streak = c.warp(c.noise(5.0, 12.0, 4), (c.noise(3.0, octaves=2) - 0.5) * 0.5, drop * 0.25)
        # Thin water near the crest lets light through.
        tone = near * 0.6 + (0.30 + 0.25 * rim) * (1.0 - drop) ** 2 * (0.55 + 0.45 * t) + 0.16 * (streak - 0.4) + 0.20 * (1 - t) * rim
        wave = below(c, crest)
        c.over(c.ramp(np.clip(tone, 0, 1)), wave)
        ragged = c.noise(18.0, 16.0, 3)
        cap = smooth(0.16, 0.0, drop + (ragged - 0.5) * 0.35) * wave
        veins = smooth(0.64, 0.74, streak + 0.2 * (1 - drop) - 0.05) * wave
        c.over(c.ramp(foam_tone), np.clip(cap * 0.9 + veins * 0.5 * (1 - drop), 0, 1) * (0.35 + 0.65 * t))
        spray = np.exp(-np.clip(crest[None, :] - c.v, 0, 1) / (0.10 * size + 0.004)) * (1 - wave)
        c.light(c.ramp(foam_tone), spray * ragged * 0.6 * (0.3 + t))
    falling(c, mood)


def clouds(c: Canvas, mood: Mood) -> None:
    """Heaps of cloud lit from the sun's side, seen from above the lowest ones."""
    mood.weather = "clear" if mood.weather in ("rain", "storm", "fog", "snow") else mood.weather
    level = c.uniform(0.75, 0.95)
    sky(c, mood, level)
    _, rim, far, near = mood.tones
    side = np.sign(mood.sun[0] + 1e-3)
    side = np.sign(mood.sun[0] + 1e-3)
    for i in range(5):
        t = i / 4.0
        base, size = 0.46 + 0.50 * t, 0.6 + 0.8 * t
        bumps = np.zeros(c.width, np.float32)
        for _ in range(int((12 - 6 * t) * c.aspect_x)):
            x0, r, lift = c.uniform(-1.1, 1.1) * c.aspect_x, c.uniform(0.14, 0.34) * size, c.uniform(0.0, 0.10) * size
            bumps = np.maximum(bumps, np.sqrt(np.clip(1.0 - ((c.x[0] - x0) / r) ** 2, 0.0, 1.0)) * (r * 0.34 + lift))
        puff, fine = c.noise(3.0 + 2.0 * (1 - t), octaves=4), c.noise(9.0, octaves=4)
        drop = c.v - base + blur(np.repeat(bumps[None, :], 3, 0), 1.5)[1][None, :] + (fine - 0.5) * 0.06
        gy, gx = np.gradient(blur(puff, 2.5))
        relief = np.clip((gx * -side + gy * 0.9) * c.width / 22.0, -1, 1)
        lit = np.exp(-np.clip(drop, 0, 1) * (9.0 - 4.0 * t))
        body = smooth(-0.02, 0.035, drop)
        tone = far * 0.72 + (rim + 0.06 - far * 0.72) * lit + relief * 0.22 + 0.06 * (fine - 0.5) - 0.06 * t
        c.over(c.ramp(np.clip(tone, near, 1.0)), body * 0.96)
        c.light(c.accent, body * lit * np.exp(-(((c.x - mood.sun[0]) / 0.8) ** 2)) * 0.30)
        mist(c, rim * 0.95, base + 0.07, 0.06, 0.55 * (1 - 0.7 * t))
    falling(c, mood)


def moon(c: Canvas, mood: Mood) -> None:
    """A huge moon low over water or hills."""
    mood.time = "night"
    level = c.uniform(0.66, 0.78)
    c.image = c.ramp(0.03 + 0.30 * np.clip(c.v / level, 0, 1) ** 1.6).astype(np.float32)
    c.light(c.ramp(1.0), c.sprinkle(90, (0.5, 1.0), 0.0, level) * 0.9)
    x, y, r = c.uniform(-0.3, 0.3), c.uniform(-0.40, -0.10), c.uniform(0.34, 0.48)
    c.light(c.ramp(0.8), c.glow(x, y, r * 2.2) * 0.55)
    disc = c.ellipse(x, y, r, r)
    seas = c.warped_noise(2.6, 0.25, 4)
    craters = np.zeros_like(c.v)
    for _ in range(22):
        a, d, size = c.uniform(0, 6.3), np.sqrt(c.uniform(0, 0.85)) * r, c.uniform(0.02, 0.08) * r / 0.4
        px, py = x + d * np.cos(a), y + d * np.sin(a)
        near = np.hypot(c.x - px, c.y - py) / size
        craters += 0.10 * np.exp(-(((near - 1.0) / 0.22) ** 2)) - 0.09 * smooth(1.0, 0.6, near) * np.where(c.x > px, 0.3, 1.0)
    limb = np.sqrt(np.clip(1.0 - (np.hypot(c.x - x, c.y - y) / r) ** 2, 0.0, 1.0))
    tone = 0.66 + 0.26 * limb - 0.30 * smooth(0.48, 0.62, seas) + craters
    if c.chance(0.4):
        tone = tone * smooth(-0.5, 0.5, (c.x - x) / r * c.rng.choice([-1, 1]) + c.uniform(-0.2, 0.5)) + 0.05
    c.over(c.ramp(np.clip(tone, 0.03, 1.0)), c.inside(disc, 0.012))
    haze = c.warped_noise(1.5, 0.4, 4)
    c.over(c.ramp(0.30), smooth(0.55, 0.85, haze) * 0.45)
    night = Mood("night", "clear", (x, y))
    if c.chance(0.55):
        line = level - 0.07 * (0.4 + 0.6 * c.profile(2.0, 5, 0.5, sharp=True))
        c.over(c.ramp(0.10), below(c, line) * (c.v < level))
        water(c, night, level, 0.5)
        path = np.exp(-(((c.x - x) / (0.10 + 0.9 * np.clip(c.v - level, 0, 1))) ** 2)) * (c.v > level)
        c.light(c.ramp(0.95), path * smooth(0.5, 0.75, c.noise(4.0, 40.0, 3)) * 0.8)
    else:
        for t in (0.2, 0.6, 1.0):
            line = level + 0.14 * t - 0.08 * (0.4 + 0.6 * c.profile(2.4, 5, 0.5, sharp=t < 0.5))
            c.over(c.ramp(0.20 * (1 - t) + 0.01), below(c, line))
            mist(c, 0.35, level + 0.14 * t + 0.03, 0.04, 0.4 * (1 - t))
    if mood.weather == "snow":
        falling(c, mood)
