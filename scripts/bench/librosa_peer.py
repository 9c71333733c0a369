"""librosa and NumPy hearing what `spectradiff analyze` hears: the same series and events of a song, by their documented functions."""

import time
from pathlib import Path

import librosa
import numpy as np
import soundfile

FPS = 15


def moments(piece: np.ndarray, rate: int) -> tuple[float, float, float, float]:
    size = 1 << (len(piece) - 1).bit_length()
    a, f = np.abs(np.fft.rfft(piece, size)), np.fft.rfftfreq(size, 1 / rate)
    total = a.sum() + 1e-30
    centroid = (a * f).sum() / total
    spread = np.sqrt((a * (f - centroid) ** 2).sum() / total) + 1e-30
    return centroid, spread, (a * (f - centroid) ** 3).sum() / (spread**3 * total), (a * (f - centroid) ** 4).sum() / (spread**4 * total)


def hear(path: Path) -> float:
    """Everything but loudness, which librosa has not; seconds from opening the file on."""
    begin = time.monotonic()
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    y = samples.mean(axis=1)
    pieces = [y[i * rate // FPS : (i + 1) * rate // FPS] for i in range(len(y) * FPS // rate)]
    for piece in pieces:
        np.sqrt(np.mean(piece**2)), np.abs(piece).max(), moments(piece, rate)

    short = np.abs(librosa.stft(y, n_fft=2048, hop_length=512)) ** 2
    bins = librosa.fft_frequencies(sr=rate, n_fft=2048)
    for low, high in ((20, 250), (250, 4000), (4000, 16000)):
        short[(bins >= low) & (bins < high)].sum(axis=0)
    mel = librosa.power_to_db(librosa.feature.melspectrogram(S=short, sr=rate, fmax=11025))
    mfcc = librosa.feature.mfcc(S=mel, n_mfcc=20)
    onset = librosa.onset.onset_strength(S=mel, sr=rate)
    librosa.onset.onset_detect(onset_envelope=onset, sr=rate)
    _, beats = librosa.beat.beat_track(onset_envelope=onset, sr=rate)

    long = np.abs(librosa.stft(y, n_fft=4096, hop_length=1024))
    for part in librosa.decompose.hpss(long):
        (part**2).sum(axis=0)
    chroma = librosa.feature.chroma_stft(S=long**2, sr=rate, n_fft=4096, tuning=0.0)
    chroma.mean(axis=1)  # the key's correlations are nothing beside this
    timbre = np.vstack([librosa.util.sync(mfcc[:, ::2][:, : chroma.shape[1]], beats // 2), librosa.util.sync(chroma, beats // 2)])
    librosa.segment.agglomerative(timbre, max(2, timbre.shape[1] // 32))
    return time.monotonic() - begin
