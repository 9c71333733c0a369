"""A band: drums, bass, chords, a melody and a voice that play a form in a key, each section in its own way."""

from dataclasses import dataclass, field

import numpy as np

from songs import instruments as sound
from songs.score import Layer, Score, Section

MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")

Pattern = dict[str, list[float]]  # an instrument's beats in a bar; a "?" behind its name: each of them by chance


@dataclass
class Band:
    tonic: int  # pitch class
    minor: bool
    chords: dict[str, list[int]]  # per label, degrees, one a bar, over and over
    drums: dict[str, Pattern]  # per label; none: silent
    bass: str | None = "eighths"  # eighths, roots, octaves, walking, offbeats, syncopated
    comp: str | None = "pad"  # pad, guitar, muted, piano, offbeats, pluck, strings, arpeggio
    melody: str | None = "lead"  # lead, voice, pluck, strings, piano
    melody_from: float = 0.45  # the energy from which it sounds
    bass_from: float = 0.2
    swing: float = 0.5  # where in a beat its second half lies
    a4_hz: float = 440.0
    fills: bool = True
    gains: dict[str, float] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{NAMES[self.tonic]} {'minor' if self.minor else 'major'}"

    def pitch(self, degree: int, octave: int = 4) -> int:
        """Of a degree of the scale, 0 the tonic."""
        scale = MINOR if self.minor else MAJOR
        return 12 * (octave + 1) + self.tonic + 12 * (degree // 7) + scale[degree % 7]

    def hz(self, degree: int, octave: int = 4) -> float:
        return sound.hz_of(self.pitch(degree, octave), self.a4_hz)

    def degree(self, section: Section, bar_in_section: int) -> int:
        chords = self.chords[section.label]
        return chords[bar_in_section % len(chords)]

    def swung(self, beat: float) -> float:
        whole, part = divmod(beat, 1)
        return whole + (part * 2 * self.swing if part <= 0.5 else self.swing + (part - 0.5) * 2 * (1 - self.swing))

    def gain(self, name: str, usual: float) -> float:
        return usual * self.gains.get(name, 1.0)


DRUM_GAINS = {
    "kick": 0.9,
    "snare": 0.55,
    "clap": 0.5,
    "hat": 0.16,
    "open": 0.2,
    "ride": 0.16,
    "crash": 0.35,
    "rim": 0.3,
    "tom": 0.5,
    "shaker": 0.08,
}


def drum(score: Score, name: str) -> sound.Samples:
    rng = score.rng
    if name == "kick":
        return sound.kick(rng)
    if name == "snare":
        return sound.snare(rng)
    if name == "clap":
        return sound.clap(rng)
    if name == "rim":
        return sound.rim(rng)
    if name == "tom":
        return sound.tom(rng, float(rng.choice([90, 120, 160])))
    if name == "crash":
        return sound.crash(rng)
    return sound.hat(rng, {"hat": 0.05, "open": 0.22, "ride": 0.12, "shaker": 0.03}[name])


def first_of(score: Score, section: Section, bar: int) -> tuple[int, bool]:
    """The bar's place in its section, and whether it is the last there."""
    for other, begin in score.each_section():
        if other is section:
            return bar - begin, bar - begin == section.bars - 1
    raise AssertionError(section)


def drums_layer(band: Band) -> Layer:
    def play(score: Score, section: Section, bar: int) -> None:
        pattern = band.drums.get(section.label)
        if not pattern:
            return
        place, last = first_of(score, section, bar)
        base = bar * score.meter
        fill = band.fills and last and section.bars >= 4
        for name, beats in pattern.items():
            chance = name.endswith("?")
            kind = name.rstrip("?")
            for beat in beats:
                if (chance and score.rng.random() < 0.5) or (fill and beat >= score.meter - 1 and kind in ("hat", "snare", "clap")):
                    continue
                level = score.rng.uniform(0.8, 1.0) * (0.75 if kind in ("hat", "ride", "shaker") and beat % 1 else 1)
                score.play(base + band.swung(beat), drum(score, kind), band.gain(kind, DRUM_GAINS[kind]) * level)
        if fill:
            for i in range(4):
                score.play(base + score.meter - 1 + i / 4, drum(score, "snare" if i < 2 else "tom"), 0.4 + 0.08 * i)
        if place == 0 and section.energy >= 0.7:
            score.play(base, drum(score, "crash"), band.gain("crash", DRUM_GAINS["crash"]))

    return play


def bass_layer(band: Band) -> Layer:
    def play(score: Score, section: Section, bar: int) -> None:
        if band.bass is None or section.energy < band.bass_from:
            return
        place, _ = first_of(score, section, bar)
        degree, base, meter = band.degree(section, place), bar * score.meter, score.meter
        rng = score.rng
        if band.bass == "walking":
            steps = [degree, degree + 2, degree + 4, degree + int(rng.choice([1, 5, 6]))]
            line = [(beat, steps[beat % 4], 0.9) for beat in range(meter)]
        elif band.bass == "roots":
            line = [(0, degree, meter * 0.95)]
        elif band.bass == "offbeats":
            line = [(beat + 0.5, degree, 0.45) for beat in range(meter)]
        elif band.bass == "syncopated":
            line = [(0, degree, 0.7)] + [
                (at, degree + int(rng.choice([0, 0, 4, 7])), 0.4)
                for at in (0.75, 1.5, 2.5, 2.75, 3.5)
                if at < meter and rng.random() < 0.65
            ]
        elif band.bass == "octaves":
            line = [(k / 2, degree + 7 * (k % 2), 0.42) for k in range(2 * meter)]
        else:
            line = [(k / 2, degree, 0.42) for k in range(2 * meter)]
        for beat, step, beats in line:
            start = base + band.swung(beat)
            score.play(
                start, sound.bass(band.hz(step, 1 if band.pitch(step, 1) > 30 else 2), score.length(start, beats)), band.gain("bass", 0.3)
            )

    return play


def comp_layer(band: Band) -> Layer:
    def play(score: Score, section: Section, bar: int) -> None:
        if band.comp is None:
            return
        place, _ = first_of(score, section, bar)
        degree, base, meter = band.degree(section, place), bar * score.meter, score.meter
        triad = [degree, degree + 2, degree + 4]
        whole = score.length(base, meter)
        level = band.gain("comp", 0.10 + 0.08 * section.energy)
        if band.comp in ("pad", "strings"):
            voice = sound.pad if band.comp == "pad" else sound.strings
            for step in triad:
                score.play(base, voice(band.hz(step, 4), whole), level)
        elif band.comp in ("guitar", "muted"):
            for k in range(2 * meter):
                muted = band.comp == "muted" and section.energy < 0.8 and k % 4 != 0
                start = base + band.swung(k / 2)
                score.play(start, sound.distorted(band.hz(degree, 2), score.length(start, 0.5), muted), level * 1.6)
        elif band.comp == "offbeats":
            for beat in range(meter):
                start = base + band.swung(beat + 0.5)
                for step in triad:
                    score.play(start, sound.pluck(band.hz(step, 4), 0.16, 0.8), level * 1.5)
        elif band.comp == "piano":
            for beat in range(meter):
                for step in triad if beat else [degree - 7, *triad]:
                    start = base + band.swung(beat)
                    score.play(
                        start,
                        sound.piano(band.hz(step, 4), score.length(start, 1), 0.8 if beat == 0 else 0.5),
                        level * (1.5 if beat == 0 else 1.0),
                    )
        elif band.comp == "pluck":
            for at in (0, 0.75, 1.5, 2, 2.75, 3.5):
                if at < meter:
                    for step in triad:
                        score.play(base + band.swung(at), sound.pluck(band.hz(step, 4), 0.3, 0.5), level)
        else:  # an arpeggio
            for k in range(2 * meter):
                start = base + band.swung(k / 2)
                score.play(
                    start,
                    sound.piano(band.hz(triad[(0, 1, 2, 1)[k % 4]], 4), score.length(start, 1), 0.75 if k == 0 else 0.45),
                    level * (1.7 if k == 0 else 1.1),
                )
            score.play(base, sound.piano(band.hz(degree, 2), whole, 0.7), level * 1.6)

    return play


def melody_layer(band: Band) -> Layer:
    """Phrases of two bars, made once for each label, so that repeats sound alike; not all of it on the grid."""
    phrases: dict[tuple[str, int], list[tuple[float, int, float]]] = {}

    def phrase(score: Score, label: str, bar: int) -> list[tuple[float, int, float]]:
        made = phrases.get((label, bar))
        if made is None:
            made, beat = [], float(score.rng.choice([0, 0, 0.5, 1]))
            while beat < score.meter - 0.3:
                beats = float(score.rng.choice([0.5, 0.5, 1, 1.5, 2]))
                if score.rng.random() < 0.8:
                    made.append((beat, int(score.rng.choice([0, 2, 4, 7, 1, 5])), beats))
                beat += beats
            phrases[(label, bar)] = made
        return made

    def play(score: Score, section: Section, bar: int) -> None:
        if band.melody is None or section.energy < band.melody_from:
            return
        place, _ = first_of(score, section, bar)
        degree, base = band.degree(section, place), bar * score.meter
        for beat, step, beats in phrase(score, section.label, place % 4):
            start = base + band.swung(beat)
            hz, length = band.hz(degree + step, 5 if band.melody != "voice" else 4), score.length(start, beats * 0.95)
            gain = band.gain("melody", 0.2)
            if band.melody == "voice":  # singers are late and slide
                score.add(score.time(start) + float(score.rng.normal(0.02, 0.02)), sound.voice(score.rng, hz, length), gain * 1.3)
            elif band.melody == "pluck":
                score.play(start, sound.pluck(hz, length), gain)
            elif band.melody == "strings":
                score.play(start, sound.strings(hz, length), gain)
            elif band.melody == "piano":
                score.play(start, sound.piano(hz, length, 0.7), gain)
            else:
                score.play(start, sound.lead(hz, length), gain)

    return play


def build_layer(label: str) -> Layer:
    """A riser and a roll over the sections of a label: what leads into a drop."""

    def play(score: Score, section: Section, bar: int) -> None:
        if section.label != label:
            return
        place, _ = first_of(score, section, bar)
        base, meter = bar * score.meter, score.meter
        along = place / section.bars
        steps = 1 if along < 0.5 else 2 if along < 0.75 else 4
        for k in range(meter * steps):
            score.play(base + k / steps, sound.snare(score.rng), 0.15 + 0.4 * (along + k / steps / meter / section.bars))
        t = sound.seconds(score.length(base, meter))
        noise = sound.filtered(score.rng.normal(size=len(t)), 400 + 5000 * along, None)
        score.play(base, (noise * (along + t / t[-1] / section.bars)).astype(np.float32), 0.12, tight=True)

    return play


def layers_of(band: Band) -> list[Layer]:
    return [drums_layer(band), bass_layer(band), comp_layer(band), melody_layer(band)]
