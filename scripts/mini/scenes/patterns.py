"""Ornament and abstraction: mandala, marble, stained glass, fractals, abstract art."""

import numpy as np

from ..canvas import Canvas, blur, smooth
from .mood import Mood


def mandala(c: Canvas, mood: Mood) -> None:
    """Rings of petals, lobes and beads around a centre, from near by or beside the middle too."""
    aside = 0.55 if c.chance(0.5) else 0.0
    c.frame(c.uniform(0.7, 1.7), c.uniform(-aside, aside) * c.aspect_x, c.uniform(-aside, aside) * c.aspect_y, c.uniform(0, 3.1))
    fold = int(c.rng.choice([6, 8, 10, 12, 16]))
    radius, angle = c.polar()
    radius = radius / c.uniform(0.95, 1.1)
    dark = c.chance(0.6)
    ground = 0.05 if dark else 0.88
    c.image = c.ramp(np.clip(ground + (0.10 if dark else -0.12) * smooth(1.3, 0.2, radius), 0, 1)).astype(np.float32)
    edges = np.sort(c.rng.uniform(0.15, 0.95, int(c.rng.integers(4, 7))))[::-1]
    tones = c.rng.permutation(np.linspace(0.22, 0.90, len(edges)))
    for i, (edge, tone) in enumerate(zip(edges, tones, strict=True)):
        n = fold * int(c.rng.choice([1, 1, 2]))
        shift = np.pi / n * (i % 2)
        lobe = np.abs(np.cos(n * 0.5 * (angle + shift)))
        kind = int(c.rng.integers(0, 4))
        shape = (lobe, 1.0 - np.abs(2.0 * np.arccos(np.clip(lobe, 0, 1)) / np.pi), lobe**0.4, np.maximum(lobe, 0.75))[kind]
        depth = c.uniform(0.10, 0.34) * edge
        distance = radius - (edge - depth + depth * shape)
        body = c.inside(distance)
        vein = 0.5 + 0.5 * np.cos(n * (angle + shift) * c.rng.choice([1, 2, 3]))
        shade = tone + 0.14 * (vein - 0.5) + 0.16 * smooth(edge, edge - 0.3, radius) - 0.12 * smooth(-0.10, 0.0, distance)
        c.over(c.ramp(np.clip(shade, 0, 1)), body)
        c.over(c.ramp(0.97 if dark else 0.05), c.line(distance, 0.009) * 0.9)
        c.over(c.ramp(0.97 if tone < 0.5 else 0.08), c.line(distance + 0.045, 0.005) * body * 0.8)
        if c.chance(0.7):
            ring = edge - depth * 0.55
            step = 2 * np.pi / n
            local = np.mod(angle + shift + step / 2, step) - step / 2
            bead = np.hypot((radius - ring), local * ring) - c.uniform(0.018, 0.034)
            c.over(c.accent, c.inside(bead))
    c.over(c.accent, c.inside(radius - 0.07))
    c.over(c.ramp(0.05), c.line(radius - 0.07, 0.01))
    c.light(c.ramp(1.0), np.exp(-((radius / 0.05) ** 2)) * 0.8)


def marble(c: Canvas, mood: Mood) -> None:
    """Polished stone: broad clouds of tone with thin veins of the accent colour."""
    swirl = c.noise(1.4, octaves=3)
    dx, dy = (c.noise(1.6, octaves=4) - 0.5) * 1.6, (c.noise(1.6, octaves=4) - 0.5) * 1.6
    body = c.warp(c.noise(2.0, octaves=5), dx, dy)
    dark = c.chance(0.5)
    tone = (0.08 + 0.42 * body) if dark else (0.50 + 0.48 * body)
    c.image = c.ramp(np.clip(tone + 0.15 * (swirl - 0.5), 0, 1)).astype(np.float32)
    turn = c.uniform(0, 3.14)
    across = c.x * np.cos(turn) + c.y * np.sin(turn)
    for i in range(3):
        wander = c.noise(1.5 + i, octaves=5)
        phase = np.sin(across * (2.2 + 1.4 * i) + (wander - 0.5) * 9.0 + (body - 0.5) * 3.0 + c.uniform(0, 6))
        thin = np.exp(-np.abs(phase) / (0.05 + 0.09 * c.noise(2.0, octaves=2)))
        strength = (0.9, 0.6, 0.4)[i] * smooth(0.25, 0.6, c.noise(1.8, octaves=2))
        colour = c.accent if i == 0 else c.ramp(0.92 if dark else 0.14)
        c.over(colour, thin * strength)
    c.light(c.ramp(1.0), smooth(0.6, 1.0, c.noise(1.0, octaves=1)) * 0.10)


def glass(c: Canvas, mood: Mood) -> None:
    """Stained glass: leaded panes lit from behind, loose cells or a rose window."""
    if c.chance(0.5):
        count = int(c.rng.integers(26, 60))
        first, second, pane = c.cells(count)
    else:
        fold = int(c.rng.choice([6, 8, 10, 12]))
        turn = c.uniform(0, 6)
        points = [(0.0, 0.0)]
        for ring, r in enumerate((0.30, 0.58, 0.86, 1.16, 1.5)):
            n = fold * (1 if ring < 1 else 2)
            for k in range(n):
                a = 2 * np.pi * (k + 0.5 * (ring % 2)) / n + turn
                points.append((r * np.cos(a), r * np.sin(a)))
        first, second, pane = c.cells(0, points=np.array(points))
    lead = second - first
    count = int(pane.max()) + 1
    tones = c.rng.uniform(0.25, 0.95, count)
    accents = c.rng.random(count) < 0.16
    light = c.noise(2.0, octaves=4)
    grain = c.noise(12.0, octaves=2)
    lamp = c.glow(c.uniform(-0.5, 0.5), c.uniform(-0.6, 0.2), 1.5)
    tone = tones[pane] * (0.62 + 0.45 * lamp) + 0.20 * (light - 0.5) + 0.08 * (grain - 0.5)
    c.image = c.ramp(np.clip(tone, 0.0, 1.0)).astype(np.float32)
    c.over(c.accent, accents[pane] * (0.55 + 0.4 * light))
    c.light(c.ramp(1.0), smooth(0.35, 0.0, first) * 0.16)
    wide = c.uniform(0.022, 0.036)
    c.over(c.ramp(0.0) * 0.55, smooth(wide + 0.014, wide - 0.004, lead))
    c.light(c.ramp(0.8), np.exp(-(((lead - 0.4 * wide) / 0.006) ** 2)) * 0.25)


def fractal(c: Canvas, mood: Mood) -> None:
    """A Julia set with smooth escape bands and orbit-trap light."""
    seeds = (
        -0.8 + 0.156j,
        -0.4 + 0.6j,
        0.285 + 0.01j,
        -0.70176 - 0.3842j,
        -0.835 - 0.2321j,
        -0.7269 + 0.1889j,
        0.355 + 0.355j,
        -0.54 + 0.54j,
        -0.194 + 0.6557j,
    )
    k = seeds[int(c.rng.integers(len(seeds)))] + complex(c.uniform(-0.008, 0.008), c.uniform(-0.008, 0.008))
    zoom, turn = c.uniform(0.75, 1.35), c.uniform(0, 6.3)
    z = (c.x + 1j * c.y).astype(np.complex64) * np.complex64(zoom * np.exp(1j * turn)) + np.complex64(
        complex(c.uniform(-0.25, 0.25), c.uniform(-0.2, 0.2))
    )
    trap = np.full(c.x.shape, 9.0, np.float32)
    escape = np.full(c.x.shape, 64.0, np.float32)
    alive = np.ones(c.x.shape, bool)
    for i in range(64):
        z = np.where(alive, z * z + np.complex64(k), z)
        size = z.real**2 + z.imag**2
        out = alive & (size > 64.0)
        escape[out] = i + 1.0 - np.log2(np.log(size[out]) / np.log(64.0))
        alive &= ~out
        trap = np.where(alive, np.minimum(trap, np.abs(z.real * z.imag)), trap)
        if not alive.any():
            break
    level = np.clip(escape / c.uniform(34.0, 60.0), 0.0, 1.0) ** 0.75
    tone = 0.03 + 0.80 * level
    c.image = c.ramp(np.clip(tone, 0, 1)).astype(np.float32)
    inner = alive.astype(np.float32)
    c.over(c.ramp(np.clip(0.10 + 0.6 * np.exp(-trap * 9.0), 0, 1)), blur(inner, 0.6))
    edge = smooth(0.55, 1.0, level) * (1.0 - inner)
    c.light(c.accent, np.clip(edge * 0.6 + blur(edge, c.width / 40) * 0.4, 0, 1))


def abstract(c: Canvas, mood: Mood) -> None:
    """A composition of discs, arcs, bars and lines on a textured ground, or broad flowing bands."""
    ground = c.uniform(0.72, 0.95) if c.chance(0.6) else c.uniform(0.04, 0.16)
    tooth = c.noise(20.0, octaves=3) - 0.5
    c.image = c.ramp(np.clip(ground + 0.05 * tooth + 0.10 * (c.noise(1.5, octaves=3) - 0.5), 0, 1)).astype(np.float32)
    if c.chance(0.4):
        return bands(c)
    for _ in range(int(c.rng.integers(6, 11))):
        x, y, r = c.uniform(-0.8, 0.8) * c.aspect_x, c.uniform(-0.8, 0.8) * c.aspect_y, c.uniform(0.12, 0.52)
        turn = c.uniform(0, 3.14)
        kind = int(c.rng.integers(0, 5))
        if kind == 0:
            distance = c.ellipse(x, y, r, r)
        elif kind == 1:
            distance = np.abs(c.ellipse(x, y, r, r)) - c.uniform(0.02, 0.08)
        elif kind == 2:
            points = np.array([(np.cos(turn + a), np.sin(turn + a)) for a in (0, 2.1, 4.2)]) * r + (x, y)
            distance = 0.5 - c.shapes([(points, 1.0)])
        elif kind == 3:
            rx, ry = r * 1.3, c.uniform(0.03, 0.12)
            corners = np.array([(-rx, -ry), (rx, -ry), (rx, ry), (-rx, ry)]) @ np.array(
                [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
            )
            distance = 0.5 - c.shapes([(corners + (x, y), 1.0)])
        else:
            half = np.cos(turn) * (c.x - x) + np.sin(turn) * (c.y - y)
            distance = np.maximum(c.ellipse(x, y, r, r), half)
        mask = np.clip(0.5 - distance, 0, 1) if kind in (2, 3) else c.inside(distance)
        tone = c.uniform(0.08, 0.92)
        wash = 0.10 * tooth + 0.22 * (c.y - y) / max(r, 0.1) * 0.5
        colour = c.accent if c.chance(0.2) else c.ramp(np.clip(tone + wash, 0, 1))
        shadow = blur(np.roll(mask, (3, 3), (0, 1)), c.width / 50)
        c.shade(1.0 - 0.30 * shadow * (1 - mask))
        c.over(colour, mask * c.uniform(0.75, 1.0))
    lines = []
    for _ in range(int(c.rng.integers(2, 6))):
        p, q = c.rng.uniform(-1.0, 1.0, 2) * c.aspect_x, c.rng.uniform(-1.0, 1.0, 2)
        lines.append((np.stack([p, q], 1), c.uniform(0.008, 0.022), 1.0))
    c.over(c.ramp(0.03 if ground > 0.5 else 0.95), c.strokes(lines))
    return None


def bands(c: Canvas) -> None:
    """Paper-cut layers that flow over each other, each with its shadow."""
    count = int(c.rng.integers(5, 9))
    flip = c.chance(0.5)
    turn = c.uniform(-0.8, 0.8)
    down = c.y * np.cos(turn) + c.x * np.sin(turn)
    for i in range(count):
        t = i / (count - 1)
        wave = 0.22 * np.sin(c.x * c.uniform(1.2, 3.0) + c.uniform(0, 6)) + 0.10 * np.sin(c.x * c.uniform(3, 5) + c.uniform(0, 6))
        distance = (-1.0 + 2.0 * t * 0.92) + wave - down
        mask = c.inside(distance)
        shadow = smooth(0.16, 0.0, distance) * (1 - mask)
        c.shade(1.0 - 0.42 * shadow)
        tone = 0.10 + 0.82 * (1 - t if flip else t)
        colour = c.accent if i == count // 2 and c.chance(0.5) else c.ramp(np.clip(tone + 0.10 * smooth(-0.25, 0.0, distance), 0, 1))
        c.over(colour, mask)
