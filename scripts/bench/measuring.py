"""Commands, their time and their memory, and a song to run them on."""

import pathlib
import statistics
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Sequence

import numpy

Word = str | int | float | pathlib.Path

SCRIPTS = pathlib.Path(__file__).resolve().parents[1]


def run(command: Sequence[Word]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([str(word) for word in command], check=True, capture_output=True)


def seconds(command: Sequence[Word]) -> float:
    begin = time.monotonic()
    run(command)
    return time.monotonic() - begin


# A child's peak begins with that of the process it was forked from, so a small process of its own starts the command.
USAGE = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss, usage.ru_utime + usage.ru_stime)
sys.exit(status != 0)
"""


def usage(command: Sequence[Word]) -> tuple[float, float]:
    """Largest resident set of the command in MiB and its processor seconds; it has to write nothing on stdout."""
    peak, spent = run([sys.executable, "-c", USAGE, *command]).stdout.split()
    return int(peak) / 1024, float(spent)


def peak_mib(command: Sequence[Word]) -> float:
    return usage(command)[0]


def processor_seconds(command: Sequence[Word]) -> float:
    return usage(command)[1]


def alternating(rounds: int, *actions: Callable[[], float]) -> list[float]:
    """Median result of each action over interleaved rounds."""
    results: list[list[float]] = [[] for _ in actions]
    for _ in range(rounds):
        for result, action in zip(results, actions, strict=True):
            result.append(action())
    return [statistics.median(result) for result in results]


def make_song(path: pathlib.Path, duration_s: float, sample_rate_hz: int = 44100) -> None:
    """A stereo song-like signal: chords with decaying notes over a beat of noise bursts."""
    t = numpy.arange(int(duration_s * sample_rate_hz)) / sample_rate_hz
    beat = t % 0.5
    generator = numpy.random.default_rng(1)
    left = 0.3 * numpy.exp(-20 * beat) * generator.standard_normal(t.size) * 0.3
    for k, hz in enumerate((110.0, 220.5, 329.6, 440.0, 659.3, 987.8)):
        left += 0.1 * numpy.sin(2 * numpy.pi * hz * 2 ** (numpy.floor(t / 4) % 4 / 12) * t) * numpy.exp(-2 * ((t + 0.1 * k) % 1))
    stereo = numpy.stack([left, numpy.roll(left, 500)], axis=1)
    samples = numpy.clip(stereo * 32767, -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(sample_rate_hz)
        out.writeframes(samples.tobytes())
