"""Space and light: nebula, galaxy, planet, fire, ink in water, tunnel, synthwave grid."""

import numpy as np

from ..canvas import Canvas, blur, smooth
from .land import below
from .mood import Mood


def stars(c: Canvas, count: int, bright: int) -> None:
    c.light(c.ramp(0.95), c.sprinkle(count, (0.5, 1.0)))
    for _ in range(bright):
        x, y = c.uniform(-1, 1) * c.aspect_x, c.uniform(-1, 1) * c.aspect_y
        size = c.uniform(0.02, 0.05)
        cross = np.exp(-np.abs(c.x - x) / size - np.abs(c.y - y) / 0.008) + np.exp(-np.abs(c.x - x) / 0.008 - np.abs(c.y - y) / size)
        c.light(c.ramp(1.0), np.clip(cross * 0.7 + c.glow(x, y, size * 1.2), 0, 1))


def nebula(c: Canvas, mood: Mood) -> None:
    gas = c.warped_noise(c.uniform(1.2, 2.2), 0.20, 6)
    dust = c.warped_noise(2.4, 0.20, 6)
    other = c.warped_noise(1.3, 0.2, 5)
    heart = c.glow(c.uniform(-0.5, 0.5), c.uniform(-0.5, 0.5), 1.3)
    cloud = smooth(0.24, 0.86, gas * 0.75 + heart * 0.42)
    c.image = c.ramp(0.01 + 0.72 * cloud**1.2 * (0.55 + 0.6 * other)).astype(np.float32)
    c.light(c.accent, smooth(0.50, 0.85, other * 0.7 + heart * 0.3) * cloud * 0.75)
    c.shade(1.0 - 0.75 * smooth(0.48, 0.85, dust) * smooth(0.0, 0.5, cloud))
    ridge_light = np.exp(-(((dust - 0.5) / 0.06) ** 2)) * cloud
    c.light(c.ramp(0.95), ridge_light * 0.22)
    c.light(c.ramp(0.97), cloud**4 * 0.25)
    stars(c, 120, int(c.rng.integers(3, 8)))


def galaxy(c: Canvas, mood: Mood) -> None:
    """A spiral seen at a tilt."""
    tilt, turn = c.uniform(0.45, 1.0), c.uniform(0, 3.14)
    cx, cy = c.uniform(-0.15, 0.15), c.uniform(-0.15, 0.15)
    cos, sin = np.cos(turn), np.sin(turn)
    x, y = c.x - cx, c.y - cy
    x, y = cos * x + sin * y, (-sin * x + cos * y) / tilt
    radius, angle = np.hypot(x, y) / c.uniform(0.8, 1.0), np.arctan2(y, x)
    arms, wind = int(c.rng.integers(2, 4)), c.uniform(3.0, 4.5) * c.rng.choice([-1, 1])
    rough = c.noise(5.0, octaves=5)
    phase = np.cos(arms * (angle + wind * np.log(radius + 0.12)) + (rough - 0.5) * 3.0)
    disc = np.exp(-((radius / 0.55) ** 2))
    arm = smooth(-0.35, 1.0, phase) * disc * smooth(0.0, 0.2, radius)
    core = np.exp(-((radius / 0.14) ** 2) * tilt)
    c.image = c.ramp(0.015 + 0.05 * c.noise(1.5, octaves=3) + 0.5 * arm * (0.5 + 0.8 * rough) + 0.18 * disc).astype(np.float32)
    knots = smooth(0.60, 0.78, c.noise(16.0, octaves=3)) * arm
    c.light(c.accent, np.clip(knots * 0.9 + arm * 0.25, 0, 1))
    lane = smooth(0.2, -0.6, phase) * smooth(0.55, 0.75, c.noise(8.0, octaves=3)) * disc
    c.shade(1.0 - 0.6 * lane)
    c.light(c.ramp(0.98), np.clip(core * 1.2 + 0.35 * np.exp(-((radius / 0.3) ** 2)), 0, 1))
    c.light(c.ramp(1.0), c.sprinkle(120, (0.5, 1.0)) * (0.5 + disc * 0.5))
    stars(c, 60, 3)


def planet(c: Canvas, mood: Mood) -> None:
    """A banded or continental planet, half in shadow, often with rings and moons."""
    haze = c.warped_noise(1.2, 0.4, 5)
    c.image = c.ramp(0.015 + 0.24 * smooth(0.35, 0.95, haze)).astype(np.float32)
    stars(c, 130, 3)
    x, y, r = c.uniform(-0.25, 0.25), c.uniform(-0.2, 0.2), c.uniform(0.38, 0.58)
    tilt = c.uniform(-0.5, 0.5)
    rings = c.chance(0.55)
    if rings:
        r *= 0.8
    cos, sin = np.cos(tilt), np.sin(tilt)
    px, py = (c.x - x) * cos + (c.y - y) * sin, -(c.x - x) * sin + (c.y - y) * cos
    flat = c.uniform(0.20, 0.36)
    around = np.hypot(px, py / flat) / r
    gaps = 0.55 + 0.45 * np.sin(around * c.uniform(18, 30)) * smooth(1.3, 1.5, around)
    ring = smooth(1.32, 1.38, around) * smooth(2.15, 2.05, around) * gaps * (smooth(1.62, 1.64, around) + smooth(1.60, 1.57, around))
    if rings:
        c.over(c.ramp(0.45 + 0.35 * gaps), ring * (py < 0) * 0.9)
    body = c.inside(np.hypot(px, py) - r, 0.012)
    nx, ny = px / r, py / r
    nz = np.sqrt(np.clip(1.0 - nx * nx - ny * ny, 0.0, 1.0))
    light = c.uniform(0, 6.3)
    lit = np.clip(nx * np.cos(light) * 0.85 + ny * np.sin(light) * 0.85 + nz * 0.5 + 0.05, 0.0, 1.0)
    if rings or c.chance(0.5):
        bend = (c.noise(3.0, 2.0, 4) - 0.5) * 0.35
        bands = np.interp(ny + bend * 0.35 + 0.02 * np.sin(nx * 14), np.linspace(-1.3, 1.3, 26), c.rng.random(26)).astype(np.float32)
        surface = 0.32 + 0.5 * blur(bands, 1.2)
    else:
        land = c.warped_noise(3.0, 0.3, 6)
        surface = 0.30 + 0.38 * smooth(0.45, 0.58, land) + 0.35 * smooth(0.60, 0.70, c.warped_noise(2.6, 0.5, 5))
    c.over(c.ramp(np.clip(surface * (0.06 + 1.0 * lit), 0.0, 1.0)), body)
    rim = np.clip(1.0 - nz, 0.0, 1.0) ** 3
    c.light(c.accent, body * rim * lit * 0.9)
    outside = np.clip(np.hypot(px, py) - r, 0.0, 9.0)
    side = np.clip(0.3 + nx * np.cos(light) + ny * np.sin(light), 0.0, 1.0)
    c.light(c.accent, (1 - body) * np.exp(-outside / 0.05) * side * 0.7)
    if rings:
        c.over(c.ramp(0.50 + 0.35 * gaps), ring * (py >= 0) * 0.95)
    elif c.chance(0.6):
        mx, my, small = (
            x + c.rng.choice([-1, 1]) * c.uniform(0.65, 0.85),
            y + c.uniform(-0.6, 0.3),
            c.uniform(0.06, 0.12),
        )
        moon = c.ellipse(mx, my, small, small)
        shade = np.clip(0.5 + 0.5 * ((c.x - mx) * np.cos(light) + (c.y - my) * np.sin(light)) / small, 0, 1)
        c.over(c.ramp(np.clip(0.08 + 0.7 * shade, 0, 1)), c.inside(moon))


def fire(c: Canvas, mood: Mood) -> None:
    """Flames rising from the lower rim, with sparks."""
    sway = (c.noise(2.0, 1.2, 3) - 0.5) * 0.5 * (1.2 - c.v)
    tongues = c.warp(c.noise(5.5, 1.5, 4), sway + (c.noise(5.0, 3.0, 3) - 0.5) * 0.30, (c.noise(4.0, octaves=3) - 0.5) * 0.5)
    middle = np.exp(-(((c.x - c.uniform(-0.3, 0.3)) / c.uniform(0.55, 1.1)) ** 2))
    height = c.uniform(0.85, 1.2)
    heat = np.clip(tongues * 0.95 + (c.v - 1.0) * (1.9 - height) + middle * 0.40 + 0.26 * (c.v - 0.5), 0.0, 1.4)
    flame = smooth(0.12, 1.32, heat)
    c.image = c.ramp(0.01 + 0.06 * c.noise(1.5, octaves=3)).astype(np.float32)
    c.light(c.ramp(0.55), np.clip(blur(flame, c.width / 12) * 0.55, 0, 1))
    edges = c.warp(c.noise(7.0, 2.5, 3), sway, sway * 0.0)
    tone = np.clip(0.14 + 0.98 * flame**1.25 + (edges - 0.5) * 0.5 * smooth(1.0, 0.4, flame), 0.0, 1.0)
    c.over(c.ramp(tone), smooth(0.01, 0.16, flame))
    c.light(c.accent, smooth(0.45, 1.0, flame) * 0.25)
    c.light(c.accent, c.sprinkle(int(c.uniform(25, 60)), (0.7, 1.6), 0.0, 0.8))


def ink(c: Canvas, mood: Mood) -> None:
    """Plumes of ink that unfold in clear water: dark on light, always."""
    paper = 0.97 - 0.12 * np.hypot(c.x, c.y) * 0.5
    c.image = c.ramp(paper).astype(np.float32)
    drops = int(c.rng.integers(2, 4))
    for i in range(drops):
        x0 = c.uniform(-0.55, 0.55) * c.aspect_x
        depth = c.uniform(0.2, 0.9)
        curl_x, curl_y = c.noise(2.0, octaves=4) - 0.5, c.noise(2.0, octaves=4) - 0.5
        fine_x, fine_y = c.noise(7.0, octaves=3) - 0.5, c.noise(7.0, octaves=3) - 0.5
        x, y = c.x - x0 + curl_x * 1.1 + fine_x * 0.22, c.y + curl_y * 1.0 + fine_y * 0.3
        stem = np.exp(-((x / 0.10) ** 2)) * smooth(depth, depth - 1.0, y)
        bulb = np.exp(-((np.hypot(x, (y - depth + 0.45) * 0.9) / 0.42) ** 4))
        fold = blur(np.abs(np.sin((curl_x - curl_y) * 7.0 + fine_x * 2.5)).astype(np.float32), 1.0)
        body = np.clip(np.maximum(stem, bulb), 0, 1)
        amount = smooth(0.02, 0.95, body * (0.30 + 0.75 * fold))
        tone = 0.62 - 0.52 * amount + (0.18 * i if drops > 1 else 0.0)
        c.over(c.ramp(np.clip(tone, 0.04, 0.8)), np.clip(amount * 1.15, 0, 0.95))
        c.over(c.accent * 0.5 + c.ramp(0.55) * 0.5, np.clip(body * (1 - amount) * 0.35, 0, 1))


def tunnel(c: Canvas, mood: Mood) -> None:
    """Rings and ribs that run to a light at the end."""
    cx, cy = c.uniform(-0.2, 0.2), c.uniform(-0.2, 0.2)
    sides = int(c.rng.choice([0, 4, 6, 8]))
    radius, angle = c.polar(cx, cy)
    turn = c.uniform(0, 3.14)
    if sides:
        sector = np.mod(angle + turn, 2 * np.pi / sides) - np.pi / sides
        radius = radius * np.cos(sector) / np.cos(np.pi / sides)
    depth = 0.45 / (radius + 0.03)
    twist = c.uniform(-0.5, 0.5) * depth
    ribs = int(c.rng.integers(4, 11)) * 2
    panel = np.sin(ribs * (angle + twist + turn)) * 0.5 + 0.5
    rings = np.sin(depth * c.uniform(7.0, 13.0) + c.uniform(0, 6)) * 0.5 + 0.5
    wall = c.noise(6.0, octaves=4)
    fade = np.exp(-depth * 0.22)
    near = smooth(0.0, 0.35, radius)
    tone = 0.06 + (0.16 + 0.26 * smooth(0.3, 0.7, rings)) * (0.45 + 0.55 * smooth(0.35, 0.65, panel)) + 0.10 * (wall - 0.5)
    tone = tone * near * (0.35 + 0.65 * fade)
    c.image = c.ramp(np.clip(tone, 0, 1)).astype(np.float32)
    lamp = smooth(0.93, 1.0, rings) * near * smooth(5.0, 2.0, depth)
    seam = smooth(0.93, 1.0, np.abs(np.cos(ribs * 0.5 * (angle + twist + turn)))) * near
    c.light(c.accent, np.clip(lamp * 0.8 + blur(lamp, c.width / 50) * 0.5, 0, 1))
    c.light(c.ramp(0.75), seam * 0.40)
    c.light(c.ramp(1.0), np.clip(np.exp(-((radius / 0.16) ** 2)) + 0.45 * np.exp(-radius / 0.24), 0, 1))


def synthwave(c: Canvas, mood: Mood) -> None:
    """A striped sun over a glowing grid, hills at its rim."""
    level = c.uniform(0.54, 0.64)
    fall = np.clip(c.v / level, 0, 1)
    c.image = c.ramp(0.03 + 0.48 * fall**2.2).astype(np.float32)
    c.light(c.ramp(1.0), c.sprinkle(70, (0.5, 1.0), 0.0, level * 0.8))
    r = c.uniform(0.34, 0.46)
    y = (level * 2 - 1) * c.aspect_y - r * c.uniform(0.35, 0.75)
    down = (c.y - y + r) / (2 * r)
    stripes = smooth(-0.1, 0.1, np.sin(down * c.uniform(38, 48)) + 1.25 - 1.9 * down)
    c.light(c.ramp(0.75), c.glow(0.0, y, r * 2.2) * 0.6)
    disc = c.inside(c.ellipse(0.0, y, r, r), 0.012)
    c.over(c.ramp(np.clip(0.98 - 0.32 * down, 0, 1)), disc * np.clip(stripes + smooth(0.45, 0.3, down), 0, 1))
    if c.chance(0.6):
        line = (
            level
            - 0.015
            - 0.14 * np.abs(np.clip(c.profile(2.6, 4, 0.5, sharp=True), 0, 1)) * smooth(0.05, 0.7, np.abs(c.x[0]) / c.aspect_x)
        )
        hill = below(c, line)
        c.over(c.ramp(0.05), hill)
        edge = np.exp(-(((c.v - line[None, :]) / 0.006) ** 2))
        c.light(c.accent, edge * 0.8)
    floor = smooth(level - 0.003, level + 0.003, c.v)
    depth = 1.0 / np.clip((c.v - level) * 3.0, 0.02, 9.0)
    c.over(c.ramp(0.04 + 0.10 * np.clip(depth * 0.1, 0, 1)), floor)
    thick_y = depth * depth * 3.0 / c.height * 2.0
    rows = np.abs(np.mod(depth * 1.7 + c.uniform(0, 1), 1.0) - 0.5) * 2.0
    rows = smooth(1.0 - 2.4 * thick_y - 0.03, 1.0, rows) * smooth(8.0, 2.0, depth)
    across = c.x * depth * 2.6
    columns = np.abs(np.mod(across, 1.0) - 0.5) * 2.0
    columns = smooth(1.0 - 2.2 * depth * 2.6 * c.px - 0.03, 1.0, columns) * smooth(9.0, 3.0, depth)
    grid = np.clip(np.maximum(rows, columns), 0, 1) * floor
    c.light(c.accent, np.clip(blur(grid, c.width / 60) * 0.9, 0, 1))
    c.light(c.accent, grid)
    c.light(c.accent, np.exp(-(((c.v - level) / 0.012) ** 2)) * 0.75)
