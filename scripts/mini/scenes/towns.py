"""What people built: a skyline, a city street, a bridge, a lighthouse, a train, a road, a room with a window."""

import numpy as np

from ..canvas import Canvas, Field, smooth
from .land import below, conifer, ridge, water
from .mood import Mood, falling, mist, sky

WINDOW_LIGHT = {"day": 0.10, "dawn": 0.25, "dusk": 0.55, "night": 0.62}


def quad(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def tower(c: Canvas, x: float, base: float, wide: float, high: float) -> tuple[list[np.ndarray], list[tuple[float, float, float, float]]]:
    """Outlines of one high-rise and the blocks that carry windows, (left, top, right, bottom)."""
    top = base - high
    kind = int(c.rng.integers(7))
    shapes, blocks = [quad(x - wide, top, x + wide, base + 0.05)], [(x - wide, top, x + wide, base)]
    if kind == 0:
        for k, (part, more) in enumerate(((0.72, 0.16), (0.42, 0.26))):
            shapes.append(quad(x - wide * part, top - high * more, x + wide * part, top))
            blocks.append((x - wide * part, top - high * more, x + wide * part, top - high * 0.16 * k))
        shapes.append(np.array([(x - wide * 0.08, top - high * 0.2), (x, top - high * 0.55), (x + wide * 0.08, top - high * 0.2)]))
    elif kind == 1:
        shapes.append(np.array([(x - wide, top), (x + wide * c.rng.choice([-1, 1]), top - wide * 1.1), (x + wide, top)]))
    elif kind == 2:
        shapes.append(
            np.array([(x - wide, top), (x - wide * 0.25, top - wide * 1.8), (x + wide * 0.25, top - wide * 1.8), (x + wide, top)])
        )
        shapes.append(quad(x - 0.006, top - wide * 3.2, x + 0.006, top))
    elif kind == 3:
        arc = np.linspace(np.pi, 0, 12)
        shapes.append(np.stack([x + wide * np.cos(arc), top - wide * 0.9 * np.sin(arc)], 1))
    elif kind == 4:
        for k in (-0.5, 0.5):
            shapes.append(quad(x + k * wide - 0.005, top - c.uniform(0.06, 0.2), x + k * wide + 0.005, top))
    return shapes, blocks


def panes(c: Canvas, block: tuple[float, float, float, float], lit: float, size: float) -> list[tuple[np.ndarray, float]]:
    """Lit windows of a block in a regular grid; whole floors share a brightness."""
    left, top, right, bottom = block
    columns = max(int((right - left) / size), 2)
    step = (right - left) / columns
    found = []
    for y in np.arange(top + size * 0.6, bottom - size, size * 1.25):
        floor = c.uniform(0.45, 1.0)
        busy = lit * c.uniform(0.5, 1.5)
        for k in range(columns):
            if c.chance(busy):
                at = left + (k + 0.22) * step
                found.append((quad(at, y, at + step * 0.58, y + size * 0.62), floor))
    return found


def skyline(c: Canvas, mood: Mood) -> None:
    """Downtown across the water: three rows of towers, highest in the middle, windows alight, all of it mirrored."""
    level = c.uniform(0.62, 0.84)
    sky(c, mood, level)
    _, rim, _, _ = mood.tones
    base = (level * 2 - 1) * c.aspect_y
    heart, reach = c.uniform(-0.55, 0.55) * c.aspect_x, c.uniform(0.45, 1.0) * c.aspect_x
    lit = WINDOW_LIGHT[mood.time]
    grand = c.uniform(0.8, 1.25)
    c.light(c.accent, np.exp(-(((c.y - base) / 0.45) ** 2)) * np.exp(-(((c.x - heart) / reach) ** 2)) * (0.15 + 0.5 * lit) * (c.v < level))
    for layer in range(3):
        t = layer / 2.0
        shapes, lights, x = [], [], -c.aspect_x * 1.1
        while x < c.aspect_x * 1.1:
            wide = c.uniform(0.045, 0.10) * (0.9 + 0.35 * t)
            hill = np.exp(-(((x - heart) / reach) ** 2))
            high = grand * (0.14 + hill * c.uniform(0.35, 1.0) * (1.0 - 0.42 * t)) * c.uniform(0.75, 1.15)
            outline, blocks = tower(c, x + wide, base, wide, high)
            shapes += [(points, 1.0) for points in outline]
            for block in blocks:
                lights += panes(c, block, lit * (0.55 + 0.45 * t), 0.030 + 0.010 * t)
            x += 2 * wide * c.uniform(0.85, 1.15)
        tone = mood.ground(0.10 + 0.85 * t)
        c.over(c.ramp(np.clip(tone + 0.05 * (c.v / level - 0.6), 0, 1)), c.shapes(shapes) * (c.v < level))
        glass = c.shapes(lights) * (c.v < level)
        if mood.time == "day":
            c.over(c.ramp(min(tone + 0.22, 1.0)), glass * 0.6)
        else:
            c.over(c.ramp(0.95) * 0.5 + c.accent * 0.5, glass * (0.35 + 0.55 * t))
        mist(c, rim * 0.9, level - 0.01, 0.05, 0.4 * (1 - t))
    water(c, mood, level, c.uniform(0.3, 0.8))
    falling(c, mood)


def facade(c: Canvas, side: float, mood: Mood, cx: float, cy: float) -> None:
    """One side of a street that runs to (cx, cy): house fronts in perspective, windows, signs."""
    lit = WINDOW_LIGHT[mood.time]
    depth = np.clip(side * (c.x - cx), 0.02, 9.0)
    along = 0.9 / depth
    up = (cy - c.y) / depth
    edges = np.cumsum(c.rng.uniform(0.5, 1.3, 40))
    house = np.searchsorted(edges, along)
    heights, tones = c.rng.uniform(0.7, 3.2, 41).astype(np.float32), c.rng.uniform(-0.06, 0.08, 41).astype(np.float32)
    inside = (side * (c.x - cx) > 0.03) & (up < heights[house]) & (up > -0.55)
    haze = smooth(1.0, 9.0, along)
    near, far = mood.ground(0.95), mood.ground(0.25)
    tone = near + tones[house] + (far - near) * haze
    wall = c.ramp(np.clip(tone + 0.05 * (c.noise(10.0, octaves=3) - 0.5), 0, 1))
    c.over(wall, inside.astype(np.float32))
    column, floor = along * 6.0, up * 5.0
    grid = np.abs(np.mod(column, 1.0) - 0.5) < 0.32
    grid &= np.abs(np.mod(floor, 1.0) - 0.5) < 0.30
    chosen = np.mod(np.sin(np.floor(column) * 12.9898 + np.floor(floor) * 78.233 + side) * 43758.5453, 1.0)
    glow = (grid & (chosen < 0.25 + 0.6 * lit) & inside & (up > -0.3)).astype(np.float32)
    bright = 0.35 + 0.65 * np.mod(chosen * 7.3, 1.0)
    c.over(c.ramp(0.93) * 0.55 + c.accent * 0.45, glow * bright * (0.25 + 0.75 * lit) * (1.0 - 0.75 * haze))
    for _ in range(int(c.rng.integers(2, 6))):
        d = c.uniform(0.25, 1.0)
        x, y = cx + side * d, cy - c.uniform(-0.2, 0.9) * d
        sign = c.box(x, y, 0.030 * d + 0.008, c.uniform(0.07, 0.22) * d + 0.02, 0.01)
        c.light(c.accent, np.clip(c.inside(sign) * 0.95 + np.exp(-np.clip(sign, 0, 9) / 0.03) * 0.4, 0, 1) * (0.2 + 0.8 * lit))


def city(c: Canvas, mood: Mood) -> None:
    """A street between high houses with lit windows and signs, wet ground that mirrors them; or roofs seen from above."""
    cx, cy = c.uniform(-0.35, 0.35) * c.aspect_x, c.uniform(-0.05, 0.35)
    level = (cy / c.aspect_y + 1.0) / 2.0
    sky(c, mood, level)
    c.light(c.accent, c.glow(cx, cy - 0.1, 0.8) * (0.3 + 0.3 * WINDOW_LIGHT[mood.time]))
    base, shapes, lights = cy + 0.02, [], []
    for x in np.arange(cx - 0.5, cx + 0.5, 0.11):
        outline, blocks = tower(c, float(x), base, c.uniform(0.035, 0.06), c.uniform(0.2, 0.6))
        shapes += [(points, 1.0) for points in outline]
        lights += [pane for block in blocks for pane in panes(c, block, WINDOW_LIGHT[mood.time], 0.028)]
    c.over(c.ramp(mood.ground(0.3)), c.shapes(shapes))
    c.over(c.ramp(0.9) * 0.5 + c.accent * 0.5, c.shapes(lights) * 0.6)
    mist(c, mood.tones[1] * 0.9, level, 0.08, 0.5)
    for side in (-1.0, 1.0):
        facade(c, side, mood, cx, cy)
    ground = smooth(-0.004, 0.004, c.y - cy - 0.55 * np.abs(c.x - cx))
    mirrored = c.image[np.clip((2 * level * c.height - np.arange(c.height)).astype(int), 0, c.height - 1)]
    shiver = (c.noise(4.0, 40.0, 3) - 0.5) * 0.14 * smooth(level, 1.0, c.v)
    mirrored = np.stack([c.warp(np.ascontiguousarray(mirrored[..., i]), shiver, shiver * 0) for i in range(3)], -1)
    wet = 0.75 if mood.weather in ("rain", "storm") else c.uniform(0.25, 0.6)
    c.over(c.ramp(mood.tones[3] + 0.05) * (1 - wet) + mirrored * wet, ground)
    d = np.clip(c.y - cy, 0.02, 9.0)
    dashes = (np.abs((c.x - cx) / d) < 0.035) & (np.mod(0.5 / d * 3.0, 1.0) < 0.5)
    c.light(c.ramp(0.9), dashes * ground * 0.45)
    if c.chance(0.7):
        for _ in range(int(c.rng.integers(1, 5))):
            away = c.uniform(0.08, 0.6)
            x, y, gap = cx + c.rng.choice([-1.0, 1.0]) * away * 0.55, cy + away, away * 0.16
            colour = c.ramp(1.0) if x > cx else c.accent
            for k in (-1.0, 1.0):
                c.light(colour, np.clip(c.glow(x + k * gap, y - gap, 0.04 + away * 0.12), 0, 1))
    falling(c, mood)


def bridge(c: Canvas, mood: Mood) -> None:
    """A suspension bridge over water, from the side or along its deck."""
    level = c.uniform(0.62, 0.82)
    sky(c, mood, level)
    ridge(c, mood, level, 0.16, 0.2)
    mist(c, mood.tones[1], level, 0.08, 0.7)
    base = (level * 2 - 1) * c.aspect_y
    deck = base - c.uniform(0.10, 0.25)
    high = c.uniform(0.55, 0.95)
    middle, half = c.uniform(-0.4, 0.4) * c.aspect_x, c.uniform(0.5, 0.9)
    slope = c.uniform(-0.12, 0.12)
    tone = mood.ground(0.85) if c.chance(0.6) else 0.35
    lines = [(np.array([(-2.5, deck - slope * 2.5), (2.5, deck + slope * 2.5)]), 0.045, 1.0)]
    for k in (-1.0, 1.0):
        x = middle + k * half
        foot, top = base + 0.02, deck - high + slope * x
        for d in (-0.025, 0.025):
            lines.append((np.array([(x + d, foot), (x + d, top)]), 0.026, 1.0))
        lines += [(np.array([(x - 0.025, y), (x + 0.025, y)]), 0.022, 1.0) for y in np.linspace(top + 0.04, deck, 4)]
    xs = np.linspace(-2.4, 2.4, 160)
    sag = np.abs((xs - middle) / half)
    inner = deck - high * np.clip(sag, 0, 1) ** 2 * 0.95 - 0.04
    outer = deck - high * np.clip(2.0 - sag, 0, 1) ** 1.3 * 0.98
    cable = np.where(sag < 1.0, inner, outer) + slope * xs
    lines.append((np.stack([xs, cable], 1), 0.018, 1.0))
    hangers = [(np.array([(x, y), (x, deck + slope * x)]), 0.006, 0.7) for x, y in zip(xs[::2], cable[::2], strict=True)]
    c.over(c.ramp(tone), np.maximum(c.strokes(lines), c.strokes(hangers)))
    if mood.time in ("night", "dusk"):
        lamps = [(np.array([(x, y), (x, y + 0.001)]), 0.022, 1.0) for x, y in zip(xs[::6], cable[::6], strict=True)]
        lamps += [(np.array([(x, deck + slope * x - 0.03), (x, deck + slope * x - 0.029)]), 0.02, 0.8) for x in xs[::4]]
        c.light(c.accent, c.strokes(lamps))
    water(c, mood, level, c.uniform(0.4, 0.9))
    falling(c, mood)


def lighthouse(c: Canvas, mood: Mood) -> None:
    """A banded tower on a cliff above the sea, its beam in the haze."""
    level = c.uniform(0.60, 0.72)
    sky(c, mood, level)
    water(c, mood, level, 0.6)
    side = c.rng.choice([-1.0, 1.0])
    x, s = side * c.uniform(0.1, 0.6) * c.aspect_x, c.uniform(0.75, 1.2)
    rock = c.noise(9.0, 6.0, 5)
    top = level - 0.02 + 0.42 * smooth(0.10, 0.65, -side * (c.x[0] - x) * 0.9 + 0.12) + 0.02 * c.profile(7.0, 4)
    c.over(c.ramp(np.clip(mood.ground(0.85) + 0.18 * (rock - 0.45), 0, 1)), below(c, top))
    base = (float(np.interp(x, c.x[0], top)) * 2 - 1) * c.aspect_y + 0.04
    high = 0.85 * s
    body = np.array([(x - 0.12 * s, base), (x - 0.075 * s, base - high), (x + 0.075 * s, base - high), (x + 0.12 * s, base)])
    shape = c.shapes([(body, 1.0)])
    across = np.clip((c.x - x) / (0.12 * s), -1, 1)
    light = 0.62 + 0.35 * across * (1.0 if mood.sun[0] > x else -1.0)
    bands = np.sin((base - c.y) / high * np.pi * c.uniform(4.0, 7.0)) > 0
    bright = np.clip(mood.tones[1] * 0.95 * light + 0.1, 0, 1)
    c.over(c.ramp(bright), shape)
    c.over(c.accent * np.clip(light * (0.35 + 0.65 * mood.tones[1]), 0, 1)[..., None], shape * bands)
    lamp = base - high - 0.06 * s
    parts = [quad(x - 0.105 * s, base - high - 0.015, x + 0.105 * s, base - high + 0.02)]
    parts.append(np.array([(x - 0.085 * s, lamp - 0.05 * s), (x, lamp - 0.16 * s), (x + 0.085 * s, lamp - 0.05 * s)]))
    c.over(c.ramp(mood.tones[3]), c.shapes([(points, 1.0) for points in parts]))
    c.over(c.ramp(1.0), c.inside(c.box(x, lamp, 0.055 * s, 0.045 * s)))
    power = {"day": 0.12, "dawn": 0.4, "dusk": 0.7, "night": 0.95}[mood.time]
    swing = c.uniform(-0.12, 0.25)
    for k in (-1.0, 1.0) if c.chance(0.6) else (side * -1.0,):
        dx, dy = k * (c.x - x), c.y - lamp
        along, off = dx * np.cos(swing) + dy * np.sin(swing), np.abs(-dx * np.sin(swing) + dy * np.cos(swing))
        ray = np.exp(-((off / (0.02 + 0.11 * np.clip(along, 0, 9))) ** 2)) * smooth(0.0, 0.1, along) * np.exp(-np.clip(along, 0, 9) / 1.6)
        c.light(c.ramp(0.95) * 0.5 + c.accent * 0.5, ray * power)
    c.light(c.accent, np.clip(c.glow(x, lamp, 0.3 * s), 0, 1) * power)
    falling(c, mood)


def train(c: Canvas, mood: Mood) -> None:
    """A train: its front on rails that come towards the viewer, or a string of lit carriages through the land."""
    if c.chance(0.5):
        train_front(c, mood)
    else:
        train_side(c, mood)


def train_front(c: Canvas, mood: Mood) -> None:
    level = c.uniform(0.42, 0.58)
    sky(c, mood, level)
    ridge(c, mood, level, 0.12, 0.3)
    cx, cy = c.uniform(-0.5, 0.5) * c.aspect_x, (level * 2 - 1) * c.aspect_y
    d = np.clip(c.y - cy, 0.004, 9.0)
    floor = smooth(level - 0.004, level + 0.004, c.v)
    c.over(c.ramp(np.clip(mood.ground(0.8) + 0.14 * (c.noise(26.0, 40.0, 3) - 0.5), 0, 1)), floor)
    lean = c.uniform(-0.35, 0.35)
    across = (c.x - cx) / d - lean
    bed = floor * smooth(0.62, 0.55, np.abs(across))
    sleepers = np.mod(0.8 / d * 4.0, 1.0) < 0.45
    c.over(c.ramp(mood.tones[3] + 0.04), bed * 0.6)
    c.over(c.ramp(mood.tones[3] + 0.20), bed * sleepers * smooth(0.50, 0.46, np.abs(across)) * smooth(0.02, 0.12, d) * 0.8)
    c.light(c.ramp(0.95), floor * smooth(0.045, 0.02, np.abs(np.abs(across) - 0.32)) * 0.8)
    for k in (-1.0, 1.0):
        poles = [
            (np.array([(cx + (lean + k * 1.1) * t, cy + t), (cx + (lean + k * 1.1) * t, cy - 1.3 * t)]), 0.05 * t, 1.0)
            for t in (0.08, 0.2, 0.5, 1.1)
        ]
        c.over(c.ramp(mood.tones[3]), c.strokes(poles))
    near = c.uniform(0.45, 1.05)
    x, y, s = cx + lean * near, cy + near, near * 0.62
    steam = c.chance(0.5)
    dark, metal = mood.tones[3] * 0.5, 0.16 + 0.34 * mood.tones[1]
    if steam:
        puff = smooth(
            0.45,
            0.75,
            c.warped_noise(3.0, 0.3)
            * np.exp(-(((c.x - x - 0.4 * (y - 1.6 * s - c.y)) / (0.25 + 0.3 * np.clip(y - c.y, 0, 3))) ** 2))
            * 1.5,
        )
        c.over(c.ramp(0.45 + 0.5 * mood.tones[1]), puff * (c.y < y - 1.4 * s) * 0.85)
        c.over(c.ramp(dark), c.inside(c.box(x, y - 0.95 * s, 0.55 * s, 0.75 * s, 0.1 * s)))
        c.over(c.ramp(dark), c.inside(c.box(x, y - 1.75 * s, 0.13 * s, 0.3 * s)))
        boiler = np.hypot(c.x - x, c.y - y + 1.0 * s) / (0.52 * s)
        c.over(c.ramp(np.clip(metal * (1.1 - 0.5 * boiler), 0, 1)), smooth(1.02, 0.96, boiler))
        c.over(c.ramp(dark), np.exp(-(((boiler - 0.82) / 0.04) ** 2)))
        plough = np.array([(x - 0.6 * s, y - 0.35 * s), (x + 0.6 * s, y - 0.35 * s), (x + 0.35 * s, y), (x - 0.35 * s, y)])
        c.over(c.ramp(metal * 0.7), c.shapes([(plough, 1.0)]))
        lamps = [(x, y - 1.0 * s, 0.14 * s)]
    else:
        c.over(c.accent * (0.25 + 0.6 * mood.tones[1]), c.inside(c.box(x, y - 0.95 * s, 0.6 * s, 0.9 * s, 0.25 * s)))
        c.over(c.ramp(dark), c.inside(c.box(x, y - 1.30 * s, 0.48 * s, 0.28 * s, 0.1 * s)))
        c.light(c.ramp(0.85), c.inside(c.box(x - 0.2 * s, y - 1.36 * s, 0.14 * s, 0.14 * s, 0.05 * s)) * 0.5)
        c.over(c.ramp(dark), c.inside(c.box(x, y - 0.28 * s, 0.58 * s, 0.16 * s, 0.05 * s)))
        lamps = [(x + k * 0.4 * s, y - 0.62 * s, 0.09 * s) for k in (-1.0, 1.0)]
    for lx, ly, r in lamps:
        c.light(c.ramp(1.0), np.clip(c.inside(c.ellipse(lx, ly, r, r), 0.01) + c.glow(lx, ly, r * 3.0) * 0.8, 0, 1))
        c.light(c.accent, c.glow(lx, ly, r * 7.0) * (0.4 if mood.time in ("night", "dusk") else 0.2))
    falling(c, mood)


def train_side(c: Canvas, mood: Mood) -> None:
    level = c.uniform(0.50, 0.62)
    sky(c, mood, level)
    ridge(c, mood, level, 0.25, 0.25, 0.5)
    mist(c, mood.tones[1], level, 0.06, 0.6)
    rail = level + c.uniform(0.10, 0.2)
    c.over(c.ramp(mood.ground(0.55) + 0.05 * (c.noise(20.0, 30.0, 3) - 0.5)), below(c, rail - 0.04 + 0.02 * c.profile(2.0, 4)))
    base, side = (rail * 2 - 1) * c.aspect_y, c.rng.choice([-1.0, 1.0])
    high, long = c.uniform(0.17, 0.3), c.uniform(0.5, 0.8)
    head = side * c.uniform(-0.1, 0.9) * c.aspect_x
    viaduct = c.chance(0.5)
    if viaduct:
        arches = np.mod(c.x * c.uniform(2.0, 3.5), 1.0) - 0.5
        deep = smooth(0.0, 0.01, c.y - base) * (c.y < base + 0.6)
        hole = (np.hypot(arches, np.clip(base + 0.35 - c.y, 0.0, 9.0) * 1.6) < 0.36) & (c.y > base + 0.1)
        c.over(c.ramp(np.clip(mood.ground(0.75) + 0.06 * (c.noise(30.0, octaves=2) - 0.5), 0, 1)), deep * (1.0 - hole))
    tone, bright = mood.ground(0.9), 0.15 + 0.4 * mood.tones[1]
    livery = c.chance(0.6)
    lit = WINDOW_LIGHT[mood.time] > 0.3
    for k in range(int(np.ceil(2.4 * c.aspect_x / long)) + 1):
        x = head - side * (k + 0.5) * long * 1.03
        box = c.box(x, base - high * 0.58, long * 0.5, high * 0.42, 0.03 if k else 0.08)
        mask = c.inside(box)
        shade = np.clip(bright * (1.15 - 0.5 * (c.y - base + high) / high), 0, 1)
        c.over(c.accent * np.clip(shade * 1.3, 0, 1)[..., None] if livery else c.ramp(shade), mask)
        c.over(c.ramp(tone * 0.5), mask * smooth(-0.30 * high, -0.22 * high, c.y - base))
        count = int(long / 0.11)
        glass = [
            (
                quad(
                    x - long * 0.42 + i * long * 0.84 / count,
                    base - high * 0.82,
                    x - long * 0.42 + (i + 0.66) * long * 0.84 / count,
                    base - high * 0.52,
                ),
                1.0,
            )
            for i in range(count)
        ]
        drawn = c.shapes(glass) * mask
        c.over((c.ramp(0.95) * 0.5 + c.accent * 0.5) if lit else c.ramp(0.12), drawn)
        if lit:
            c.light(
                c.accent,
                np.exp(-np.clip(np.abs(c.y - base + high * 0.6), 0, 9) / 0.12) * c.inside(c.box(x, base, long * 0.5, 0.5), 0.1) * 0.25,
            )
        wheels = [
            (np.array([(x + d * long, base - 0.01), (x + d * long, base - 0.009)]), high * 0.26, 1.0) for d in (-0.36, -0.24, 0.24, 0.36)
        ]
        c.over(c.ramp(tone * 0.3), c.strokes(wheels))
    c.over(c.ramp(tone * 0.4), c.line(c.y - base - 0.015, 0.012) * 1.0)
    if lit:
        c.light(c.ramp(1.0), np.clip(c.glow(head, base - high * 0.4, 0.22), 0, 1))
    if not viaduct:
        firs = [
            (conifer(c, c.uniform(-1.1, 1.1) * c.aspect_x, c.uniform(0.8, 1.1) * c.aspect_y, c.uniform(0.3, 0.6)), 1.0)
            for _ in range(int(c.rng.integers(0, 7)))
        ]
        if firs:
            c.over(c.ramp(mood.tones[3] * 0.7), c.shapes(firs))
    falling(c, mood)


def road(c: Canvas, mood: Mood) -> None:
    """A road that winds to the horizon between fields or through a desert."""
    level = c.uniform(0.42, 0.62)
    sky(c, mood, level)
    ridge(c, mood, level, c.uniform(0.12, 0.3), 0.25, 0.6)
    mist(c, mood.tones[1], level, 0.04, 0.5)
    cy = (level * 2 - 1) * c.aspect_y
    d = np.clip(c.y - cy, 0.004, 9.0)
    floor = smooth(level - 0.004, level + 0.004, c.v)
    tuft = c.warp(c.noise(8.0, 30.0, 4), c.x * 0, c.x * 0) - 0.5
    c.over(c.ramp(np.clip(mood.ground(0.45 + 0.4 * smooth(0.0, 1.0, d)) + 0.16 * tuft, 0, 1)), floor)
    lean, bend, waves = c.uniform(-0.4, 0.4), c.uniform(0.0, 0.35), c.uniform(0.5, 1.6)
    start = c.uniform(-0.4, 0.4) * c.aspect_x
    middle = start + lean * d + bend * np.sin(waves * np.log(d + 0.02) * 2.0 + c.uniform(0, 6)) * smooth(0.0, 0.5, d)
    across = (c.x - middle) / (d * c.uniform(0.45, 0.8) + 0.006)
    c.over(
        c.ramp(np.clip(mood.tones[3] + 0.10 + 0.06 * (c.noise(30.0, octaves=2) - 0.5), 0, 1)), floor * smooth(1.02, 0.98, np.abs(across))
    )
    c.over(c.ramp(0.92), floor * smooth(0.05, 0.03, np.abs(np.abs(across) - 0.90)) * 0.8)
    dashes = np.mod(0.7 / d * 2.2, 1.0) < 0.5
    c.over(c.accent, floor * smooth(0.055, 0.035, np.abs(across)) * dashes * smooth(0.0, 0.06, d))
    if c.chance(0.6):
        k = c.rng.choice([-1.0, 1.0])
        poles = []
        for t in (0.05, 0.10, 0.2, 0.4, 0.8, 1.5):
            x = start + lean * t + k * t * 1.25
            poles += [
                (np.array([(x, cy + t), (x, cy - 0.95 * t)]), 0.045 * t, 1.0),
                (np.array([(x - 0.2 * t, cy - 0.8 * t), (x + 0.2 * t, cy - 0.8 * t)]), 0.03 * t, 1.0),
            ]
        c.over(c.ramp(mood.tones[3] * 0.7), c.strokes(poles))
    if mood.time in ("night", "dusk") and c.chance(0.7):
        away = c.uniform(0.06, 0.4)
        row = int(np.argmin(np.abs(c.y[:, 0] - cy - away)))
        x = float(middle[row, 0])
        for k in (-1.0, 1.0):
            c.light(c.ramp(1.0), np.clip(c.glow(x + k * away * 0.14, cy + away * 0.85, 0.06 + 0.3 * away), 0, 1))
    falling(c, mood)


def view(c: Canvas, mood: Mood, inside: Field, horizon: float) -> None:
    """What a window shows: sky, sun or moon, hills or roofs."""
    top, rim, far, near = mood.tones
    tone = top + (rim - top) * np.clip((c.y - horizon + 1.0), 0, 1) ** 1.5 + 0.12 * (c.noise(2.0, 5.0, 4) - 0.5)
    c.over(c.ramp(np.clip(tone, 0, 1)), inside)
    x, y, r = c.uniform(-0.4, 0.4), horizon - c.uniform(0.1, 0.5), c.uniform(0.06, 0.12)
    c.light(c.accent, c.glow(x, y, r * 6.0) * inside * 0.6)
    c.over(c.ramp(0.98), c.inside(c.ellipse(x, y, r, r), 0.02) * inside)
    for t in (0.2, 0.7):
        line = (
            horizon
            + 0.12 * t
            - (
                0.10 * np.abs(c.profile(2.5, 4))[None, :]
                if c.chance(0.6)
                else np.repeat(c.rng.uniform(0.0, 0.3, 14), c.width // 14 + 1)[None, : c.width]
            )
        )
        c.over(c.ramp(far + (near - far) * t), smooth(-0.01, 0.01, c.y - line) * inside)


def room(c: Canvas, mood: Mood) -> None:
    """A room with a large window: light falls in over the floor; a chair, a plant or a lamp stands there."""
    day = {"day": 0.62, "dawn": 0.46, "dusk": 0.26, "night": 0.10}[mood.time]
    back_x, back_y = c.uniform(0.45, 0.85) * c.aspect_x, c.uniform(0.45, 0.65) * c.aspect_y
    cx, cy = c.uniform(-0.3, 0.3) * c.aspect_x, c.uniform(-0.15, 0.1)
    wall = day + 0.05 * (c.noise(3.0, octaves=4) - 0.5)
    px, py = (c.x - cx) / back_x, (c.y - cy) / back_y
    c.image = c.ramp(np.clip(wall, 0, 1)).astype(np.float32)
    outside = np.maximum(np.abs(px), np.abs(py))
    on_floor = (py > 1) & (py >= np.abs(px))
    on_side = (np.abs(px) > 1) & (np.abs(px) > np.abs(py))
    ceiling = (py < -1) & (-py >= np.abs(px))
    boards = np.mod(px / np.clip(py, 0.2, 9.0) * 5.0, 1.0) < 0.06
    plank = np.clip(day * 0.65 + 0.08 * (c.noise(3.0, 40.0, 3) - 0.5) - 0.10 * boards, 0, 1)
    c.over(c.ramp(plank), on_floor.astype(np.float32))
    c.over(c.ramp(np.clip(wall * (0.85 - 0.25 * (np.abs(px) - 1)), 0, 1)), on_side.astype(np.float32))
    c.over(c.ramp(np.clip(wall * 1.08, 0, 1)), ceiling.astype(np.float32))
    c.shade(1.0 - 0.35 * np.exp(-((np.clip(outside - 1.0, -9, 9) / 0.05) ** 2)))
    wide, high = back_x * c.uniform(0.4, 0.85), back_y * c.uniform(0.45, 0.78)
    wx, wy = cx + c.uniform(-1, 1) * (back_x - wide) * 0.8, cy - back_y * c.uniform(-0.05, 0.18)
    arched = c.chance(0.3)
    hole = c.box(wx, wy, wide, high)
    if arched:
        hole = np.minimum(c.box(wx, wy + high * 0.2, wide, high * 0.8), c.ellipse(wx, wy - high * 0.5, wide, high * 0.5))
    inside = c.inside(hole)
    view(c, mood, inside, wy + high * c.uniform(0.2, 0.6))
    c.over(c.ramp(np.clip(day + 0.25, 0, 1)) if day > 0.2 else c.ramp(0.03), c.line(hole, 0.03))
    bars_x, bars_y = int(c.rng.integers(1, 4)), int(c.rng.integers(1, 4))
    lines = [(np.array([(wx + wide * k, wy - high), (wx + wide * k, wy + high)]), 0.022, 1.0) for k in np.linspace(-1, 1, bars_x + 2)[1:-1]]
    lines += [
        (np.array([(wx - wide, wy + high * k), (wx + wide, wy + high * k)]), 0.022, 1.0) for k in np.linspace(-1, 1, bars_y + 2)[1:-1]
    ]
    c.over(c.ramp(np.clip(day + 0.25, 0, 1)) if day > 0.2 else c.ramp(0.03), c.strokes(lines) * inside)
    slant, down = c.uniform(-0.9, 0.9), cy + back_y
    patch = np.array(
        [(wx - wide, down + 0.04), (wx + wide, down + 0.04), (wx + wide * 1.5 + slant, down + 0.6), (wx - wide * 1.5 + slant, down + 0.6)]
    )
    c.light(c.accent, c.shapes([(patch, 1.0)]) * on_floor * (0.15 + 0.7 * day))
    c.light(c.accent, c.glow(wx, wy, 1.3) * 0.25)
    furnish(c, cx, cy, back_x, back_y, day)
    if c.chance(0.4):
        for k in (-1.0, 1.0):
            folds = 0.5 + 0.5 * np.sin((c.x - wx) * 60.0)
            cloth = c.inside(c.box(wx + k * wide * 1.05, wy + 0.05, 0.10 + wide * 0.12, high * 1.12, 0.02))
            c.over(c.accent * np.clip(0.25 + 0.5 * day + 0.25 * folds, 0, 1)[..., None], cloth)


def furnish(c: Canvas, cx: float, cy: float, back_x: float, back_y: float, day: float) -> None:
    """One or two things on the floor: a chair, a plant, a standing lamp."""
    for _ in range(int(c.rng.integers(1, 3))):
        x, foot = cx + c.uniform(-0.9, 0.9) * back_x, cy + back_y + c.uniform(0.08, 0.3)
        dark = c.ramp(max(day * 0.25 - 0.03, 0.01))
        kind = int(c.rng.integers(3))
        if kind == 0:
            k = c.rng.choice([-1.0, 1.0])
            legs = [(np.array([(x + d, foot), (x + d, foot - 0.22)]), 0.022, 1.0) for d in (-0.13, 0.13)]
            legs += [(np.array([(x - 0.14, foot - 0.23), (x + 0.14, foot - 0.23)]), 0.05, 1.0)]
            legs += [(np.array([(x + k * 0.13, foot - 0.22), (x + k * 0.17, foot - 0.52)]), 0.05, 1.0)]
            c.over(dark, c.strokes(legs))
        elif kind == 1:
            pot = np.array([(x - 0.10, foot - 0.18), (x + 0.10, foot - 0.18), (x + 0.07, foot), (x - 0.07, foot)])
            leaves = []
            for a in np.linspace(-1.2, 1.2, int(c.rng.integers(6, 12))):
                long = c.uniform(0.25, 0.5)
                tip = np.array([x + np.sin(a) * long, foot - 0.18 - np.cos(a) * long])
                side = np.array([np.cos(a), np.sin(a)]) * 0.035
                middle = np.array([x, foot - 0.18]) * 0.45 + tip * 0.55
                leaves.append((np.array([(x, foot - 0.18), middle + side, tip, middle - side]), c.uniform(0.7, 1.0)))
            c.over(c.ramp(np.clip(day * 0.5 + 0.05, 0, 1)), c.shapes(leaves))
            c.over(c.accent * (0.3 + 0.5 * day), c.shapes([(pot, 1.0)]))
        else:
            c.over(
                dark,
                c.strokes(
                    [(np.array([(x, foot), (x, foot - 0.62)]), 0.018, 1.0), (np.array([(x - 0.08, foot), (x + 0.08, foot)]), 0.03, 1.0)]
                ),
            )
            shade = np.array([(x - 0.14, foot - 0.56), (x - 0.08, foot - 0.76), (x + 0.08, foot - 0.76), (x + 0.14, foot - 0.56)])
            c.over(c.accent * 0.6 + c.ramp(0.97) * 0.4, c.shapes([(shade, 1.0)]))
            c.light(c.accent, c.glow(x, foot - 0.66, 0.5) * (0.75 - 0.6 * day))
