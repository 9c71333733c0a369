"""Landscapes: mountains, Iceland, dunes, forest, a lone tree, a castle, a volcano, an aurora."""

import numpy as np

from ..canvas import Canvas, Field, blur, smooth
from .mood import Mood, falling, mist, sky


def below(c: Canvas, line: np.ndarray) -> Field:
    """1 below a ridge given as v (0 to 1) for every column."""
    return np.clip((c.v - line[None, :]) * c.height + 0.5, 0.0, 1.0)


def slopes(c: Canvas, line: np.ndarray, rough: Field, side: float) -> Field:
    """Light and shadow on a mountain, -1 to 1: its ridge line's slope, carried downwards and broken up."""
    slope = np.gradient(blur(np.repeat(line[None, :], 3, 0), 1.5)[1]) * c.height / 2.0
    carried = np.clip(slope * side, -1.5, 1.5)[None, :] * np.ones_like(c.v)
    shifted = c.warp(carried, (rough - 0.5) * 0.9, np.zeros_like(c.v))
    gy, gx = np.gradient(blur(rough, 1.0))
    return np.clip(0.55 * shifted + side * gx * c.width * 0.10 + gy * c.height * 0.03, -1.0, 1.0)


def ridge(c: Canvas, mood: Mood, base: float, high: float, depth: float, snow: float = 0.0) -> np.ndarray:
    """One range of mountains: haze at its foot, lit and shaded faces, snow above; gives its line."""
    line = base - high * (0.35 + 0.65 * np.clip(c.profile(c.uniform(1.6, 3.0), 6, 0.48, sharp=True), -1, 1.3))
    rough = c.noise(6.0, 5.0, 5)
    side = -1.0 if mood.sun[0] < 0 else 1.0
    faces = slopes(c, line, rough, -side)
    tone = mood.ground(depth)
    contrast = 0.05 + 0.14 * depth
    drop = np.clip((c.v - line[None, :]) / max(high * 1.6, 0.05), 0.0, 1.0)
    body = tone + faces * contrast * 0.8 + (rough - 0.5) * contrast * 0.5 + (1.0 - depth) * drop * 0.10
    colour = c.ramp(body)
    if snow > 0.0:
        cover = smooth(0.62, 0.30, drop + (rough - 0.5) * 0.9 + faces * -0.12) * snow
        light = np.clip(mood.tones[1] * 0.95 + faces * 0.16, 0.0, 1.0)
        colour = colour + (c.ramp(light) - colour) * cover[..., None]
    c.over(colour, below(c, line))
    return line


def water(c: Canvas, mood: Mood, level: float, calm: float) -> None:
    """A lake or sea below row `level` that mirrors what stands above it."""
    row = int(level * c.height)
    count = c.height - row
    if count < 4:
        return
    source = np.clip(row - 1 - (np.arange(count) * c.uniform(0.9, 1.25)).astype(int), 0, row - 1)
    mirrored = c.image[source]
    ripple = np.zeros_like(c.image)
    ripple[row:] = mirrored
    waves = c.noise(3.0, 40.0, 3) - 0.5
    depth = np.clip((c.v - level) / (1.0 - level), 0.0, 1.0)
    mirrored = np.stack(
        [c.warp(ripple[..., i], waves * (0.03 + 0.16 * depth * (1.0 - calm)), waves * 0.05 * depth) for i in range(3)],
        -1,
    )
    dark = c.ramp(mood.tones[3] + 0.22 * (1 - depth))
    mask = (c.v >= level).astype(np.float32)
    c.over(mirrored * 0.78 + dark * 0.22, mask)
    c.light(c.ramp(0.9), mask * np.exp(-(((c.v - level) / 0.006) ** 2)) * 0.35)


def mountains(c: Canvas, mood: Mood) -> None:
    foot = c.uniform(0.55, 0.72)
    lake = c.chance(0.35)
    sky(c, mood, foot)
    layers = int(c.rng.integers(3, 6))
    snow = c.uniform(0.6, 1.0) if mood.weather == "snow" or c.chance(0.55) else 0.0
    for i in range(layers):
        t = i / (layers - 1)
        level = foot - 0.05 + (0.02 if lake else 0.42) * t
        high = (0.36 if i == 0 else 0.26 - 0.08 * t) * (0.6 if lake and i else 1.0)
        ridge(
            c,
            mood,
            level,
            high * c.uniform(0.8, 1.15),
            0.15 + 0.85 * t * (0.7 if lake else 1.0),
            snow if t < 0.6 else 0.0,
        )
        mist(c, mood.tones[1] * 0.95, level + 0.02, 0.06, 0.55 * (1 - t))
    if lake:
        water(c, mood, foot + 0.02, 0.7)
    falling(c, mood)


def iceland(c: Canvas, mood: Mood) -> None:
    """A glacier-capped mountain, a cliff with a waterfall, a black beach with surf."""
    foot = c.uniform(0.52, 0.60)
    sky(c, mood, foot)
    ridge(c, mood, foot, 0.34, 0.12, 1.0)
    ridge(c, mood, foot + 0.02, 0.16, 0.35, 0.9)
    mist(c, mood.tones[1], foot, 0.05, 0.6)
    side = 1.0 if c.chance(0.5) else -1.0
    fall = side * c.uniform(0.25, 0.6) * c.aspect_x
    plateau = foot - 0.10 - 0.16 * smooth(-0.45, 0.25, side * c.x[0] / c.aspect_x) + 0.012 * c.profile(9.0, 4)
    cliff = smooth(-0.5, 0.0, side * c.x[0] / c.aspect_x)
    line = plateau + (1.0 - cliff) * 0.35
    rock = c.noise(14.0, 2.5, 4)
    c.over(c.ramp(mood.ground(0.72) * 0.8 + 0.16 * (rock - 0.5) * (0.6 + mood.tones[1])), below(c, line))
    c.over(c.ramp(mood.ground(0.5) + 0.1), below(c, line) * (1.0 - below(c, line + 0.018 + 0.012 * c.profile(20.0, 3))))
    base = foot + 0.16
    width = c.uniform(0.05, 0.10)
    stream = np.exp(-(((c.x - fall) / (width * (1.0 + 0.5 * c.v))) ** 4)) * below(c, line) * (c.v < base)
    threads = c.noise(40.0, 1.5, 2)
    c.over(c.ramp(mood.tones[1] + 0.04), stream * (0.55 + 0.45 * threads))
    shore = base + 0.02 * c.profile(2.0, 3)
    c.over(c.ramp(mood.tones[1] * 0.62 + 0.12 * (c.noise(3.0, 26.0, 3) - 0.5)), below(c, shore))
    mist(c, mood.tones[1], base - 0.005, 0.035, 0.8)
    beach = base + 0.12 + 0.10 * (0.5 + 0.5 * np.sin(c.x[0] * c.uniform(1.0, 2.2) + c.uniform(0, 6))) + 0.02 * c.profile(5.0, 3)
    sand = mood.tones[3] * 0.45 + 0.05 * c.noise(30.0, 18.0, 3)
    c.over(c.ramp(sand), below(c, beach))
    for k in range(2):
        edge = beach + 0.012 - 0.05 * k + 0.01 * c.profile(7.0, 4)
        foam = np.exp(-(((c.v - edge[None, :]) / (0.012 - 0.003 * k)) ** 2)) * (0.4 + 0.8 * c.noise(16.0, 20.0, 3))
        c.light(c.ramp(min(1.0, mood.tones[1] + 0.1)), foam * 0.9)
    falling(c, mood)


def dunes(c: Canvas, mood: Mood) -> None:
    foot = c.uniform(0.38, 0.55)
    sky(c, mood, foot)
    side = 1.0 if mood.sun[0] >= 0 else -1.0
    for i in range(5):
        t = i / 4.0
        level = foot + (1.0 - foot) * t * 0.8
        scale = 1.4 - 0.7 * t
        crest = level + (0.03 + 0.10 * t) * np.sin(c.x[0] * scale * 2.2 + c.uniform(0, 6.3)) + 0.02 * c.profile(1.2, 3)
        drop = c.v - crest[None, :]
        # The crest runs on towards the viewer as an S and splits the dune into a lit and a shaded flank.
        wind = side * np.sin(c.x * scale * 2.2 + c.uniform(0, 6.3) + drop * 9.0) + (c.noise(2.0, octaves=2) - 0.5) * 0.4
        lit = smooth(-0.12, 0.12, wind)
        ripple = np.sin(drop * 90.0 / (0.5 + t) + c.noise(2.0, 1.5, 2) * 14.0) * 0.5 + 0.5
        tone = mood.ground(0.12 + 0.55 * t) + (lit - 0.55) * (0.14 + 0.14 * mood.tones[1]) + ripple * lit * 0.05 * t
        tone = tone + 0.10 * np.exp(-drop * 22.0) * (1.0 - 0.5 * t)
        c.over(c.ramp(np.clip(tone, 0.0, 1.0)), below(c, crest))
        mist(c, mood.tones[1], level, 0.03, 0.35 * (1 - t))
    falling(c, mood)


def conifer(c: Canvas, x: float, foot: float, high: float) -> np.ndarray:
    """Outline of a fir, its tip `high` above `foot`."""
    rows = int(7 + high * 8)
    left, right = [], []
    for i in range(rows):
        t = (i + 1) / rows
        wide = 0.26 * high * t**0.9
        y = foot - high * (1.0 - t)
        left += [(x - wide * c.uniform(0.8, 1.1), y), (x - wide * 0.55, y - 0.012 * high)]
        right += [(x + wide * c.uniform(0.8, 1.1), y), (x + wide * 0.55, y - 0.012 * high)]
    trunk = [
        (x + 0.02 * high, foot),
        (x + 0.02 * high, foot + 0.2 * high),
        (x - 0.02 * high, foot + 0.2 * high),
        (x - 0.02 * high, foot),
    ]
    return np.array([(x, foot - high), *right, *trunk, *left[::-1]])


def forest(c: Canvas, mood: Mood) -> None:
    """Trunks and crowns in receding layers of mist with light between them; firs or broad trees."""
    _, rim, _, _ = mood.tones
    haze = rim * 0.92
    lamp_x = c.uniform(-0.5, 0.5) * c.aspect_x
    c.image = c.ramp(haze * (0.75 + 0.25 * c.noise(1.5, octaves=3))).astype(np.float32)
    c.light(c.accent, c.glow(lamp_x, -0.25, 1.1) * (0.55 if mood.time != "night" else 0.25))
    firs = c.chance(0.45)
    layers = 5
    for i in range(layers):
        t = i / (layers - 1)
        tone = haze + (mood.tones[3] - haze) * (0.25 + 0.75 * t)
        floor = 0.15 + 0.55 * t
        shapes, lines = [], []
        for _ in range(int((13 - 2.2 * i) * c.aspect_x)):
            x = c.uniform(-1.15, 1.15) * c.aspect_x
            if firs:
                shapes.append((conifer(c, x, floor, c.uniform(0.7, 1.0) * (0.8 + 1.0 * t)), 1.0))
            else:
                lean = c.uniform(-0.06, 0.06)
                wide = (0.022 + 0.075 * t) * c.uniform(0.7, 1.3)
                trunk = np.array([[x, floor + 0.3], [x + lean * 0.5, floor - 0.7], [x + lean * 2, -1.3 * c.aspect_y]])
                lines.append((trunk, wide, 1.0))
                for _ in range(2):
                    y = c.uniform(-0.9, -0.1)
                    to = x + c.uniform(-0.4, 0.4)
                    lines.append((np.array([[x + lean, y + 0.25], [to, y - 0.1]]), wide * 0.35, 1.0))
        mask = c.shapes(shapes) if firs else c.strokes(lines)
        c.over(c.ramp(tone + 0.03 * (c.noise(10.0, 3.0, 2) - 0.5)), mask)
        if not firs and i > 0:
            crown(c, mood, t, tone)
        ground = floor / 2.0 / c.aspect_y + 0.5 + 0.02 * c.profile(3.0, 4)
        leaf = c.noise(22.0, 34.0, 2)
        c.over(c.ramp(np.clip(tone + 0.12 + (leaf - 0.5) * 0.22 * (0.4 + rim), 0, 1)), below(c, ground))
        mist(c, haze, ground.mean() - 0.02, 0.10, 0.5 * (1 - t))
    rays(c, lamp_x, rim)
    falling(c, mood)


def crown(c: Canvas, mood: Mood, t: float, tone: float) -> None:
    """Foliage: clumps of leaves over the upper part, lit from behind in the palette's warm half."""
    clump = c.noise(3.0 + 2.0 * t, octaves=3)
    leaf = c.noise(26.0, octaves=2)
    cover = smooth(0.48, 0.62, clump + (leaf - 0.5) * 0.5 + 0.28 * smooth(0.62, 0.0, c.v) - 0.16)
    cover = cover * smooth(0.72, 0.4, c.v + 0.1 * t)
    bright = 0.40 + 0.42 * leaf - 0.30 * t
    c.over(c.ramp(np.clip(tone * 0.35 + bright * (0.35 + 0.6 * mood.tones[1]), 0.0, 1.0)), cover * 0.92)


def rays(c: Canvas, x: float, strength: float) -> None:
    """Shafts of light fanning down from above `x`."""
    angle = np.arctan2(c.x - x, c.y + 1.9)
    fan = np.interp(angle, np.linspace(-1.2, 1.2, 40), c.rng.random(40)).astype(np.float32)
    c.light(
        c.accent,
        smooth(0.5, 0.95, blur(fan, 1.5)) * 0.35 * strength * smooth(1.0, 0.1, c.v) * np.exp(-((angle / 0.6) ** 2)),
    )


def grow(c: Canvas, x: float, y: float, angle: float, long: float, wide: float, lines: list, tips: list) -> None:
    """Branches, each splitting in two or three until they are twigs; the twigs' ends are `tips`."""
    ex, ey = x + np.cos(angle) * long, y + np.sin(angle) * long
    middle = ((x + ex) / 2 + c.uniform(-0.08, 0.08) * long, (y + ey) / 2 + c.uniform(-0.08, 0.08) * long)
    lines.append((np.array([(x, y), middle, (ex, ey)]), wide, 1.0))
    if long < 0.07:
        tips.append((ex, ey))
        return
    for i in range(3 if c.chance(0.3) else 2):
        spread = c.uniform(0.25, 0.55) * (1 if i % 2 else -1)
        grow(c, ex, ey, angle + spread + c.uniform(-0.1, 0.1), long * c.uniform(0.68, 0.80), wide * 0.66, lines, tips)


def tree(c: Canvas, mood: Mood) -> None:
    """A lone tree on a hill against the sky, bare or in leaf."""
    foot = c.uniform(0.70, 0.80)
    sky(c, mood, foot)
    for t in (0.2, 0.5):
        c.over(c.ramp(mood.ground(t)), below(c, foot - 0.06 + 0.08 * t + 0.03 * c.profile(2.0, 5)))
    mist(c, mood.tones[1], foot, 0.06, 0.5)
    x = c.uniform(-0.3, 0.3)
    hill = foot + 0.07 - 0.07 * np.exp(-(((c.x[0] - x) / 0.7) ** 2)) + 0.006 * c.profile(12.0, 3)
    grass = c.noise(40.0, 12.0, 2)
    base = (float(np.interp(x, c.x[0], hill)) * 2 - 1) * c.aspect_y + 0.03
    lines, tips = [], []
    grow(c, x, base, -np.pi / 2 + c.uniform(-0.12, 0.12), c.uniform(0.29, 0.36), 0.075, lines, tips)
    near = mood.tones[3]
    c.over(c.ramp(near + 0.02), c.strokes(lines))
    if c.chance(0.7):
        leaves(c, mood, tips)
    c.over(
        c.ramp(near + 0.10 * grass * (0.3 + mood.tones[1]) + 0.06 * smooth(0.1, 0.0, c.v - hill[None, :])),
        below(c, hill),
    )
    falling(c, mood)


def leaves(c: Canvas, mood: Mood, tips: list) -> None:
    """Puffs of leaves around the twigs' ends: dark first, then lit ones up and towards the sun."""
    side = 0.03 if mood.sun[0] > 0 else -0.03
    for shift, tone in ((0.0, 0.22), (0.5, 0.42), (1.0, 0.62)):
        chosen = [tip for tip in tips if c.chance(0.95 - 0.35 * shift)]
        puffs = [
            (np.array([(x + side * shift, y - 0.035 * shift)] * 2), c.uniform(0.11, 0.20) * (1.0 - 0.4 * shift), 1.0) for x, y in chosen
        ]
        mask = blur(c.strokes(puffs, 1), c.width / 90.0)
        ragged = smooth(0.28, 0.50, mask * (0.2 + 1.2 * c.noise(26.0, octaves=2)))
        c.over(c.ramp(tone * (0.45 + 0.6 * mood.tones[1])), ragged * 0.95)


def castle(c: Canvas, mood: Mood) -> None:
    """Towers with pointed roofs and lit windows on a crag."""
    foot = c.uniform(0.70, 0.78)
    sky(c, mood, foot)
    ridge(c, mood, foot, 0.22, 0.25)
    mist(c, mood.tones[1], foot - 0.03, 0.08, 0.6)
    x0 = c.uniform(-0.2, 0.2)
    base = (foot * 2 - 1) * c.aspect_y - 0.12
    near = mood.tones[3] + 0.05
    windows = []
    for layer, tone in ((0, near + 0.10), (1, near)):
        shapes = []
        for i in range(4 if layer == 0 else 3):
            x = x0 + (i - 1.5 + 0.5 * layer) * c.uniform(0.20, 0.27)
            wide = c.uniform(0.06, 0.11)
            high = c.uniform(0.35, 0.95) * (1.0 - 0.35 * abs(i - 1.4) / 1.6) * (1.0 if layer == 0 else 0.62)
            top = base - high
            cap = wide * 1.3
            shapes.append((np.array([(x - wide, base + 0.3), (x - wide, top), (x + wide, top), (x + wide, base + 0.3)]), 1.0))
            roof = c.uniform(0.16, 0.30)
            shapes.append((np.array([(x - cap, top), (x, top - roof), (x + cap, top)]), 1.0))
            windows += [(x + c.uniform(-0.3, 0.3) * wide, c.uniform(top + 0.07, base - 0.03)) for _ in range(2)]
        wall = c.uniform(0.10, 0.2)
        steps = np.arange(-0.42, 0.42, 0.06)
        crenels = [(x0 + s + d, base - wall - (0.03 if d < 0.03 else 0.0)) for s in steps for d in (0.0, 0.029, 0.031, 0.059)]
        shapes.append((np.array([(x0 - 0.42, base + 0.3), *crenels, (x0 + 0.42, base + 0.3)]), 1.0))
        stone = c.noise(24.0, octaves=2)
        c.over(c.ramp(tone + 0.05 * (stone - 0.5)), c.shapes(shapes))
    crag = foot - 0.08 * np.exp(-(((c.x[0] - x0) / 0.55) ** 4)) + 0.02 * c.profile(6.0, 5)
    rock = c.noise(8.0, 5.0, 4)
    c.over(c.ramp(near * 0.7 + 0.10 * rock), below(c, crag))
    for x, y in windows:
        c.light(c.accent, c.glow(x, y, 0.07) * (0.7 if mood.time in ("night", "dusk") else 0.25))
        c.over(c.accent, c.inside(c.box(x, y, 0.012, 0.022)))
    mist(c, mood.tones[1] * 0.9, min(foot + 0.12, 0.95), 0.08, 0.7)
    falling(c, mood)


def volcano(c: Canvas, mood: Mood) -> None:
    """A cone with lava down its flanks and a glowing plume."""
    foot = c.uniform(0.72, 0.80)
    mood.sun_shown = False
    sky(c, mood, foot)
    x0 = c.uniform(-0.25, 0.25)
    crater = c.uniform(-0.25, -0.05)
    top = (crater / c.aspect_y + 1) / 2
    plume = smooth(0.30, 0.75, c.warped_noise(3.0, 0.5, 4) + 0.62 - np.abs(c.x - x0) / (0.22 + 0.75 * np.clip(crater - c.y, 0, 2)))
    plume = plume * smooth(crater + 0.12, crater - 0.1, c.y)
    lit = np.exp(-np.clip(crater - c.y, 0, 3) * 1.8)
    c.over(c.ramp(np.clip(0.16 + 0.5 * lit + 0.25 * (c.noise(5.0, octaves=4) - 0.4), 0, 1)), plume * 0.92)
    c.light(c.accent, c.glow(x0, crater, 0.55) * 0.8)
    half = 0.13
    wide = half + np.clip(c.y - crater, 0, 3) * (0.55 + 0.35 * np.clip(c.y - crater, 0, 2))
    rough = c.noise(7.0, 5.0, 5)
    cone = c.inside(np.abs(c.x - x0) - wide + (rough - 0.5) * 0.07, 0.01) * smooth(
        crater - 0.012, crater + 0.012, c.y + 0.02 * np.cos((c.x - x0) * 14)
    )
    faces = np.clip((c.x - x0) / wide, -1, 1) * (-1 if mood.sun[0] < 0 else 1)
    c.over(c.ramp(np.clip(mood.ground(0.85) + 0.05 + 0.10 * faces + 0.16 * (rough - 0.5), 0, 1)), cone)
    lines = []
    for _ in range(int(c.rng.integers(3, 6))):
        x, y, points = x0 + c.uniform(-0.10, 0.10), crater, []
        drift = (x - x0) * 2.2
        while y < foot * 2 - 1:
            points.append((x, y))
            x, y = x + drift * 0.09 + c.uniform(-0.04, 0.04), y + 0.09
        lines.append((np.array([(p, q) for p, q in points] + [(x, y)]), c.uniform(0.015, 0.035), 1.0))
    lava = c.strokes(lines) * cone
    c.light(c.accent, np.clip(blur(lava, c.width / 28) * 2.2, 0, 0.8) * cone)
    c.over(c.ramp(0.78) * 0.35 + c.accent * 0.65, lava)
    c.over(c.ramp(1.0), smooth(0.45, 0.9, lava * np.exp(-np.clip(c.y - crater, 0, 2) * 1.6)))
    c.light(c.accent, c.sprinkle(30, (0.7, 1.5), max(top - 0.3, 0.0), top + 0.05) * smooth(0.6, 0.1, np.abs(c.x - x0)))
    ground = foot + 0.03 * c.profile(3.0, 5)
    c.over(c.ramp(mood.tones[3] * 0.8 + 0.05 * rough), below(c, ground))
    falling(c, mood)


def aurora(c: Canvas, mood: Mood) -> None:
    """Curtains of light over snowy hills, mirrored in ice now and then; always night."""
    foot = c.uniform(0.68, 0.80)
    c.image = c.ramp(0.01 + 0.16 * np.clip(c.v / foot, 0, 1) ** 2).astype(np.float32)
    c.light(c.ramp(1.0), c.sprinkle(int(c.uniform(60, 120)), (0.5, 1.0), 0.0, foot))
    for _ in range(int(c.rng.integers(3, 6))):
        hem = (
            c.uniform(0.26, 0.50)
            + 0.09 * np.sin(c.x[0] * c.uniform(1.2, 2.6) + c.uniform(0, 6.3))
            + 0.07 * blur(c.profile(2.5, 2)[None, :].repeat(3, 0), 4.0)[1]
        )
        above = hem[None, :] - c.v
        pleat = 0.25 + 0.75 * np.interp(c.x[0] + 0.12 * c.profile(3.0, 2), np.linspace(-2, 2, 70), c.rng.random(70))
        reach = c.uniform(0.10, 0.24)
        curtain = np.where(above > 0, np.exp(-above / reach), np.exp(above / 0.035)) * pleat[None, :].astype(np.float32)
        # A ribbon that comes and goes along its way.
        ends = smooth(0.15, 0.55, np.sin(c.x[0] / c.aspect_x * c.uniform(1.0, 2.0) + c.uniform(0.3, 2.8)) * 0.5 + 0.5)
        curtain = blur((curtain * ends[None, :]).astype(np.float32), 0.8) * c.uniform(0.7, 1.1)
        body = c.ramp(np.clip(0.80 - above * 0.4, 0.5, 0.9))
        c.light(body, np.clip(curtain, 0, 1) * 0.95)
        c.light(c.accent, np.clip(curtain * smooth(0.08, 0.35, above), 0, 1) * 0.8)
    for t, high in ((0.3, 0.14), (0.7, 0.07)):
        line = foot + 0.10 * t - high * (0.5 + 0.5 * c.profile(2.2, 6, 0.5, sharp=True))
        rough = c.noise(8.0, 6.0, 4)
        snow = slopes(c, line, rough, 1.0)
        c.over(c.ramp(np.clip(0.24 - 0.12 * t + 0.20 * (snow + rough - 0.5), 0.02, 0.62)), below(c, line))
    if c.chance(0.4):
        water(c, Mood("night", "clear"), min(foot + 0.06, 0.9), 0.8)
    else:
        field = foot + 0.10 + 0.02 * c.profile(1.5, 3)
        drift = c.noise(2.5, 12.0, 4)
        c.over(c.ramp(0.30 + 0.30 * drift - 0.25 * np.clip((c.v - foot) / (1 - foot), 0, 1)), below(c, field))
    if mood.weather == "snow":
        falling(c, mood)
