"""Music and its places: a concert, a record, a guitar, piano keys, loudspeakers, fireworks."""

import numpy as np

from ..canvas import Canvas, Field, blur, smooth
from .land import water
from .mood import Mood
from .objects import Solid, put


def beam(c: Canvas, x: float, y: float, angle: float, wide: float) -> Field:
    """A cone of light from (x, y); angle 0 shines down, positive to the right."""
    dx, dy = c.x - x, c.y - y
    along = dx * np.sin(angle) + dy * np.cos(angle)
    across = dx * np.cos(angle) - dy * np.sin(angle)
    cone = np.exp(-((across / (0.012 + wide * np.clip(along, 0.0, 9.0))) ** 2))
    return cone * smooth(0.0, 0.06, along) * np.exp(-np.clip(along, 0.0, 9.0) / 1.5)


def person(x: float, foot: float, high: float, raised: int, lean: float = 0.0) -> list[tuple[np.ndarray, float, float]]:
    """Strokes of a standing figure seen from far or behind; `raised` arms are up (0 to 2)."""
    head, neck, hip = foot - high * 0.92, foot - high * 0.80, foot - high * 0.45
    lines = [(np.array([(x + lean, head), (x + lean, head + 0.001)]), high * 0.15, 1.0)]
    lines.append((np.array([(x + lean, neck), (x, hip)]), high * 0.20, 1.0))
    lines += [(np.array([(x, hip), (x + k * high * 0.10, foot)]), high * 0.09, 1.0) for k in (-1, 1)]
    for i, k in enumerate((-1, 1)):
        up = i < raised
        elbow = (x + lean + k * high * (0.17 if up else 0.15), neck + high * (-0.06 if up else 0.18))
        hand = (x + lean + k * high * (0.14 if up else 0.10), neck + high * (-0.30 if up else 0.36))
        lines.append((np.array([(x + lean + k * high * 0.08, neck + high * 0.03), elbow, hand]), high * 0.06, 1.0))
    return lines


def crowd(c: Canvas, top: float, tone: float) -> None:
    """Heads, shoulders and hands in rows, the nearest largest; they fill the picture below `top` (y)."""
    rows = 4
    for row in range(rows):
        t = row / (rows - 1)
        size = 0.08 + 0.12 * t
        level = top + (c.aspect_y - top) * 0.75 * t
        lines, x = [], -c.aspect_x * 1.1
        while x < c.aspect_x * 1.1:
            y = level + c.uniform(-0.4, 0.4) * size
            lines.append((np.array([(x, y), (x, y + 0.001)]), size, 1.0))
            lines.append((np.array([(x, y + size * 1.6), (x, y + 2.5)]), size * 2.0, 1.0))
            if c.chance(0.30):
                k = c.rng.choice([-1.0, 1.0])
                hand = (x + k * size * c.uniform(0.7, 1.5), y - size * c.uniform(0.9, 2.2))
                lines.append((np.array([(x + k * size * 0.8, y + size * 1.3), hand]), size * 0.36, 1.0))
            x += size * c.uniform(1.2, 2.1)
        c.over(c.ramp(tone * (1.0 - t) + 0.005), c.strokes(lines, 2))


def concert(c: Canvas, mood: Mood) -> None:
    """Stage lights in haze over musicians, and the crowd before them."""
    smoke = c.noise(1.6, octaves=4)
    c.image = c.ramp(0.02 + 0.10 * smoke).astype(np.float32)
    stage = c.uniform(-0.05, 0.35)
    heart = c.uniform(-0.4, 0.4) * c.aspect_x
    c.light(c.ramp(0.62), c.glow(heart, stage - 0.3, c.uniform(0.9, 1.5)) * c.uniform(0.5, 0.95))
    if c.chance(0.45):
        screen = c.box(heart, stage - 0.55, c.uniform(0.35, 0.8), 0.32)
        c.over(c.ramp(0.30 + 0.55 * c.warped_noise(2.0, 0.3)), c.inside(screen) * 0.9)
    truss = stage - c.uniform(0.95, 1.3)
    count = int(c.rng.integers(5, 12))
    fan = c.uniform(-0.9, 0.9)
    for k in np.linspace(-1.0, 1.0, count):
        x = k * c.aspect_x * 0.92
        angle = c.uniform(-0.75, 0.75) if c.chance(0.5) else fan * k
        light = beam(c, x, truss, angle, c.uniform(0.05, 0.12)) * (0.45 + 0.8 * smoke)
        c.light(c.accent if c.chance(0.5) else c.ramp(c.uniform(0.6, 0.95)), light * c.uniform(0.5, 1.0))
        c.light(c.ramp(1.0), np.clip(c.glow(x, truss, 0.12), 0, 1) * 0.9)
    if c.chance(0.6):
        for k in np.linspace(-0.8, 0.8, int(c.rng.integers(3, 7))):
            light = beam(c, k * c.aspect_x, stage, np.pi + k * c.uniform(0.2, 0.9), 0.05)
            c.light(c.accent if c.chance(0.6) else c.ramp(0.85), light * 0.7)
    lines: list = []
    for k in range(int(c.rng.integers(1, 5))):
        x = heart + (k - 1.5) * c.uniform(0.22, 0.36)
        lines += person(x, stage + 0.02, c.uniform(0.30, 0.40), int(c.rng.integers(0, 3)), c.uniform(-0.03, 0.03))
    c.over(c.ramp(0.0), c.strokes(lines))
    c.over(c.ramp(0.01), smooth(-0.01, 0.01, c.y - stage))
    c.light(c.accent, np.exp(-(((c.y - stage) / 0.03) ** 2)) * 0.6)
    crowd(c, stage + c.uniform(0.10, 0.25), 0.10)


def vinyl(c: Canvas, mood: Mood) -> None:
    """A record on a turntable: grooves, a label, an arm."""
    ground = c.uniform(0.08, 0.85)
    wood = c.noise(2.0, 30.0, 4) if c.chance(0.5) else c.noise(2.0, octaves=3)
    c.image = c.ramp(np.clip(ground + 0.14 * (wood - 0.5) - 0.12 * c.v, 0, 1)).astype(np.float32)
    c.frame(c.uniform(0.75, 1.45), c.uniform(-0.35, 0.35) * c.aspect_x, c.uniform(-0.3, 0.3) * c.aspect_y, c.uniform(-0.4, 0.4))
    tilt = c.uniform(0.55, 1.0)
    y = c.y / tilt
    radius, angle = np.hypot(c.x, y), np.arctan2(y, c.x)
    c.shade(1.0 - 0.6 * smooth(1.08, 0.78, np.hypot(c.x - 0.04, y - 0.08)))
    plate = c.inside((radius - 0.88) * tilt, 0.01)
    c.over(c.ramp(0.30 + 0.3 * smooth(-1, 1, np.cos(angle * 2 + 0.6))), plate)
    disc = c.inside((radius - 0.84) * tilt, 0.01)
    groove = np.sin(radius * c.uniform(120, 170)) * 0.5 + 0.5
    tracks = np.interp(radius, np.linspace(0, 1, 16), c.rng.random(16)).astype(np.float32)
    aim = c.uniform(0, 3.1)
    shine = np.abs(np.cos(angle - aim)) ** 14 + 0.5 * np.abs(np.cos(angle - aim - c.uniform(0.5, 1.0))) ** 30
    tone = 0.03 + 0.03 * groove + 0.05 * smooth(0.6, 0.8, tracks) + shine * (0.28 + 0.14 * groove)
    colour = c.accent * np.clip(0.35 + tone * 1.6, 0, 1)[..., None] if c.chance(0.2) else c.ramp(np.clip(tone, 0, 1))
    c.over(np.clip(colour, 0, 1), disc)
    label = c.uniform(0.26, 0.34)
    c.over(c.accent if c.chance(0.6) else c.ramp(c.uniform(0.5, 0.95)), c.inside((radius - label) * tilt, 0.01))
    for r in c.rng.uniform(0.3, 0.9, 3) * label:
        c.over(c.ramp(0.1), c.line((radius - r) * tilt, 0.006) * smooth(-0.2, 0.3, np.cos(angle - c.uniform(0, 6))) * 0.8)
    c.over(c.ramp(0.02), c.inside((radius - 0.025) * tilt))
    if c.chance(0.8):
        k = c.rng.choice([-1.0, 1.0])
        a = c.uniform(0.4, 1.1)
        tip = np.array([k * np.cos(a), -np.sin(a) * 0.2]) * c.uniform(0.42, 0.75)
        root = np.array([k * 1.05, -0.75 * tilt])
        bend = root + np.array([-0.02 * k, 0.55])
        arm = [(np.array([root, bend, tip]), 0.035, 1.0), (np.array([tip, tip + (-0.05 * k, 0.09)]), 0.075, 1.0)]
        shadow = c.strokes([(points + (0.03, 0.05), wide, value) for points, wide, value in arm])
        c.shade(1.0 - 0.5 * blur(shadow, 2.0))
        c.over(c.ramp(0.86), c.strokes(arm))
        put(c, Solid(c, c.ellipse(float(root[0]), float(root[1]), 0.13, 0.13), 0.1, -1.0), 0.1, 0.7)


def body_of(c: Canvas, electric: bool) -> Field:
    """The distance to a guitar's body, neck up, its waist at (0, 0.35)."""
    lower, upper = c.ellipse(0.0, 0.62, 0.46, 0.38), c.ellipse(0.0, 0.10, 0.34, 0.30)
    waist = c.box(0.0, 0.34, 0.27, 0.25, 0.1)
    body = np.minimum(np.minimum(lower, upper), waist)
    if electric:
        horns = np.minimum(c.ellipse(-0.27, -0.06, 0.09, 0.24, 0.25), c.ellipse(0.27, -0.02, 0.09, 0.18, -0.25))
        body = np.maximum(np.minimum(body, horns), -c.box(0.0, -0.22, 0.11, 0.26, 0.06))
    return body


def guitar(c: Canvas, mood: Mood) -> None:
    """A guitar, acoustic or electric, at any angle in the light of a stage."""
    dark = c.uniform(0.04, 0.55)
    c.image = c.ramp(np.clip(dark + 0.20 * (c.noise(1.5, octaves=4) - 0.5) + 0.1 * (0.5 - c.v), 0, 1)).astype(np.float32)
    c.light(c.ramp(0.8), c.glow(c.uniform(-0.6, 0.6), c.uniform(-0.6, 0.2), 1.3) * 0.45)
    for _ in range(int(c.rng.integers(0, 4))):
        light = beam(c, c.uniform(-1, 1) * c.aspect_x, -1.3 * c.aspect_y, c.uniform(-0.6, 0.6), 0.10)
        c.light(c.accent, light * 0.6)
    c.frame(c.uniform(0.75, 1.6), c.uniform(-0.4, 0.4), c.uniform(-0.3, 0.2), c.uniform(-1.4, 1.4))
    electric, side = c.chance(0.5), c.rng.choice([-1.0, 1.0])
    body = body_of(c, electric)
    c.shade(1.0 - 0.45 * smooth(0.2, -0.1, body))
    grain = c.noise(3.0, 24.0, 3) - 0.5
    put(c, Solid(c, body, 0.05 if not electric else 0.12, side), 0.12, 0.60, 0.10 * grain, 0.5)
    wash = smooth(0.0, -0.25, body) * c.inside(body)
    c.over(c.accent * 0.75, wash * (0.75 if electric else 0.35))
    c.over(c.ramp(0.03), c.line(body + 0.02, 0.008) * 0.7)
    if electric:
        for y in (0.22, 0.42):
            put(c, Solid(c, c.box(0.0, y, 0.15, 0.045, 0.02), 0.03, side), 0.02, 0.35, 0.0, 0.4)
        for x, y in ((0.22, 0.62), (0.30, 0.72), (0.33, 0.56)):
            put(c, Solid(c, c.ellipse(x, y, 0.035, 0.035), 0.03, side), 0.2, 0.9)
    else:
        hole = c.ellipse(0.0, 0.22, 0.14, 0.14)
        c.over(c.ramp(0.01), c.inside(hole))
        c.over(c.ramp(0.85), c.line(hole - 0.02, 0.008))
    put(c, Solid(c, c.box(0.0, 0.72, 0.16, 0.028, 0.01), 0.03, side), 0.05, 0.4)
    put(c, Solid(c, c.box(0.0, -0.72, 0.058, 0.82, 0.02), 0.05, side), 0.05, 0.30, 0.0, 0.3)
    frets = [(np.array([(-0.058, y), (0.058, y)]), 0.008, 1.0) for y in 0.05 - 1.4 * (1.0 - 0.5 ** (np.arange(13) / 8.0))]
    c.over(c.ramp(0.75), c.strokes(frets) * 0.8)
    put(c, Solid(c, c.box(0.0, -1.66, 0.10, 0.17, 0.04), 0.06, side), 0.06, 0.45)
    pegs = [(np.array([(k * 0.13, y), (k * 0.13, y + 0.001)]), 0.05, 1.0) for k in (-1, 1) for y in (-1.76, -1.66, -1.56)]
    c.over(c.ramp(0.9), c.strokes(pegs))
    strings = [(np.array([(k * 0.045, -1.5), (k * 0.07, 0.72)]), 0.005, 0.9) for k in np.linspace(-1, 1, 6)]
    c.light(c.ramp(1.0), c.strokes(strings) * 0.8)


def piano(c: Canvas, mood: Mood) -> None:
    """Piano keys running away from the viewer, under a glossy lid that mirrors them."""
    c.frame(c.uniform(0.8, 1.5), 0.0, c.uniform(-0.25, 0.25), c.uniform(-0.55, 0.55))
    lid, front = -0.28, 0.75
    lean = c.uniform(-0.6, 0.6)
    far = 1.0 + c.uniform(0.1, 0.5) * (front - c.y)
    across = (c.x - lean * (c.y - front)) * far * c.uniform(5.0, 8.0) + 40.3
    key = np.floor(across)
    within = across - key
    light = c.noise(1.3, octaves=3) * 0.25 + 0.8 - 0.25 * np.abs(c.x - c.uniform(-0.5, 0.5))
    tone = (0.97 - 0.16 * smooth(lid + 0.35, lid, c.y)) * np.clip(light, 0.4, 1.0)
    white = c.ramp(np.clip(tone - 0.05 * np.mod(key, 2), 0, 1))
    gap = smooth(0.05, 0.015, np.minimum(within, 1.0 - within))
    c.image = white.astype(np.float32)
    c.over(c.ramp(0.12), gap * 0.9)
    if c.chance(0.5):
        pressed = key == np.floor(40.3 + c.uniform(-3, 3))
        c.light(c.accent, pressed * 0.45)
        c.shade(1.0 - 0.2 * pressed)
    edge = across + 0.5
    slot, beside = np.mod(np.floor(edge), 7), edge - np.floor(edge)
    present = (slot != 0) & (slot != 3)
    distance = np.abs(beside - 0.5)
    black = present * smooth(0.31, 0.27, distance) * smooth(0.24, 0.22, c.y)
    c.shade(1.0 - 0.45 * present * smooth(0.45, 0.28, np.abs(beside - 0.58)) * smooth(0.28, 0.22, c.y) * (1 - black))
    top = smooth(0.22, 0.17, distance) * smooth(0.18, 0.14, c.y)
    c.over(c.ramp(np.clip(0.02 + 0.20 * top * light + 0.25 * top * smooth(0.10, 0.16, c.y), 0, 1)), black)
    fallboard = smooth(lid + 0.01, lid - 0.01, c.y)
    mirrored = 0.03 + 0.14 * smooth(lid - 0.5, lid, c.y) * (1.0 - black) * (np.cos(across * 6.283) * 0.3 + 0.7)
    c.over(c.ramp(np.clip(mirrored, 0, 1)), fallboard)
    c.light(c.accent, np.exp(-(((c.y - lid + 0.02) / 0.015) ** 2)) * 0.7)
    rail = smooth(front - 0.01, front + 0.01, c.y)
    c.over(c.ramp(0.05), rail)
    c.light(c.ramp(0.9), c.glow(c.uniform(-0.7, 0.7), lid - 0.4, 0.9) * 0.3)


def cone(c: Canvas, x: float, y: float, r: float, tone: float, lit: bool) -> None:
    """One loudspeaker: rim, ribbed surround, a dark cone and its cap."""
    radius = np.hypot(c.x - x, c.y - y) / r
    light = 0.5 - 0.5 * (c.x - x + c.y - y) / r
    c.over(c.ramp(np.clip(0.25 + 0.5 * light, 0, 1)), smooth(1.12, 1.08, radius))
    c.over(c.ramp(0.02), smooth(1.0, 0.96, radius))
    rib = np.exp(-(((radius - 0.86) / 0.07) ** 2))
    c.over(c.ramp(np.clip(0.1 + 0.35 * light, 0, 1)), rib * 0.9)
    inner = smooth(0.76, 0.72, radius)
    depth = np.clip(1.0 - light, 0, 1) * smooth(0.2, 0.75, radius)
    c.over(c.ramp(np.clip(tone * (0.2 + 0.9 * depth), 0, 1)), inner)
    if lit:
        c.light(c.accent, inner * smooth(0.8, 0.3, radius) * 0.8)
    c.over(c.ramp(np.clip(0.12 + 0.5 * light * smooth(0.28, 0.0, radius), 0, 1)), smooth(0.27, 0.24, radius))
    c.light(c.ramp(1.0), np.exp(-(((c.x - x + r * 0.08) ** 2 + (c.y - y + r * 0.1) ** 2) / (0.06 * r) ** 2)) * 0.6)


def speaker(c: Canvas, mood: Mood) -> None:
    """One loudspeaker close by, or a wall of them."""
    c.image = c.ramp(np.clip(c.uniform(0.03, 0.5) + 0.2 * (c.noise(1.5, octaves=4) - 0.5), 0, 1)).astype(np.float32)
    c.light(c.accent, c.glow(c.uniform(-1, 1), c.uniform(-1, 0.5), 1.5) * 0.4)
    wide = c.uniform(0.24, 0.75) if c.chance(0.5) else c.uniform(0.22, 0.42)
    high = wide * c.uniform(1.3, 1.8)
    tone, lit = c.uniform(0.2, 0.7), c.chance(0.35)
    shift = c.uniform(-1, 1) * wide
    columns = int(np.ceil(c.aspect_x / wide)) + 1 if wide < 0.45 else 1
    rows = 3 if wide < 0.45 else 1
    for i in range(columns):
        x = shift + (i - (columns - 1) / 2) * wide * 2.06 if columns > 1 else shift * 0.5
        for k in range(rows):
            y = (k - (rows - 1) / 2) * high * 2.04 + 0.05
            cabinet = Solid(c, c.box(x, y, wide, high, 0.05), 0.06, -1.0)
            put(c, cabinet, 0.04, 0.26, 0.05 * (c.noise(30.0, octaves=2) - 0.5), 0.2)
            cone(c, x, y + high * 0.35, wide * 0.78, tone, lit)
            if c.chance(0.7):
                cone(c, x, y - high * 0.55, wide * 0.36, tone, lit and c.chance(0.5))
            else:
                for side in (-0.45, 0.45):
                    cone(c, x + side * wide, y - high * 0.58, wide * 0.26, tone, False)


def fireworks(c: Canvas, mood: Mood) -> None:
    """Bursts over a dark shore, mirrored in water."""
    level = c.uniform(0.72, 0.9)
    c.image = c.ramp(0.02 + 0.12 * c.v + 0.05 * c.noise(1.5, octaves=3)).astype(np.float32)
    for _ in range(int(c.rng.integers(2, 6))):
        x, y = c.uniform(-0.85, 0.85) * c.aspect_x, c.uniform(-0.85, 0.15) * c.aspect_y
        r = c.uniform(0.25, 0.75)
        count, fall = int(c.rng.integers(26, 60)), c.uniform(0.05, 0.35)
        lines, ends = [], []
        start = c.uniform(0.0, 0.45)
        for a in np.linspace(0, 2 * np.pi, count, endpoint=False):
            t = np.linspace(start, 1.0, 8)
            long = r * c.uniform(0.75, 1.05)
            path = np.stack([x + np.cos(a) * long * t, y + np.sin(a) * long * t + fall * r * t * t], 1)
            lines.append((path, 0.010, c.uniform(0.5, 1.0)))
            ends.append((path[-2:], 0.022, 1.0))
        spray = c.strokes(lines)
        colour = c.accent if c.chance(0.5) else c.ramp(c.uniform(0.6, 0.9))
        c.light(colour, c.glow(x, y, r * 1.2) * 0.35)
        c.light(colour, np.clip(spray + blur(spray, c.width / 70) * 0.9, 0, 1))
        c.light(c.ramp(1.0), np.clip(c.strokes(ends) * 0.9 + c.glow(x, y, 0.10) * (start < 0.2), 0, 1))
    roofs, x = [], -c.aspect_x * 1.05
    base = (level * 2 - 1) * c.aspect_y
    while x < c.aspect_x * 1.05:
        wide, high = c.uniform(0.04, 0.12), c.uniform(0.03, 0.16)
        roofs.append((np.array([(x, base + 0.02), (x, base - high), (x + wide, base - high), (x + wide, base + 0.02)]), 1.0))
        x += wide
    c.over(c.ramp(0.01), c.shapes(roofs))
    water(c, mood, level, 0.4)
