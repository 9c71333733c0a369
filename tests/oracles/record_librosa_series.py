"""Records the series that have librosa's names, of record_librosa.py's song: tests/features/data/librosa_series.json.

Run: python tests/oracles/record_librosa_series.py
"""

import json
from pathlib import Path

import librosa
import numpy as np
from record_librosa import FPS, RATE, SAMPLES, frames, song

OUT = Path(__file__).parent.parent / "features" / "data" / "librosa_series.json"
HOP = RATE // FPS
COUNT = -(-SAMPLES * FPS // RATE)


def percussive(y):
    """DMV 4 and stable-diffusion-videos: the percussive part, its mel power at each frame's begin."""
    part = librosa.effects.percussive(y)
    power = librosa.feature.melspectrogram(y=part, sr=RATE, n_mels=256, hop_length=HOP).sum(axis=0)
    stft = librosa.stft(y, n_fft=2048, hop_length=512)
    peak = librosa.feature.melspectrogram(S=np.abs(librosa.decompose.hpss(stft)[1]) ** 2, sr=RATE, n_mels=128).max(axis=0)
    times = np.arange(COUNT) * HOP / 512
    return power, np.interp(times, np.arange(len(peak)), peak)


def centroids(y):
    high = librosa.resample(y, orig_sr=RATE, target_sr=44100)
    values = []
    for i in range(COUNT):
        part = high[i * 44100 // FPS : (i + 1) * 44100 // FPS]
        values.append(librosa.feature.spectral_centroid(y=part, sr=44100, n_fft=1024, hop_length=512)[0].mean())
    return np.array(values)


def main():
    y = (song() / 32768).astype(np.float32)
    chroma = librosa.feature.chroma_cqt(y=y, sr=RATE, hop_length=HOP)
    power, peak = percussive(y)
    series = {f"chroma_cqt_{name}": chroma[i] for i, name in enumerate("c cs d ds e f fs g gs a as b".split())}
    series["mel_level"] = librosa.feature.melspectrogram(y=y, sr=RATE, n_mels=128, fmax=8000, hop_length=HOP).mean(axis=0)
    series["mel_power"] = librosa.feature.melspectrogram(y=y, sr=RATE, n_mels=256, hop_length=HOP).sum(axis=0)
    series["percussive_mel"], series["percussive_peak"] = power, peak
    series["centroid_1024"] = centroids(y)
    series["rms_db"] = np.array([20 * np.log10(np.sqrt(np.mean(y[a:b].astype(np.float64) ** 2))) for a, b in frames()])
    OUT.write_text(json.dumps({name: [float(f"{v:.6g}") for v in values[:COUNT]] for name, values in series.items()}) + "\n")


if __name__ == "__main__":
    main()
