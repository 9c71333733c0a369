"""Records what librosa, SciPy and NumPy make of a sound of integers as a text's embedding: tests/features/data/sound_embedding.json.

Run: python tests/oracles/record_sound_embedding.py

The sound is record_librosa.py's song, taken as if it had 44100 Hz; slices are SD3's. Of each matrix every so-many-th value is kept, its extremes and
its mean.
"""

import json
from pathlib import Path

import librosa
import numpy as np
from record_librosa import song
from scipy.ndimage import gaussian_filter, gaussian_filter1d, zoom

OUT = Path(__file__).parent.parent / "features" / "data" / "sound_embedding.json"
NOTES_OUT = Path(__file__).parent.parent / "timeline" / "data" / "notes.json"
RATE, ROWS = 44100, 77


def mel_db(y):
    mel = librosa.feature.melspectrogram(y=y, sr=RATE, n_mels=128, fmax=8000)
    return (librosa.power_to_db(mel, ref=np.max) + 80) / 80


def stft(y, width):
    return np.abs(librosa.stft(y, n_fft=2 * (width - 1), hop_length=y.size // ROWS + 1))


def mfcc(y):
    values = librosa.feature.mfcc(y=y, sr=RATE, n_mfcc=13)
    return values - np.mean(values, axis=1, keepdims=True)


def zoomed(array, width):
    return zoom(array, (ROWS / array.shape[0], width / array.shape[1]))


def frame_matrix(y, feature, width):
    if feature == "waveform":
        return librosa.util.fix_length(y, size=ROWS * width).reshape(ROWS, width)
    if feature == "fft":
        columns = stft(y, width).T
        if len(columns) == ROWS:
            return columns
        places = np.linspace(0, len(columns) - 1, ROWS)
        return np.stack([np.interp(places, np.arange(len(columns)), column) for column in columns.T], axis=1)
    if feature == "melspectrogram":
        return np.resize(mel_db(y), (ROWS, width))
    return zoomed(mfcc(y), width)


def still_matrix(y, feature, width):
    if feature == "waveform":
        return frame_matrix(y, feature, width)
    return zoomed({"fft": lambda: stft(y, width), "melspectrogram": lambda: mel_db(y), "mfcc": lambda: mfcc(y)}[feature](), width)


def kept(matrix):
    flat = np.asarray(matrix, dtype=np.float64).ravel()
    return {
        "every": 997,
        "values": [float(f"{value:.7g}") for value in flat[::997]],
        "low": float(flat.min()),
        "high": float(flat.max()),
        "mean": float(flat.mean()),
    }


def main():
    sound = (song() / 32768).astype(np.float32)
    cases = []
    for feature in ("waveform", "fft", "melspectrogram", "mfcc"):
        for fps, frame, width in ((15, 8, 768), (20, 31, 768), (30, 40, 1024), (12, 5, 192), (24, 61, 2048)):
            begin, end = frame * RATE // fps, (frame + 1) * RATE // fps
            cases.append({"feature": feature, "samples": [begin, end], "width": width, **kept(frame_matrix(sound[begin:end], feature, width))})
        cases.append({"feature": feature, "still": True, "width": 768, **kept(still_matrix(sound, feature, 768))})
    array = np.sin(np.arange(35, dtype=np.float64) ** 2).reshape(5, 7)
    OUT.write_text(json.dumps({"cases": cases, "zoom": {"array": array.ravel().tolist(), "zoomed": zoom(array, (11 / 5, 17 / 7)).ravel().tolist()}}) + "\n")

    rng = np.random.default_rng(1)
    chroma = np.abs(np.cumsum(rng.normal(size=(12, 60)), axis=1))
    chroma = np.round(chroma / chroma.max(axis=0), 6)
    NOTES_OUT.parent.mkdir(exist_ok=True)
    onsets = [7, 19, 33, 48]
    NOTES_OUT.write_text(json.dumps({"chroma": chroma.T.tolist(), "onsets": onsets, "slopes": rounded(librosa.feature.delta(chroma, width=9).T), "focus": focus(chroma, onsets), "cumulative": cumulative(chroma, onsets)}) + "\n")


def rounded(array):
    return np.round(np.asarray(array), 9).tolist()


def intervals(onsets, frames):
    edges = [0, *onsets, frames]
    return [(a, b) for a, b in zip(edges, edges[1:], strict=False) if b > a]


def focus(chroma, onsets):
    """DMV 11: the note of each frame and how far towards it."""
    delta = librosa.feature.delta(chroma, width=9)
    notes, along = np.zeros(chroma.shape[1], dtype=int), np.zeros(chroma.shape[1])
    for begin, end in intervals(onsets, chroma.shape[1]):
        note = int(np.argmax(np.abs(delta[:, begin])))
        part = chroma[note, begin:end]
        notes[begin:end] = note
        along[begin:end] = 0.8 * (part - part.min()) / (part.max() - part.min())
    return {"notes": notes.tolist(), "along": rounded(gaussian_filter1d(along, 2))}


def cumulative(chroma, onsets):
    """DMV 12: the weights of the twelve notes."""
    delta = librosa.feature.delta(chroma, width=9)
    weights = np.zeros_like(chroma)
    for begin, end in intervals(onsets, chroma.shape[1]):
        top = np.argsort(-np.abs(delta[:, begin]), kind="stable")[:6]
        weights[top, begin:end] = chroma[top, begin:end] / chroma[top, begin:end].sum(axis=0)
    weights = gaussian_filter(weights, sigma=(1, 2))
    return rounded((0.8 * weights / weights.sum(axis=0)).T)


if __name__ == "__main__":
    main()
