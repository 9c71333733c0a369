"""mini, the model that ships: found and trusted with nothing said, a prompt that suits the song, pictures that move with it."""

import json
import subprocess
import sys

import numpy as np
import pytest
from conftest import PROGRAM, ROOT, write_wav
from PIL import Image

ENGINE = json.loads(subprocess.run([PROGRAM, "doctor", "--json"], capture_output=True).stdout)["engine"]["ok"]
pytestmark = pytest.mark.skipif(not ENGINE, reason="this build has no torch engine")

OWN_PRESETS = ("aurora", "embers", "iris", "kick", "orbit", "reef", "skyline")
PROMPTS = [entry["prompt"] for entry in json.loads((ROOT / "scripts/mini/look.json").read_text())["prompts"]]
FEW_STEPS = ["--steps", "2", "--batch-size", "1"]


def picture(path):
    return np.asarray(Image.open(path))


def test_mini_is_found_and_trusted_where_nothing_was_set_up(program):
    assert [model["name"] for model in program("model", "list", "--json").json()] == ["mini"]
    info = program("model", "info", "mini", "--json").json()
    assert info["licence"] == "CC0-1.0" and info["trust"]
    assert "trained from scratch" in info["notes"] and "does not know" in info["notes"], info["notes"]


def test_without_a_prompt_the_song_chooses_one_and_the_seed_varies_it(program, song):
    chosen = []
    for seed in ("0", "1", "2"):
        done = program("render", song, "--frames", "0-1", *FEW_STEPS, "--seed", seed, "-o", f"{seed}/%d.png", "--json")
        events = done.valid_events()
        assert [event["event"] for event in events] == ["start", "analysis", "cost", "model", "frame", "frame", "done"]
        _, facts, _, model, *_ = events
        chosen.append(facts["prompt"])
        assert model["name"] == "mini" and model["loaded"] and model["batch_size"] == 1, model
        assert picture(program.work / seed / "0.png").shape == (256, 256, 3)
    assert set(chosen) <= set(PROMPTS) and len(set(chosen)) == 3
    told = program("render", song, "--frames", "0", *FEW_STEPS, "--seed", "1", "-o", "again/%d.png")
    assert chosen[1] in told.err


def test_an_expression_may_use_the_signals_of_the_models_look(program, song):
    done = program("render", song, "--seed-travel", "5*hit", "--print-config")
    assert done.code == 0, done
    settings = done.json()
    assert settings["seed_travel"] == "5*hit" and "hit" in settings["signal"]
    assert program("render", song, "--seed-travel", "5*hit", "--model", "none-such", "--steps", "nan").code == 2


def test_a_prompt_makes_its_own_picture(program, song):
    for name, prompt in (("snow", "snowy mountains, icy"), ("fire", "fire, fiery orange")):
        done = program("render", song, "--frames", "0", "--strength", "1", "--batch-size", "1", "--prompt", prompt, "-o", f"{name}/%d.png")
        assert done.code == 0, done
    snow, fire = (picture(program.work / name / "0.png").astype(int).mean(axis=(0, 1)) for name in ("snow", "fire"))
    assert snow[2] > snow[0] and fire[0] > fire[2] + 20, (snow, fire)


def test_digital_silence_is_one_picture(program):
    write_wav(program.work / "silence.wav", np.zeros(44100 // 2))
    done = program("render", "silence.wav", "--frames", "0-3", "--steps", "4", "-o", "%d.png")
    assert done.code == 0, done
    assert len({(program.work / f"{i}.png").read_bytes() for i in range(4)}) == 1


def test_every_look_of_our_own_has_a_prompt_and_renders(program, song):
    jobs = [
        {"audio": song, "output": f"{name}/%d.png", "preset": name, "frames": "4", "steps": 2, "batch_size": 1}
        for name in OWN_PRESETS
    ]
    (program.work / "jobs.json").write_text(json.dumps(jobs))
    done = program("batch", "jobs.json", "--json")
    assert done.code == 0, done
    loaded = [event["loaded"] for event in done.valid_events() if event["event"] == "model"]
    assert loaded == [True] + [False] * (len(OWN_PRESETS) - 1)
    for name in OWN_PRESETS:
        assert program("presets", "show", name).json()["prompt"]
        assert picture(program.work / name / "4.png").std() > 5, name


@pytest.mark.slow
def test_the_default_video_of_the_example_song_moves_with_the_music(program):
    song = program.work / "song.wav"
    subprocess.run([sys.executable, ROOT / "examples/compose_song.py", song], check=True, capture_output=True)
    command = [PROGRAM, "render", song, "-o", program.work / "song.mp4", "--stats", "--json", "-q"]
    done = subprocess.run(command, env=program.environment, capture_output=True, text=True)
    stats = json.loads(done.stdout.splitlines()[-1])["stats"]
    assert stats["change_onset_correlation"] >= 0.5
    assert stats["held_change"] <= 0.25
    assert stats["flashes_per_s"] <= 3
