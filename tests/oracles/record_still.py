#!/usr/bin/env python3
"""Writes tests/paint/data/still.bin: VS2's picture of a made-up stereo song, by torch (torchaudio's Spectrogram is its stft) and Pillow.

One line "SAMPLES WIDTH HEIGHT", then WIDTH·HEIGHT grey bytes. tests/paint/still_test.cpp makes the same song.
"""

import pathlib

import numpy
import torch
from PIL import Image

SAMPLES, RATE, SIZE = 60000, 22050, (400, 300)


def song():
    """[channel][sample], 16 bit; sine sweeps and steps in integers, so that both sides agree on every sample."""
    i = numpy.arange(SAMPLES, dtype=numpy.int64)
    left = (i * i // 97) % 20001 - 10000
    right = (i % 89) * 200 - 8800
    right = numpy.where(i % 12000 < 6000, right, 0)
    return numpy.stack([left, right]).astype(numpy.float32) / 32768


def main():
    waveform = torch.from_numpy(song())
    spectrum = torch.stft(waveform, 512, hop_length=256, window=torch.hann_window(512), center=True, pad_mode="reflect", return_complex=True)
    power = spectrum.abs().pow(2).mean(dim=0)
    decibels = 10 * torch.log10(power + 1e-9)
    scaled = (decibels - decibels.min()) / (decibels.max() - decibels.min())
    picture = Image.fromarray((scaled.numpy() * 255).astype(numpy.uint8)).convert("RGB").resize(SIZE)
    grey = numpy.asarray(picture)[:, :, 0]
    data = pathlib.Path(__file__).parents[1] / "paint" / "data" / "still.bin"
    data.write_bytes(b"%d %d %d\n" % (SAMPLES, *SIZE) + grey.tobytes())


if __name__ == "__main__":
    main()
