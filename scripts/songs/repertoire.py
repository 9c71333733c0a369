"""The composed songs. Each is made twice, from two seeds: the first may be listened to while the program is worked on, the second is held
out, so that nothing is tuned to it."""

from collections.abc import Callable

import numpy as np
from scipy import signal

from songs import instruments as sound
from songs.band import NAMES, Band, build_layer, layers_of
from songs.score import Score, Section, arranged, mastered, room

Made = tuple[sound.Samples, dict[str, object]]

POP = [("intro", 4, 0.3), ("A", 8, 0.5), ("B", 8, 0.9), ("A", 8, 0.5), ("B", 8, 0.9), ("C", 4, 0.35), ("B", 8, 1.0)]
SHORT = [("A", 8, 0.5), ("B", 8, 0.9), ("A", 8, 0.5), ("B", 8, 0.9)]

EIGHTHS = [k / 2 for k in range(8)]
SIXTEENTHS = [k / 4 for k in range(16)]
ROCK = {"kick": [0, 2, 2.5], "snare": [1, 3], "hat": EIGHTHS}
LOUD = {"kick": [0, 1.5, 2, 2.5], "snare": [1, 3], "ride": EIGHTHS, "kick?": [0.5, 3.5]}
SPARSE = {"hat": [0, 1, 2, 3], "rim": [1, 3]}
HOUSE = {"kick": [0, 1, 2, 3], "clap": [1, 3], "open": [0.5, 1.5, 2.5, 3.5], "hat": SIXTEENTHS}
BREAK = {"kick": [0, 2.5], "snare": [1, 3], "hat": EIGHTHS, "kick?": [1.75], "snare?": [1.75, 3.75]}
ONE_DROP = {"kick": [2], "rim": [2], "hat": EIGHTHS}
TRAP = {"kick": [0, 1.5, 2.75], "snare": [2], "hat": SIXTEENTHS, "hat?": [k / 8 for k in range(33)[1::2]][:16]}
BLAST = {"kick": EIGHTHS, "snare": [0.5, 1.5, 2.5, 3.5], "ride": [0, 1, 2, 3]}
SWING = {"ride": [0, 1, 1.5, 2, 3, 3.5], "hat": [1, 3], "kick?": [0, 2], "snare?": [1.5, 3.5]}
WALTZ = {"kick": [0], "snare": [1, 2], "hat": [0, 1, 2]}
SEVEN = {"kick": [0, 4], "snare": [2, 6], "hat": [0, 1, 2, 3, 4, 5, 6]}
FUNK = {"kick": [0, 0.75, 2.5], "snare": [1, 3], "hat": SIXTEENTHS, "snare?": [1.75, 2.25], "kick?": [3.75]}


def sections(form: list[tuple[str, int, float]]) -> list[Section]:
    return [Section(*one) for one in form]


def dice(name: str, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, *name.encode()])


def varied(seed: int, base: float, spread: float) -> float:
    """A tempo near `base`, another for each seed."""
    return round(base * (1 + spread * dice(f"tempo {base}", seed).uniform(-1, 1)), 1)


def key_of(name: str, seed: int, minor: bool | None = None) -> tuple[int, bool]:
    rng = dice(f"key of {name}", seed)
    return int(rng.integers(12)), bool(rng.random() < 0.5) if minor is None else minor


def finished(score: Score, drive: float = 1.0, peak: float = 0.9) -> Made:
    return mastered(room(score.mix, score.reverb, score.seed), drive, peak), score.truth()


def banded(
    name: str,
    seed: int,
    bpm: float,
    form: list[tuple[str, int, float]],
    band: Band,
    drive: float = 1.5,
    extra: list | None = None,
    **more: float,
) -> Made:
    score = Score(name, seed, sections(form), bpm=bpm, key=band.key, **more)
    return finished(arranged(score, layers_of(band) + (extra or [])), drive)


def progressions(name: str, seed: int) -> dict[str, list[int]]:
    """Of the usual labels."""
    rng = dice(f"chords of {name}", seed)
    choice = [[0, 5, 3, 4], [0, 4, 5, 3], [5, 3, 0, 4], [0, 3, 5, 4], [3, 4, 0, 5], [0, 2, 3, 4]]
    order = rng.permutation(len(choice))
    names = ("A", "B", "C", "intro", "build", "D")
    return {label: choice[order[i]] for i, label in enumerate(names)}


def pop(seed: int) -> Made:
    band = Band(
        *key_of("pop", seed), progressions("pop", seed), {"A": ROCK, "B": LOUD, "intro": SPARSE, "C": SPARSE}, comp="pad", melody="voice"
    )
    return banded("pop", seed, varied(seed, 112, 0.1), POP, band)


def rock(seed: int) -> Made:
    band = Band(
        *key_of("rock", seed),
        progressions("rock", seed),
        {"A": ROCK, "B": LOUD, "intro": SPARSE},
        comp="guitar",
        melody="voice",
        bass="eighths",
    )
    return banded("rock", seed, varied(seed, 140, 0.08), POP, band, drive=2.5)


def metal(seed: int) -> Made:
    band = Band(
        *key_of("metal", seed, True),
        progressions("metal", seed),
        {"A": BREAK, "B": BLAST, "intro": {}, "C": {"kick": EIGHTHS, "snare": [2], "hat": [0, 1, 2, 3]}},
        comp="muted",
        melody="lead",
    )
    return banded("metal", seed, varied(seed, 152, 0.06), POP, band, drive=4)


def house(seed: int) -> Made:
    form = [("intro", 8, 0.4), ("A", 8, 0.5), ("build", 8, 0.5), ("B", 16, 1.0), ("C", 8, 0.3), ("build", 8, 0.5), ("B", 16, 1.0)]
    band = Band(
        *key_of("house", seed, True),
        progressions("house", seed),
        {"intro": {"kick": [0, 1, 2, 3], "open": [0.5, 1.5, 2.5, 3.5]}, "A": HOUSE, "B": HOUSE},
        bass="offbeats",
        comp="pluck",
        melody="lead",
        melody_from=0.6,
        bass_from=0.45,
    )
    band.gains = {"open": 1.6}
    return banded("house", seed, varied(seed, 126, 0.03), form, band, drive=2.0, extra=[build_layer("build")], jitter_s=0.0)


def breakbeat(seed: int) -> Made:
    band = Band(
        *key_of("breakbeat", seed, True),
        progressions("breakbeat", seed),
        {"A": BREAK, "B": BREAK, "C": {}, "intro": {"hat": EIGHTHS}},
        bass="syncopated",
        comp="pad",
        melody="pluck",
    )
    return banded("breakbeat", seed, varied(seed, 170, 0.03), POP, band, jitter_s=0.001)


def fast(seed: int) -> Made:
    band = Band(
        *key_of("fast", seed),
        progressions("fast", seed),
        {"A": {"kick": [0, 2], "snare": [1, 3], "hat": [0, 1, 2, 3]}, "B": {"kick": [0, 2], "snare": [1, 3], "hat": EIGHTHS}},
        comp="guitar",
        melody="lead",
    )
    return banded("fast-190", seed, 190.0, SHORT + SHORT, band, drive=2.5)


def funk(seed: int) -> Made:
    band = Band(
        *key_of("funk", seed),
        progressions("funk", seed),
        {"A": FUNK, "B": FUNK, "intro": FUNK, "C": SPARSE},
        bass="syncopated",
        comp="pluck",
        melody="voice",
    )
    return banded("funk", seed, varied(seed, 102, 0.06), POP, band)


def reggae(seed: int) -> Made:
    band = Band(
        *key_of("reggae", seed),
        progressions("reggae", seed),
        {"A": ONE_DROP, "B": ONE_DROP},
        bass="syncopated",
        comp="offbeats",
        melody="voice",
    )
    return banded("reggae", seed, varied(seed, 78, 0.06), SHORT, band)


def trap(seed: int) -> Made:
    band = Band(*key_of("trap", seed, True), progressions("trap", seed), {"A": TRAP, "B": TRAP}, bass="roots", comp="pad", melody="pluck")
    return banded("trap", seed, varied(seed, 140, 0.05), SHORT, band)


def ballad(seed: int) -> Made:
    band = Band(
        *key_of("ballad", seed), progressions("ballad", seed), {"B": ROCK, "A": {}, "C": {}}, comp="piano", melody="voice", bass_from=0.6
    )
    return banded(
        "ballad", seed, varied(seed, 72, 0.06), [("A", 8, 0.5), ("B", 8, 0.9), ("A", 8, 0.5), ("B", 8, 0.9)], band, jitter_s=0.008
    )


def swing(seed: int) -> Made:
    band = Band(
        *key_of("swing", seed),
        progressions("swing", seed),
        {"A": SWING, "B": SWING},
        bass="walking",
        comp="offbeats",
        melody="piano",
        swing=0.66,
    )
    return banded("swing", seed, varied(seed, 150, 0.1), SHORT + SHORT, band, drive=1.0, jitter_s=0.007)


def waltz(seed: int) -> Made:
    band = Band(
        *key_of("waltz", seed), progressions("waltz", seed), {"A": WALTZ, "B": WALTZ, "C": {}}, bass="roots", comp="piano", melody="strings"
    )
    return banded(
        "waltz-3-4",
        seed,
        varied(seed, 138, 0.1),
        [("A", 16, 0.5), ("B", 16, 0.9), ("A", 16, 0.5), ("C", 8, 0.4), ("B", 16, 0.9)],
        band,
        meter=3,
    )


def seven(seed: int) -> Made:
    """Seven eighths, 2 + 2 + 3: the beats are eighths."""
    band = Band(*key_of("seven", seed), progressions("seven", seed), {"A": SEVEN, "B": SEVEN}, bass="roots", comp="pad", melody="lead")
    return banded("seven-8", seed, varied(seed, 216, 0.06), [("A", 8, 0.5), ("B", 8, 0.9), ("A", 8, 0.5), ("B", 8, 0.9)], band, meter=7)


def piano(seed: int) -> Made:
    band = Band(*key_of("piano", seed), progressions("piano", seed), {}, bass=None, comp="arpeggio", melody="piano", melody_from=0.4)
    return banded(
        "piano", seed, varied(seed, 84, 0.1), [("A", 8, 0.5), ("B", 8, 0.8), ("A", 8, 0.5), ("B", 8, 0.8)], band, drive=0.6, jitter_s=0.01
    )


def orchestra(seed: int) -> Made:
    band = Band(
        *key_of("orchestra", seed),
        progressions("orchestra", seed),
        {"B": {"tom": [0, 2], "crash": [0]}},
        bass="roots",
        comp="strings",
        melody="strings",
        melody_from=0.3,
        fills=False,
    )
    return banded(
        "orchestra",
        seed,
        varied(seed, 92, 0.1),
        [("A", 8, 0.4), ("B", 8, 0.9), ("A", 8, 0.4), ("B", 8, 0.9)],
        band,
        drive=0.8,
        jitter_s=0.01,
        reverb=0.4,
    )


def rubato(seed: int) -> Made:
    """A piano that slows at every phrase's end, and stops for a moment in the middle."""
    rng = np.random.default_rng(seed)
    bars, bpm = 28, varied(seed, 88, 0.08)
    place = np.arange(bars * 4) % 16
    stretch = (
        1 + 0.10 * np.sin(2 * np.pi * np.arange(bars * 4) / 16) + 0.25 * np.clip((place - 13) / 2, 0, 1) + rng.normal(0, 0.01, bars * 4)
    )
    stretch[bars * 2 - 1] += 0.6
    band = Band(*key_of("rubato", seed), progressions("rubato", seed), {}, bass=None, comp="arpeggio", melody="piano", melody_from=0.4)
    return banded(
        "rubato",
        seed,
        bpm,
        [("A", 8, 0.5), ("B", 8, 0.8), ("A", 12, 0.5)],
        band,
        drive=0.6,
        jitter_s=0.008,
        intervals_s=list(60 / bpm * stretch),
        constant=False,
    )


def change(seed: int) -> Made:
    """Two tempos."""
    first, second = varied(seed, 100, 0.05), varied(seed, 140, 0.05)
    intervals = [60 / first] * (4 * 12) + [60 / second] * (4 * 24)
    band = Band(*key_of("change", seed), progressions("change", seed), {"A": ROCK, "B": LOUD}, comp="pad", melody="lead")
    made = banded(
        "tempo-change", seed, first, [("A", 12, 0.5), ("B", 12, 0.9), ("A", 12, 0.5)], band, intervals_s=intervals, constant=False
    )
    made[1]["tempos_bpm"] = [first, second]
    return made


def drifting(seed: int) -> Made:
    """A live drummer: the tempo wanders by some percent."""
    rng = np.random.default_rng(seed)
    bars, bpm = 40, varied(seed, 118, 0.08)
    walk = signal.lfilter([0.02], [1, -0.98], rng.normal(0, 0.12, bars * 4))
    band = Band(
        *key_of("drifting", seed), progressions("drifting", seed), {"A": ROCK, "B": LOUD, "C": SPARSE}, comp="guitar", melody="voice"
    )
    return banded(
        "live",
        seed,
        bpm,
        [("A", 8, 0.5), ("B", 8, 0.9), ("A", 8, 0.5), ("C", 8, 0.4), ("B", 8, 0.9)],
        band,
        drive=2,
        intervals_s=list(60 / bpm * (1 + np.clip(walk, -0.06, 0.06))),
        jitter_s=0.008,
        constant=False,
    )


def clicks(seed: int) -> Made:
    """Clicks at 100 BPM, from 15 s on at 140; no key."""
    intervals = [0.6] * 25 + [60 / 140] * 47
    score = Score("clicks", seed, [Section("A", 72, 0.5)], meter=1, intervals_s=intervals, constant=False, jitter_s=0, reverb=0)
    t = sound.seconds(0.03)
    for beat in range(72):
        score.play(beat, (np.sin(2 * np.pi * 1000 * t) * np.exp(-t / 0.008)).astype(np.float32), 0.8, tight=True)
    made = finished(score)
    made[1].update(downbeats_s=None, sections_s=None, tempos_bpm=[100, 140])
    return made


def lead_in(seed: int) -> Made:
    """Twelve seconds of silence first."""
    band = Band(*key_of("lead_in", seed), progressions("lead_in", seed), {"A": ROCK, "B": LOUD}, comp="pad", melody="lead")
    return banded("lead-in", seed, varied(seed, 120, 0.1), SHORT, band, lead_in_s=12.0)


def fades(seed: int) -> Made:
    band = Band(*key_of("fades", seed), progressions("fades", seed), {"A": ROCK, "B": LOUD}, comp="pad", melody="voice")
    samples, truth = banded("fades", seed, varied(seed, 104, 0.1), SHORT, band)
    t = np.arange(len(samples)) / sound.RATE
    shape = np.minimum(1, t / 12) ** 2 * np.minimum(1, (t[-1] - t) / 15) ** 2
    return (samples * shape).astype(np.float32), truth


def quiet(seed: int) -> Made:
    samples, truth = rock(seed + 50)
    return (samples * 0.006).astype(np.float32), truth


def loud(seed: int) -> Made:
    samples, truth = pop(seed + 60)
    return mastered(samples, 8.0, 0.99), truth


def unmetered(truth_key: str | None = None) -> dict[str, object]:
    return {"beats_s": None, "downbeats_s": None, "tempo_bpm": None, "sections_s": None, "labels": None, "end_s": None, "key": truth_key}


def drone(seed: int) -> Made:
    t = sound.seconds(40)
    tonic, _ = key_of("drone", seed)
    tone = sum(
        np.sin(2 * np.pi * sound.hz_of(36 + tonic + step) * t + step) * (1 + 0.5 * np.sin(2 * np.pi * t / (7 + step)))
        for step in (0, 7, 12, 19)
    )
    return mastered(sound.ended(tone, 3, 3), 0.5), unmetered()


def speech(seed: int) -> Made:
    """Syllables of noise and vowels in no rhythm."""
    rng = np.random.default_rng(seed)
    samples, at = np.zeros(40 * sound.RATE, np.float32), 0.3
    while at < 39:
        length = rng.uniform(0.08, 0.3)
        one = sound.voice(rng, rng.uniform(95, 140), length)
        begin = int(at * sound.RATE)
        samples[begin : begin + len(one)] += one[: len(samples) - begin]
        at += length + (rng.uniform(0.3, 0.9) if rng.random() < 0.15 else rng.uniform(0, 0.08))
    return mastered(samples, 1.0, 0.7), unmetered()


def ambient(seed: int) -> Made:
    rng = np.random.default_rng(seed)
    band = Band(*key_of("ambient", seed), {"A": [0]}, {})
    samples = np.zeros(60 * sound.RATE, np.float32)
    for _ in range(36):
        one = sound.pad(band.hz(int(rng.choice([0, 2, 4, 7, 9])), int(rng.choice([3, 4]))), rng.uniform(5, 9), 2.5)
        begin = int(rng.uniform(0, 54) * sound.RATE)
        samples[begin : begin + len(one)] += one[: len(samples) - begin]
    return mastered(room(samples, 0.5), 0.6, 0.6), unmetered(None)


def noise(seed: int) -> Made:
    return (0.2 * np.random.default_rng(seed).normal(size=20 * sound.RATE)).astype(np.float32), unmetered()


def noise_drums(seed: int) -> Made:
    """Drums without a pitch: there is no key."""
    score = Score("noise-drums", seed, [Section("A", 16, 0.5)], bpm=varied(seed, 116, 0.1), reverb=0)
    for bar in range(16):
        for beat in range(4):
            score.play(
                4 * bar + beat,
                sound.snare(score.rng, 0.1) if beat % 2 else sound.filtered(sound.hat(score.rng, 0.1), None, 500),
                0.9 if beat % 2 else 8,
            )
            for half in (0, 0.5):
                score.play(4 * bar + beat + half, sound.hat(score.rng), 0.3)
    made = finished(score)
    made[1].update(downbeats_s=None, sections_s=None)
    return made


SONGS: dict[str, Callable[[int], Made]] = {
    "pop": pop, "rock": rock, "metal": metal, "house": house, "breakbeat": breakbeat, "fast-190": fast, "funk": funk, "reggae": reggae,
    "trap": trap, "ballad": ballad, "swing": swing, "waltz-3-4": waltz, "seven-8": seven, "piano": piano, "orchestra": orchestra,
    "rubato": rubato, "tempo-change": change, "live": drifting, "clicks": clicks, "lead-in": lead_in, "fades": fades, "quiet": quiet,
    "loud": loud, "drone": drone, "speech": speech, "ambient": ambient, "noise": noise, "noise-drums": noise_drums,
}  # fmt: skip


def keys(pitch: int, minor: bool, a4_hz: float = 432.0) -> Made:
    """Sixteen seconds of four chords in one of the 24 keys, tuned low: I vi IV V, and i iv VI v."""
    chords = [0, 3, 5, 4] if minor else [0, 5, 3, 4]
    band = Band(pitch, minor, {"A": chords}, {}, bass="roots", comp="piano", melody=None, a4_hz=a4_hz)
    score = Score(f"key-{NAMES[pitch]}-{minor}", pitch, [Section("A", 8, 0.5)], bpm=120, key=band.key)
    return finished(arranged(score, layers_of(band)), 1.0)
