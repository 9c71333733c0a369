"""Cats, birds in flight, masks and skulls."""

import numpy as np

from ..canvas import Canvas, Field, smooth
from .land import below, ridge
from .mood import Mood, falling, mist, sky
from .objects import Solid, backdrop, front, put


def cat(c: Canvas, mood: Mood) -> None:
    """A cat's face close by, or one that sits before the moon or the evening sky."""
    if c.chance(0.55):
        cat_face(c, mood)
    else:
        cat_sitting(c, mood)


def cat_face(c: Canvas, mood: Mood) -> None:
    base = backdrop(c, mood)
    c.frame(c.uniform(0.75, 1.35), c.uniform(-0.3, 0.3), c.uniform(-0.1, 0.25), c.uniform(-0.25, 0.25))
    side = c.rng.choice([-1.0, 1.0])
    dark = c.uniform(0.02, 0.30)
    bright = dark + c.uniform(0.30, 0.55)
    fur = 0.16 * (c.noise(24.0, 40.0, 3) - 0.5)
    stripes = c.chance(0.5) * c.uniform(0.05, 0.16)
    put(c, Solid(c, c.ellipse(0.0, 1.15, 0.62, 0.75), 0.4, side), dark, bright * 0.85, fur, 0.0)
    for k in (-1.0, 1.0):
        ear = np.array([(k * 0.60, -0.12), (k * 0.56, -0.82), (k * 0.12, -0.46)])
        shape = c.shapes([(ear, 1.0)])
        c.over(c.ramp(np.clip(dark + 0.3 * (bright - dark) + fur, 0, 1)), shape)
        c.over(c.accent * 0.55 + c.ramp(bright) * 0.45, c.shapes([(ear * 0.72 + (k * 0.11, -0.15), 1.0)]) * 0.75)
    head = np.minimum(c.ellipse(0.0, 0.0, 0.64, 0.54), c.ellipse(0.0, 0.22, 0.44, 0.36))
    ticking = stripes * np.sin(c.x * 30.0 + 5.0 * np.sin(c.y * 7.0)) * smooth(0.0, -0.4, c.y)
    put(c, Solid(c, head, 0.4, side), dark, bright, fur + ticking, 0.0)
    muzzle = np.minimum(c.ellipse(-0.12, 0.27, 0.17, 0.13), c.ellipse(0.12, 0.27, 0.17, 0.13))
    put(c, Solid(c, muzzle, 0.12, side), min(dark + 0.2, 1.0), min(bright + 0.3, 1.0), fur * 0.5, 0.0)
    look, slit = c.uniform(-0.03, 0.03), c.uniform(0.14, 0.6)
    for k in (-1.0, 1.0):
        cx, cy = k * 0.25, -0.03
        eye = np.maximum(c.ellipse(cx, cy + 0.05, 0.17, 0.16), c.ellipse(cx, cy - 0.05, 0.17, 0.16))
        shut = c.inside(eye, 0.01)
        c.over(c.ramp(0.0), c.inside(eye - 0.025, 0.02))
        radius = np.hypot(c.x - cx - look, c.y - cy)
        c.over(c.accent * np.clip(1.05 - 2.4 * radius, 0.3, 1.0)[..., None], shut)
        c.over(c.ramp(0.0), c.inside(c.ellipse(cx + look, cy, 0.10 * slit, 0.105), 0.015) * shut)
        c.over(c.ramp(1.0), c.inside(c.ellipse(cx - 0.04, cy - 0.04, 0.022, 0.022)) * shut)
    nose = np.array([(-0.065, 0.14), (0.065, 0.14), (0.0, 0.215)])
    c.over(c.ramp(0.06) * 0.5 + c.accent * 0.3, c.shapes([(nose, 1.0)]))
    lines = [(np.array([(0.0, 0.21), (0.0, 0.27), (k * 0.05, 0.31), (k * 0.11, 0.30)]), 0.014, 1.0) for k in (-1, 1)]
    c.over(c.ramp(0.03), c.strokes(lines) * 0.9)
    hairs = [
        (np.array([(k * 0.16, 0.26 + d), (k * 0.5, 0.22 + 2.2 * d), (k * 0.86, 0.26 + 4.0 * d)]), 0.008, 0.9)
        for k in (-1, 1)
        for d in (-0.04, 0.0, 0.04)
    ]
    c.light(c.ramp(1.0), c.strokes(hairs) * 0.75)
    front(c, mood, base)


def cat_sitting(c: Canvas, mood: Mood) -> None:
    level = c.uniform(0.70, 0.85)
    sky(c, mood, level)
    if c.chance(0.6):
        x, y, r = c.uniform(-0.5, 0.5), c.uniform(-0.5, 0.1), c.uniform(0.35, 0.65)
        c.light(c.ramp(0.9), c.glow(x, y, r * 2.5) * 0.5)
        c.over(c.ramp(0.93 + 0.1 * (c.noise(4.0, octaves=3) - 0.5)), c.inside(c.ellipse(x, y, r, r), 0.02))
    near = mood.tones[3] * 0.6
    roof = level + c.uniform(-0.25, 0.25) * (c.u[0] - 0.5)
    c.over(c.ramp(near + 0.06 * smooth(0.3, 0.7, np.sin(c.u * 90.0) * 0.5 + 0.5)), below(c, roof))
    x = c.uniform(-0.5, 0.5) * c.aspect_x
    foot = (float(np.interp(x, c.x[0], roof)) * 2 - 1) * c.aspect_y
    side = c.rng.choice([-1.0, 1.0])
    s = c.uniform(0.6, 1.05)
    points = np.array(
        [(-0.26, 0.02), (-0.27, -0.2), (-0.19, -0.46), (-0.05, -0.62), (0.12, -0.60), (0.16, -0.4), (0.14, -0.1), (0.20, 0.02)]
    )
    body = [(points * (side * s, s) + (x, foot), 1.0)]
    hx, hy = x + side * 0.07 * s, foot - 0.74 * s
    for k in (-1.0, 1.0):
        ear = np.array([(k * 0.15, -0.04), (k * 0.14, -0.26), (k * 0.02, -0.13)])
        body.append((ear * s + (hx, hy), 1.0))
    bend = c.uniform(0.1, 0.5)
    tail = np.array([(-0.2, -0.02), (-0.42, 0.02), (-0.55, -0.10 - bend * 0.4), (-0.50, -0.2 - bend)]) * (side * s, s) + (x, foot)
    shape = np.maximum(c.shapes(body), c.strokes([(tail, 0.07 * s, 1.0)]))
    shape = np.maximum(shape, c.inside(c.ellipse(hx, hy, 0.165 * s, 0.145 * s)))
    c.light(c.accent, c.glow(x, foot - 0.4, 0.9) * 0.12)
    c.over(c.ramp(near * 0.5), shape)
    if c.chance(0.6):
        for k in (-1.0, 1.0):
            c.light(c.accent, c.inside(c.ellipse(hx + k * 0.06 * s, hy, 0.028 * s, 0.020 * s)))
            c.light(c.accent, c.glow(hx + k * 0.06 * s, hy, 0.08) * 0.5)
    falling(c, mood)


def wings(x: float, y: float, s: float, flap: float, turn: float) -> list[np.ndarray]:
    """Outlines of a flying bird seen from the side or behind; `flap` -1 (down) to 1 (up)."""
    parts = []
    for k in (-1.0, 1.0):
        elbow, tip = (k * 0.42, -0.34 * flap - 0.10), (k * 1.0, -0.52 * flap + 0.12 * abs(flap))
        back = (k * 0.38, 0.02 - 0.20 * flap)
        parts.append(np.array([(k * 0.04, -0.06), elbow, tip, (k * 0.7, -0.24 * flap + 0.04), back, (k * 0.05, 0.10)]))
    parts.append(np.array([(0.0, -0.18), (0.07, -0.05), (0.06, 0.14), (0.12, 0.30), (-0.12, 0.30), (-0.06, 0.14), (-0.07, -0.05)]))
    cos, sin = np.cos(turn), np.sin(turn)
    return [part @ np.array([[cos, sin], [-sin, cos]]) * s + (x, y) for part in parts]


def birds(c: Canvas, mood: Mood) -> None:
    """Birds in flight over hills or the sea: a few large ones, a wedge, or a swarm."""
    level = c.uniform(0.70, 0.95)
    sky(c, mood, level)
    if c.chance(0.6):
        ridge(c, mood, level, 0.16, 0.35)
        mist(c, mood.tones[1], level, 0.06, 0.5)
    c.over(c.ramp(mood.ground(0.8)), below(c, level + 0.05 + 0.02 * c.profile(2.0, 4)))
    light = mood.tones[3] * 0.6 if mood.time != "night" or c.chance(0.4) else 0.9
    kind = int(c.rng.integers(3))
    flock = []
    heading = c.uniform(-0.5, 0.5)
    if kind == 0:
        for _ in range(int(c.rng.integers(1, 5))):
            place = c.uniform(-0.7, 0.7) * c.aspect_x, c.uniform(-0.75, 0.25) * c.aspect_y
            flock.append((*place, c.uniform(0.25, 0.62)))
    elif kind == 1:
        x0, y0, s, k = c.uniform(-0.4, 0.4), c.uniform(-0.6, 0.0), c.uniform(0.09, 0.16), c.rng.choice([-1.0, 1.0])
        for i in range(int(c.rng.integers(5, 10))):
            for side in (-1, 1) if i else (1,):
                flock.append((x0 - k * i * s * 1.5, y0 + side * i * s * 0.75 + c.uniform(-0.02, 0.02), s))
    else:
        x0, y0 = c.uniform(-0.4, 0.4), c.uniform(-0.5, 0.0)
        for _ in range(int(c.rng.integers(30, 80))):
            flock.append((x0 + c.rng.normal(0, 0.42) * c.aspect_x, y0 + c.rng.normal(0, 0.22), c.uniform(0.03, 0.085)))
    shapes = []
    for x, y, s in flock:
        shapes += [(part, 1.0) for part in wings(x, y, s, c.uniform(-0.8, 1.0), heading + c.uniform(-0.25, 0.25))]
    drawn = c.shapes(shapes)
    tone = light + (0.25 * (c.noise(12.0, octaves=3) - 0.3) if kind == 0 else 0.0)
    c.over(c.ramp(np.clip(tone, 0, 1)), drawn)
    falling(c, mood)


def slit(c: Canvas, k: float, tilt: float, open_: float) -> Field:
    """An almond eyehole on side `k`."""
    x, y = k * (c.x - k * 0.235), c.y + 0.10
    y = y + tilt * x
    return np.maximum(np.hypot(x, y - 0.16 + open_) - 0.19, np.hypot(x, y + 0.16 - open_) - 0.19)


def mask(c: Canvas, mood: Mood) -> None:
    """A carnival or theatre mask: painted face or half face, ornament, feathers."""
    base = backdrop(c, mood)
    c.frame(c.uniform(0.8, 1.4), c.uniform(-0.25, 0.25), c.uniform(-0.15, 0.15), c.uniform(-0.35, 0.35))
    side = c.rng.choice([-1.0, 1.0])
    half, tilt = c.chance(0.45), c.uniform(-0.1, 0.35)
    if c.chance(0.55):
        count, long = int(c.rng.integers(9, 20)), c.uniform(0.45, 0.9)
        for a in np.linspace(-1.25, 1.25, count):
            root = np.array([np.sin(a) * 0.42, -0.30 - np.cos(a) * 0.18])
            tip = root + np.array([np.sin(a * 0.9), -np.cos(a * 0.9)]) * long * c.uniform(0.8, 1.1)
            normal = np.array([np.cos(a), np.sin(a)]) * 0.075
            middle = root * 0.4 + tip * 0.6
            plume = c.shapes([(np.array([root, middle + normal, tip, middle - normal]), 1.0)])
            tone = c.uniform(0.25, 0.85)
            c.over(c.accent * (0.5 + 0.5 * tone) if c.chance(0.35) else c.ramp(tone), plume)
            c.over(c.ramp(max(tone - 0.25, 0.0)), c.strokes([(np.array([root, tip]), 0.012, 1.0)]) * 0.8)
    face = np.minimum(c.ellipse(0.0, -0.12, 0.50, 0.52), c.ellipse(0.0, 0.25, 0.36, 0.48))
    if half:
        face = np.maximum(face, c.y - 0.12 - 0.10 * np.cos(c.x * 6.0) - 0.10 * np.abs(c.x))
    dark, bright = (0.50, 1.0) if c.chance(0.6) else (0.05, 0.6)
    solid = Solid(c, face, 0.30, side)
    put(c, solid, dark, bright, 0.02 * (c.noise(20.0, octaves=2) - 0.5), 0.5)
    nose = Solid(c, c.ellipse(0.0, 0.08, 0.075, 0.20), 0.08, side)
    put(c, nose, dark + 0.1, bright, 0.0, 0.5)
    around = c.rng.choice([-1.0, 1.0]) if c.chance(0.4) else 0.0
    swirl = smooth(0.1, 0.4, np.sin(np.hypot(np.abs(c.x) - 0.27, c.y + 0.1) * c.uniform(26, 44) + around * c.x * 5))
    painted = swirl * solid.mask * smooth(-0.02, -0.10, face) * (c.x * around >= 0)
    c.over(c.accent, painted * smooth(0.42, 0.26, np.hypot(np.abs(c.x) - 0.24, c.y + 0.1)) * 0.85)
    c.over(c.accent, c.line(face + 0.03, 0.014) * solid.mask)
    open_ = c.uniform(0.03, 0.09)
    for k in (-1.0, 1.0):
        hole = slit(c, k, tilt, open_)
        c.over(c.ramp(0.75 if dark < 0.3 else 0.12), c.inside(hole - 0.03))
        c.over(c.ramp(0.0), c.inside(hole))
        if c.chance(0.5):
            c.light(c.accent, c.inside(np.hypot(c.x - k * 0.235, c.y + 0.10) - 0.035, 0.02))
    if not half:
        grin = c.uniform(-0.14, 0.16)
        t = np.linspace(-1, 1, 15)
        lips = np.concatenate(
            [
                np.stack([t * 0.16, 0.42 - grin * t * t - 0.035 * (1 - t * t)], 1),
                np.stack([t[::-1] * 0.16, 0.42 - grin * t * t + 0.05 * (1 - t * t)], 1),
            ]
        )
        c.over(c.accent * 0.7 if c.chance(0.6) else c.ramp(0.03), c.shapes([(lips, 1.0)]))
    gems = [(np.array([(x, y), (x, y + 0.001)]), 0.045, 1.0) for x, y in ((0.0, -0.42), (0.0, -0.52), (-0.09, -0.47), (0.09, -0.47))]
    c.over(c.ramp(0.97), c.strokes(gems) * c.chance(0.6))
    front(c, mood, base)


def skull(c: Canvas, mood: Mood) -> None:
    """A human skull, lit from one side, its sockets dark or aglow."""
    base = backdrop(c, mood)
    c.frame(c.uniform(0.8, 1.35), c.uniform(-0.25, 0.25), c.uniform(-0.12, 0.15), c.uniform(-0.3, 0.3))
    side = c.rng.choice([-1.0, 1.0])
    bone = 0.10 * (c.noise(7.0, octaves=5) - 0.5)
    jaw = c.chance(0.7)
    if jaw:
        lower = np.maximum(c.ellipse(0.0, 0.50, 0.30, 0.36), 0.40 - c.y)
        put(c, Solid(c, lower, 0.15, side), 0.10, 0.80, bone, 0.1)
    cranium = np.minimum(c.ellipse(0.0, -0.20, 0.56, 0.54), c.ellipse(0.0, 0.12, 0.42, 0.30))
    upper = np.minimum(cranium, c.box(0.0, 0.36, 0.25, 0.20, 0.08))
    put(c, Solid(c, upper, 0.35, side), 0.12, 0.96, bone, 0.25)
    glow = c.chance(0.45)
    for k in (-1.0, 1.0):
        hole = c.ellipse(k * 0.225, 0.02, 0.155, 0.135, k * 0.25)
        c.shade(1.0 - 0.5 * smooth(0.06, 0.0, hole))
        c.over(c.ramp(0.0), c.inside(hole, 0.02))
        if glow:
            c.light(c.accent, np.clip(c.glow(k * 0.225, 0.03, 0.16) * c.inside(hole, 0.02) + c.glow(k * 0.225, 0.03, 0.3) * 0.3, 0, 1))
    nose = np.array([(0.0, 0.15), (0.075, 0.30), (0.02, 0.28), (0.0, 0.31), (-0.02, 0.28), (-0.075, 0.30)])
    c.over(c.ramp(0.0), c.shapes([(nose, 1.0)]))
    for k in (-1.0, 1.0):
        cheek = c.ellipse(k * 0.42, 0.30, 0.12, 0.12)
        c.shade(1.0 - 0.65 * c.inside(cheek, 0.06) * c.inside(upper, 0.02))
    teeth = np.abs(np.mod(c.x * 14.0, 1.0) - 0.5) * 2.0
    row = c.inside(c.box(0.0, 0.485, 0.22, 0.075, 0.03))
    c.over(c.ramp(0.9), row * 0.8)
    c.over(c.ramp(0.05), row * np.maximum(smooth(0.80, 0.95, teeth), np.exp(-(((c.y - 0.485) / 0.014) ** 2))))
    crack, x, y = [], c.uniform(-0.3, 0.3), -0.68
    for _ in range(5):
        crack.append((x, y))
        x, y = x + c.uniform(-0.08, 0.08), y + c.uniform(0.05, 0.11)
    c.over(c.ramp(0.05), c.strokes([(np.array(crack), 0.010, 1.0)]) * c.inside(upper) * 0.8)
    front(c, mood, base)
