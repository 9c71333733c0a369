"""What is heard in the example song, whose score is known, and what ears may correct."""

import json
import subprocess
import sys

import numpy as np
import pytest
from conftest import RATE, ROOT, write_wav

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


def test_beats_behind_the_song_are_ignored_with_a_word(program, song):
    (program.work / "beats.txt").write_text("0.5\t1\n1.0\t2\n1:00\t1\n")
    done = program("analyze", song, "--beats", "beats.txt", "--json-out", "-")
    assert done.code == 0 and done.json()["events"]["beats_s"] == [0.5] and done.json()["scalars"]["tempo_bpm"] is None, done
    assert "warning: beats = beats.txt: 2 of its 3 beats ignored: after the song's end" in done.err
    assert program("analyze", song, "--beats", "beats.txt", "--strict").code == 3


NOTES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
CHORDS = {"major": [(0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14)], "minor": [(0, 3, 7), (5, 8, 12), (8, 12, 15), (7, 10, 14)]}


def chords(tonic, mode, a_hz):
    """I-vi-IV-V or i-iv-VI-v, twice, of plucked notes with six partials."""
    t = np.arange(RATE // 2) / RATE

    def pluck(semitones):
        hz = a_hz * 2 ** ((tonic + semitones - 9 - 12) / 12)
        return sum(np.sin(2 * np.pi * hz * k * t) / k for k in range(1, 7)) * np.exp(-2 * t)

    return np.concatenate([sum(pluck(note) for note in chord) / 8 for chord in CHORDS[mode] * 2])


@pytest.mark.parametrize("a_hz", [432, 446])
def test_keys_are_heard_in_any_tuning(program, a_hz):
    right = []
    for tonic, name in enumerate(NOTES):
        for mode in CHORDS:
            write_wav(program.work / "song.wav", chords(tonic, mode, a_hz) / 2)
            done = program("analyze", "song.wav", "--json")
            (analysis,) = (event for event in done.events() if event["event"] == "analysis")
            right.append((analysis["key"], f"{name} {mode}"))
    assert [heard for heard, _ in right] == [true for _, true in right]


def without_pitch():
    rng = np.random.default_rng(3)
    t = np.arange(6 * RATE) / RATE
    noise = rng.normal(size=len(t)) * 0.2
    yield "white noise", noise
    yield "noise drums", noise * np.exp(-(t % 0.25) / 0.03) + np.sin(2 * np.pi * 55 * t) * np.exp(-(t % 0.5) / 0.1) / 2
    yield "a metronome", np.sin(2 * np.pi * np.where(t % 2 < 0.5, 1500, 1000) * t) * (t % 0.5 < 0.03) * 0.8


@pytest.mark.parametrize(("name", "samples"), list(without_pitch()), ids=[name for name, _ in without_pitch()])
def test_what_has_no_key_is_given_none(program, name, samples):
    write_wav(program.work / "song.wav", samples)
    done = program("analyze", "song.wav", "--json-out", "-")
    assert done.code == 0 and done.json()["scalars"]["key"] is None, done
    plain = program("analyze", "song.wav")
    assert plain.code == 0 and "no key" in plain.out + plain.err and "major" not in plain.out + plain.err, plain
