"""--json against the schema that ships, and --preview."""

import json
import signal
import time

import numpy as np
import pytest
from conftest import EVENTS, QUICK, write_wav
from PIL import Image


def valid(done):
    return [event["event"] for event in done.valid_events()]


def test_the_schema_is_one_and_refuses_what_is_no_event():
    EVENTS.check_schema(EVENTS.schema)
    good = {"schema": 1, "t": 0.5, "event": "frame", "frame": 3, "done": 1, "total": 2, "left_s": 1.5}
    EVENTS.validate(good)
    EVENTS.validate({**good, "colour": "added later"})
    for wrong in ({"schema": 2}, {"event": "frme"}, {"done": 0}, {"frame": "3"}, {"t": -1}):
        assert not EVENTS.is_valid({**good, **wrong}), wrong
    assert not EVENTS.is_valid({key: good[key] for key in good if key != "total"})


def test_every_event_of_real_runs_is_valid(program, song):
    assert valid(program("paint", song, *QUICK, "--json", "--stats", "-o", "a.mp4")) == ["start", "analysis", "cost", *["frame"] * 15, "encode", "done"]
    assert valid(program("render", song, *QUICK, "--no-diffusion", "--frames", "3-5", "--json", "-o", "f/%05d.png")) == ["start", "analysis", "cost", *["frame"] * 3, "done"]
    done = program("paint", song, *QUICK, "--json", "-o", "e.mp4")
    assert [event["left_s"] for event in done.valid_events() if event["event"] == "frame"][-1] == 0
    assert valid(program("analyze", song, "--json", "--csv", "a.csv", "--plot", "a.png")) == ["start", "analysis", "done"]
    assert valid(program("paint", song, "--json", "-o", "a.mp4")) == ["error"]
    assert valid(program("paint", song, "--json", "--painter", "piee")) == ["error"]
    write_wav(program.work / "silent.wav", np.zeros(2000))
    assert "warning" in valid(program("paint", "silent.wav", *QUICK, "--json"))
    jobs = [{"audio": song, "output": "b.mp4"}, {"audio": "none.wav", "output": "c.mp4"}, {"audio": song, "output": "a.mp4", "id": "there"}]
    (program.work / "jobs.json").write_text(json.dumps(jobs))
    done = program("batch", "jobs.json", *QUICK, "--no-diffusion", "--json")
    names = valid(done)
    assert done.code == 7 and names.count("result") == 3 and names[-1] == "batch"
    assert [event.get("job") for event in done.events() if event["event"] == "frame"] == ["0"] * 15


@pytest.mark.parametrize("name", ["sheet.png", "sheet.jpg"])
def test_a_preview_shows_frames_of_the_whole_run(program, song, name):
    words = ["--size", "64x48"]
    done = program("paint", song, *QUICK, *words, "--preview", name, "-o", "v.mkv", "--fps", "60")
    assert done.code == 0, done
    sheet = Image.open(program.work / name).convert("RGB")
    assert sheet.size == (4 + 6 * 68, 4 + 5 * 52)
    cells = np.asarray(sheet)[4:, 4:]
    bright = [cells[52 * row : 52 * row + 48, 68 * column : 68 * column + 64].max() for row in range(5) for column in range(6)]
    assert min(bright) > 60, bright  # every place is a picture, none is still dark
    assert program.files() == sorted([name, "song.wav", "v.mkv"])


def test_a_preview_holds_the_very_frames(program, song):
    assert program("paint", song, *QUICK, "--frames", "2,5,9", "--preview", "s.png", "-o", "f/%05d.png").code == 0
    sheet = np.asarray(Image.open(program.work / "s.png"))
    assert sheet.shape == (72, 4 + 3 * 68, 3)
    for place, frame in enumerate((2, 5, 9)):
        assert (sheet[4:68, 4 + 68 * place : 68 + 68 * place] == np.asarray(Image.open(program.work / f"f/{frame:05d}.png"))).all()


def test_a_preview_is_there_and_whole_while_the_run_goes_on(program, long_tone):
    child = program.start("paint", long_tone, *QUICK, "--preview", "s.png", "-o", "v.mkv")
    sheet = program.work / "s.png"
    deadline = time.monotonic() + 30
    while not sheet.exists() and time.monotonic() < deadline and child.poll() is None:
        time.sleep(0.02)
    assert Image.open(sheet).convert("RGB").size == (4 + 6 * 68, 4 + 5 * 68)
    child.send_signal(signal.SIGINT)
    assert child.wait(30) in (-signal.SIGINT, 0)
    assert Image.open(sheet).convert("RGB").size == (4 + 6 * 68, 4 + 5 * 68)


def test_a_preview_that_cannot_be_is_refused_before_any_work(program, song):
    (program.work / "there.png").write_bytes(b"mine")
    for name, code in (("sheet.gif", 2), ("sheet", 2), ("", 2), ("there.png", 5), ("none/sheet.png", 5)):
        done = program("paint", song, *QUICK, "--preview", name)
        assert done.code == code and "preview" in done.err, done
    assert program.files() == ["song.wav", "there.png"] and (program.work / "there.png").read_bytes() == b"mine"
    assert program("paint", song, *QUICK, "--preview", "there.png", "-y").code == 0


def test_a_sweep_has_a_preview_per_value(program, song):
    assert program("paint", song, *QUICK, "--sweep", "painter=hash,pie", "--preview", "s.png").code == 0
    assert {"s-painter-hash.png", "s-painter-pie.png"} <= set(program.files())
