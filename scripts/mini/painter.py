"""Paints one labelled picture from one number: `labels(seed)` says what, `paint(...)` makes it.

The same seed gives the same picture on any machine with the same numpy, scipy and Pillow.
"""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from . import palettes
from .canvas import Canvas
from .scenes import aloft, beings, land, life, matter, objects, patterns, space, stage, towns, water
from .scenes.mood import Mood
from .styles import STYLES

DAY = ("day", "dawn", "dusk", "night")
ALL_WEATHER = ("clear", "clear", "clear", "cloudy", "fog", "rain", "snow", "storm")
NO_RAIN = ("clear", "clear", "cloudy", "fog")


@dataclasses.dataclass(frozen=True)
class Scene:
    """A kind of scene: its painter, the hours and weathers it can have (none: it has neither), and the palettes
    that it has in nature, which captions need not name."""

    paint: Callable[[Canvas, Mood], None]
    times: tuple[str, ...]
    weathers: tuple[str, ...]
    natural: tuple[str, ...]


SCENES = {
    "mountains": Scene(land.mountains, DAY, ALL_WEATHER, ("ocean", "ice", "teal_orange")),
    "iceland": Scene(land.iceland, DAY, ALL_WEATHER, ("ice", "ocean", "mono")),
    "dunes": Scene(land.dunes, DAY, NO_RAIN, ("ember", "gold", "sepia")),
    "forest": Scene(land.forest, DAY, ALL_WEATHER, ("emerald", "ember", "gold")),
    "tree": Scene(land.tree, DAY, ALL_WEATHER, ("emerald", "sunset", "gold")),
    "castle": Scene(land.castle, DAY, ALL_WEATHER, ("violet", "mono", "sunset")),
    "volcano": Scene(land.volcano, DAY, ("clear", "clear", "cloudy", "storm"), ("ember", "crimson")),
    "aurora": Scene(land.aurora, ("night",), ("clear", "clear", "snow"), ("northern", "emerald")),
    "sea": Scene(water.sea, DAY, ALL_WEATHER, ("ocean", "sunset", "teal_orange")),
    "storm": Scene(water.storm, DAY, ("storm",), ("ocean", "mono", "northern")),
    "clouds": Scene(water.clouds, DAY, ("clear", "cloudy"), ("sunset", "pastel", "rose", "ocean")),
    "moon": Scene(water.moon, ("night",), ("clear", "clear", "snow"), ("mono", "ocean", "ice")),
    "nebula": Scene(space.nebula, (), (), ("violet", "neon", "sunset", "northern")),
    "galaxy": Scene(space.galaxy, (), (), ("violet", "starry", "ocean")),
    "planet": Scene(space.planet, (), (), ("teal_orange", "starry", "copper")),
    "fire": Scene(space.fire, (), (), ("ember",)),
    "ink": Scene(space.ink, (), (), ("mono", "ocean", "crimson")),
    "tunnel": Scene(space.tunnel, (), (), ("neon", "ocean", "violet")),
    "synthwave": Scene(space.synthwave, (), (), ("neon", "sunset")),
    "city": Scene(towns.city, DAY + ("night", "night"), ALL_WEATHER, ("neon", "teal_orange", "ocean")),
    "skyline": Scene(towns.skyline, DAY + ("dusk", "night", "night"), ALL_WEATHER, ("ocean", "sunset", "starry", "teal_orange")),
    "bridge": Scene(towns.bridge, DAY, ALL_WEATHER, ("crimson", "ocean", "sunset")),
    "lighthouse": Scene(towns.lighthouse, DAY + ("night",), ALL_WEATHER, ("ocean", "ice", "sunset")),
    "train": Scene(towns.train, DAY, ALL_WEATHER, ("sepia", "teal_orange", "mono", "crimson")),
    "road": Scene(towns.road, DAY, ALL_WEATHER, ("gold", "sunset", "sepia")),
    "room": Scene(towns.room, DAY, (), ("sepia", "rose", "teal_orange", "mono")),
    "above": Scene(aloft.above, DAY, ("clear", "cloudy"), ("ocean", "sunset", "ice", "rose")),
    "balloons": Scene(aloft.balloons, DAY, ("clear", "clear", "cloudy", "fog"), ("sunset", "pastel", "ocean")),
    "lanterns": Scene(aloft.lanterns, (), (), ("ember", "sunset", "starry")),
    "station": Scene(aloft.station, (), (), ("ice", "mono", "ocean", "teal_orange")),
    "concert": Scene(stage.concert, (), (), ("neon", "violet", "ember", "ocean")),
    "vinyl": Scene(stage.vinyl, (), (), ("mono", "crimson", "sepia")),
    "guitar": Scene(stage.guitar, (), (), ("ember", "sepia", "crimson", "gold")),
    "piano": Scene(stage.piano, (), (), ("mono", "gold", "sepia")),
    "speaker": Scene(stage.speaker, (), (), ("mono", "neon", "copper")),
    "fireworks": Scene(stage.fireworks, (), (), ("starry", "gold", "neon", "sunset")),
    "cat": Scene(beings.cat, DAY, ("clear", "clear", "fog", "rain", "snow"), ("mono", "ember", "sepia")),
    "birds": Scene(beings.birds, DAY, ("clear", "clear", "cloudy", "fog", "rain"), ("sunset", "ocean", "mono")),
    "mask": Scene(beings.mask, DAY, ("clear",), ("gold", "crimson", "violet")),
    "skull": Scene(beings.skull, DAY, ("clear", "clear", "fog", "rain"), ("mono", "sepia", "toxic")),
    "raindrops": Scene(matter.raindrops, DAY + ("night",), (), ("teal_orange", "ocean", "mono")),
    "papercut": Scene(matter.papercut, (), (), ("pastel", "teal_orange", "rose", "ocean")),
    "chrome": Scene(matter.chrome, (), (), ("mono", "ice", "violet")),
    "spiral": Scene(matter.spiral, (), (), ("mono", "starry", "neon", "copper")),
    "gasmask": Scene(objects.gasmask, DAY, ALL_WEATHER, ("toxic", "sepia", "teal_orange")),
    "helmet": Scene(objects.helmet, DAY, ("clear", "clear", "fog", "rain", "snow"), ("ice", "teal_orange", "mono")),
    "robot": Scene(objects.robot, DAY + ("night",), ALL_WEATHER, ("neon", "teal_orange", "ice")),
    "eye": Scene(objects.eye, (), (), ("ocean", "emerald", "copper")),
    "crystals": Scene(objects.crystals, (), (), ("violet", "ice", "northern")),
    "mandala": Scene(patterns.mandala, (), (), ("starry", "gold", "neon", "sunset")),
    "marble": Scene(patterns.marble, (), (), ("mono", "gold", "emerald")),
    "glass": Scene(patterns.glass, (), (), ("starry", "northern", "sunset", "teal_orange")),
    "fractal": Scene(patterns.fractal, (), (), ("starry", "ember", "violet")),
    "abstract": Scene(patterns.abstract, (), (), ("teal_orange", "sunset", "starry", "copper")),
    "coral": Scene(life.coral, (), (), ("ocean", "teal_orange", "sunset")),
    "jellyfish": Scene(life.jellyfish, (), (), ("ocean", "violet", "northern")),
    "flowers": Scene(life.flowers, DAY, ("clear", "clear", "rain"), ("rose", "violet", "pastel", "sunset")),
    "mushrooms": Scene(life.mushrooms, DAY, (), ("crimson", "emerald", "northern")),
    "butterfly": Scene(life.butterfly, DAY, (), ("ember", "ocean", "gold")),
}

# Those that models/mini was trained on.
SHIPPED = (
    "mountains", "iceland", "dunes", "forest", "tree", "castle", "volcano", "aurora", "sea", "storm", "clouds", "moon",
    "nebula", "galaxy", "planet", "fire", "ink", "tunnel", "synthwave", "city", "gasmask", "helmet", "robot", "eye", "crystals",
    "mandala", "marble", "glass", "fractal", "abstract", "coral", "jellyfish", "flowers", "mushrooms", "butterfly",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Labels:
    """What a picture shows. `natural`: the palette is one that the scene has by itself."""

    scene: str
    palette: str
    natural: bool
    time: str
    weather: str
    style: str


def generator(seed: int, purpose: int) -> np.random.Generator:
    return np.random.default_rng([seed, purpose])


def labels(seed: int, scenes: Sequence[str] = tuple(SCENES)) -> Labels:
    """What picture `seed` of a data set of `scenes` shows."""
    rng = generator(seed, 0)
    names = list(scenes)
    scene = names[int(rng.integers(len(names)))]
    kind = SCENES[scene]
    natural = bool(rng.random() < 0.3)
    palette = str(rng.choice(kind.natural if natural else list(palettes.PALETTES)))
    time = str(rng.choice(kind.times)) if kind.times else ""
    weather = str(rng.choice(kind.weathers)) if kind.weathers else ""
    style = str(rng.choice(list(STYLES), p=[share for _, share in STYLES.values()]))
    return Labels(scene, palette, natural, time, weather, style)


def paint(seed: int, what: Labels, width: int = 256, height: int = 256) -> np.ndarray:
    """The picture `seed` of `what`: uint8 [height, width, 3]."""
    rng = generator(seed, 1)
    canvas = Canvas(width, height, palettes.make(what.palette, rng), rng)
    SCENES[what.scene].paint(canvas, Mood(what.time or "dusk", what.weather or "clear"))
    canvas.unframe()
    STYLES[what.style][0](canvas)
    return (np.clip(canvas.image, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
