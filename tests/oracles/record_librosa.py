"""Records what librosa and NumPy hear in a song of integers: tests/features/data/librosa_song.json.

Run: python tests/oracles/record_librosa.py

tests/features/librosa_test.cpp makes the same song (song() here): eight seconds at 22050 Hz, a noise every 11025 samples and a triangle wave of
another pitch every 5512, both decaying, the second half an octave and a fourth higher. Values per hop become values per frame, at 15 fps, as
include/spectradiff/features/series.h says: the mean or maximum of the hops whose middle lies in the frame.
"""

import json
from pathlib import Path

import librosa
import numpy as np

OUT = Path(__file__).parent.parent / "features" / "data" / "librosa_song.json"
RATE, FPS, SAMPLES = 22050, 15, 8 * 22050
STEPS = (42852281, 53989930, 64208046, 85704562, 107979860, 128416092, 171409124, 53989930)  # phase per sample of A3 C#4 E4 A4 C#5 E5 A5 C#4, 2^32 is a period
SHORT, LONG = (1024, 256), (2048, 512)  # window and hop
FMAX = 11025
BARS_HZ = 55 * 2 ** (np.arange(73) / 12)


def song():
    noise, phase = 1, 0
    samples = np.zeros(SAMPLES, dtype=np.int64)
    for i in range(SAMPLES):
        noise = (1664525 * noise + 1013904223) & 0xFFFFFFFF
        burst = ((noise >> 16) - 32768) >> (2 + min((i % 11025) >> 8, 14))
        note = i // 5512
        step = STEPS[note * 5 % 8]
        if i >= SAMPLES // 2:
            step = step * 8 // 3
        phase = (phase + step) & 0xFFFFFFFF
        ramp = phase >> 15
        triangle = (ramp if ramp < 65536 else 131071 - ramp) - 32768
        samples[i] = burst + (triangle * (5512 - i % 5512) >> 15)
    return samples


def frames():
    for i in range(-(-SAMPLES * FPS // RATE)):
        yield i * RATE // FPS, (i + 1) * RATE // FPS


def per_frame(values, hop, reduce):
    rows = []
    for begin, end in frames():
        first, last = min(-(-begin // hop), len(values)), min(-(-end // hop), len(values))
        if first >= last:
            first = min((begin + (end - begin) // 2 + hop // 2) // hop, len(values) - 1)
            last = first + 1
        rows.append(reduce(values[first:last]))
    return np.array(rows)


def moments(samples):
    """SD31 of every frame."""
    rows = []
    for begin, end in frames():
        piece = samples[begin:end]
        size = 1 << (len(piece) - 1).bit_length()
        a, f = np.abs(np.fft.rfft(piece, size)), np.fft.rfftfreq(size, 1 / RATE)
        centroid = (a * f).sum() / a.sum()
        spread = np.sqrt((a * (f - centroid) ** 2).sum() / a.sum())
        rows.append([centroid, spread, *[(a * (f - centroid) ** k).sum() / (spread**k * a.sum()) for k in (3, 4)]])
    return np.array(rows).T


def constant_q(y):
    """[frames][bars] of every 17th frame: bars a semitone apart, through librosa's own wavelets around the middles of frames."""
    filters, _ = librosa.filters.wavelet(freqs=BARS_HZ, sr=RATE, window="hann", norm=1, gamma=1 / 0.17, pad_fft=False)
    padded = np.pad(y, RATE)
    rows = []
    for begin, end in list(frames())[::17]:
        row = []
        for wavelet in filters:
            # Windows of N samples, N a power of two, in steps of at most N / 4: those shorter than the frame are many.
            length = np.count_nonzero(wavelet) + 1
            count = max(1, int(np.ceil(4 * RATE / FPS / 2 ** int(np.ceil(np.log2(length))))))
            half = len(wavelet) // 2
            power = 0
            for k in range(count):
                middle = begin + (end - begin) // 2 + int(np.floor(((k + 0.5) / count - 0.5) * RATE / FPS + 0.5))
                heard = padded[RATE + middle - half :][: len(wavelet)]
                power += abs(2 * np.sum(heard * np.conj(wavelet))) ** 2 / count
            row.append(np.sqrt(power))
        rows.append(row)
    return np.array(rows)


def mean_square(power, window):
    """Of what |X|² says, [bins][hops]: each bin stands for two."""
    return power.sum(axis=0) * 2 / (window * np.sum(np.hanning(window + 1)[:-1] ** 2))


def main():
    samples = song()
    assert np.abs(samples).max() < 32768
    y = (samples / 32768).astype(np.float32)
    series = dict(zip(("centroid", "spread", "skewness", "kurtosis"), moments(samples / 32768)))

    window, hop = SHORT
    power = np.abs(librosa.stft(y, n_fft=window, hop_length=hop)) ** 2
    mel = librosa.feature.melspectrogram(S=power, sr=RATE, n_fft=window, fmax=FMAX)
    db = librosa.power_to_db(mel)
    strength = librosa.onset.onset_strength(S=db, sr=RATE, n_fft=window, hop_length=hop)
    onset = per_frame(strength, hop, np.max)
    series["onset"] = onset / onset.max()
    for band in (0, 20, 60, 127):
        level = 10 * np.log10(np.maximum(per_frame(mel[band], hop, np.mean), 1e-10))
        series[f"mel_{band}"] = np.maximum(level, db.max() - 80)
    mfcc = librosa.feature.mfcc(S=db, n_mfcc=20)
    for k in (0, 1, 5, 19):
        series[f"mfcc_{k}"] = per_frame(mfcc[k], hop, np.mean)
    # Edges in the middle between bins, so that no bin is shared.
    bin_hz = RATE / window
    for low, high in ((1.5, 9.5), (9.5, 200.5)):
        inside = power[int(low + 0.5) : int(high + 0.5)]
        series[f"band:{low * bin_hz!r}:{high * bin_hz!r}"] = per_frame(mean_square(inside, window), hop, np.mean)

    window, hop = LONG
    magnitude = np.abs(librosa.stft(y, n_fft=window, hop_length=hop))
    for name, part in zip(("harmonic", "percussive"), librosa.decompose.hpss(magnitude)):
        series[name] = per_frame(mean_square(part**2, window), hop, np.mean)
    chroma = librosa.feature.chroma_stft(S=magnitude**2, sr=RATE, n_fft=window, tuning=0.0)
    for k, name in enumerate("c cs d ds e f fs g gs a as b".split()):
        series[f"chroma_{name}"] = per_frame(chroma[k], hop, np.mean)

    hop = SHORT[1]
    tempo, beats = librosa.beat.beat_track(onset_envelope=strength, sr=RATE, hop_length=hop, trim=False)
    onsets = librosa.onset.onset_detect(onset_envelope=strength, sr=RATE, hop_length=hop)
    recorded = {
        "librosa": librosa.__version__,
        "constant_q": [[float(f"{v:.5g}") for v in row] for row in constant_q(y)],
        "checksum": int(np.sum(samples * (np.arange(SAMPLES) % 1009))),
        "tempo_bpm": float(tempo[0]),
        "onsets_s": [round(float(t), 6) for t in onsets * hop / RATE],
        "beats_s": [round(float(t), 6) for t in beats * hop / RATE],
        "series": {name: [float(f"{v:.7g}") for v in values] for name, values in series.items()},
    }
    OUT.write_text(json.dumps(recorded, separators=(",", ":")).replace('],"', '],\n"') + "\n")


if __name__ == "__main__":
    main()
