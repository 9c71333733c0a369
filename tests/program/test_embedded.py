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
    assert [model["name"] for model in program("model", "list", "--json").json()] == ["mini", "mini-upscaler"]
    assert program("model", "info", "mini-upscaler", "--json").json()["trust"]
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


def upscaler(program, song, *words):
    shown = program("render", song, *words, "--print-config", "--origin").json()["upscale"]
    return shown["value"], shown["origin"]


def test_what_is_shown_larger_is_enlarged_by_the_models_own_network_unless_told_otherwise(program, song):
    larger = ("--output-size", "480x270")
    own = program("model", "info", "mini-upscaler", "--json").json()["sha256"]
    assert upscaler(program, song) == ("", "default")
    assert upscaler(program, song, *larger) == (f"sha256:{own}", "model mini")
    assert upscaler(program, song, "--aspect", "9:16") == (f"sha256:{own}", "model mini")
    assert upscaler(program, song, "--output-size", "256x256") == ("", "default")
    assert upscaler(program, song, *larger, "--upscale", "none") == ("", "flag")
    assert upscaler(program, song, *larger, "--no-diffusion") == ("", "default")

    def frame(name, *words):
        done = program("render", song, "--frames", "0", *FEW_STEPS, *words, "-o", f"{name}/%d.png")
        assert done.code == 0, done
        return picture(program.work / name / "0.png").astype(int)

    small, large, plain = frame("small"), frame("large", "--output-size", "1024x1024"), frame("plain", "--output-size", "1024x1024", "--upscale", "none")
    assert large.shape == plain.shape == (1024, 1024, 3)
    steepest = [np.percentile(np.abs(np.diff(shown, axis=1)), 99.5) for shown in (large, plain)]
    assert steepest[0] > 1.2 * steepest[1], steepest
    reduced = large.reshape(256, 4, 256, 4, 3).mean(axis=(1, 3))
    assert np.abs(reduced - small).mean() < 4


def test_a_video_made_larger_without_a_network_is_made_again_so(program, song):
    made = ("--frames", "0-1", *FEW_STEPS, "--size", "64x64", "--output-size", "96x96")
    assert program("render", song, *made, "--upscale", "none", "-o", "plain.mp4").code == 0
    assert upscaler(program, song, "--from", "plain.mp4") == ("", "plain.mp4")
    assert program("render", song, *made, "-o", "sharp.mp4").code == 0
    assert upscaler(program, song, "--from", "sharp.mp4")[0].startswith("sha256:")


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
    assert stats["onset_lag_s"] <= 1 / 15
    assert stats["beat_alignment_z"] >= 3
    assert stats["motion"] >= 0.003
    assert stats["flashes_per_s"] <= 3
