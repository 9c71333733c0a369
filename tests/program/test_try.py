"""try: a sheet of looks to choose by."""

import json
import shlex
import subprocess

import numpy as np
import pytest
from conftest import PROGRAM, RATE, write_wav
from PIL import Image

ENGINE = json.loads(subprocess.run([PROGRAM, "doctor", "--json"], capture_output=True, check=False).stdout)["engine"]["ok"]

SMALL = ["--size", "64x64", "--steps", "2", "--bins", "8"]


@pytest.fixture
def story(program):
    """Soft, loud from 6 s on, softest from 12 s on."""
    t = np.arange(16 * RATE) / RATE
    level = np.select([t < 6, t < 12], [0.05, 0.8], 0.01)
    write_wav(program.work / "story.wav", level * np.sin(2 * np.pi * 330 * t))
    return "story.wav"


def test_a_sheet_shows_each_look_at_three_moments_and_its_command(program, story, fake_model):
    done = program("try", story, "--model", "fake-model", *SMALL, "--looks", "plain,kick", "--json")
    assert done.code == 0, done
    event = done.valid_events()[-1]
    assert event["path"] == "story-looks.png" and [look["name"] for look in event["looks"]] == ["plain", "kick"]
    moments = event["moments_s"]
    assert 6 < moments["loudest"] < 12 < moments["quietest"] and 5 < moments["most changing"] < 13
    sheet = np.asarray(Image.open(program.work / "story-looks.png").convert("RGB"))
    assert sheet.shape[1] > sheet.shape[0] > 232 and sheet.std() > 10
    assert program.files() == [*[name for name in program.files() if name.startswith("fake-model/")], "story-looks.png", "story.wav"]


def test_a_song_that_breaks_off_is_not_shown_twice(program, fake_model):
    t = np.arange(40 * RATE) / RATE
    write_wav(program.work / "ends.wav", np.where(t < 36.5, 0.4 + 0.3 * np.sin(t / 3), 0.01) * np.sin(2 * np.pi * 330 * t))
    done = program("try", "ends.wav", "--model", "fake-model", *SMALL, "--looks", "plain", "--json")
    assert done.code == 0, done
    moments = done.valid_events()[-1]["moments_s"]
    assert 36 < moments["most changing"] < 38 and abs(moments["quietest"] - moments["most changing"]) >= 2, moments


def test_the_commands_are_printed_and_run(program, story, fake_model):
    done = program("try", story, "--model", "fake-model", *SMALL, "--looks", "plain,kick", "-o", "sheet.jpg", "-q")
    commands = [shlex.split(line) for line in done.out.splitlines()]
    assert done.code == 0 and len(commands) == 2, done
    assert commands[0] == ["spectradiff", "render", story, "--model", "fake-model", *SMALL, "-q"]
    assert commands[1] == [*commands[0], "--preset", "kick"]
    assert program(*commands[1][1:], "--frames", "0-1", "-o", "v.mp4").code == 0
    assert (program.work / "sheet.jpg").read_bytes()[:2] == b"\xff\xd8"


def test_a_second_sheet_takes_the_next_free_name(program, story, fake_model):
    one = [program("try", story, "--model", "fake-model", *SMALL, "--looks", "plain") for _ in range(2)]
    assert [done.code for done in one] == [0, 0] and "story-looks-2.png" in program.files(), one


def test_what_cannot_be_tried_is_said_before_anything_is_made(program, story, fake_model):
    (program.work / "there.png").write_bytes(b"mine")
    for arguments, code, words in [
        ([story, "--looks", "plain,auroa"], 2, "aurora"),
        ([story, "--looks", " , "], 2, "names none"),
        ([story, "-o", "sheet.mp4"], 2, ".png or .jpg"),
        ([story, "-o", "there.png"], 5, "there.png"),
        ([story, "-o", story, "-y"], 2, "story.wav"),
        (["-"], 2, "stdin"),
        ([story, "--preset", "kick"], 2, "--looks"),
        (["missing.wav"], 3, "missing.wav"),
        ([], 2, "needs a sound file"),
    ]:
        done = program("try", *arguments, "--model", "fake-model", *SMALL)
        assert done.code == code and words in done.err and done.out == "", (arguments, done)
    assert (program.work / "there.png").read_bytes() == b"mine"


def test_a_song_of_a_moment_and_a_silent_one_are_tried_too(program, fake_model):
    write_wav(program.work / "short.wav", np.sin(np.arange(RATE // 10)))
    write_wav(program.work / "silent.wav", np.zeros(2 * RATE))
    for song in ("short.wav", "silent.wav"):
        done = program("try", song, "--model", "fake-model", *SMALL, "--looks", "plain")
        assert done.code == 0, done


@pytest.mark.slow
@pytest.mark.skipif(not ENGINE, reason="the engine is not built")
def test_the_usual_looks_differ_with_the_model_that_ships(program, story):
    done = program("try", story, "--size", "64x64")
    assert done.code == 0 and len(done.out.splitlines()) == 8, done
    sheet = np.asarray(Image.open(program.work / "story-looks.png").convert("RGB")).astype(int)
    assert sheet.std() > 25
