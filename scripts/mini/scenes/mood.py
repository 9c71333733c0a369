"""Time of day and weather: skies, the tones of near and far ground, rain, snow, fog and lightning."""

import dataclasses

import numpy as np

from ..canvas import Canvas, Field, blur, smooth

TIMES = ("day", "dawn", "dusk", "night")
WEATHERS = ("clear", "cloudy", "fog", "rain", "snow", "storm")

# Positions on the palette's ramp: the sky's top and rim, ground far and near.
TONES = {
    "day": (0.56, 0.95, 0.74, 0.17),
    "dawn": (0.40, 0.93, 0.68, 0.10),
    "dusk": (0.20, 0.82, 0.52, 0.04),
    "night": (0.04, 0.42, 0.31, 0.01),
}


@dataclasses.dataclass
class Mood:
    """What the hour and the weather do to a landscape; `sun` is where the sun or moon stands, in x and y."""

    time: str
    weather: str
    sun: tuple[float, float] = (0.0, 0.0)
    sun_shown: bool = True

    @property
    def tones(self) -> tuple[float, float, float, float]:
        top, rim, far, near = TONES[self.time]
        if self.weather == "storm":
            return top * 0.5, rim * 0.76, far * 0.85, near * 0.8
        if self.weather in ("fog", "rain", "cloudy"):
            return top * 0.7 + rim * 0.2, rim * 0.93, far * 0.95 + 0.02, near
        return top, rim, far, near

    def ground(self, depth: float | Field) -> float | Field:
        """Ramp position of ground at `depth` 0 (far, in haze) to 1 (near)."""
        _, _, far, near = self.tones
        return far + (near - far) * depth


def sky(c: Canvas, mood: Mood, horizon: float) -> None:
    """Fill the picture with sky down to `horizon` (0 to 1 from the top) and the haze colour below."""
    top, rim, _, _ = mood.tones
    fall = np.clip(c.v / max(horizon, 0.05), 0.0, 1.0)
    curve = fall ** c.uniform(1.1, 1.8)
    clouds = c.warp(c.noise(1.6, 5.0, 5), (c.noise(1.5, octaves=2) - 0.5) * 0.6, c.noise(2.0, octaves=2) * 0.1)
    heavy = {"clear": 0.05, "snow": 0.10, "fog": 0.04, "cloudy": 0.26, "rain": 0.22, "storm": 0.34}[mood.weather]
    tone = top + (rim - top) * curve + (clouds - 0.5) * heavy * (0.45 + top) * 1.5
    c.image = c.ramp(tone).astype(np.float32)
    if mood.time == "night" and mood.weather in ("clear", "snow", "fog"):
        stars = c.sprinkle(int(c.uniform(40, 110)), (0.5, 1.0), 0.0, horizon)
        c.light(c.ramp(1.0), stars * smooth(1.0, 0.4, fall))
    low = {"day": c.uniform(0.2, 0.5), "dawn": c.uniform(0.75, 0.95), "dusk": c.uniform(0.8, 1.0)}
    height = low.get(mood.time, c.uniform(0.2, 0.6)) * horizon
    mood.sun = (c.uniform(-0.65, 0.65) * c.aspect_x, (height * 2.0 - 1.0) * c.aspect_y)
    mood.sun_shown = mood.weather in ("clear", "snow") or (mood.weather in ("fog", "cloudy") and c.chance(0.5))
    if mood.sun_shown:
        sun(c, mood)
    if mood.time in ("dawn", "dusk"):
        c.light(c.accent, 0.5 * np.exp(-(((c.v - horizon) / 0.16) ** 2)) * np.exp(-(((c.x - mood.sun[0]) / 0.9) ** 2)))


def sun(c: Canvas, mood: Mood) -> None:
    """The disc and its halo: large and soft near the horizon, a crisp moon at night."""
    radius = c.uniform(0.07, 0.13) * {"day": 0.9, "dawn": 1.2, "dusk": 1.5, "night": 0.8}[mood.time]
    x, y = mood.sun
    disc = c.ellipse(x, y, radius, radius)
    night = mood.time == "night"
    c.light(c.ramp(0.95) if night else c.accent, c.glow(x, y, radius * (6.0 if night else 9.0)) * (0.35 if night else 0.6))
    veil = 0.45 if mood.weather in ("fog", "cloudy") else 1.0
    shown = c.inside(disc, 0.02) * veil
    if night and c.chance(0.5):
        shown = shown * (1.0 - c.inside(c.ellipse(x + radius * 0.5, y - radius * 0.2, radius, radius), 0.02))
    c.over(c.ramp(1.0) if night else c.ramp(0.97) * 0.6 + c.accent * 0.4, shown)


def mist(c: Canvas, tone: float, level: float, depth: float, amount: float) -> None:
    """A bank of fog around row `level` (0 to 1), `depth` high."""
    drift = c.noise(1.2, 5.0, 4)
    band = np.exp(-(((c.v - level) / depth) ** 2)) * (0.35 + 0.9 * drift)
    c.over(c.ramp(tone), np.clip(band * amount, 0.0, 0.95))


def falling(c: Canvas, mood: Mood) -> None:
    """Rain, snow, fog and lightning in front of a finished picture."""
    rim = mood.tones[1]
    if mood.weather == "fog":
        drift = c.noise(1.3, 4.0, 4)
        c.over(c.ramp(rim * 0.92), (0.15 + 0.5 * drift) * smooth(0.1, 0.75, c.v) * c.uniform(0.7, 1.0))
    elif mood.weather == "rain":
        rain(c, 0.30)
    elif mood.weather == "snow":
        c.light(c.ramp(1.0), c.sprinkle(int(c.uniform(60, 130)), (0.9, 2.6)) * 0.9)
    elif mood.weather == "storm":
        rain(c, 0.2)


def rain(c: Canvas, amount: float) -> None:
    slant = c.uniform(-0.22, 0.22)
    lines = []
    for _ in range(int(70 * c.aspect_x * c.aspect_y)):
        x, y = c.uniform(-1.2, 1.2) * c.aspect_x, c.uniform(-1.2, 1.0) * c.aspect_y
        long = c.uniform(0.10, 0.28)
        lines.append((np.array([[x, y], [x + slant * long, y + long]]), 0.006, c.uniform(0.3, 0.9)))
    c.light(c.ramp(0.9), c.strokes(lines, 2) * amount)


def lightning(c: Canvas, bottom: float) -> None:
    """A forked bolt from the upper rim down to `bottom` (y), with the flash around it."""
    x, y = c.uniform(-0.6, 0.6) * c.aspect_x, -c.aspect_y * 1.02
    start, points, lines = x, [(x, y)], []
    while y < bottom:
        y += c.uniform(0.07, 0.16)
        x += c.uniform(-0.13, 0.13)
        points.append((x, min(y, bottom)))
        if c.chance(0.3) and y < bottom - 0.3:
            twig, tx, ty = [(x, y)], x, y
            for _ in range(3):
                tx, ty = tx + c.uniform(-0.05, 0.12) * np.sign(x - start + 0.01), ty + c.uniform(0.05, 0.1)
                twig.append((tx, ty))
            lines.append((np.array(twig), 0.008, 0.6))
    lines.append((np.array(points), 0.018, 1.0))
    bolt = c.strokes(lines)
    c.light(c.ramp(0.85), np.clip(blur(bolt, c.width / 22) * 4.0, 0.0, 0.7))
    c.over(c.ramp(1.0), bolt)
