"""Portraits: gas mask, astronaut's helmet, robot, eye; and crystals."""

import numpy as np

from ..canvas import Canvas, Field, blur, smooth
from .mood import Mood, lightning, rain


def backdrop(c: Canvas, mood: Mood) -> float:
    """A dim studio of drifting fog with a lamp behind the head, or a blurred city at night; gives its tone."""
    base = {"day": 0.55, "dawn": 0.42, "dusk": 0.24, "night": 0.07}[mood.time]
    fog = c.noise(1.4, octaves=4)
    thick = 0.34 if mood.weather == "fog" else 0.16
    c.image = c.ramp(np.clip(base + thick * (fog - 0.35) + 0.10 * (1.0 - np.abs(c.v - 0.4) * 2), 0, 1)).astype(np.float32)
    c.light(c.ramp(0.75), c.glow(c.uniform(-0.4, 0.4), -0.3, 1.5) * 0.35)
    if c.chance(0.45):
        lamps = np.zeros_like(c.v)
        for _ in range(int(c.rng.integers(8, 20))):
            x, y, r = c.uniform(-1, 1) * c.aspect_x, c.uniform(-1, 0.9), c.uniform(0.03, 0.10)
            lamps = np.maximum(lamps, c.inside(c.ellipse(x, y, r, r), 0.02) * c.uniform(0.15, 0.6))
        c.light(c.accent if c.chance(0.6) else c.ramp(0.8), lamps * 0.7)
    if mood.weather == "storm":
        lightning(c, c.uniform(-0.2, 0.4))
    return base


def front(c: Canvas, mood: Mood, base: float) -> None:
    """Fog, rain or snow before a portrait."""
    if mood.weather == "fog":
        drift = c.noise(1.4, 3.0, 4)
        c.over(c.ramp(np.clip(base + 0.25, 0.2, 0.8)), smooth(0.35, 1.0, c.v) * (0.20 + 0.65 * drift) * 0.8)
    elif mood.weather in ("rain", "storm"):
        rain(c, 0.32)
    elif mood.weather == "snow":
        c.light(c.ramp(1.0), c.sprinkle(90, (0.8, 2.4)) * 0.8)


def pose(c: Canvas) -> None:
    """Bring a portrait nearer or further, to one side, and tilt it."""
    c.frame(c.uniform(0.7, 1.4), c.uniform(-0.4, 0.4) * c.aspect_x, c.uniform(-0.12, 0.25) * c.aspect_y, c.uniform(-0.22, 0.22))


class Solid:
    """A rounded body: its mask and the light on it from a lamp at the side `side` (-1 or 1)."""

    def __init__(self, c: Canvas, distance: Field, bulge: float, side: float) -> None:
        self.mask = c.inside(distance, 0.012)
        self.depth = np.clip(-distance / bulge, 0.0, 1.0)
        height = np.sqrt(np.clip(1.0 - (1.0 - self.depth) ** 2, 0.0, 1.0))
        gy, gx = np.gradient(blur(height, 1.2))
        k = bulge / c.px
        nx, ny = -gx * k, -gy * k
        length = np.sqrt(nx * nx + ny * ny + 1.0)
        self.light = np.clip((nx * side * 0.62 - ny * 0.55 + 0.56) / length, 0.0, 1.0)
        self.shine = np.clip((nx * side * 0.42 - ny * 0.40 + 0.82) / length, 0.0, 1.0) ** 24
        self.rim = np.exp(-self.depth / 0.16) * np.clip(-nx * side, 0.0, 1.0)


def put(c: Canvas, solid: Solid, dark: float, bright: float, texture: Field | float = 0.0, shine: float = 0.5) -> None:
    tone = dark + (bright - dark) * solid.light + texture
    c.over(c.ramp(np.clip(tone, 0.0, 1.0)), solid.mask)
    c.light(c.ramp(0.97), solid.mask * solid.shine * shine)
    c.light(c.accent, solid.mask * np.clip(solid.rim, 0, 1) * 0.75)


def shoulders(c: Canvas, x: float, y: float, wide: float, side: float, dark: float, bright: float) -> None:
    distance = np.minimum(c.ellipse(x, y + 0.62, wide, 0.62), c.box(x, y + 1.62, wide, 1.0))
    put(c, Solid(c, distance, 0.35, side), dark, bright, 0.08 * (c.noise(10.0, octaves=4) - 0.5), 0.12)
    put(c, Solid(c, c.box(x, y - 0.02, wide * 0.32, 0.25, 0.1), 0.2, side), dark, bright * 0.8, 0.0, 0.1)


def gasmask(c: Canvas, mood: Mood) -> None:
    """A hooded head in a gas mask: two round lenses, a filter in front or at the side."""
    base = backdrop(c, mood)
    side = 1.0 if c.chance(0.5) else -1.0
    x, y, s = c.uniform(-0.12, 0.12), c.uniform(-0.12, 0.02), c.uniform(0.88, 1.08)
    pose(c)
    shoulders(c, x, y + 0.62 * s, 0.88 * s, side, 0.03, 0.38)
    cloth = c.noise(8.0, octaves=4) - 0.5
    if c.chance(0.5):
        put(c, Solid(c, c.ellipse(x, y - 0.06 * s, 0.60 * s, 0.72 * s), 0.45, side), 0.02, 0.30, 0.10 * cloth, 0.05)
    else:
        put(
            c,
            Solid(
                c,
                np.minimum(c.ellipse(x, y - 0.22 * s, 0.53 * s, 0.46 * s), c.ellipse(x, y - 0.16 * s, 0.60 * s, 0.20 * s)),
                0.30,
                side,
            ),
            0.05,
            0.52,
            0.04 * cloth,
            0.7,
        )
    face = np.minimum(c.ellipse(x, y, 0.46 * s, 0.50 * s), c.ellipse(x, y + 0.30 * s, 0.30 * s, 0.36 * s))
    put(c, Solid(c, face, 0.32, side), 0.06, 0.52, 0.06 * cloth, 0.35)
    for k in (-1.0, 1.0):
        lens(c, x + k * 0.215 * s, y - 0.10 * s, c.uniform(0.15, 0.165) * s, side)
    for k in (-1.0, 1.0) if c.chance(0.5) else (side,):
        cx, cy, r = x + k * 0.36 * s, y + 0.40 * s, 0.17 * s
        put(c, Solid(c, c.ellipse(cx, cy, r, r), 0.07, side), 0.08, 0.60, 0.0, 0.6)
        radius, angle = c.polar(cx, cy)
        slots = smooth(0.2, 0.6, np.cos(angle * 12)) * smooth(0.85, 0.75, radius / r) * smooth(0.3, 0.42, radius / r)
        c.over(c.ramp(0.03), slots * 0.85)
    cx, cy, r = x, y + 0.34 * s, 0.17 * s
    put(c, Solid(c, c.ellipse(cx, cy, r, r), 0.08, side), 0.10, 0.66, 0.0, 0.6)
    radius, _ = c.polar(cx, cy)
    rings = smooth(-0.3, 0.3, np.cos(radius / r * 22.0)) * smooth(0.88, 0.8, radius / r)
    c.over(c.ramp(0.04), rings * 0.75)
    front(c, mood, base)


def lens(c: Canvas, x: float, y: float, r: float, side: float) -> None:
    """A round glass in a metal rim that glows in the accent colour or mirrors the sky."""
    put(c, Solid(c, c.ellipse(x, y, r * 1.22, r * 1.22), 0.05, side), 0.10, 0.78, 0.0, 0.8)
    radius, _ = c.polar(x, y)
    glass = c.inside(c.ellipse(x, y, r, r))
    c.over(c.ramp(0.02), glass)
    c.light(c.accent, glass * (0.25 + 0.75 * smooth(1.0, 0.0, radius / r)) * 0.85)
    c.over(c.ramp(0.05), glass * smooth(r * 0.3, -r * 0.9, c.y - y) * 0.55)
    c.light(
        c.ramp(1.0),
        glass * c.inside(c.ellipse(x + side * r * 0.38, y - r * 0.42, r * 0.26, r * 0.16, 0.6 * side), 0.02) * 0.95,
    )
    c.light(c.accent, c.glow(x, y, r * 2.4) * 0.30)


def helmet(c: Canvas, mood: Mood) -> None:
    """An astronaut's helmet, its visor mirroring a horizon and the sun."""
    base = backdrop(c, mood)
    if mood.time == "night":
        c.light(c.ramp(1.0), c.sprinkle(110, (0.5, 1.0)) * 0.9)
    side = 1.0 if c.chance(0.5) else -1.0
    x, y, s = c.uniform(-0.12, 0.12), c.uniform(-0.15, 0.0), c.uniform(0.85, 1.05)
    pose(c)
    shoulders(c, x, y + 0.66 * s, 0.95 * s, side, 0.14, 0.86)
    put(c, Solid(c, c.ellipse(x, y + 0.60 * s, 0.52 * s, 0.16 * s), 0.1, side), 0.12, 0.75, 0.0, 0.4)
    for k in (-1.0, 1.0):
        put(c, Solid(c, c.box(x + k * 0.62 * s, y + 0.02, 0.09 * s, 0.20 * s, 0.05), 0.08, side), 0.10, 0.70, 0.0, 0.4)
    put(c, Solid(c, c.ellipse(x, y, 0.64 * s, 0.64 * s), 0.5, side), 0.16, 0.95, 0.0, 0.5)
    visor = np.maximum(c.ellipse(x, y + 0.02 * s, 0.52 * s, 0.44 * s), c.box(x, y + 0.02 * s, 0.50 * s, 0.40 * s, 0.3))
    put(c, Solid(c, visor - 0.035, 0.05, side), 0.12, 0.62, 0.0, 0.5)
    mask = c.inside(visor, 0.01)
    nx, ny = (c.x - x) / (0.52 * s), (c.y - y) / (0.44 * s)
    bend = ny + 0.35 * nx * nx - 0.18 + 0.04 * (c.noise(5.0, octaves=4) - 0.5)
    sky = 0.10 + 0.62 * smooth(-1.0, 0.15, bend) ** 1.6
    ground = 0.05 + 0.25 * smooth(0.7, 0.2, bend)
    c.over(c.ramp(np.where(bend < 0.18, sky, ground)), mask)
    sx, sy = x + side * 0.20 * s, y - 0.10 * s
    c.light(c.accent, mask * c.glow(sx, sy, 0.42) * 0.8)
    c.over(c.ramp(1.0), mask * c.inside(c.ellipse(sx, sy, 0.045, 0.045), 0.02))
    c.light(c.accent, mask * np.exp(-(((bend - 0.18) / 0.05) ** 2)) * 0.7)
    c.shade(1.0 - 0.55 * mask * smooth(0.55, 1.05, np.hypot(nx, ny)))
    arc = (
        np.exp(-(((np.hypot(c.x - x, c.y - y - 0.05) - 0.44 * s) / 0.025) ** 2))
        * smooth(0.1, 0.5, (c.x - x) * -side)
        * smooth(0.1, -0.1, c.y - y)
    )
    c.light(c.ramp(1.0), mask * arc * 0.55)
    front(c, mood, base)


def robot(c: Canvas, mood: Mood) -> None:
    """An android's head and shoulders: plated skull, glowing eyes, seams, an antenna or ear discs."""
    base = backdrop(c, mood)
    side = 1.0 if c.chance(0.5) else -1.0
    x, y, s = c.uniform(-0.12, 0.12), c.uniform(-0.16, -0.02), c.uniform(0.88, 1.08)
    pose(c)
    square = c.chance(0.4)
    shoulders(c, x, y + 0.62 * s, 0.92 * s, side, 0.05, 0.62)
    c.over(c.ramp(0.03), c.inside(c.box(x, y + 0.58 * s, 0.17 * s, 0.2)) * 0.8)
    for k in range(4):
        put(c, Solid(c, c.box(x, y + (0.50 + 0.06 * k) * s, 0.16 * s, 0.022, 0.02), 0.03, side), 0.05, 0.5, 0.0, 0.4)
    skull = (
        c.box(x, y, 0.44 * s, 0.50 * s, 0.16)
        if square
        else np.minimum(c.ellipse(x, y - 0.12 * s, 0.45 * s, 0.48 * s), c.ellipse(x, y + 0.16 * s, 0.33 * s, 0.42 * s))
    )
    for k in (-1.0, 1.0):
        put(c, Solid(c, c.ellipse(x + k * 0.45 * s, y - 0.04 * s, 0.09 * s, 0.15 * s), 0.07, side), 0.08, 0.62, 0.0, 0.5)
    if c.chance(0.5):
        put(c, Solid(c, c.box(x, y - 0.66 * s, 0.014, 0.16, 0.01), 0.02, side), 0.1, 0.6)
        c.light(c.accent, np.clip(c.glow(x, y - 0.84 * s, 0.16) + c.inside(c.ellipse(x, y - 0.84 * s, 0.03, 0.03)), 0, 1))
    wear = c.noise(9.0, octaves=4) - 0.5
    head = Solid(c, skull, 0.34, side)
    put(c, head, 0.07, 0.74, 0.05 * wear, 0.75)
    seams(c, x, y, s, head.mask)
    band = c.box(x, y - 0.07 * s, 0.37 * s, 0.135 * s, 0.12)
    put(c, Solid(c, band, 0.06, side), 0.01, 0.16, 0.0, 0.6)
    if c.chance(0.35):
        slit = np.exp(-(((c.y - y + 0.07 * s) / 0.035) ** 2)) * c.inside(band + 0.05, 0.03)
        c.light(c.accent, np.clip(slit * 1.2 + c.glow(x, y - 0.07 * s, 0.5) * 0.35, 0, 1))
    else:
        for k in (-1.0, 1.0):
            ex, ey, r = x + k * 0.19 * s, y - 0.07 * s, 0.075 * s
            radius, _ = c.polar(ex, ey)
            c.light(c.accent, np.clip(c.glow(ex, ey, 0.30) * 0.55 + c.inside(radius - r, 0.02), 0, 1))
            c.light(c.ramp(1.0), smooth(r * 0.55, 0.0, radius))
    mouth = c.box(x, y + 0.30 * s, 0.17 * s, 0.065 * s, 0.03)
    c.over(c.ramp(0.02), c.inside(mouth))
    bars = smooth(0.1, 0.5, np.cos((c.x - x) / s * 95.0)) * c.inside(mouth + 0.012)
    c.over(c.ramp(0.55), bars * 0.7)
    front(c, mood, base)


def seams(c: Canvas, x: float, y: float, s: float, mask: Field) -> None:
    """Plate joints and rivets on the skull."""
    lines = [
        (np.array([(x, y - 0.6 * s), (x, y - 0.22 * s)]), 0.012, 1.0),
        (
            np.array(
                [
                    (x - 0.44 * s, y - 0.26 * s),
                    (x - 0.2 * s, y - 0.30 * s),
                    (x + 0.2 * s, y - 0.30 * s),
                    (x + 0.44 * s, y - 0.26 * s),
                ]
            ),
            0.012,
            1.0,
        ),
        (
            np.array([(x - 0.38 * s, y + 0.14 * s), (x - 0.2 * s, y + 0.20 * s), (x - 0.17 * s, y + 0.46 * s)]),
            0.012,
            1.0,
        ),
        (
            np.array([(x + 0.38 * s, y + 0.14 * s), (x + 0.2 * s, y + 0.20 * s), (x + 0.17 * s, y + 0.46 * s)]),
            0.012,
            1.0,
        ),
    ]
    joint = c.strokes(lines) * mask
    c.shade(1.0 - 0.75 * joint)
    rivets = np.zeros_like(c.v)
    for rx, ry in ((-0.26, -0.38), (0.26, -0.38), (-0.28, 0.24), (0.28, 0.24), (-0.09, -0.44), (0.09, -0.44)):
        rivets = np.maximum(rivets, c.inside(c.ellipse(x + rx * s, y + ry * s, 0.018 * s, 0.018 * s)))
    c.light(c.ramp(0.85), rivets * mask * 0.5)


def eye(c: Canvas, mood: Mood) -> None:
    """One eye, near or far, tilted, looking anywhere: fibres in the iris, catch lights, lids and lashes."""
    c.frame(c.uniform(0.55, 1.7), c.uniform(-0.4, 0.4) * c.aspect_x, c.uniform(-0.35, 0.35) * c.aspect_y, c.uniform(-0.45, 0.45))
    skin = c.uniform(0.15, 0.75)
    pores = c.noise(20.0, octaves=3) - 0.5
    c.image = c.ramp(np.clip(skin + 0.10 * pores + 0.16 * (0.4 - np.abs(c.y)) + 0.08 * c.x, 0, 1)).astype(np.float32)
    x, y, r = c.uniform(-0.28, 0.28), c.uniform(-0.08, 0.10), c.uniform(0.32, 0.46)
    wide, up, down = c.uniform(0.80, 0.98), c.uniform(0.30, 0.62), c.uniform(0.25, 0.48)
    arch = np.clip(1.0 - (c.x / wide) ** 2, 0.0, 1.0)
    lid = y * 0.5
    top, bottom = -up * arch**0.75 + lid, down * arch**0.85 + lid
    ball = smooth(top - 0.01, top + 0.015, c.y) * smooth(bottom + 0.01, bottom - 0.015, c.y) * (np.abs(c.x) < wide)
    for fold, dark in ((0.10, 0.5), (0.04, 0.8)):
        crease = np.exp(-(((c.y - top + fold) / 0.025) ** 2)) * (np.abs(c.x) < wide)
        c.shade(1.0 - 0.45 * dark * crease)
    shadow = np.exp(-((np.clip(top - c.y, 0, 2) / 0.22) ** 2)) * (c.y < top)
    c.light(c.accent, shadow * smooth(1.2, 0.75, np.abs(c.x) / wide) * 0.28)
    c.over(c.ramp(np.clip(0.97 - 0.30 * np.abs(c.x / wide) ** 2 - 0.25 * smooth(0.22, 0.0, c.y - top), 0, 1)), ball)
    radius, angle = c.polar(x, y)
    spokes = np.interp(np.mod(angle / 6.2832, 1.0), np.linspace(0, 1, 151), np.append(*(lambda v: (v, v[0]))(c.rng.random(150)))).astype(
        np.float32
    )
    fibre = np.interp(
        np.mod(angle / 6.2832 + 0.01 * np.sin(radius * 40), 1.0),
        np.linspace(0, 1, 61),
        np.append(*(lambda v: (v, v[0]))(c.rng.random(60))),
    ).astype(np.float32)
    t = radius / r
    tone = 0.30 + 0.34 * spokes * smooth(1.0, 0.4, t) + 0.22 * fibre * smooth(0.3, 0.7, t) - 0.30 * smooth(0.80, 1.0, t)
    iris = c.inside(radius - r, 0.02) * ball
    c.over(c.ramp(np.clip(tone, 0.03, 1.0)), iris)
    c.light(c.accent, iris * np.exp(-(((t - 0.52) / 0.15) ** 2)) * 0.65 * (0.5 + 0.5 * fibre))
    c.over(c.ramp(0.0) * 0.6, c.inside(radius - r * c.uniform(0.36, 0.5), 0.02) * ball)
    c.shade(1.0 - 0.55 * iris * smooth(0.18, 0.0, c.y - top))
    c.over(c.ramp(1.0), c.inside(c.ellipse(x - 0.15, y - 0.14, 0.075, 0.06), 0.02) * ball)
    c.over(c.ramp(1.0), c.inside(c.ellipse(x + 0.16, y + 0.14, 0.035, 0.03), 0.02) * ball * 0.8)
    lines = []
    for k in np.linspace(-0.92, 0.92, 34):
        lx = k * wide
        a = 1.0 - k * k
        ty, by = -up * a**0.75 + lid, down * a**0.85 + lid
        long = (0.13 + 0.10 * a) * c.uniform(0.8, 1.15)
        lines.append(
            (
                np.array([(lx, ty), (lx + 0.30 * k * long, ty - 0.55 * long), (lx + 0.95 * k * long, ty - long)]),
                0.016,
                1.0,
            )
        )
        if abs(k) < 0.85:
            lines.append((np.array([(lx, by), (lx + 0.5 * k * long, by + long * 0.42)]), 0.009, 0.7))
    rim = np.exp(-(((c.y - top) / 0.018) ** 2)) * (np.abs(c.x) < wide)
    c.over(c.ramp(0.02), np.maximum(c.strokes(lines), rim))


def crystals(c: Canvas, mood: Mood) -> None:
    """A cluster of faceted points that glow from inside, in a dark cave."""
    rock = c.noise(4.0, octaves=5)
    c.image = c.ramp(0.03 + 0.14 * rock * smooth(1.2, 0.0, np.hypot(c.x, c.y - 0.3))).astype(np.float32)
    c.light(c.ramp(0.6), c.glow(0.0, 0.35, 1.4) * 0.5)
    count = int(c.rng.integers(8, 14))
    spread = np.sort(np.abs(c.rng.normal(0.0, 0.55, count)))[::-1] * c.rng.choice([-1, 1], count)
    foot = c.uniform(0.75, 0.95)
    for angle in spread:
        long = c.uniform(0.7, 1.45) * (1.0 - 0.45 * min(abs(angle) / 1.3, 1.0))
        shard(
            c,
            angle * 0.25 + c.uniform(-0.05, 0.05),
            foot,
            float(np.clip(angle, -1.25, 1.25)),
            long,
            c.uniform(0.08, 0.16),
        )
    ground = foot - 0.06 + 0.05 * c.profile(5.0, 4)
    floor = smooth(-0.02, 0.02, c.y - ground[None, :])
    c.over(c.ramp(0.04 + 0.16 * rock * smooth(0.5, 0.0, c.y - ground[None, :])), floor)
    c.light(c.accent, c.sprinkle(26, (0.8, 2.2)) * 0.8)


def shard(c: Canvas, x: float, y: float, lean: float, long: float, wide: float) -> None:
    """One prism: three faces of different tone, a pointed head, bright edges."""
    along = np.array([np.sin(lean), -np.cos(lean)])
    across = np.array([np.cos(lean), np.sin(lean)])
    root = np.array([x, y])
    head = root + along * (long - wide * c.uniform(1.0, 1.7))
    tip = root + along * long + across * wide * c.uniform(-0.25, 0.25)
    split = c.uniform(-0.35, 0.35)
    left, middle, right = head - across * wide, head + across * wide * split - along * wide * 0.25, head + across * wide
    rl, rm, rr = root - across * wide * 0.8, root + across * wide * split, root + across * wide * 0.8
    height = np.clip(((c.x - x) * along[0] + (c.y - y) * along[1]) / long, 0.0, 1.0)
    inner = c.noise(4.0, octaves=3) - 0.5
    light = 1.0 if lean < 0 else -1.0
    faces = ((rl, left, middle, rm), 0.30 + 0.14 * light), ((rm, middle, right, rr), 0.30 - 0.14 * light)
    caps = ((left, tip, middle), 0.50 + 0.18 * light), ((middle, tip, right), 0.50 - 0.10 * light)
    for points, tone in (*faces, *caps):
        mask = c.shapes([(np.array(points), 1.0)])
        c.over(c.ramp(np.clip(tone + 0.34 * height**1.5 + 0.14 * inner, 0.02, 1.0)), mask * 0.93)
    edges = c.strokes(
        [
            (np.array([rl, left, tip, right, rr]), 0.010, 0.7),
            (np.array([left, middle, right]), 0.008, 0.6),
            (np.array([rm, middle, tip]), 0.010, 1.0),
        ]
    )
    c.light(c.ramp(0.98), edges * (0.25 + 0.6 * height))
    c.light(c.accent, c.glow(float(tip[0]), float(tip[1]), 0.16) * 0.35)
