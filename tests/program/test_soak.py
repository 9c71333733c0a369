"""Runs of hours over networks of arithmetic: memory and descriptors stay as they are.

SPECTRADIFF_SOAK_S: how long all of it takes; without it two hours."""

import json
import os
import statistics
import subprocess
import time
from pathlib import Path

import pytest
from conftest import QUICK, sines, write_wav
from test_resume import slowly

SOAK_S = float(os.environ.get("SPECTRADIFF_SOAK_S", "7200"))
MOST_GROWTH = 1.05
MOST_GROWTH_KIB = 4096  # of what is small, and allocators' own
MOMENTARY = 3  # descriptors that a job has open for moments: a leak over thousands of jobs is hundreds
RATE = 8000


def watch(child, seconds):
    """Resident KiB and open descriptors, again and again until it ends."""
    seen, end = [], time.monotonic() + 3 * seconds + 60
    while child.poll() is None:
        assert time.monotonic() < end, "it does not come to its end"
        try:
            status = Path(f"/proc/{child.pid}/status").read_text()
            resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
            seen.append((resident, len(os.listdir(f"/proc/{child.pid}/fd"))))
        except (FileNotFoundError, StopIteration):  # it has ended meanwhile
            break
        time.sleep(seconds / 400)
    return seen


def hold_flat(seen):
    """The last quarter against the second: the first is a warm-up."""
    assert len(seen) > 100
    quarter = len(seen) // 4
    second, last = seen[quarter : 2 * quarter], seen[3 * quarter :]
    memory, descriptors = ([statistics.median(look[i] for look in part) for part in (second, last)] for i in (0, 1))
    print(f"{len(seen)} looks: {memory[0]:.0f} KiB, then {memory[1]:.0f} KiB; descriptors {descriptors[0]}, then {descriptors[1]}")
    assert memory[1] <= max(MOST_GROWTH * memory[0], memory[0] + MOST_GROWTH_KIB), memory
    assert descriptors[1] <= descriptors[0] + MOMENTARY, descriptors


@pytest.mark.slow
def test_one_long_render_takes_no_more_memory_at_its_end(program, fake_model):
    seconds = SOAK_S / 2
    frames = int(8 * seconds)
    write_wav(program.work / "song.wav", sines(frames / 24, 220, 1500, rate=RATE), rate=RATE)
    words = ["render", "song.wav", *QUICK, "--fps", "24", "--steps", "2", "--batch-size", "2", "--seed-mode", "increment"]
    child = program.start(*words, "--model", "./fake-model", "-o", "v.mkv", "-q", environment=slowly(program, vae_decode=2 / 8), stderr=subprocess.PIPE)
    hold_flat(watch(child, seconds))
    assert child.wait() == 0, child.stderr.read()


@pytest.mark.slow
def test_thousands_of_jobs_take_no_more_memory_at_their_end(program, fake_model):
    seconds = SOAK_S / 2
    write_wav(program.work / "song.wav", sines(0.5, 220, 1500, rate=RATE), rate=RATE)
    same = {"size": "64x64", "bins": 8, "steps": 2, "batch_size": 2, "model": "./fake-model", "encoder_preset": "ultrafast"}
    jobs = [{"audio": "song.wav", "output": f"{i % 100}/{i}.mp4", "seed": i} for i in range(100_000)]
    for i in range(100):
        (program.work / str(i)).mkdir()
    (program.work / "jobs.json").write_text(json.dumps({"defaults": same, "jobs": jobs}))
    words = ["batch", "jobs.json", "-q", "--time-limit", f"{int(seconds)}"]
    with open(program.folder / "out", "wb") as out:
        child = program.start(*words, stdout=out, stderr=subprocess.PIPE)
    seen = watch(child, seconds)
    assert child.wait() in (0, -15), child.stderr.read()
    assert (program.folder / "out").read_bytes().count(b"\tdone\t") > seconds / 2
    hold_flat(seen)
