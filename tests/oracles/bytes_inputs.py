"""What record_bytes.py gives the program to read: songs, pictures and texts, the same bytes at every run.

Everything is made of whole numbers, so that no processor rounds it its own way. Compressed songs are ffmpeg's, with its plain C code.
"""

import json
import subprocess
import wave
from pathlib import Path

import numpy as np
from PIL import Image

RATE = 44100
SONG_S = 6
TEMPO_SAMPLES = RATE // 2  # 120 beats a minute
STEPS = (42852281, 53989930, 64208046, 85704562)  # phase per sample at 22050 Hz of A3 C#4 E4 A4; 2^32 is a period

STORY_LINES = "0:00: a calm sea, misty\n0:02: a stormy sea in blue and gold\n0:04.1: stars\n"
STORY_KEYS = [
    {"at": "3f", "prompt": "a forest", "negative": "grey"},
    {"at": "4beats", "prompt": "fire and flames", "blend": "cut"},
    {"at": 3, "prompt": "crystals in violet", "weight": "progress^2", "blend": "slerp"},
    {"at": "end", "prompt": "a galaxy"},
]


def triangle(phase: np.ndarray) -> np.ndarray:
    """phase: of 2^32 per period. Returns -32768..32767."""
    ramp = (phase & 0xFFFFFFFF) >> 15
    return np.where(ramp < 65536, ramp, 131071 - ramp) - 32768


def noise(count: int) -> np.ndarray:
    """A linear congruence's upper halves, -32768..32767."""
    values, state = np.zeros(count, np.int64), 1
    for i in range(count):
        state = (1664525 * state + 1013904223) & 0xFFFFFFFF
        values[i] = (state >> 16) - 32768
    return values


def song() -> np.ndarray:
    """[samples][2], 16 bits: a kick on each beat, a hat between, a tune on the left, chords on the right; two beats of rest, then louder"""
    i = np.arange(SONG_S * RATE, dtype=np.int64)
    in_beat = i % TEMPO_SAMPLES
    kick = triangle(in_beat * (9_000_000 - np.minimum(in_beat, 8000) * 700)) >> np.minimum(1 + (in_beat >> 10), 15)
    off_beat = (i + TEMPO_SAMPLES // 2) % TEMPO_SAMPLES
    hat = np.resize(noise(RATE // 4), i.size) >> np.minimum(2 + (off_beat >> 8), 15)
    note = i // (TEMPO_SAMPLES // 2)
    step = np.array(STEPS)[note * 5 % 4] // 2
    tune = triangle(i * step) >> np.minimum(2 + (i % (TEMPO_SAMPLES // 2) >> 11), 15)
    bar = i // (4 * TEMPO_SAMPLES)
    chord = sum(triangle(i * (STEPS[k] // 2 + bar * 900_000)) for k in range(3)) >> 4
    rest = (i // TEMPO_SAMPLES == 5) | (i // TEMPO_SAMPLES == 6)
    drums = np.where(rest, 0, kick + hat)
    level = np.where(i < SONG_S * RATE // 2, 3, 2)
    both = np.stack([drums + tune, drums + chord + (tune >> 2)], axis=1) >> level[:, None]
    return np.clip(both, -32768, 32767).astype("<i2")


def write_wav(path: Path, samples: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def picture(width: int, height: int, number: int) -> Image.Image:
    """Stripes, a ramp and a box that moves with number."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    red = (x * 255 // (width - 1)).astype(np.uint8)
    green = ((y * 5 + number * 16) % 256).astype(np.uint8)
    blue = np.where((x // 8 + y // 8) % 2, 220, 30).astype(np.uint8)
    pixels = np.stack([red, green, blue], axis=2)
    pixels[8:24, 4 + 3 * number : 20 + 3 * number] = 255
    return Image.fromarray(pixels)


def ffmpeg(folder: Path, *words: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-cpuflags", "0", *words], cwd=folder, check=True)


def write_inputs(folder: Path) -> None:
    whole = song()
    write_wav(folder / "song.wav", whole)
    write_wav(folder / "mono.wav", whole[:, 0].copy())
    write_wav(folder / "stem.wav", np.roll(whole, RATE // 3, axis=0) // 2)
    write_wav(folder / "short.wav", whole[: 2 * RATE + 1001])
    for name, codec in (("song.m4a", "aac"), ("song.mp3", "libmp3lame"), ("song.flac", "flac"), ("song.opus", "libopus")):
        ffmpeg(folder, "-i", "song.wav", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact", "-c:a", codec, name)
    (folder / "pictures").mkdir()
    for number in range(5):
        picture(80, 60, number).save(folder / "pictures" / f"{number:03}.png")
    picture(120, 96, 2).save(folder / "picture.png")
    ffmpeg(folder, "-framerate", "10", "-i", "pictures/%03d.png", "-fflags", "+bitexact", "-c:v", "ffv1", "-pix_fmt", "bgr0", "clip.mkv")
    (folder / "story.txt").write_text(STORY_LINES)
    (folder / "story.json").write_text(json.dumps(STORY_KEYS))
    (folder / "beats.txt").write_text("".join(f"{0.25 + 0.4 * beat:.2f}\n" for beat in range(14)))
