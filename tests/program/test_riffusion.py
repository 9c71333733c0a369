"""Pictures as riffusion has them: painted from sound, read back into sound."""

import numpy as np
from conftest import decode_sound, write_wav
from PIL import Image

RATE, HOP, WINDOW, FFT, BANDS = 44100, 441, 4410, 17640, 512


def notes(seconds):
    """Chords of four decaying partials, another every quarter of a second."""
    time = np.arange(int(RATE * seconds)) / RATE
    base = 220 * 2 ** (np.floor(time * 4) / 4)
    return 0.2 * sum(np.sin(2 * np.pi * base * k * time) / k for k in range(1, 12)) * np.exp(-3 * np.mod(time, 0.25))


def bands_of(samples):
    """torch.stft's magnitudes through torchaudio's HTK filters without a norm: [bands][columns]."""
    padded = np.pad(samples, FFT // 2, mode="reflect")
    window = np.zeros(FFT)
    window[(FFT - WINDOW) // 2 : (FFT + WINDOW) // 2] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    columns = 1 + len(samples) // HOP
    spectra = np.abs([np.fft.rfft(padded[i * HOP : i * HOP + FFT] * window) for i in range(columns)])
    corners = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 10000 / 700), BANDS + 2) / 2595) - 1)
    frequencies = np.arange(FFT // 2 + 1) * RATE / FFT
    rising = (frequencies - corners[:-2, None]) / (corners[1:-1] - corners[:-2])[:, None]
    falling = (corners[2:, None] - frequencies) / (corners[2:] - corners[1:-1])[:, None]
    return np.maximum(0, np.minimum(rising, falling)) @ spectra.T


def grey(path):
    picture = np.asarray(Image.open(path).convert("RGB")).astype(int)
    assert (picture == picture[..., :1]).all()
    return picture[..., 0]


def test_a_painted_picture_is_riffusions_and_the_next_one_follows_without_a_gap(program):
    song = notes(6)
    write_wav(program.work / "song.wav", song, RATE)
    assert program("paint", "song.wav", "--preset", "riffusion", "--size", "256x512", "--fps", "25/64", "-o", "p/%d.png").code == 0
    for frame in range(3):
        clip = np.zeros(255 * HOP + 1)
        part = decode_sound(program.work / "song.wav", RATE)[frame * 256 * HOP :][: len(clip)]
        clip[: len(part)] = part
        bands = bands_of(clip)[::-1]
        expected = 255 - np.round(255 * (bands / bands.max()) ** 0.25)
        assert abs(grey(program.work / f"p/{frame}.png") - expected).max() <= 1


def test_sound_comes_round_by_a_picture(program):
    write_wav(program.work / "song.wav", notes(2), RATE)
    paint = ("paint", "song.wav", "--preset", "riffusion", "--size", "160x512", "--frames", "0", "-o", "p%d.png")
    assert program(*paint).code == 0
    assert program("sonify", "p0.png", "--method", "riffusion", "-o", "again.wav").code == 0
    before, after = (bands_of(sound)[:, 20:130] for sound in (notes(2), decode_sound(program.work / "again.wav", RATE)))
    logs = [np.maximum(20 * np.log10(bands / bands.max() + 1e-12), -60).ravel() for bands in (before, after)]
    assert np.corrcoef(*logs)[0, 1] >= 0.9


def test_a_picture_of_another_height_is_scaled_and_refused_by_sonify(program):
    write_wav(program.work / "song.wav", notes(1), RATE)
    assert program("paint", "song.wav", "--preset", "riffusion", "--size", "64x256", "--frames", "0", "-o", "p%d.png").code == 0
    assert grey(program.work / "p0.png").shape == (256, 64)
    refused = program("sonify", "p0.png", "--method", "riffusion", "-o", "again.wav")
    assert refused.code == 3
    assert "512 high" in refused.err
