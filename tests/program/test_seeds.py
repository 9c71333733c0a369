"""The table of the five projects, examples/seeds.md: every command in it is tried over networks that are arithmetic."""

import re
import shlex
import shutil

import numpy as np
import pytest
from conftest import ROOT, sines, write_wav
from PIL import Image

TABLE = (ROOT / "examples" / "seeds.md").read_text()
CELLS = [re.split(r"(?<!\\)\|", line)[2] for line in TABLE.splitlines() if line.startswith("| ") and not line.startswith("| line")]
WRITTEN = [piece.replace("\\|", "|") for cell in CELLS for piece in re.findall(r"`([^`]+)`", cell)]
COMMANDS = ("paint", "analyze", "still", "sonify", "slow", "render", "spectradiff")
# Words of expressions and of choices that a command before them takes, and what needs networks of its own.
ASIDE = ("raw(", "360", "luminance", "painting", "spectral-", "funky", "--interpolation-model", "--control-", "song")
INSTEAD = {"…,1.0": "1.0", "=0.2,": "=", "DIR": "./fake-model", "--notes FILE": "--notes notes.txt", "--prompts FILE": "--prompts story.txt", "--image FILE": "--image picture.png", " …": " storm"}
FORMS = {
    "--sound-embedding storm": "--sound-embedding mfcc",
    "--sound-embedding waveform|fft|melspectrogram": "--sound-embedding fft",
    "render storm": "render song.wav",
    "render slow.wav": "render song.wav",
}
# Without pictures to look at: what is planned says whether it can be.
DRY = ["--dry-run", "--model", "./fake-model", "--size", "64x64"]
QUICK = ["--size", "64x64", "--frames", "0", "-o", "out/%05d.png", "-y"]


def command(piece):
    for old, new in [*INSTEAD.items(), *FORMS.items()]:
        piece = piece.replace(old, new)
    words = shlex.split(piece.removeprefix("spectradiff "))
    if words[0].startswith("-"):
        words = ["render", "song.wav", *words]
    if words[0] == "render":
        return [*words, *DRY]
    if words[0] == "paint":
        return [*words, *(QUICK if "-o" not in words else ["--frames", "0", "-y"])]
    if words[0] == "still":
        return [*words, "--model", "./fake-model", "--size", "64x64", "--steps", "2", "-y"]
    return [*words, "-y"]


TRIED = [piece for piece in WRITTEN if piece.startswith(("-", *COMMANDS)) and not piece.startswith(ASIDE)]


def test_what_is_not_tried_is_a_word_of_what_is():
    left = [piece for piece in WRITTEN if piece not in TRIED]
    assert all(piece.startswith(ASIDE) for piece in left), left
    assert len(TRIED) > 60


@pytest.fixture
def world(program, fake_model):
    write_wav(program.work / "song.wav", np.concatenate([sines(0.5, 220, 1500), sines(0.5, 330, 90)]))
    (program.work / "folder").mkdir()
    for name in ("bell.wav", "folder/bell.wav"):
        shutil.copy(program.work / "song.wav", program.work / name)
    (program.work / "list.txt").write_text("bell.wav\n")
    (program.work / "notes.txt").write_text("\n".join("abcdefghijkl") + "\n")
    (program.work / "story.txt").write_text("0:00: sea: calm\n0:01: storm\n")
    noise = np.random.default_rng(3).integers(0, 255, (512, 48, 3), np.uint8)  # as high as riffusion's pictures are
    Image.fromarray(noise).save(program.work / "picture.png")
    return program


@pytest.mark.parametrize("piece", dict.fromkeys(TRIED))
def test_every_command_of_the_table_works(world, piece):
    words = command(piece)
    done = world(*words)
    assert done.code == 0, (words, done)
    assert "changes nothing" not in done.err, (words, done)
