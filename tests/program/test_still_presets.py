"""Where the song is silent, what a preset shows stands still, of all presets but those that say otherwise."""

from pathlib import Path

import numpy as np
import pytest
from conftest import RATE, ROOT, sines, write_wav
from PIL import Image

# A picture that runs past, or the exact means of another project, which go on in silence.
RUNNING = {"riffusion", "spectrogram"}
EXACT = {"beat-walk", "notes", "notes-cumulative", "notes-focus", "sound-diffusion", "sound-diffusion-2024", "sound-diffusion-demo"}
PRESETS = {path.stem for path in (ROOT / "presets").glob("*.json")}
# Of 70 at ten a second: two seconds after the sound has ended until shortly before it comes again.
SILENT = range(40, 57)
STILL_CAMERA = {"zoom": 1, "turn": 0, "pan_x": 0, "pan_y": 0, "forward": 0, "yaw": 0, "pitch": 0}
UNTOUCHED = {"paint_over": 0, "sharpen": 0, "noise": 0}
MOST_CHANGE = 2  # of 255, of what still fades


@pytest.fixture
def interrupted(program):
    """Two seconds of beats on a chord, four of nothing, one of beats."""
    t = np.arange(7 * RATE) / RATE
    clicks = np.exp(-(t % 0.5) * 60) * np.sin(2 * np.pi * 80 * t)
    sounds = (t < 2) | (t >= 6)
    write_wav(program.work / "song.wav", sounds * (0.2 * sines(7, 220, 277, 330, 2000) + 0.6 * clicks))
    return "song.wav"


def follows(row):
    return isinstance(row["init"], dict) and "previous" in row["init"]


@pytest.mark.parametrize("name", sorted(PRESETS - RUNNING - EXACT))
def test_a_preset_is_still_in_silence(program, interrupted, name):
    words = [interrupted, "--preset", name, "--fps", "10"]
    done = program("render", *words, "--dry-run")
    assert done.code == 0, done
    rows = [row for row in done.plan()["rows"] if row["frame"] in SILENT]
    assert len(rows) == len(SILENT)
    if any(follows(row) for row in rows):
        for row in rows:
            init = row["init"]
            assert row["strength"] == 0, row
            assert all(init.get(key, still) == still for key, still in (STILL_CAMERA | UNTOUCHED).items()), row
        return
    for key in ("strength", "guidance", "noise", "prompts"):
        assert all(row[key] == rows[0][key] for row in rows), key
    frames = f"{SILENT[0]}-{SILENT[-1]}"
    done = program("paint", *words, "--frames", frames, "-o", "p/%05d.png")
    assert done.code == 0, done
    pictures = [np.asarray(Image.open(path).convert("RGB"), np.float64) for path in sorted(Path(program.work / "p").glob("*.png"))]
    changes = [np.abs(a - b).mean() for a, b in zip(pictures, pictures[1:])]
    assert max(changes) <= MOST_CHANGE and changes == pytest.approx(sorted(changes, reverse=True), abs=0.5), changes


def test_the_presets_that_move_in_silence_are_there():
    assert PRESETS >= RUNNING | EXACT
