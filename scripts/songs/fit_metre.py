"""Learns the weights of src/features/metre.cpp from the composed songs (the first seed's; the held out ones judge) and prints them.

Run: python scripts/songs/fit_metre.py       (needs librosa: scripts/requirements/bench.txt)

The program follows a pulse of half beats, then decides which pulses are beats and which begin bars by what sounds where. This does the same
in NumPy: for stretches of 64 pulses every metre and place (1 to 4 pulses a beat, 3 or 4 beats a bar, every first pulse) is described by the
mean of each sound at each kind of place, and the true one is made likely (a softmax over all of them, with a little of ridge).
"""

import json
import sys
from pathlib import Path

import librosa
import numpy as np
from numpy.typing import NDArray
from scipy.io import wavfile
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from songs.compose import CACHE

EDGES, LOW_BANDS, LAG = (0, 6, 20, 60, 128), 28, 2
EARLY_HOPS = -0.25
METRES = [(pulses, beats) for pulses in (1, 2, 3, 4) for beats in (3, 4)]
PLACES = 5  # bar, middle of four, beat, half, rest
STRETCH, STEP, RIDGE, PRIOR_BPM = 64, 48, 0.01, 110
Rows = NDArray[np.float64]


def sounds(song: Path, pulse_s: Rows) -> Rows:
    """[pulses][8], as PulseSounds has them."""
    rate, samples = wavfile.read(song)
    samples = samples.astype(np.float32) / 32768
    power = np.abs(librosa.stft(samples, n_fft=2048, hop_length=512)) ** 2
    db = 10 * np.log10(np.maximum(librosa.feature.melspectrogram(S=power, sr=rate, n_fft=2048, fmax=11025), 1e-10))
    db = np.maximum(db, db.max() - 80)
    around = np.maximum(db, np.maximum(np.vstack([db[:1], db[:-1]]), np.vstack([db[1:], db[-1:]])))
    rise = np.zeros_like(db)
    rise[:, LAG + 1 :] = np.maximum(db[:, LAG + 1 :] - around[:, 1:-LAG], 0)
    columns = []
    hops = np.round(pulse_s * rate / 512 - EARLY_HOPS).astype(int)
    for low, high in zip(EDGES, EDGES[1:], strict=False):
        mean = rise[low:high].mean(0)
        columns.append([mean[max(hop - 2, 0) : hop + 3].max(initial=0) for hop in hops])
    chroma = librosa.feature.chroma_stft(S=np.abs(librosa.stft(samples, n_fft=4096, hop_length=1024)) ** 2, sr=rate, n_fft=4096, tuning=0.0)
    sums = {
        name: np.concatenate([np.zeros((len(rows), 1)), np.cumsum(rows, 1)], 1)
        for name, rows in (("chroma", chroma), ("low", db[:LOW_BANDS]))
    }

    def mean_of(name: str, begin: Rows, end: Rows) -> Rows:
        last = sums[name].shape[1] - 2
        first = np.clip(begin, 0, last).astype(int)
        return (sums[name][:, (to := np.maximum(np.clip(end, 0, last + 1).astype(int), first + 1))] - sums[name][:, first]) / (to - first)

    half_s = np.diff(pulse_s, prepend=2 * pulse_s[0] - pulse_s[1])
    for reach in (2, 4):
        middle, beside = pulse_s * rate / 1024, reach * half_s * rate / 1024
        before, after = mean_of("chroma", middle - beside, middle - 1), mean_of("chroma", middle + 0.25, middle + beside + 0.25)
        unit = [side / (np.linalg.norm(side, axis=0) + 1e-3) for side in (before, after)]
        columns.append(np.linalg.norm(unit[1] - unit[0], axis=0))
        middle, beside = 2 * middle, 2 * beside
        columns.append(np.abs(mean_of("low", middle, middle + beside) - mean_of("low", middle - beside, middle - 1)).mean(0))
    rows = np.log1p(np.array(columns).T)
    return (rows - rows.mean(0)) / (rows.std(0) + 1e-6)


def kinds(count: int, pulses: int, beats: int, first: int) -> NDArray[np.int64]:
    place = (np.arange(count) - first) % (pulses * beats)
    kind = np.full(count, 4)
    if pulses % 2 == 0:
        kind[place % pulses == pulses // 2] = 3
    kind[place % pulses == 0] = 2
    if beats == 4:
        kind[place == 2 * pulses] = 1
    kind[place == 0] = 0
    return kind


def described(rows: Rows, pulses_per_minute: float, metre: tuple[int, int, int]) -> Rows:
    pulses, beats, first = metre
    kind = kinds(len(rows), pulses, beats, first)
    means = [rows[kind == k].sum(0) / len(rows) for k in range(PLACES)]
    octaves = np.log2(pulses_per_minute / pulses / PRIOR_BPM)
    return np.concatenate([*means, [octaves, octaves**2, pulses == 3, beats == 3]])


def pulses_of(truth: dict) -> Rows:
    """Half beats, or beats where they are fast: what the program would follow."""
    beats = np.array(truth["beats_s"])
    if 60 / np.median(np.diff(beats)) > 165:
        return beats
    middle = (beats[1:] + beats[:-1]) / 2
    return np.sort(np.concatenate([beats, middle]))


def stretches(song: Path) -> list[tuple[Rows, int]]:
    truth = json.loads(song.with_suffix(".json").read_text())
    if not truth["downbeats_s"] or round(len(truth["beats_s"]) / len(truth["downbeats_s"])) not in (3, 4):
        return []
    pulse_s = pulses_of(truth)
    pulses, beats = round(len(pulse_s) / len(truth["beats_s"])), round(len(truth["beats_s"]) / len(truth["downbeats_s"]))
    rows, result = sounds(song, pulse_s), []
    rng = np.random.default_rng(0)
    for begin in range(0, max(len(rows) - STRETCH, 1), STEP):
        begin += int(rng.integers(pulses * beats))  # so that bars begin anywhere
        part, times = rows[begin : begin + STRETCH], pulse_s[begin : begin + STRETCH]
        metres = [(p, b, first) for p, b in METRES for first in range(p * b)]
        speed = 60 / np.median(np.diff(times))
        features = np.array([described(part, speed, metre) for metre in metres])
        result.append((features, metres.index((pulses, beats, -begin % (pulses * beats)))))
    return result


def fitted(data: list[tuple[Rows, int]]) -> Rows:
    def loss(weights: Rows) -> tuple[float, Rows]:
        total, slope = 0.0, np.zeros_like(weights)
        for features, true in data:
            scores = features @ weights
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            total -= np.log(chances[true] + 1e-12)
            slope -= features[true] - chances @ features
        return total / len(data) + RIDGE / 2 * weights @ weights, slope / len(data) + RIDGE * weights

    return minimize(loss, np.zeros(data[0][0].shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x


def right(data: list[tuple[Rows, int]], weights: Rows) -> float:
    return float(np.mean([np.argmax(features @ weights) == true for features, true in data]))


def main() -> None:
    learned, held_out = ([one for song in sorted((CACHE / "composed").glob(f"*-{seed}.wav")) for one in stretches(song)] for seed in (1, 2))
    weights = fitted(learned)
    print(f"of {len(learned)} stretches {right(learned, weights):.1%} right, of {len(held_out)} held out {right(held_out, weights):.1%}")
    print("constexpr double kWeights[kPlaces][kSounds] = {")
    for row in weights[: PLACES * 8].reshape(PLACES, 8):
        print("    {" + ", ".join(f"{weight:.2f}" for weight in row) + "},")
    print("};")
    print("constexpr double kTempoWeight = {:.2f}, kTempoSquaredWeight = {:.2f};  // by octaves".format(*weights[-4:-2]))
    print("constexpr double kTripletWeight = {:.2f}, kThreeWeight = {:.2f};".format(*weights[-2:]))


if __name__ == "__main__":
    main()
