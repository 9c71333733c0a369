"""The README: every link leads somewhere, every option it names is there, and every command is tried."""

import json
import os
import re
import shutil
import subprocess

import pytest
from bundles import trust
from conftest import PROGRAM, RATE, ROOT, sines, write_wav
from PIL import Image

README = (ROOT / "README.md").read_text()
BLOCKS = "".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL))
LINES = [re.sub(r"\s+# .*$", "", line) for line in BLOCKS.splitlines() if line and not line.startswith("#")]
NOT_TRIED = [line for line in BLOCKS.splitlines() if "not tried by the tests" in line]
# Made by tests of their own: of the set-up, of packages, of exported models.
ELSEWHERE = ("git clone", "./scripts/", "scripts/export_", "cmake ", "cd build/release", "python3 -m pip")
# Tried together: what one command makes, the next one reads.
SHARDS = [line for line in LINES if "--shard" in line or "assemble" in line]
TRIED = [
    line for line in LINES if not line.startswith(ELSEWHERE) and line not in SHARDS and not any(line in each for each in NOT_TRIED)
]


def test_every_link_and_picture_of_the_readme_is_there():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert len(links) >= 8
    for link in links:
        assert (ROOT / link).exists(), link
    for name in re.findall(r"`((?:scripts|examples|src)/[\w./]+)`", README):
        assert (ROOT / name).exists(), name


def test_the_moving_picture_moves_and_is_small():
    picture = ROOT / "examples" / "pictures" / "demo.webp"
    with Image.open(picture) as loop:
        assert loop.n_frames > 20 and loop.info["loop"] == 0
    assert picture.stat().st_size < 2_500_000


def test_the_readme_names_only_options_that_exist(program):
    known = program("--help-all").out.replace("[no-]", "").replace("--diffusion", "--diffusion --no-diffusion")
    of_others = {"--depth", "--prefix", "--target", "--config", "--lora", "--help", "--install", "--attention-bank"}
    for flag in set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", README)) - of_others:
        assert re.search(rf"(?<![\w-]){flag}(?![\w-])", known), flag


def test_the_readme_tries_at_least_twenty_things():
    assert len([line for line in TRIED if "spectradiff" in line]) >= 20
    assert len(NOT_TRIED) <= 2


@pytest.fixture
def world(program, fake_model):
    """Everything that the commands name, small: a song whose minute is a second, a model of arithmetic."""
    for name in ("song.wav", "drums.wav"):
        write_wav(program.work / name, sines(2.0, 220, 1500))
    assert RATE == 44100
    for name in ("photo.jpg", "cover.jpg", "cover.png"):
        Image.effect_noise((64, 64), 90).convert("RGB").save(program.work / name)
    (program.work / "scenes.txt").write_text("chorus: fireworks | strength +0.2 | cut\n0:01: rain\n")
    (program.work / "lyrics.lrc").write_text("[00:00.50]a line\n[00:01.00]another\n")
    (program.work / "deforum.txt").write_text(json.dumps({"max_frames": 30, "fps": 15, "strength_schedule": "0: (0.5), 20: (0.7)"}))
    (program.work / "jobs.json").write_text(json.dumps([{"audio": "song.wav", "output": "job.mp4", "frames": "0-2"}]))
    (program.home / "models").mkdir()
    fake_model.facts["attention_bank"] = [{"channels": 8, "downscale": 8}]
    fake_model.seal()
    trust(program, fake_model)
    for name in ("sd15", "calm"):
        shutil.copytree(program.work / "fake-model", program.home / "models" / name)
    tools = program.folder / "tools"
    tools.mkdir()
    (tools / "mpv").write_text("#!/bin/sh\nexec ffprobe -v error -i pipe:0\n")
    (tools / "mpv").chmod(0o755)
    return {
        **program.environment,
        "PATH": f"{PROGRAM.parent}:{tools}:{os.environ['PATH']}",
        "SPECTRADIFF_MODEL": str(program.work / "fake-model"),
        "SPECTRADIFF_FRAMES": "15-17",
        "SPECTRADIFF_SIZE": "64x64",
        "SPECTRADIFF_STEPS": "4",
        "SPECTRADIFF_ENCODER_PRESET": "ultrafast",
    }


def run(program, environment, line):
    """As typed, with the song's minute made a second."""
    typed = line.replace("--start 1:00", "--start 1s").replace("--frames 0-45", "--frames 0-2")
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", typed], cwd=program.work, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    assert "warning: " not in done.stderr or "flash" in done.stderr, f"{line}\n{done.stderr}"
    return done


def needed(program, environment, line):
    """What older commands of the README would have left there."""
    for video in ("old.mp4", "video.mp4"):
        if video in line and "-o " + video not in line:
            whole = {key: value for key, value in environment.items() if key != "SPECTRADIFF_FRAMES"}
            run(program, whole, f"spectradiff paint song.wav --hue-start 0.3 -o {video}")


@pytest.mark.parametrize("line", TRIED)
def test_a_command_of_the_readme_does_what_it_says(program, world, line):
    needed(program, world, line)
    before = set(program.files())
    done = run(program, world, line)
    made = set(program.files()) - before
    assert made or done.stdout or line.endswith("| mpv -"), line
    named = re.search(r"-o (\S+)", line)
    if named and named.group(1) != "-":
        assert named.group(1) in made, (line, made)


def test_the_shards_of_the_readme_become_one_video(program, world):
    assert len(SHARDS) == 2
    run(program, world, SHARDS[0])
    run(program, world, SHARDS[0].replace("--shard 1/2", "--shard 2/2"))
    run(program, world, SHARDS[1])
    assert "video.mp4" in program.files()
