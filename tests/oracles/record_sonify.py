"""Records what torchaudio and SciPy make of a picture of integers: tests/sonify/data/sonify.json.

Run: python tests/oracles/record_sonify.py

The picture: 24 x 18, channel c of pixel (x, y) is (x * x * 7 + y * 13 + c * 40 + x * y * 3) % 256. The phases that Griffin-Lim begins with are
fractions of integers: real (k * 37 % 101) / 101 and imaginary (k * 53 % 103) / 103, k counting bins within frames.
"""

import json
from pathlib import Path

import numpy as np
import torch
import torchaudio
from scipy.signal import chirp

OUT = Path(__file__).parent.parent / "sonify" / "data" / "sonify.json"
WIDTH, HEIGHT = 24, 18


def picture():
    y, x, c = np.mgrid[0:HEIGHT, 0:WIDTH, 0:3]
    return (x * x * 7 + y * 13 + c * 40 + x * y * 3) % 256


def griffin_lim(channel):
    n_fft = 2 * (HEIGHT - 1)
    power = torch.tensor(10 ** ((80 * channel - 80) / 20), dtype=torch.float64)
    k = np.arange(WIDTH * HEIGHT).reshape(WIDTH, HEIGHT).T
    phases = torch.tensor((k * 37 % 101) / 101 + 1j * ((k * 53 % 103) / 103), dtype=torch.complex128)
    real = torch.rand
    torch.rand = lambda *_, **__: phases[None].clone()
    try:
        made = torchaudio.functional.griffinlim(power[None], torch.hann_window(n_fft, dtype=torch.float64), n_fft, n_fft // 2, n_fft, 2.0, 32, 0.99, None, True)
    finally:
        torch.rand = real
    return made[0].numpy()


def chirps(image, rate, seconds):
    t = np.linspace(0, seconds, rate * seconds)
    total = np.zeros_like(t)
    for column in range(WIDTH):
        r, g, _ = image[:, column].mean(axis=0)
        total += (0.2 + 0.8 * g) * chirp(t, f0=800 * r, f1=1.5 * 800 * r, t1=seconds, method="linear")
    return total / WIDTH


def main():
    image = picture() / 255
    lim = griffin_lim(image[:, :, 0])
    tones = chirps(image, 24000, 3)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"griffin_lim": [round(v, 9) for v in lim.tolist()], "chirp_every": 701, "chirp_samples": len(tones), "chirps": [round(v, 12) for v in tones[::701].tolist()]}) + "\n")


if __name__ == "__main__":
    main()
