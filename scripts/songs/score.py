"""A song under construction: its time axis, what sounds in it, and the truth about it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy import signal
from scipy.io import wavfile

from songs.instruments import RATE, Samples


@dataclass
class Section:
    label: str
    bars: int
    energy: float  # 0..1


@dataclass
class Score:
    """Beats are counted from 0 at the first bar's first one; `time` says when each is."""

    name: str
    seed: int
    sections: list[Section]
    bpm: float = 120
    meter: int = 4  # beats per bar
    tail_s: float = 1.0  # what rings on after the last bar
    lead_in_s: float = 0.0  # silence before the first beat
    jitter_s: float = 0.004  # deviation of players from the grid
    intervals_s: list[float] | None = None  # of every beat, where the tempo is not one
    key: str | None = None
    constant: bool = True  # one tempo
    reverb: float = 0.12
    rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.bars = sum(section.bars for section in self.sections)
        count = self.bars * self.meter
        intervals = self.intervals_s if self.intervals_s is not None else [60 / self.bpm] * count
        assert len(intervals) == count, (self.name, len(intervals), count)
        self.beats_s = self.lead_in_s + np.concatenate([[0], np.cumsum(intervals)])
        self.mix = np.zeros(int((self.beats_s[-1] + self.tail_s) * RATE), dtype=np.float32)

    def time(self, beat: float) -> float:
        return float(np.interp(beat, np.arange(len(self.beats_s)), self.beats_s))

    def length(self, beat: float, beats: float) -> float:
        return self.time(min(beat + beats, len(self.beats_s) - 1)) - self.time(beat)

    def play(self, beat: float, sound: Samples, gain: float = 1.0, tight: bool = False) -> None:
        """What sounds from a beat on, as exactly as players are."""
        late = 0.0 if tight else float(np.clip(self.rng.normal(0, self.jitter_s), -0.015, 0.015))
        self.add(self.time(beat) + late, sound, gain)

    def add(self, time_s: float, sound: Samples, gain: float = 1.0) -> None:
        begin = max(int(round(time_s * RATE)), 0)
        end = min(begin + len(sound), len(self.mix))
        if begin < end:
            self.mix[begin:end] += gain * sound[: end - begin]

    def each_section(self) -> list[tuple[Section, int]]:
        """With the bar that it begins in."""
        begins, bar = [], 0
        for section in self.sections:
            begins.append((section, bar))
            bar += section.bars
        return begins

    def truth(self) -> dict[str, object]:
        beats = self.beats_s[:-1]
        intervals = np.diff(self.beats_s)
        return {
            "beats_s": [round(float(t), 5) for t in beats],
            "downbeats_s": [round(float(t), 5) for t in beats[:: self.meter]],
            "tempo_bpm": float(60 / np.median(intervals)) if self.constant else None,
            "sections_s": [round(self.time(bar * self.meter), 5) for _, bar in self.each_section()],
            "labels": [section.label for section in self.sections],
            "end_s": float(self.beats_s[-1]),
            "key": self.key,
        }


def room(samples: Samples, amount: float, seed: int = 0) -> Samples:
    """With a short reverberation."""
    if amount <= 0:
        return samples
    rng = np.random.default_rng(seed)
    t = np.arange(int(0.7 * RATE)) / RATE
    response = rng.normal(size=len(t)) * np.exp(-7 * t)
    response /= np.sqrt(np.sum(response**2))
    wet = signal.fftconvolve(samples, response)[: len(samples)]
    return (samples + amount * wet).astype(np.float32)


def mastered(samples: Samples, drive: float = 1.0, peak: float = 0.9) -> Samples:
    """To a peak, through a limiter that squashes what `drive` lifts."""
    loud = np.tanh(drive * samples / max(np.percentile(np.abs(samples), 99.9), 1e-9))
    return (peak * loud / max(np.max(np.abs(loud)), 1e-9)).astype(np.float32)


def write(folder: Path, name: str, samples: Samples, truth: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    wavfile.write(folder / f"{name}.wav", RATE, np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16))
    (folder / f"{name}.json").write_text(json.dumps(truth) + "\n")


Layer = Callable[[Score, Section, int], None]


def arranged(score: Score, layers: Sequence[Layer]) -> Score:
    """Every layer plays every bar."""
    for section, first in score.each_section():
        for bar in range(first, first + section.bars):
            for layer in layers:
                layer(score, section, bar)
    return score
