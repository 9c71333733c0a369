"""Living things: a coral reef, jellyfish, flowers, mushrooms, a butterfly."""

import numpy as np

from ..canvas import Canvas, Field, blur, smooth
from .land import below
from .mood import Mood
from .objects import Solid, put


def depths(c: Canvas, surface: float, floor: float) -> None:
    """Water from the surface's light down to the dark, with shafts and drifting motes."""
    drift = c.noise(1.5, octaves=3) - 0.5
    c.image = c.ramp(np.clip(surface + (floor - surface) * c.v**0.8 + 0.10 * drift, 0, 1)).astype(np.float32)
    x = c.uniform(-0.6, 0.6) * c.aspect_x
    angle = np.arctan2(c.x - x, c.y + 2.2)
    fan = np.interp(angle, np.linspace(-1.2, 1.2, 60), c.rng.random(60)).astype(np.float32)
    c.light(c.ramp(0.9), smooth(0.35, 0.95, blur(fan, 2.0)) * 0.45 * smooth(1.0, 0.0, c.v) * np.exp(-((angle / 0.5) ** 2)))
    c.light(c.ramp(0.95), np.exp(-c.v / 0.10) * 0.35 * c.noise(6.0, 3.0, 3))


def coral(c: Canvas, mood: Mood) -> None:
    """A reef: branching, fan and brain corals in receding rows, small fish, bubbles."""
    depths(c, c.uniform(0.55, 0.8), 0.12)
    for i in range(3):
        t = i / 2.0
        bed = 0.66 + 0.13 * t - 0.05 * c.profile(2.5, 4)
        haze = 0.40 * (1 - t)
        c.over(c.ramp(haze + 0.05 + 0.06 * c.noise(8.0, octaves=4)), below(c, bed))
        for _ in range(int((4 + 2 * t) * c.aspect_x)):
            x = c.uniform(-1.0, 1.0) * c.aspect_x
            y = (float(np.interp(x, c.x[0], bed)) * 2 - 1) * c.aspect_y + 0.05
            kind = int(c.rng.integers(0, 4))
            tone, size = (
                c.uniform(0.30, 0.85) * (0.35 + 0.65 * t) + haze * 0.6,
                c.uniform(0.16, 0.34) * (0.6 + 0.55 * t),
            )
            (antlers, sea_fan, brain, tubes)[kind](c, x, y, size, tone, c.chance(0.25) and t > 0.3)
        if i < 2:
            fishes(c, 3 + 3 * i, 0.03 + 0.03 * i, 0.75 - 0.35 * t)
    c.light(c.ramp(1.0), c.sprinkle(34, (0.6, 1.7)) * 0.5)
    bubbles(c, 12)


def branches(c: Canvas, x: float, y: float, angle: float, long: float, wide: float, depth: int, lines: list) -> None:
    ex, ey = x + np.cos(angle) * long, y + np.sin(angle) * long
    lines.append((np.array([(x, y), (ex, ey)]), wide, 1.0))
    if depth:
        for turn in (-0.45, 0.45) if c.chance(0.75) else (-0.6, 0.0, 0.6):
            branches(
                c,
                ex,
                ey,
                angle + turn + c.uniform(-0.2, 0.2),
                long * c.uniform(0.65, 0.85),
                wide * 0.82,
                depth - 1,
                lines,
            )


def relief(c: Canvas, mask: Field, tone: float, accent: bool, soft: float = 3.0) -> None:
    """Lay a mask down with a bright upper left and a dark lower right, as if it were round."""
    body = blur(mask, soft * c.width / 256.0)
    gy, gx = np.gradient(body)
    light = np.clip((-gx * 0.4 - gy) * c.width / 26.0 * -1.0, -1, 1)
    shade = np.clip(tone + 0.24 * light + 0.10 * (body - 0.5), 0.0, 1.0)
    colour = c.accent * (0.65 + 0.5 * np.clip(shade, 0, 1))[..., None] if accent else c.ramp(shade)
    c.over(np.clip(colour, 0, 1), mask)


def antlers(c: Canvas, x: float, y: float, size: float, tone: float, accent: bool) -> None:
    lines: list = []
    for angle in (-2.0, -1.57, -1.1):
        branches(c, x, y, angle + c.uniform(-0.15, 0.15), size * 0.45, size * 0.17, 3, lines)
    relief(c, c.strokes(lines, 2), tone, accent)


def sea_fan(c: Canvas, x: float, y: float, size: float, tone: float, accent: bool) -> None:
    lines: list = []
    for angle in np.linspace(-2.35, -0.8, 7):
        branches(c, x, y, angle, size * 0.5, size * 0.06, 3, lines)
    veil = c.inside(c.ellipse(x, y - size * 0.8, size * 0.95, size * 0.85), 0.03) * 0.45
    relief(c, np.maximum(c.strokes(lines, 2), veil), tone, accent, 1.5)


def brain(c: Canvas, x: float, y: float, size: float, tone: float, accent: bool) -> None:
    distance = c.ellipse(x, y, size, size * 0.8)
    folds = np.sin(c.noise(7.0, octaves=2) * 46.0)
    put(c, Solid(c, distance, size * 0.8, -1.0), max(tone - 0.3, 0.02), min(tone + 0.25, 1.0), 0.10 * folds, 0.1)
    if accent:
        c.light(c.accent, c.inside(distance) * 0.3)


def tubes(c: Canvas, x: float, y: float, size: float, tone: float, accent: bool) -> None:
    for _ in range(int(c.rng.integers(3, 6))):
        px, high, wide = x + c.uniform(-0.8, 0.8) * size, size * c.uniform(0.7, 1.6), size * c.uniform(0.14, 0.22)
        put(
            c,
            Solid(c, c.box(px, y - high / 2, wide, high / 2 + 0.05, wide * 0.5), wide, -1.0),
            max(tone - 0.22, 0.02),
            min(tone + 0.2, 1.0),
            0.0,
            0.1,
        )
        c.over(c.accent if accent else c.ramp(0.06), c.inside(c.ellipse(px, y - high + 0.01, wide * 0.75, wide * 0.4)))


def fishes(c: Canvas, count: int, size: float, tone: float) -> None:
    facing = c.rng.choice([-1.0, 1.0])
    cx, cy = c.uniform(-0.5, 0.5) * c.aspect_x, c.uniform(-0.6, 0.1)
    shapes = []
    for _ in range(count):
        x, y, s = cx + c.uniform(-0.4, 0.4), cy + c.uniform(-0.22, 0.22), size * c.uniform(0.8, 1.3)
        body = [(np.cos(a), 0.45 * np.sin(a)) for a in np.linspace(0.35, 5.93, 16)]
        outline = np.array([*body, (1.7, -0.45), (1.45, 0.0), (1.7, 0.45)]) * s * (facing, 1.0) + (x, y)
        shapes.append((outline, c.uniform(0.75, 1.0)))
    c.over(c.accent if c.chance(0.5) else c.ramp(tone), c.shapes(shapes))


def bubbles(c: Canvas, count: int) -> None:
    for _ in range(count):
        x, y, r = c.uniform(-1, 1) * c.aspect_x, c.uniform(-1, 0.6), c.uniform(0.012, 0.035)
        radius, _ = c.polar(x, y)
        c.light(
            c.ramp(1.0),
            np.exp(-(((radius - r) / 0.006) ** 2)) * 0.55 + 0.6 * c.inside(c.ellipse(x - r * 0.35, y - r * 0.35, r * 0.2, r * 0.2)),
        )


def jellyfish(c: Canvas, mood: Mood) -> None:
    """Glowing bells with trailing tentacles in dark water."""
    depths(c, c.uniform(0.26, 0.42), 0.03)
    count = int(c.rng.choice([1, 1, 2, 3]))
    for i in range(count):
        s = c.uniform(0.50, 0.62) if i == count - 1 else c.uniform(0.16, 0.28)
        x = c.uniform(-0.2, 0.2) if count == 1 else c.uniform(-0.55, 0.55) * c.aspect_x
        bell(c, x, c.uniform(-0.40, -0.15), s, 1.0 if i == count - 1 else 0.55)
    c.light(c.ramp(0.95), c.sprinkle(50, (0.5, 1.6)) * 0.6)


def bell(c: Canvas, x: float, y: float, s: float, power: float) -> None:
    sway = c.uniform(2.0, 4.0)
    lines, arms = [], []
    for k in np.linspace(-0.85, 0.85, 13):
        rows = np.linspace(0.0, 1.0, 14)
        long = s * c.uniform(1.7, 2.9)
        wave = 0.14 * s * np.sin(rows * sway * 2 + k * 2 + c.uniform(0, 1.5)) * rows
        lines.append((np.stack([x + k * s * (1 - 0.35 * rows) + wave, y + 0.12 * s + rows * long], 1), 0.014 * s / 0.5, 0.85))
    for k in (-0.3, -0.1, 0.12, 0.3):
        rows = np.linspace(0.0, 1.0, 16)
        wave = 0.10 * s * np.sin(rows * 9 + c.uniform(0, 6)) * (0.4 + rows)
        arms.append((np.stack([x + k * s + wave, y + rows * s * c.uniform(1.2, 1.8)], 1), 0.075 * s, 0.9))
    fade = smooth(2.6 * s, 0.2 * s, c.y - y)
    frill = blur(c.strokes(arms, 2), 1.2)
    c.light(c.ramp(0.85), frill * fade * 0.55 * power)
    thread = c.strokes(lines, 3)
    c.light(c.accent, np.clip(thread * fade * 0.75 + blur(thread, c.width / 70) * fade * 0.5, 0, 1) * power)
    dome = np.maximum(c.ellipse(x, y, s, s * 0.82), (c.y - y) - 0.16 * s * np.abs(np.cos((c.x - x) / s * 9.0)) - 0.05 * s)
    mask = c.inside(dome, 0.02)
    nx, ny = (c.x - x) / s, (c.y - y) / (0.82 * s)
    rim = smooth(0.45, 1.0, np.hypot(nx, ny))
    ribs = 0.5 + 0.5 * np.cos(np.arctan2(nx, -ny + 1.25) * 30.0)
    c.over(
        c.ramp(np.clip(0.30 + 0.45 * rim + 0.16 * ribs * smooth(-0.9, 0.1, ny), 0, 1)),
        mask * (0.45 + 0.4 * rim) * power,
    )
    c.light(
        c.accent,
        mask * np.clip(0.75 * rim**2 + 0.5 * np.exp(-(((ny + 0.15) / 0.3) ** 2 + (nx / 0.45) ** 2)), 0, 1) * power,
    )
    c.light(c.ramp(1.0), mask * np.exp(-(((nx + 0.35) / 0.2) ** 2 + ((ny + 0.55) / 0.12) ** 2)) * 0.6)
    c.light(c.accent, c.glow(x, y, s * 2.0) * 0.32 * power)


def blossom(c: Canvas, x: float, y: float, r: float, tone: float, accent: bool) -> None:
    """One flower seen from the front: layers of petals, a dotted heart."""
    radius, angle = c.polar(x, y)
    if radius.min() > r * 1.3:
        return
    petals, turn = int(c.rng.choice([5, 6, 8, 10, 13])), c.uniform(0, 6.3)
    sharp = c.uniform(0.35, 0.9)
    layers = int(c.rng.integers(1, 4))
    for k in range(layers):
        size = r * (1.0 - 0.27 * k)
        phase = petals * 0.5 * (angle + turn) + (np.pi / 2) * (k % 2)
        edge = size * (0.42 + 0.58 * np.abs(np.cos(phase)) ** sharp)
        petal = c.inside(radius - edge, 0.015)
        along = np.clip(radius / size, 0, 1)
        vein = np.abs(np.cos(phase * 5.0)) ** 6
        shade = tone - 0.24 * smooth(0.65, 0.1, along) + 0.16 * along - 0.20 * (1 - np.abs(np.cos(phase))) - 0.05 * vein + 0.06 * k
        c.shade(1.0 - 0.35 * smooth(0.06, 0.0, radius - edge) * (1 - petal))
        colour = c.accent * np.clip(0.45 + shade, 0, 1)[..., None] if accent else c.ramp(np.clip(shade, 0, 1))
        c.over(np.clip(colour, 0, 1), petal)
        c.light(c.ramp(0.9), petal * np.exp(-(((edge - radius) / 0.012) ** 2)) * 0.35)
    heart = r * c.uniform(0.17, 0.26)
    dots = 0.5 + 0.5 * np.cos(radius / heart * 14.0) * np.cos(angle * 13.0)
    c.over(
        c.ramp(0.12 + 0.2 * dots) if accent or tone > 0.5 else c.accent * (0.6 + 0.4 * dots)[..., None],
        c.inside(radius - heart, 0.015),
    )


def flowers(c: Canvas, mood: Mood) -> None:
    """A bouquet or a meadow: blurred ones behind, sharp ones in front, leaves between."""
    light = {"day": 0.55, "dawn": 0.48, "dusk": 0.30, "night": 0.08}[mood.time]
    c.image = c.ramp(np.clip(light + 0.26 * (c.noise(2.0, octaves=4) - 0.5) - 0.2 * c.v * light, 0, 1)).astype(np.float32)
    for _ in range(9):
        x, y, r = c.uniform(-1, 1) * c.aspect_x, c.uniform(-1, 1) * c.aspect_y, c.uniform(0.1, 0.3)
        c.light(c.ramp(c.uniform(0.5, 0.9)), c.inside(c.ellipse(x, y, r, r), 0.10) * 0.22)
    spots = []
    for _ in range(60):
        x, y, r = c.uniform(-0.95, 0.95) * c.aspect_x, c.uniform(-0.75, 0.9) * c.aspect_y, c.uniform(0.17, 0.42)
        if all(np.hypot(x - a, y - b) > 0.72 * (r + s) for a, b, s in spots):
            spots.append((x, y, r))
    spots = sorted(spots[: int(c.rng.integers(4, 10))], key=lambda spot: spot[2])
    stems, shapes = [], []
    for x, y, r in spots:
        bend = c.uniform(-0.2, 0.2)
        stems.append((np.array([(x, y), (x + bend * 0.4, y + 0.5), (x + bend, y + 2.2)]), 0.035, 1.0))
        for _ in range(4):
            a, long = c.uniform(0, 6.3), r * c.uniform(0.9, 1.5)
            tip = np.array([np.cos(a), np.sin(a)]) * (r * 0.6 + long)
            across = np.array([-np.sin(a), np.cos(a)]) * long * 0.24
            middle = tip * 0.6
            shapes.append((np.array([(0, 0), middle + across, tip, middle - across]) + (x, y), c.uniform(0.55, 1.0)))
    leaf = np.maximum(c.shapes(shapes), c.strokes(stems, 2))
    c.over(c.ramp(np.clip(0.10 + 0.26 * light + 0.20 * (leaf - 0.75), 0, 1)), smooth(0.2, 0.5, leaf))
    for x, y, r in spots:
        blossom(c, x, y, r, c.uniform(0.52, 0.88), c.chance(0.22))
    if mood.weather == "rain":
        c.light(c.ramp(1.0), c.sprinkle(60, (0.8, 1.8)) * 0.9)


def mushrooms(c: Canvas, mood: Mood) -> None:
    """Toadstools on a mossy forest floor, glowing at night."""
    glowing = mood.time in ("night", "dusk")
    haze = 0.20 if glowing else 0.62
    c.image = c.ramp(np.clip(haze * (0.55 + 0.6 * c.noise(1.5, octaves=3)) * smooth(1.3, 0.2, c.v), 0, 1)).astype(np.float32)
    trunks = [
        (np.array([(x, 1.0), (x + c.uniform(-0.1, 0.1), -1.2 * c.aspect_y)]), c.uniform(0.06, 0.16), 1.0)
        for x in c.rng.uniform(-1.1, 1.1, 6) * c.aspect_x
    ]
    c.over(c.ramp(haze * 0.45), blur(c.strokes(trunks, 2), 2.5) * 0.85)
    c.light(c.accent, c.glow(c.uniform(-0.5, 0.5), -0.2, 1.4) * 0.30)
    floor = 0.74 + 0.03 * c.profile(3.0, 4)
    moss = c.noise(24.0, 18.0, 3)
    c.over(c.ramp(np.clip(0.05 + haze * 0.35 + 0.22 * (moss - 0.4), 0, 1)), below(c, floor))
    caps = sorted(
        ((c.uniform(-0.75, 0.75) * c.aspect_x, c.uniform(0.18, 0.46)) for _ in range(int(c.rng.integers(3, 7)))),
        key=lambda cap: cap[1],
    )
    for x, s in caps:
        toadstool(c, x, 0.56 + 0.42 * s, s, glowing)
    grass = []
    for _ in range(int(60 * c.aspect_x)):
        x, y, long = c.uniform(-1.05, 1.05) * c.aspect_x, c.uniform(0.85, 1.1) * c.aspect_y, c.uniform(0.10, 0.28)
        grass.append(
            (
                np.array([(x, y), (x + c.uniform(-0.05, 0.05), y - long * 0.6), (x + c.uniform(-0.12, 0.12), y - long)]),
                0.014,
                1.0,
            )
        )
    c.over(c.ramp(0.07 + 0.2 * haze), c.strokes(grass, 2))
    c.light(c.accent, c.sprinkle(40, (0.6, 1.8), 0.1, 0.95) * (0.9 if glowing else 0.5))


def toadstool(c: Canvas, x: float, foot: float, s: float, glowing: bool) -> None:
    high = s * c.uniform(1.15, 1.7)
    top = foot - high
    lean = c.uniform(-0.06, 0.06)
    stem = np.abs(c.x - x - lean * (foot - c.y)) - s * (0.15 + 0.09 * smooth(0.6 * high, 0.0, foot - c.y))
    stem = np.maximum(stem, np.maximum(top - c.y, c.y - foot - 0.03))
    put(c, Solid(c, stem, s * 0.2, -1.0), 0.24, 0.96, 0.05 * (c.noise(14.0, 3.0, 3) - 0.5), 0.1)
    tx = x + lean * high
    under = c.ellipse(tx, top + 0.01, s * 0.93, s * 0.20)
    gills = 0.5 + 0.5 * np.cos(np.arctan2(c.x - tx, c.y - top + 0.5 * s) * 60.0)
    c.over(c.ramp(np.clip(0.40 + 0.25 * gills, 0, 1)), c.inside(under))
    if glowing:
        c.light(c.accent, np.clip(c.inside(under) * 0.7 + c.glow(tx, top + 0.08, s * 1.6) * 0.45, 0, 1))
    pointed = c.uniform(0.62, 1.0)
    dome = np.maximum(c.ellipse(tx, top, s, s * pointed), c.y - top - 0.10 * s + 0.12 * s * ((c.x - tx) / s) ** 2)
    cap = Solid(c, dome, s * 0.55, -1.0)
    put(c, cap, 0.16, 0.72, 0.06 * (c.noise(8.0, octaves=3) - 0.5), 0.35)
    for _ in range(11):
        a, d = c.uniform(3.3, 6.1), c.uniform(0.1, 0.85)
        px, py = tx + np.cos(a) * d * s, top + np.sin(a) * d * s * pointed
        r = s * c.uniform(0.05, 0.11) * (1.15 - d * 0.6)
        c.over(c.ramp(0.97), c.inside(c.ellipse(px, py, r, r * 0.75)) * cap.mask * 0.95)


def butterfly(c: Canvas, mood: Mood) -> None:
    """Spread wings with veins, eyespots and a dark border over a blurred garden."""
    light = {"day": 0.62, "dawn": 0.52, "dusk": 0.30, "night": 0.06}[mood.time]
    c.image = c.ramp(np.clip(light + 0.30 * (blur(c.noise(2.5, octaves=3), 6.0) - 0.5), 0, 1)).astype(np.float32)
    for _ in range(12):
        x, y, r = c.uniform(-1, 1) * c.aspect_x, c.uniform(-1, 1) * c.aspect_y, c.uniform(0.06, 0.22)
        c.light(c.ramp(c.uniform(0.6, 0.95)), c.inside(c.ellipse(x, y, r, r), 0.04) * 0.20)
    c.frame(c.uniform(0.55, 1.3), c.uniform(-0.45, 0.45) * c.aspect_x, c.uniform(-0.4, 0.4) * c.aspect_y)
    s, turn = c.uniform(0.82, 1.0), c.uniform(-1.2, 1.2)
    cos, sin = np.cos(turn), np.sin(turn)
    x, y = (c.x * cos + c.y * sin) / s, (-c.x * sin + c.y * cos) / s
    side = np.abs(x)
    angle, radius = np.arctan2(-y, side), np.hypot(side, y)
    fore = 0.92 * np.clip(np.cos((angle - c.uniform(0.55, 0.7)) * 1.25), 0, 1) ** 0.45
    hind = c.uniform(0.62, 0.74) * np.clip(np.cos((angle + 0.72) * 1.35), 0, 1) ** 0.5
    tone = c.uniform(0.45, 0.7)
    spots = int(c.rng.integers(4, 7))
    for edge, centre, lift in ((hind, -0.72, 0.10), (fore, 0.62, 0.0)):
        distance = (radius - edge - 0.02 * np.cos(angle * 26)) * 0.8
        mask = c.inside(distance, 0.012)
        t = np.clip(radius / np.maximum(edge, 0.05), 0, 1)
        vein = smooth(0.93, 1.0, np.abs(np.cos((angle - centre) * 7.5))) * smooth(0.15, 0.4, t)
        c.over(c.ramp(np.clip(tone + lift + 0.28 * smooth(0.75, 0.1, t) - 0.14 * t, 0, 1)), mask)
        c.light(c.accent, mask * np.exp(-(((t - 0.55) / 0.16) ** 2)) * 0.55)
        c.over(c.ramp(0.02), mask * np.clip(vein * 0.85 + smooth(0.80, 0.88, t), 0, 1))
        dots = np.hypot((np.mod((angle - centre) * spots / 1.1 + 0.5, 1.0) - 0.5) * 0.22, (t - 0.91) * 0.8)
        c.over(c.ramp(0.95), mask * smooth(0.035, 0.022, dots))
        ex, ey = np.cos(centre) * 0.45 * (1 if lift == 0 else 0.8), -np.sin(centre) * 0.45 * (1 if lift == 0 else 0.8)
        spot = np.hypot(side - ex, y - ey)
        for r, colour in ((0.085, c.ramp(0.03)), (0.06, c.accent), (0.03, c.ramp(0.05))):
            c.over(colour, mask * smooth(r + 0.01, r, spot))
    body = np.hypot(x / 0.045, (y - 0.05) / 0.36) - 1.0
    c.over(c.ramp(0.08 + 0.2 * smooth(0.04, 0.0, np.abs(x + 0.01))), smooth(0.15, 0.0, body))
    feelers = [
        (
            np.array([(k * 0.02, -0.28), (k * 0.10, -0.48), (k * 0.22, -0.60)]) @ np.array([[cos, sin], [-sin, cos]]) * s,
            0.012,
            1.0,
        )
        for k in (-1, 1)
    ]
    c.over(c.ramp(0.05), c.strokes(feelers))
