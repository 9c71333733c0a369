"""Sounds of synthetic songs: each a function that gives mono samples at RATE, peak about 1."""

import numpy as np
from numpy.typing import NDArray
from scipy import signal

Samples = NDArray[np.float32]
RATE = 44100


def seconds(length_s: float) -> NDArray[np.float64]:
    return np.arange(max(int(length_s * RATE), 1)) / RATE


def hz_of(pitch: float, a4_hz: float = 440.0) -> float:
    """Of a MIDI pitch."""
    return a4_hz * 2 ** ((pitch - 69) / 12)


def filtered(samples: NDArray[np.floating], low_hz: float | None, high_hz: float | None, order: int = 2) -> NDArray[np.floating]:
    if low_hz is not None and high_hz is not None:
        sos = signal.butter(order, [low_hz, high_hz], "bandpass", fs=RATE, output="sos")
    elif low_hz is not None:
        sos = signal.butter(order, low_hz, "highpass", fs=RATE, output="sos")
    else:
        sos = signal.butter(order, high_hz, "lowpass", fs=RATE, output="sos")
    return signal.sosfilt(sos, samples)


def ended(samples: NDArray[np.floating], attack_s: float = 0.002, release_s: float = 0.02) -> Samples:
    """Without a click at either end."""
    t = np.arange(len(samples)) / RATE
    rise = np.minimum(1, t / attack_s) if attack_s > 0 else 1
    return (samples * rise * np.minimum(1, t[::-1] / release_s)).astype(np.float32)


def kick(rng: np.random.Generator, pitch_hz: float = 48, length_s: float = 0.28, click: float = 0.3) -> Samples:
    t = seconds(length_s)
    body = np.sin(2 * np.pi * (pitch_hz * t - 4 * np.exp(-35 * t))) * np.exp(-9 / length_s * 0.28 * t * 1.4)
    return ended(body + click * filtered(rng.normal(size=len(t)), 1500, None) * np.exp(-300 * t) * 0.5, 0.0005)


def snare(rng: np.random.Generator, tone_hz: float = 190, length_s: float = 0.2) -> Samples:
    t = seconds(length_s)
    noise = filtered(rng.normal(size=len(t)), 900, 9000) * np.exp(-18 * t)
    tone = (np.sin(2 * np.pi * tone_hz * t) + 0.5 * np.sin(2 * np.pi * 1.6 * tone_hz * t)) * np.exp(-30 * t)
    return ended(0.55 * noise + 0.5 * tone, 0.0005)


def clap(rng: np.random.Generator) -> Samples:
    t = seconds(0.2)
    bursts = sum(np.where(t >= at, np.exp(-(110 if at < 0.02 else 22) * np.maximum(t - at, 0)), 0) for at in (0, 0.009, 0.018, 0.026))
    return ended(0.45 * bursts * filtered(rng.normal(size=len(t)), 700, 4000), 0.0005)


def hat(rng: np.random.Generator, length_s: float = 0.05) -> Samples:
    t = seconds(length_s * 2)
    return ended(0.6 * filtered(rng.normal(size=len(t)), 7000, None) * np.exp(-t / length_s * 3), 0.0005)


def crash(rng: np.random.Generator) -> Samples:
    t = seconds(1.6)
    return ended(0.6 * filtered(rng.normal(size=len(t)), 3500, None) * np.exp(-2.6 * t), 0.001)


def tom(rng: np.random.Generator, pitch_hz: float) -> Samples:
    t = seconds(0.35)
    return ended(
        np.sin(2 * np.pi * (pitch_hz * t - 1.5 * np.exp(-25 * t))) * np.exp(-9 * t) + 0.05 * rng.normal(size=len(t)) * np.exp(-60 * t),
        0.001,
    )


def rim(rng: np.random.Generator) -> Samples:
    t = seconds(0.05)
    return ended((np.sin(2 * np.pi * 1700 * t) + 0.5 * np.sin(2 * np.pi * 510 * t)) * np.exp(-120 * t), 0.0005)


def saw(hz: float, length_s: float, partials: int = 12, slope: float = 1.0) -> NDArray[np.float64]:
    t = seconds(length_s)
    count = max(1, min(partials, int(16000 / hz)))
    return sum(np.sin(2 * np.pi * hz * k * t + 0.7 * k) / k**slope for k in range(1, count + 1)) * 0.6


def bass(hz: float, length_s: float, bright: float = 0.5) -> Samples:
    t = seconds(length_s)
    tone = saw(hz, length_s, int(4 + 10 * bright), 1.2)
    return ended(tone * (0.55 + 0.45 * np.exp(-6 * t)), 0.006, 0.03)


def pad(hz: float, length_s: float, attack_s: float = 0.15) -> Samples:
    tone = saw(hz * 0.998, length_s, 8, 1.5) + saw(hz * 1.002, length_s, 8, 1.5)
    return ended(0.5 * tone, min(attack_s, length_s / 3), min(0.25, length_s / 3))


def piano(hz: float, length_s: float, velocity: float = 0.7) -> Samples:
    t = seconds(length_s + 0.15)
    tone = np.zeros(len(t))
    for k in range(1, max(2, min(14, int(12000 / hz)))):
        stretched = hz * k * np.sqrt(1 + 0.0004 * k * k)
        tone += np.sin(2 * np.pi * stretched * t + k) * np.exp(-(1.2 + 0.7 * k + hz / 500) * t) / k ** (1.9 - 0.8 * velocity)
    return ended(0.6 * tone, 0.003, 0.12)


def pluck(hz: float, length_s: float, bright: float = 0.5) -> Samples:
    t = seconds(length_s)
    count = max(1, min(int(5 + 15 * bright), int(14000 / hz)))
    return ended(0.5 * sum(np.sin(2 * np.pi * hz * k * t) / k * np.exp(-(4 + 2.2 * k) * t) for k in range(1, count + 1)), 0.002)


def strings(hz: float, length_s: float, attack_s: float = 0.12) -> Samples:
    t = seconds(length_s)
    vibrato = 1 + 0.004 * np.sin(2 * np.pi * 5.3 * t) * np.minimum(1, t / 0.4)
    phase = 2 * np.pi * np.cumsum(hz * vibrato) / RATE
    count = max(1, min(10, int(12000 / hz)))
    return ended(
        0.4 * sum(np.sin(k * phase + k * k) / k**1.2 for k in range(1, count + 1)), min(attack_s, length_s / 2), min(0.15, length_s / 3)
    )


def lead(hz: float, length_s: float) -> Samples:
    t = seconds(length_s)
    phase = 2 * np.pi * np.cumsum(hz * (1 + 0.006 * np.sin(2 * np.pi * 5.8 * t) * np.minimum(1, t / 0.3))) / RATE
    return ended(0.4 * sum(np.sin(k * phase) / k for k in (1, 3, 5, 7) if k * hz < 14000), 0.012, 0.05)


def distorted(hz: float, length_s: float, muted: bool = False) -> Samples:
    """A power chord through an amplifier."""
    t = seconds(length_s)
    string = saw(hz, length_s, 14, 0.8) + saw(hz * 1.5, length_s, 10, 0.9) + 0.5 * saw(hz * 2.001, length_s, 7)
    driven = np.tanh(3.5 * string * (np.exp(-14 * t) if muted else 0.7 + 0.3 * np.exp(-3 * t)))
    return ended(0.6 * filtered(driven, 90, 4500), 0.004, 0.02)


def voice(rng: np.random.Generator, hz: float, length_s: float) -> Samples:
    """A vowel sung at a pitch."""
    t = seconds(length_s)
    phase = 2 * np.pi * np.cumsum(hz * (1 + 0.008 * np.sin(2 * np.pi * 5.2 * t))) / RATE
    formants = ((700, 1100, 2600), (400, 2000, 2600), (320, 800, 2500), (500, 1700, 2500))[rng.integers(4)]
    tone = np.zeros(len(t))
    for k in range(1, max(2, int(5000 / hz))):
        gain = (
            sum(np.exp(-(((k * hz - formant) / 160) ** 2)) * weight for formant, weight in zip(formants, (1, 0.6, 0.25), strict=True))
            + 0.03
        )
        tone += gain * np.sin(k * phase)
    breath = 0.02 * filtered(rng.normal(size=len(t)), 3000, 9000)
    return ended(0.5 * tone + breath, 0.04, 0.06)
