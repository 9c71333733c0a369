"""Records what NumPy and SciPy compute by the seeds' formulas (SpD3 to SpD8): tests/features/data/seed_*.csv.

Run: python tests/oracles/record_seed_bins.py

The signals are made of integers only, so that tests/features/seed_test.cpp makes the same ones:
  noise   32-bit linear congruential generator x = 1664525 x + 1013904223 from 1, sample = (x >> 16) - 32768;
  sweep   a triangle of a 32-bit phase whose step grows by 300 per sample from 2^22, from its top 16 bits;
  left    sweep / 2 + noise / 8 (rounded down), right: noise / 4 + sweep / 8, one draw of noise per channel and sample, left first.
"""

import math
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

# NumPy's AVX-512 power function is less exact than the C library's and moves some indices by one.
SWITCH = "NPY_DISABLE_CPU_FEATURES"
if SWITCH not in os.environ:
    sys.exit(subprocess.call([sys.executable, *sys.argv], env={**os.environ, SWITCH: "X86_V4 AVX512_ICL AVX512_SPR"}))

import numpy as np
from scipy.fft import rfft

DATA = Path(__file__).parent.parent / "features" / "data"
NAMED_WINDOWS = (20, 21, 34, 400, 735, 1102, 1470, 2048, 2205, 2400, 2940, 3940, 4410, 4800, 8202, 9600, 19200)


def seed_indices(window, bins):
    return np.logspace(1, math.log(window / 2, 10), num=bins).astype(int)


def signal(samples):
    state, phase, step = 1, 0, 1 << 22
    pairs = np.zeros((samples, 2), dtype=np.int64)
    for i in range(samples):
        phase = (phase + step) & 0xFFFFFFFF
        step += 300
        ramp = phase >> 15
        triangle = (ramp if ramp < 65536 else 131071 - ramp) - 32768
        noises = []
        for _ in range(2):
            state = (1664525 * state + 1013904223) & 0xFFFFFFFF
            noises.append((state >> 16) - 32768)
        pairs[i] = (triangle >> 1) + (noises[0] >> 3), (noises[1] >> 2) + (triangle >> 3)
    return pairs


def seed_rows(samples, rate, fps, window_s, bins):
    """samples: 16-bit integers, [n] or [n][2]."""
    scaled = samples / 2**16
    mono = scaled.sum(axis=1) / 2 if scaled.ndim == 2 else scaled
    chunk = Fraction(rate) / fps
    window = math.floor(window_s * rate)
    indices = seed_indices(window, bins)
    rows = []
    for c in range(math.ceil(len(mono) / chunk)):
        start = int(c * chunk)
        piece = mono[start : int(start + chunk)]
        rows.append(np.abs(rfft(piece, window))[indices])
    return rows


def record_indices():
    windows = sorted({*range(20, 12000, 53), *NAMED_WINDOWS})
    with open(DATA / "seed_indices.csv", "w", newline="\n") as out:
        out.write("window,bins,last,distinct,checksum\n")
        for window in windows:
            for bins in (1, 2, 90, 256):
                indices = [int(i) for i in seed_indices(window, bins)]
                assert max(indices) < len(rfft(np.zeros(window)))
                checksum = sum((k + 1) * index for k, index in enumerate(indices)) % 2**32
                out.write(f"{window},{bins},{indices[-1]},{len(set(indices))},{checksum}\n")


def record_magnitudes():
    pairs = signal(19845)
    cases = {
        "stereo_15": (pairs, Fraction(15), 256),
        "mono_29_97": (pairs[:, 0], Fraction(30000, 1001), 90),
    }
    for name, (samples, fps, bins) in cases.items():
        with open(DATA / f"seed_{name}.csv", "w", newline="\n") as out:
            for row in seed_rows(samples, 44100, fps, Fraction(50, 1000), bins):
                out.write(",".join(f"{value:.9g}" for value in row) + "\n")


DATA.mkdir(parents=True, exist_ok=True)
record_indices()
record_magnitudes()
