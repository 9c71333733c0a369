"""Options that the music moves, from outside: expressions, signals, their errors and their repeatability."""

import hashlib
import json

import numpy as np
import pytest
from conftest import QUICK, RATE, probe, sines, write_wav

FRAMES = [*QUICK, "--fps", "10"]


@pytest.fixture
def beats(program):
    """Three seconds: a click every half second on a bed of two sines, the second half louder."""
    t = np.arange(3 * RATE) / RATE
    clicks = np.exp(-((t - 0.25) % 0.5) * 60) * np.sin(2 * np.pi * 80 * t) * (t > 0.25)
    write_wav(program.work / "beats.wav", 0.1 * sines(3, 300, 2000) * (1 + (t > 1.5)) + 0.7 * clicks)
    return "beats.wav"


def rows(done):
    assert done.code == 0, done
    return done.plan()["rows"]


def digests(program, folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((program.work / folder).glob("*.png"))}


def test_a_moved_blur_differs_from_a_still_one_and_repeats_on_any_number_of_threads(program, beats):
    for name, words in {
        "still": ["--blur", "2"],
        "one": ["--blur", "10*onset", "--threads", "1"],
        "two": ["--blur", "10*onset", "--threads", "2"],
        "again": ["--blur", "10*onset", "--threads", "2"],
    }.items():
        assert program("paint", beats, *FRAMES, *words, "-o", f"{name}/%05d.png").code == 0
    moved = digests(program, "one")
    assert len(moved) == 30
    assert digests(program, "two") == moved and digests(program, "again") == moved
    still = digests(program, "still")
    assert sum(still[name] != moved[name] for name in moved) > 20


def test_shards_have_the_whole_songs_pictures(program, beats):
    words = ["--signal", "kick=band 40 120 | env 0f 3f | norm 95", "--mark-size", "10 + 20*kick + 3*sine(t/2)"]
    assert program("paint", beats, *FRAMES, *words, "-o", "whole/%05d.png").code == 0
    assert program("paint", beats, *FRAMES, *words, "--frames", "7-12,20", "-o", "part/%05d.png").code == 0
    assert program("paint", beats, *FRAMES, *words, "--start", "2.5s", "-o", "part/%05d.png").code == 0
    whole, part = digests(program, "whole"), digests(program, "part")
    assert len(part) == 12
    assert part == {name: whole[name] for name in part}


def test_dry_run_shows_every_frames_value_and_a_summary(program, beats):
    done = program("paint", beats, "--fps", "10", "--blur", "1 + 2*onset", "--gamma", "f/10", "--dry-run")
    shown = rows(done)
    assert [row["gamma"] for row in shown[:4]] == [0.1, 0.1, 0.2, 0.3]
    blur = [row["blur"] for row in shown]
    assert min(blur) >= 1 and max(blur) == 3
    assert "blur = 1 + 2*onset" in done.err and "1 to 3" in done.err
    assert done.err.count("warning") == 1 and "gamma = f/10" in done.err and "0.1..10" in done.err


def test_a_kick_is_found_where_it_sounds(program, beats):
    done = program("paint", beats, "--fps", "20", "--signal", "kick=band 40 120 | norm 98", "--lightness", "kick", "--dry-run")
    kick = np.array([row["lightness"] for row in rows(done)])
    times = np.array([row["t"] for row in rows(done)])
    loud = times[kick > 0.5]
    assert len(loud) >= 6
    assert all(((t - 0.25) % 0.5 < 0.1) or ((t - 0.25) % 0.5 > 0.4) for t in loud)


def test_beat_triggered_strength_falls_over_its_beats(program, beats):
    words = ["--tempo", "120", "--first-beat", "0.25s", "--fps", "8", "--gamma", "0.4 + 0.4*(1 - frac(beats/2))"]
    gamma = [row["gamma"] for row in rows(program("paint", beats, *words, "--dry-run"))]
    assert gamma[2:10] == pytest.approx([0.8 - 0.05 * i for i in range(8)], abs=2e-5)  # frames begin at whole samples
    assert gamma[10:18] == pytest.approx(gamma[2:10], abs=2e-5)  # frames begin at whole samples


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--blur", "0.5 + onst"], ["blur = 0.5 + onst (flag)", "column 7", "'onset'", "\n  0.5 + onst\n        ^"]),
        (["--signal", "kick=band 40 120 | nrm 95"], ["kick = band 40 120 | nrm 95", "column 15", "'norm'"]),
        (["--signal", "a=b", "--signal", "b=a"], ["depends on itself"]),
        (["--signal", "onset=rms"], ["onset means something already"]),
        (["--signal", "rms"], ["NAME=SOURCE"]),
        (["--bins", "10*onset"], ["bins"]),
        (["--blur", "clamp(onset, 1)"], ["column 15", "clamp(x,lo,hi)"]),
    ],
)
def test_what_means_nothing_is_refused_before_any_work(program, words, said):
    done = program("paint", "there-is-no-song.wav", *words)
    assert done.code == 2 and done.out == "", done
    for part in said:
        assert part in done.err, done


def test_a_value_that_is_no_number_names_its_frame_and_leaves_nothing_behind(program, beats):
    done = program("paint", beats, *FRAMES, "--blur", "1/(f - 7)", "-o", "out.mp4")
    assert done.code == 2 and "blur = 1/(f - 7) is inf in frame 7 (0.7 s)" in done.err, done
    assert program.files() == ["beats.wav"]


def test_presets_environment_and_flags_hold_expressions_and_the_last_one_wins(program, beats):
    (program.work / "p.json").write_text('{"blur": "3*kick", "gamma": "0.5 + rms", "signal": {"kick": "bass | norm 90"}}')
    environment = {**program.environment, "SPECTRADIFF_GAMMA": "0.25", "SPECTRADIFF_SIGNAL": "hat=treble | lag 2f; low=bass"}
    words = ["--preset", "p.json", "--lightness", "0.2 + 0.5*hat"]
    done = program("paint", beats, *words, "--print-config", environment=environment)
    config = done.json()
    assert config["blur"] == "3*kick" and config["gamma"] == 0.25 and config["lightness"] == "0.2 + 0.5*hat"
    assert set(config["signal"]) == {"kick", "hat", "low"}
    assert program("paint", beats, "--config", "-", "--print-config", stdin=done.bytes).json() == config
    origins = program("paint", beats, *words, "--print-config", "--origin", environment=environment).json()
    assert origins["blur"] == {"value": "3*kick", "origin": "preset p.json"}


def test_expressions_do_not_follow_the_locale(program, beats):
    environment = {**program.environment, "LC_ALL": "de_DE.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"}
    done = program("paint", beats, "--fps", "10", "--blur", "0.5*f", "--dry-run", environment=environment)
    assert [row["blur"] for row in rows(done)[:3]] == [0, 0.5, 1]


def test_help_lists_the_words_of_expressions(program):
    text = program("paint", "--help").out
    for word in ("--blur PX ◇", "--mark-size PX ◇", "--signal NAME=", "beat_index", "smoothstep(a,b,x)", "chroma_cs", "env ATTACK RELEASE"):
        assert word in text
    assert "--bins N ◇" not in text


def test_a_video_carries_its_expressions(program, beats):
    assert program("paint", beats, *FRAMES, "--blur", "4*onset", "-o", "out.mp4").code == 0
    container, _ = probe(program.work / "out.mp4")
    assert json.loads(container["tags"]["comment"])["blur"] == "4*onset"


def test_analyze_writes_and_draws_signals_and_what_moves(program, beats):
    words = ["--fps", "10", "--signal", "kick=bass | norm 90", "--blur", "4*kick"]
    done = program("analyze", beats, *words, "--csv", "-", "--series", "rms")
    assert done.code == 0, done
    header, *lines = done.out.splitlines()
    assert header == "frame,time_s,rms,kick,blur"
    values = np.array([[float(value) for value in line.split(",")] for line in lines])
    assert values[:, 4] == pytest.approx(4 * values[:, 3], abs=1e-5) and values[:, 3].max() == 1
    assert program("analyze", beats, "--fps", "10", "--plot", "plain.png").code == 0
    assert program("analyze", beats, *words, "--plot", "curves.png").code == 0
    heights = [int.from_bytes((program.work / name).read_bytes()[20:24], "big") for name in ("plain.png", "curves.png")]
    assert heights[1] > heights[0]
