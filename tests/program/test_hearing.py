"""What is heard in the example song, whose score is known, and what ears may correct."""

import json
import subprocess
import sys

import pytest
from conftest import ROOT

TEMPO = 126.0
SECTION_BARS = (0, 2, 6, 8, 9)


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    """The example song, nineteen seconds in A minor."""
    song = tmp_path_factory.mktemp("example") / "example.wav"
    subprocess.run([sys.executable, ROOT / "examples" / "compose_song.py", song], check=True)
    return song


def heard(program, *arguments):
    done = program("analyze", *arguments, "--json-out", "-")
    assert done.code == 0, done
    return done.json()


def f_measure(found, truth, tolerance_s):
    left = list(truth)
    pairs = 0
    for time in found:
        near = [other for other in left if abs(other - time) <= tolerance_s]
        if near:
            left.remove(min(near, key=lambda other: abs(other - time)))
            pairs += 1
    return 2 * pairs / (len(found) + len(truth))


def test_the_example_song_is_heard_as_it_was_composed(program, example):
    found = heard(program, example)
    beat_s = 60 / TEMPO
    events, scalars = found["events"], found["scalars"]
    assert abs(scalars["tempo_bpm"] - TEMPO) < 0.5
    assert scalars["key"] == "A minor"
    assert f_measure(events["beats_s"], [i * beat_s for i in range(40)], 0.07) >= 0.95
    assert found["series"]["bar_phase"][round(2 * 4 * beat_s * 15 + 0.5)] < 0.1
    # The last chord, two seconds long, may count as a section of its own.
    assert f_measure(events["sections_s"], [bar * 4 * beat_s for bar in SECTION_BARS], 1.5) >= 0.85


def test_what_ears_correct_is_taken(program, example):
    grid = heard(program, example, "--tempo", "63", "--first-beat", "100ms", "--beats-per-bar", "2")
    assert grid["scalars"]["tempo_bpm"] == 63
    assert [round(time, 2) for time in grid["events"]["beats_s"][:3]] == [0.1, 1.05, 2.0]
    assert grid["series"]["bar_phase"][1] == 0 and abs(grid["series"]["bar_phase"][16] - 0.5) < 0.04
    (program.work / "beats.txt").write_text("0.5\n1.0\n1.5\n")
    listed = heard(program, example, "--beats", "beats.txt")
    assert listed["events"]["beats_s"] == [0.5, 1.0, 1.5]
    assert listed["scalars"]["tempo_bpm"] == 120
    settings = {"tempo": 100, "first_beat": "1s", "beats_per_bar": 3}
    (program.work / "settings.json").write_text(json.dumps(settings))
    assert heard(program, example, "--config", "settings.json")["events"]["beats_s"][:2] == [1.0, 1.6]


@pytest.mark.parametrize("arguments, message", [
    (["--tempo", "fast"], "tempo = fast"),
    (["--tempo", "10"], "20..400"),
    (["--beats-per-bar", "0"], "1..32"),
    (["--first-beat", "100"], "after the song's end"),
    (["--beats", "missing.txt"], "missing.txt"),
    (["--beats", "bad.txt"], 'bad.txt, line 2: "half" is not a time'),
])  # fmt: skip
def test_impossible_corrections_are_usage_errors(program, song, arguments, message):
    (program.work / "bad.txt").write_text("0.5\nhalf\n")
    done = program("analyze", song, *arguments)
    assert done.code == 2 and message in done.err, done
