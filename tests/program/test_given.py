"""What expressions read from beside the song: stems, MIDI files, label tracks, and how much the painting changes."""

import json

import numpy as np
import pytest
from conftest import QUICK, RATE, sines, write_wav
from PIL import Image

FRAMES = [*QUICK, "--fps", "10", "--steps", "4", "--strength-mode", "exact", "--model", "./fake-model"]


@pytest.fixture
def files(program, song, fake_model):
    t = np.arange(RATE) / RATE
    write_wav(program.work / "lead.wav", sines(1, 440) * np.abs(np.sin(2 * np.pi * 1.5 * t)))
    write_wav(program.work / "short.wav", sines(0.5, 440))
    # Two notes of 0.3 s, at 0.2 and 0.6 s: 96 ticks to a quarter note of half a second.
    events = bytes([0x26, 0x90, 60, 127, 0x3A, 0x80, 60, 0, 0x13, 0x90, 36, 64, 0x3A, 0x80, 36, 0, 0, 0xFF, 0x2F, 0])
    header = b"MThd" + bytes([0, 0, 0, 6, 0, 0, 0, 1, 0, 96])
    (program.work / "kit.mid").write_bytes(header + b"MTrk" + len(events).to_bytes(4, "big") + events)
    (program.work / "marks.txt").write_text("0.25\t0.45\tverse\n0.8\t0.8\tflash\n")
    return program.work


def strengths(program, song, *words):
    done = program("render", song, *FRAMES, *words, "--dry-run")
    assert done.code == 0, done
    plan = done.plan()
    return np.array([row["strength"] for row in plan["rows"]]), plan["constants"]["files"]


def test_a_stem_is_its_level_against_its_loudest_frame(program, song, files):
    found, digests = strengths(program, song, "--stem", "lead=lead.wav", "--strength", "stem:lead")
    samples = sines(1, 440) * np.abs(np.sin(2 * np.pi * 1.5 * np.arange(RATE) / RATE))
    rms = [np.sqrt(np.mean(samples[i * RATE // 10 : (i + 1) * RATE // 10] ** 2)) for i in range(10)]
    np.testing.assert_allclose(found, np.array(rms) / max(rms), atol=1e-4)
    assert set(digests) == {"stem:lead"}


def test_notes_and_labels_are_read_in_the_frames_they_cover(program, song, files):
    words = ["--midi", "kit=kit.mid", "--labels", "marks=marks.txt"]
    velocity = [0, 1, 1, 1, 1, *[64 / 127] * 5]  # 0.198..0.5 and 0.599..0.901 s
    found, _ = strengths(program, song, *words, "--strength", "midi:kit")
    np.testing.assert_allclose(found, velocity, atol=1e-6)
    found, _ = strengths(program, song, *words, "--strength", "midi:kit:60")
    np.testing.assert_allclose(found, [0, 1, 1, 1, 1, 0, 0, 0, 0, 0], atol=1e-6)
    found, _ = strengths(program, song, *words, "--strength", "pitch:kit / 127")
    np.testing.assert_allclose(found, np.array([60] * 5 + [36] * 5) / 127, atol=1e-6)
    found, digests = strengths(program, song, *words, "--strength", "0.5*labels:marks")
    np.testing.assert_allclose(found, [0, 0, 0.5, 0.5, 0.5, 0, 0, 0, 0.5, 0], atol=1e-6)
    assert set(digests) == {"midi:kit", "labels:marks"}


def test_change_is_the_mean_difference_of_painted_frames(program, song, files):
    painting = ["--hue-start", "0.1*f", "--paint-turn", "9*f", "--zoom", "2"]
    assert program("paint", song, *FRAMES[:-6], *painting, "-o", "p/%05d.png").code == 0
    pictures = [np.asarray(Image.open(path), float) for path in sorted((program.work / "p").glob("*.png"))]
    change = np.array([0.0] + [np.abs(b - a).mean() for a, b in zip(pictures, pictures[1:])])
    assert change.max() > 1
    found, _ = strengths(program, song, *painting, "--strength", "change")
    np.testing.assert_allclose(found, change / change.max(), atol=1e-5)
    part, _ = strengths(program, song, *painting, "--strength", "change", "--frames", "4-6")
    np.testing.assert_array_equal(part, found[4:7])


def test_files_in_a_preset_lie_beside_it(program, song, files):
    (files / "set").mkdir()
    (files / "lead.wav").rename(files / "set" / "lead.wav")
    (files / "set" / "mine.json").write_text(json.dumps({"stem": {"lead": "lead.wav"}, "strength": "0.5*stem:lead"}))
    found, _ = strengths(program, song, "--preset", "set/mine.json")
    assert found.max() == 0.5
    done = program("render", song, *FRAMES, "--preset", "set/mine.json", "-o", "set/lead.wav", "-y")
    assert done.code == 2 and "set/lead.wav" in done.err, done


@pytest.mark.parametrize(
    "words, code, told",
    [
        (["--strength", "stem:led", "--stem", "lead=lead.wav"], 2, "no file of that name is given (did you mean 'lead'?)"),
        (["--strength", "0.5*stem"], 2, "--stem drums=FILE"),
        (["--strength", "midi:kit"], 2, "--midi kit=FILE"),
        (["--signal", "a=labels:b", "--strength", "a"], 2, "--labels b=FILE"),
        (["--stem", "lead"], 2, "NAME=FILE"),
        (["--stem", "Lead=lead.wav"], 2, "NAME=FILE"),
        (["--stem", "lead=short.wav", "--strength", "stem:lead"], 3, "lasts 0.500 s"),
        (["--stem", "lead=-", "--strength", "stem:lead"], 2, "stdin"),
        (["--midi", "kit=none.mid", "--strength", "midi:kit"], 2, "there is no such file"),
        (["--midi", "kit=marks.txt", "--strength", "midi:kit"], 3, "no Standard MIDI File"),
        (["--labels", "kit=kit.mid", "--strength", "labels:kit"], 3, "line 1"),
        (["--blur", "9*change"], 2, "measured on the painting"),
        (["--zoom", "1+change"], 2, "measured on the painting"),
        (["--signal", "a=change | lag 2f", "--mark-size", "9+a"], 2, "measured on the painting"),
    ],
)
def test_what_cannot_be_read_is_said(program, song, fake_model, files, words, code, told):
    done = program("render", song, *FRAMES, *words, "--dry-run")
    assert done.code == code and told in done.err, done


def test_analyze_has_no_painting_that_could_change(program, song, files):
    done = program("analyze", song, "--signal", "a=change", "--csv", "-")
    assert done.code == 2 and "analyze paints nothing" in done.err, done
    done = program("analyze", song, "--fps", "10", "--labels", "m=marks.txt", "--signal", "a=labels:m", "--csv", "-", "--series", "rms")
    assert done.code == 0, done
    assert [line.split(",")[-1] for line in done.out.split()[1:]] == list("0011100010")
