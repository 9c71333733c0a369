"""The named palettes: five colours from dark to light and an accent, interpolated in Oklab."""

import dataclasses

import numpy as np

# name: five stops from the darkest to the lightest, then the accent that lamps, suns and eyes glow in.
PALETTES = {
    "ember": ("#0d0403", "#5a1206", "#c93a0a", "#f98e1d", "#ffe9a8", "#ffd23f"),
    "ocean": ("#020b1e", "#0a2f63", "#1769aa", "#5cb8e6", "#eaf8ff", "#9ff3ff"),
    "neon": ("#0b0221", "#2d0a5b", "#8a1aa8", "#ff2e97", "#ffd1f5", "#22e6ff"),
    "emerald": ("#02130c", "#0b3d2a", "#1f7a4c", "#66c27d", "#eafbe0", "#d9f27a"),
    "gold": ("#0c0703", "#3f2a0c", "#8f6416", "#dba83a", "#fff2c4", "#fff08a"),
    "ice": ("#1b2a3a", "#4a6a88", "#8fb2cc", "#cde2f0", "#ffffff", "#e2f6ff"),
    "mono": ("#050505", "#2c2c2c", "#757575", "#bcbcbc", "#fafafa", "#ffffff"),
    "teal_orange": ("#04171c", "#0d4a55", "#2f8f8f", "#e9a15b", "#fff0d6", "#ff8a3d"),
    "rose": ("#2a0716", "#7d1f48", "#d0567f", "#f5a6b8", "#fff0f0", "#ffd6c9"),
    "violet": ("#0d0620", "#33186b", "#6d3fc0", "#b48af0", "#f4ecff", "#e8b6ff"),
    "pastel": ("#5d5a86", "#9f94c6", "#e0b6d0", "#fbd9c8", "#fffaf0", "#fff0b8"),
    "crimson": ("#0c0204", "#4d0610", "#a80f22", "#ea4a4a", "#ffe1d6", "#ff6b5e"),
    "toxic": ("#040a02", "#17350a", "#4c8f0c", "#a6e61b", "#f6ffc2", "#d8ff3e"),
    "sepia": ("#1a120b", "#4d3a28", "#8f7350", "#cdb38a", "#f7ecd3", "#fff4d8"),
    "copper": ("#120a08", "#5c2b1a", "#b9653a", "#5fb3a1", "#e4f5ea", "#8fe0cf"),
    "northern": ("#030a1c", "#0f2a52", "#128a7a", "#5ff0a6", "#e6fff0", "#b070ff"),
    "sunset": ("#1b0b3a", "#5a1d6e", "#c2416b", "#ff8f5a", "#ffe6a6", "#ffc24a"),
    "starry": ("#040a24", "#12307a", "#2f63c4", "#e8b93c", "#fff3c0", "#ffd95a"),
}
STOPS = np.array([0.0, 0.25, 0.5, 0.75, 1.0], np.float32)


def rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5)], np.float32)


def linear(srgb: np.ndarray) -> np.ndarray:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def gamma(light: np.ndarray) -> np.ndarray:
    light = np.clip(light, 0.0, 1.0)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


# Bjoern Ottosson, "A perceptual color space for image processing" (2020).
TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def oklab(srgb: np.ndarray) -> np.ndarray:
    return np.cbrt(linear(srgb) @ TO_LMS.T) @ TO_LAB.T


def from_oklab(lab: np.ndarray) -> np.ndarray:
    return gamma((lab @ np.linalg.inv(TO_LAB).T) ** 3 @ np.linalg.inv(TO_LMS).T)


@dataclasses.dataclass(frozen=True)
class Palette:
    """A palette ready to paint with: 256 colours from dark to light, and the accent; sRGB, 0 to 1."""

    name: str
    table: np.ndarray
    accent: np.ndarray

    def ramp(self, t: float | np.ndarray) -> np.ndarray:
        """The colour at `t` (0 dark, 1 light), for a number or for every value of a field."""
        index = np.clip(np.asarray(t, np.float32) * 255.0 + 0.5, 0, 255).astype(np.int32)
        return self.table[index]


def make(name: str, rng: np.random.Generator, jitter: float = 1.0) -> Palette:
    """The palette `name`, its hue, chroma and lightness moved a little by `rng` (`jitter` 0: exact)."""
    lab = oklab(np.stack([rgb(colour) for colour in PALETTES[name]]))
    turn = jitter * rng.normal(0.0, 0.06)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    lab[:, 1:] = lab[:, 1:] @ rotation.T * (1.0 + jitter * rng.normal(0.0, 0.06))
    lab[:, 0] = lab[:, 0] * (1.0 + jitter * rng.normal(0.0, 0.03))
    steps = np.linspace(0.0, 1.0, 256)
    table = np.stack([np.interp(steps, STOPS, lab[:5, axis]) for axis in range(3)], axis=1)
    return Palette(name, from_oklab(table).astype(np.float32), from_oklab(lab[5]).astype(np.float32))
