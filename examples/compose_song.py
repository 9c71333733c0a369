#!/usr/bin/env python3
# SPDX-License-Identifier: CC0-1.0
"""Composes and synthesises the example song: compose_song.py OUT.wav

Nineteen seconds in A minor at 126 beats a minute, 44.1 kHz, 16 bits, stereo; the same samples at every run. The form gives
pictures something to follow: two bars of opening pads and plucks under a riser, four bars with everything, two held bars
without drums, one bar of return, and a last chord that rings out.
"""

import sys
import wave

import numpy as np

Sound = np.ndarray  # [frames], or [2][frames], nominal ±1

RATE = 44100
TEMPO = 126.0
BEAT_S = 60.0 / TEMPO
BAR_S = 4 * BEAT_S
LENGTH_S = 19.2
FRAMES = int(LENGTH_S * RATE)
RANDOM = np.random.default_rng(1204)

INTRO, DROP, HELD, RETURN, END = 0, 2, 6, 8, 9  # the bar each part begins with

# One chord a bar: (root of the bass, notes of the pad), MIDI numbers.
AM9 = (45, (57, 64, 67, 71, 72))
FMAJ7 = (41, (57, 60, 64, 65, 69))
CADD9 = (48, (55, 60, 62, 64, 72))
G6 = (43, (55, 59, 62, 64, 71))
DM9 = (38, (57, 60, 64, 65, 69))
E7SUS = (40, (57, 59, 62, 64, 71))
CHORDS = [AM9, FMAJ7, AM9, FMAJ7, CADD9, G6, DM9, E7SUS, FMAJ7, AM9]

# The tune over the full bars: (beat in the four-bar phrase, note, beats it lasts).
TUNE = [
    (0.0, 76, 0.75), (0.75, 79, 0.75), (1.5, 76, 0.5), (2.0, 74, 0.75), (2.75, 72, 0.75), (3.5, 71, 0.5),
    (4.0, 72, 0.75), (4.75, 76, 0.75), (5.5, 81, 1.5), (7.0, 79, 0.5), (7.5, 76, 0.5),
    (8.0, 79, 0.75), (8.75, 76, 0.75), (9.5, 72, 0.5), (10.0, 74, 0.75), (10.75, 76, 0.75), (11.5, 79, 0.5),
    (12.0, 83, 0.75), (12.75, 81, 0.75), (13.5, 79, 0.5), (14.0, 74, 0.75), (14.75, 76, 0.75), (15.5, 71, 0.5),
]  # fmt: skip
HELD_TUNE = [(0.0, 76, 2.5), (2.5, 77, 0.5), (3.0, 76, 1.0), (4.0, 74, 2.0), (6.0, 71, 2.0)]
BASS_PATTERN = [(0.5, 0), (0.75, 0), (1.5, 0), (1.75, 12), (2.5, 0), (2.75, 0), (3.25, 7), (3.5, 12), (3.75, 7)]


def seconds(count: float) -> np.ndarray:
    return np.arange(int(count * RATE)) / RATE


def hertz(note: float) -> float:
    return 440.0 * 2.0 ** ((note - 69) / 12.0)


def saw(frequency: float, length_s: float, phase: float = 0.0) -> Sound:
    """A sawtooth whose step is rounded over two samples (polyBLEP), so that it hardly aliases."""
    step = frequency / RATE
    position = (phase + step * np.arange(int(length_s * RATE))) % 1.0
    after = np.where(position < step, position / step, 1.0)
    before = np.where(position > 1.0 - step, (position - 1.0) / step, -1.0)
    corner = (2 * after - after**2 - 1) + (before**2 + 2 * before + 1)
    return 2.0 * position - 1.0 - corner


def envelope(length_s: float, attack_s: float, decay_s: float, release_s: float = 0.02) -> np.ndarray:
    """Rises in attack_s, falls by 1/e every decay_s, and ends at zero."""
    t = seconds(length_s)
    curve = np.minimum(t / attack_s, 1.0) * np.exp(-np.maximum(t - attack_s, 0.0) / decay_s)
    return curve * np.clip((length_s - t) / release_s, 0.0, 1.0)


def low_pass(sound: Sound, cutoff_hz: float | np.ndarray, resonance: float = 0.0, size: int = 1024) -> Sound:
    """A 24 dB per octave low-pass whose cutoff may move: one value, or one per sample. Overlapped spectra, zero phase."""
    hop = size // 4
    padded = np.concatenate([np.zeros(size), sound, np.zeros(size + hop)])
    window = np.hanning(size + 1)[:-1]
    starts = np.arange(0, len(padded) - size, hop)
    blocks = padded[starts[:, None] + np.arange(size)] * window
    moving = np.broadcast_to(cutoff_hz, sound.shape)
    cutoff = moving[np.clip(starts - size + size // 2, 0, len(sound) - 1)][:, None]
    ratio = np.fft.rfftfreq(size, 1 / RATE) / cutoff
    gain = 1.0 / (1.0 + ratio**4) + resonance * np.exp(-((np.log2(ratio + 1e-9) / 0.35) ** 2))
    blocks = np.fft.irfft(np.fft.rfft(blocks) * gain) * window
    result = np.zeros(len(padded))
    for start, block in zip(starts, blocks, strict=True):
        result[start : start + size] += block
    return result[size : size + len(sound)] / 1.5


def band(sound: Sound, low_hz: float, high_hz: float) -> Sound:
    """Keeps low_hz to high_hz, with slopes half an octave wide."""
    size = 1 << int(np.ceil(np.log2(len(sound) + 4096)))
    octave = np.log2(np.fft.rfftfreq(size, 1 / RATE) + 1e-9)
    rise = 1 / (1 + np.exp(-8 * (octave - np.log2(low_hz))))
    fall = 1 / (1 + np.exp(8 * (octave - np.log2(high_hz))))
    return np.fft.irfft(np.fft.rfft(sound, size) * rise * fall)[: len(sound)]


def convolve(sound: Sound, response: np.ndarray) -> Sound:
    size = 1 << int(np.ceil(np.log2(len(sound) + len(response))))
    return np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size))[:FRAMES]


def pan(sound: Sound, position: float) -> Sound:
    """Equal power; -1 is left, 1 is right."""
    angle = (position + 1) * np.pi / 4
    return np.stack([sound * np.cos(angle), sound * np.sin(angle)])


class Track:
    """A stereo strip, [2][frames], that sounds are laid on."""

    def __init__(self) -> None:
        self.sound = np.zeros((2, FRAMES))

    def add(self, at_s: float, sound: Sound, level: float = 1.0, position: float = 0.0) -> None:
        start = int(at_s * RATE)
        stereo = sound if sound.ndim == 2 else pan(sound, position)
        stereo = stereo[:, : max(FRAMES - start, 0)]
        self.sound[:, start : start + stereo.shape[1]] += level * stereo


# ---- instruments ----------------------------------------------------------------------------------------------------


def kick() -> Sound:
    t = seconds(0.42)
    sweep = 47 + 130 * np.exp(-t / 0.028)
    body = np.sin(2 * np.pi * np.cumsum(sweep) / RATE) * envelope(0.42, 0.001, 0.13, 0.05)
    click = band(RANDOM.standard_normal(len(t)), 1500, 6000) * envelope(0.42, 0.0005, 0.004)
    return np.tanh(1.6 * body) + 0.25 * click


def snare() -> Sound:
    t = seconds(0.4)
    noise = band(RANDOM.standard_normal(len(t)), 900, 9000) * envelope(0.4, 0.001, 0.085)
    claps = sum(np.roll(noise, int(d * RATE)) * (t > d) for d in (0.0, 0.011, 0.021)) / 2
    body = np.sin(2 * np.pi * (185 * t + 1.2 * (1 - np.exp(-t / 0.02)))) * envelope(0.4, 0.001, 0.06)
    return 0.9 * claps + 0.6 * body


def hat(length_s: float, decay_s: float) -> Sound:
    return band(RANDOM.standard_normal(int(length_s * RATE)), 7500, 17000) * envelope(length_s, 0.001, decay_s)


def crash() -> Sound:
    sides = [band(RANDOM.standard_normal(int(2.6 * RATE)), 2800, 16000) * envelope(2.6, 0.002, 0.7, 0.4) for _ in range(2)]
    return np.stack(sides)


def riser(length_s: float) -> Sound:
    t = seconds(length_s) / length_s
    noise = np.stack([low_pass(RANDOM.standard_normal(len(t)), 250 * 2 ** (5.3 * t), 1.5) for _ in range(2)])
    return noise * t**2.2


def pad(notes: tuple[int, ...], length_s: float, cutoff_hz: float | np.ndarray, fade_s: float = 0.25) -> Sound:
    """Three detuned saws a note, spread over the stereo width."""
    t = seconds(length_s)
    sides = np.zeros((2, len(t)))
    for note in notes:
        for cents, place in ((-9, -0.8), (0, 0.0), (8, 0.8)):
            sides += pan(saw(hertz(note + cents / 100), length_s, RANDOM.random()), place)
    shape = np.minimum(t / 0.03, 1.0) * np.clip((length_s - t) / fade_s, 0.0, 1.0)
    return np.stack([low_pass(side, cutoff_hz, 0.25) for side in sides]) * shape / len(notes)


def pluck(note: int, length_s: float, brightness: float = 1.0) -> Sound:
    length_s += 0.25
    sound = saw(hertz(note), length_s) + 0.7 * saw(hertz(note) * 1.006, length_s, 0.3) + 0.4 * saw(hertz(note - 12), length_s)
    cutoff = 500 + brightness * 6500 * np.exp(-seconds(length_s) / 0.11)
    return low_pass(sound, cutoff, 0.4) * envelope(length_s, 0.003, 0.32, 0.15)


def bass(note: int, length_s: float) -> Sound:
    t = seconds(length_s)
    growl = low_pass(saw(hertz(note), length_s) + saw(hertz(note) * 1.004, length_s), 180 + 1400 * np.exp(-t / 0.07), 0.5)
    sub = np.sin(2 * np.pi * hertz(note if note >= 40 else note + 12) * t)
    return np.tanh(0.7 * growl + 0.8 * sub) * envelope(length_s, 0.004, 0.5, 0.03)


# ---- arrangement ----------------------------------------------------------------------------------------------------


def bar(number: int, beat: float = 0.0) -> float:
    return number * BAR_S + beat * BEAT_S


def full_bars() -> list[int]:
    return [*range(DROP, HELD), *range(RETURN, END)]


def arrange_drums(drums: Track, pump: np.ndarray) -> None:
    """Lays the drums and marks in pump, [frames], where the kick makes room."""
    kick_sound, snare_sound = kick(), snare()
    dip = 1.0 - 0.75 * np.exp(-seconds(BEAT_S) / 0.11)
    for number in full_bars():
        for beat in range(4):
            drums.add(bar(number, beat), kick_sound, 0.95)
            start = int(bar(number, beat) * RATE)
            pump[start : start + len(dip)] = dip
        for beat in (1, 3):
            drums.add(bar(number, beat), snare_sound, 0.55)
        for eighth in range(8):
            drums.add(bar(number, eighth / 2 + 0.25), hat(0.09, 0.022), 0.16, 0.35)
            drums.add(bar(number, eighth / 2), hat(0.09, 0.03), 0.12, 0.25)
        for beat in range(4):
            drums.add(bar(number, beat + 0.5), hat(0.26, 0.09), 0.2, -0.3)
    for sixteenth in range(8):  # the roll into the drop, and one into the return
        level = 0.12 + 0.04 * sixteenth
        drums.add(bar(DROP - 1, 2 + sixteenth / 4), snare_sound, level)
        drums.add(bar(RETURN - 1, 2 + sixteenth / 4), snare_sound, 0.8 * level)
    for number in (DROP, RETURN, END):
        drums.add(bar(number), crash(), 0.3)
    drums.add(bar(END), kick_sound, 1.0)


def arrange_pads(pads: Track) -> None:
    for number, (_, notes) in enumerate(CHORDS):
        length = LENGTH_S - bar(END) - 0.05 if number == END else BAR_S + 0.2
        t = seconds(length) / length
        if number < DROP:
            cutoff = 280 * 2 ** (1.5 * number + 1.6 * t)
        elif number in (HELD, HELD + 1):
            cutoff = 1900 * 2 ** (-1.4 * t)
        elif number == END:
            cutoff = 4200 * 2 ** (-3.2 * t)
        else:
            cutoff = 3800 + 1500 * np.sin(2 * np.pi * t)
        fade = 1.6 if number == END else 0.2
        pads.add(bar(number), pad(notes, length, cutoff, fade), 0.45 if number < DROP else 0.5)


def arrange_bass(low: Track) -> None:
    for number in full_bars():
        root = CHORDS[number][0]
        for beat, interval in BASS_PATTERN:
            low.add(bar(number, beat), bass(root - 12 + interval, 0.5 * BEAT_S), 0.5)
    for number in (HELD, HELD + 1):
        low.add(bar(number), bass(CHORDS[number][0], BAR_S), 0.26)
    low.add(bar(END), bass(CHORDS[END][0] - 12, LENGTH_S - bar(END)), 0.55)


def arrange_lead(lead: Track) -> None:
    for number in range(INTRO, DROP):
        for step, note in enumerate((*CHORDS[number][1], *CHORDS[number][1][-2:0:-1])):
            lead.add(bar(number, step / 2), pluck(note + 12, 0.3, 0.08 + 0.1 * (number + step / 8)), 0.36, (-1) ** step * 0.4)
    for beat, note, beats in TUNE:
        lead.add(bar(DROP, beat), pluck(note, beats * BEAT_S), 0.4)
        lead.add(bar(DROP, beat), pluck(note + 12, beats * BEAT_S, 0.5), 0.1, 0.5)
    for beat, note, beats in HELD_TUNE:
        lead.add(bar(HELD, beat), pluck(note, beats * BEAT_S, 0.45), 0.5, -0.15)
    for beat, note, beats in TUNE[6:11]:
        lead.add(bar(RETURN, beat - 4), pluck(note, beats * BEAT_S), 0.4)
    lead.add(bar(END), pluck(81, 1.2, 0.8), 0.4)
    lead.add(bar(END), pluck(76, 1.2, 0.6), 0.3, 0.4)


# ---- mix ------------------------------------------------------------------------------------------------------------


def echoes(sound: Sound) -> Sound:
    """Dotted eighths that answer from side to side."""
    gap = int(0.75 * BEAT_S * RATE)
    left, right = np.zeros(gap * 6 + 1), np.zeros(gap * 6 + 1)
    for repeat in range(1, 7):
        (left if repeat % 2 else right)[gap * repeat] = 0.55**repeat
    middle = band(sound.mean(axis=0), 300, 5000)
    return np.stack([convolve(middle, left), convolve(middle, right)])


def room(sound: Sound, decay_s: float = 0.55) -> Sound:
    """Noise that dies away: two independent responses make the width."""
    t = seconds(3 * decay_s)
    wet = []
    for side in sound:
        response = band(RANDOM.standard_normal(len(t)), 250, 6500) * np.exp(-t / decay_s) * np.minimum(t / 0.012, 1.0)
        wet.append(convolve(side, response / np.sqrt(np.sum(response**2))))
    return np.stack(wet)


def compose() -> Sound:
    """The song, [2][frames], nominal ±1, peak at -1 dBFS."""
    drums, pads, low, lead, effects = (Track() for _ in range(5))
    pump = np.ones(FRAMES)
    arrange_drums(drums, pump)
    arrange_pads(pads)
    arrange_bass(low)
    arrange_lead(lead)
    effects.add(bar(DROP) - 1.5 * BAR_S, riser(1.5 * BAR_S), 0.3)
    effects.add(bar(RETURN) - BAR_S, riser(BAR_S), 0.2)

    tune = lead.sound + 0.5 * echoes(lead.sound)
    harmony = pads.sound * pump
    wet = room(0.5 * tune + 0.35 * harmony + 0.06 * drums.sound)
    mix = drums.sound + harmony + low.sound * (0.4 + 0.6 * pump) + 0.85 * tune + effects.sound + 0.5 * wet * (0.5 + 0.5 * pump)
    mix = np.tanh(0.6 * mix)
    fade = np.clip((LENGTH_S - np.arange(FRAMES) / RATE) / 0.6, 0.0, 1.0)
    mix *= fade
    return mix * (10 ** (-1 / 20) / np.max(np.abs(mix)))


def write_wav(path: str, sound: Sound) -> None:
    samples = np.round(sound.T * 32767).astype("<i2")
    with wave.open(path, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    write_wav(sys.argv[1], compose())


if __name__ == "__main__":
    main()
