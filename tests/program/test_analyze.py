"""analyze: the CSVs, the JSON and the picture, and the streams they go to."""

import csv
import hashlib
import io
import json
import math
import os
import shutil
import subprocess

import numpy as np
import pytest
from conftest import PROGRAM, RATE, ROOT, TIMEOUT_S, write_wav
from PIL import Image

CHROMA = [f"chroma_{note}" for note in ("c", "cs", "d", "ds", "e", "f", "fs", "g", "gs", "a", "as", "b")]
SERIES = ["rms", "peak", "loudness", "centroid", "spread", "skewness", "kurtosis", "onset", "beat", "beat_phase", "bar_phase", "harmonic", "percussive",
          "bass", "mid", "treble", *CHROMA]  # fmt: skip
OUTPUTS = {"--seed-csv": "bins.csv", "--csv": "song.csv", "--json-out": "song.json", "--plot": "song.png"}


@pytest.fixture(scope="session")
def beats(tmp_path_factory):
    """Six seconds of clicks every half second over a chord of A minor."""
    t = np.arange(6 * RATE) / RATE
    song = 0.05 * sum(np.sin(2 * np.pi * f * t) for f in (220, 261.63, 329.63)) + 0.7 * np.exp(-60 * (t % 0.5)) * np.sin(2 * np.pi * 1000 * t)
    return write_wav(tmp_path_factory.mktemp("beats") / "beats.wav", song)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def all_outputs(folder=""):
    return [word for flag, name in OUTPUTS.items() for word in (flag, folder + name)]


def is_number(value):
    return type(value) in (int, float) and math.isfinite(value)


def check_contract(found):
    """The shape that programs may rely on."""
    assert list(found) == ["schema", "audio", "fps", "frames", "series", "events", "scalars"]
    assert found["schema"] == 1
    assert {key: type(value) for key, value in found["audio"].items()} == {"file": str, "format": str, "sample_rate_hz": int, "channels": int, "samples": int}
    numerator, denominator = found["fps"].split("/")
    assert int(numerator) > 0 and int(denominator) > 0
    assert type(found["frames"]) is int and found["frames"] > 0
    for name, values in found["series"].items():
        assert len(values) == found["frames"], name
        assert all(value is None or is_number(value) for value in values), name
    duration = found["scalars"]["duration_s"]
    assert is_number(duration)
    assert set(found["events"]) == {"onsets_s", "beats_s", "downbeats_s", "sections_s", "sections", "drops_s", "builds"}
    for section in found["events"]["sections"]:
        assert set(section) == {"begin_s", "end_s", "label", "energy", "energy_class"}
        assert 0 <= section["begin_s"] < section["end_s"] <= duration
    assert all(set(build) == {"begin_s", "end_s"} for build in found["events"]["builds"])
    for name in ("onsets_s", "beats_s", "downbeats_s", "sections_s", "drops_s"):
        times = found["events"][name]
        assert all(is_number(time) and 0 <= time <= duration for time in times), name
        assert times == sorted(times), name
    assert set(found["scalars"]) == {"tempo_bpm", "tempo_candidates_bpm", "tempos", "beats_per_bar", "key", "duration_s"}
    assert all(is_number(tempo) and tempo > 0 for tempo in found["scalars"]["tempo_candidates_bpm"])
    assert all(set(part) == {"begin_s", "tempo_bpm"} for part in found["scalars"]["tempos"])
    tempo, key = found["scalars"]["tempo_bpm"], found["scalars"]["key"]
    assert tempo is None or is_number(tempo) and tempo > 0
    assert key is None or key.split()[1] in ("major", "minor")


def test_the_json_has_the_shape_of_its_contract(program, beats):
    done = program("analyze", beats, "--json-out", "-")
    assert done.code == 0 and done.err == "", done
    found = done.json()
    check_contract(found)
    assert list(found["series"]) == SERIES
    assert found["audio"]["samples"] == 6 * RATE and found["fps"] == "15/1" and found["frames"] == 90
    assert len(found["events"]["beats_s"]) > 5 and abs(found["scalars"]["tempo_bpm"] - 120) < 3
    assert found["scalars"]["key"] == "A minor"
    assert found["series"]["beat"].count(1) == len({int(time * 15) for time in found["events"]["beats_s"]})


def test_what_is_unknown_in_silence_is_null(program):
    write_wav(program.work / "silence.wav", np.zeros(RATE))
    done = program("analyze", "silence.wav", "--json-out", "-")
    assert done.code == 0 and "silent" in done.err, done
    found = done.json()
    check_contract(found)
    unknown = {"tempo_bpm": None, "tempo_candidates_bpm": [], "tempos": [], "beats_per_bar": None, "key": None}
    assert found["scalars"] == {**unknown, "duration_s": 1}
    assert found["events"]["beats_s"] == [] and set(found["series"]["rms"]) == {0}


def test_the_csv_has_a_row_per_frame_and_the_json_the_same_numbers(program, beats):
    done = program("analyze", beats, "--csv", "-", "--fps", "29.97", "--json-out", "song.json")
    assert done.code == 0, done
    rows = rows_of(done.out)
    found = json.loads((program.work / "song.json").read_text())
    check_contract(found)
    assert found["fps"] == "30000/1001"
    assert list(rows[0]) == ["frame", "time_s", *SERIES]
    assert [int(row["frame"]) for row in rows] == list(range(found["frames"]))
    assert [float(row["time_s"]) for row in rows] == [i * 1001 / 30000 for i in range(len(rows))]
    for name in SERIES:
        assert [float(row[name]) for row in rows] == found["series"][name], name
        assert all(np.float32(row[name]) == np.float64(np.float32(row[name])) for row in rows)


def test_the_level_of_a_sine_is_known(program):
    write_wav(program.work / "sine.wav", 0.5 * np.sin(2 * np.pi * 441 * np.arange(2 * RATE) / RATE))
    rows = rows_of(program("analyze", "sine.wav", "--csv", "-", "--series", "rms,peak").out)
    assert len(rows) == 30
    for row in rows:
        assert abs(float(row["rms"]) - 0.5 / math.sqrt(2)) < 1e-3 and abs(float(row["peak"]) - 0.5) < 1e-3


@pytest.mark.parametrize(
    "asked, columns",
    [
        ("onset,rms", ["onset", "rms"]),
        ("rms,rms,all", ["rms", *[name for name in SERIES if name != "rms"]]),
        ("chroma", CHROMA),
        ("mfcc", [f"mfcc_{i}" for i in range(20)]),
        ("mel_7,band:40:120,mel_3", ["mel_7", "band:40:120", "mel_3"]),
    ],
)
def test_series_are_those_asked_for_in_their_order(program, song, asked, columns):
    rows = rows_of(program("analyze", song, "--csv", "-", "--series", asked).out)
    assert list(rows[0]) == ["frame", "time_s", *columns]
    assert list(program("analyze", song, "--json-out", "-", "--series", asked).json()["series"]) == columns


@pytest.mark.parametrize("asked, hint", [("rsm", "rms"), ("rms,", "series"), ("band:9:3", "band"), ("loudnes", "loudness")])
def test_what_is_no_series_is_a_usage_error(program, song, asked, hint):
    done = program("analyze", song, "--csv", "-", "--series", asked)
    assert done.code == 2 and hint in done.err and done.out == "", done


@pytest.mark.parametrize("flag", OUTPUTS)
def test_a_dash_is_stdout_and_a_file_the_same(program, song, flag):
    piped = program("analyze", song, flag, "-")
    assert piped.code == 0 and piped.err == "", piped
    named = program("analyze", song, flag, "out")
    assert named.code == 0 and named.out == "" and "out" in named.err, named
    assert (program.work / "out").read_bytes() == piped.bytes and len(piped.bytes) > 500
    assert program.files() == ["out", "song.wav"]


def test_all_outputs_are_made_at_once_and_quietly(program, song):
    done = program("analyze", song, *all_outputs(), "-q")
    assert (done.code, done.out, done.err) == (0, "", ""), done
    assert program.files() == sorted(["song.wav", *OUTPUTS.values()])
    assert (program.work / "bins.csv").read_bytes() == program("analyze", song, "--seed-csv", "-").bytes
    assert (program.work / "song.csv").read_bytes() == program("analyze", song, "--csv", "-").bytes


@pytest.mark.parametrize("words", [["--csv", "-", "--plot", "-"], ["--seed-csv", "-", "--json-out", "-"], ["--json", "--csv", "-"], ["--json", "--plot", "-"]])
def test_two_things_on_stdout_are_a_usage_error(program, words):
    done = program("analyze", "none.wav", *words)
    assert done.code == 2 and "stdout" in done.err and done.out.count("\n") == words.count("--json"), done


def test_two_things_in_one_file_are_a_usage_error(program, song):
    assert program("analyze", song, "--csv", "x", "--json-out", "./x").code == 2
    assert program.files() == ["song.wav"]


@pytest.mark.parametrize("flag, name", OUTPUTS.items())
def test_an_existing_file_is_refused_before_any_work(program, song, flag, name):
    (program.work / name).write_text("precious")
    for audio in (song, "none.wav"):
        done = program("analyze", audio, *all_outputs())
        assert done.code == 5 and name in done.err and "-y" in done.err, done
    assert (program.work / name).read_text() == "precious" and len(program.files()) == 2
    assert program("analyze", song, *all_outputs(), "-y").code == 0
    assert (program.work / name).read_bytes() != b"precious"


@pytest.mark.parametrize("flag", OUTPUTS)
def test_places_that_cannot_be_written_exit_5_before_any_work(program, song, flag):
    (program.work / "folder").mkdir()
    for place in ("none/x", "folder", "song.wav/x"):
        done = program("analyze", "none.wav", flag, place)
        assert done.code == 5 and flag.removeprefix("--").replace("-", "_") in done.err, done
    assert program("analyze", song, flag, song, "-y").code == 2
    assert program.files() == ["song.wav"]


def test_pipes_and_devices_are_written_to(program, song):
    assert program("analyze", song, "--csv", "/dev/null", "--json-out", "/dev/null", "-q").code == 0
    script = '"$0" analyze song.wav -q --csv >(cat > a.csv) --json-out >(cat > a.json); sleep 0.2; wait'
    subprocess.run(["bash", "-c", script, PROGRAM], cwd=program.work, env=program.environment, check=True, timeout=TIMEOUT_S)
    assert len(rows_of((program.work / "a.csv").read_text())) == 15
    check_contract(json.loads((program.work / "a.json").read_text()))


def test_a_picture_is_not_written_to_a_terminal(program, song):
    leader, follower = os.openpty()
    child = program.start("analyze", song, "--plot", "-", stdin=subprocess.DEVNULL, stdout=follower, stderr=subprocess.PIPE)
    _, err = child.communicate(timeout=TIMEOUT_S)
    os.close(follower)
    os.close(leader)
    assert child.returncode == 2 and b"terminal" in err


@pytest.mark.parametrize("flag", ["--csv", "--json-out"])
def test_a_closed_pipe_ends_it_quietly(program, long_tone, flag):
    reader, writer = os.pipe()
    child = program.start("analyze", long_tone, "--fps", "60", flag, "-", stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    os.read(reader, 16)
    os.close(reader)
    _, err = child.communicate(timeout=TIMEOUT_S)
    assert (child.returncode, err) == (5, b"")
    assert program.files() == []


def test_a_disk_that_fills_up_exits_5_and_leaves_nothing(program, song):
    script = 'ulimit -f 1; "$0" analyze song.wav --fps 240 --csv x.csv'
    done = subprocess.run(["bash", "-c", script, PROGRAM], cwd=program.work, env=program.environment, capture_output=True, timeout=TIMEOUT_S)
    assert done.returncode == 5 and b"x.csv" in done.stderr, done
    assert program.files() == ["song.wav"]


def test_the_song_can_come_from_stdin(program, tone):
    named = program("analyze", tone, "--csv", "-")
    piped = program("analyze", "-", "--csv", "-", "--plot", "p.png", stdin=tone.read_bytes())
    assert piped.code == 0 and piped.out == named.out, piped
    assert program.files() == ["p.png"] and list(program.temporary.iterdir()) == []


def test_the_summary_says_what_is_heard(program, beats):
    done = program("analyze", beats)
    assert done.code == 0 and done.err == "", done
    for word in ("beats.wav", "6.00 s", "44.1 kHz", "mono", "BPM", "A minor", "LUFS", "90 frames"):
        assert word in done.out, word
    events = program("analyze", beats, "--json").events()
    assert [event["event"] for event in events] == ["start", "analysis", "done"]
    assert events[0]["command"] == "analyze" and events[0]["audio"] == str(beats)
    assert events[1]["frames"] == 90 and events[1]["key"] == "A minor"
    assert abs(events[1]["tempo_bpm"] - 120) < 3
    assert events[2]["written"] == [] and events[2]["frames"] == 90 and events[2]["seconds"] > 0


def test_done_names_what_was_written(program, beats):
    done = program("analyze", beats, "--json", "--csv", "a.csv", "--plot", "a.png").events()[-1]
    assert done["event"] == "done" and [one["option"] for one in done["written"]] == ["csv", "plot"]
    for one in done["written"]:
        assert hashlib.sha256((program.work / one["path"]).read_bytes()).hexdigest() == one["sha256"]


def test_the_plot_is_a_picture_and_the_same_every_time(program, beats):
    for name in ("a.png", "b.png"):
        assert program("analyze", beats, "--plot", name, "-q").code == 0
    picture = Image.open(program.work / "a.png")
    assert picture.size == (1600, 1200) and picture.mode == "RGB"
    assert np.asarray(picture).std() > 30
    assert (program.work / "a.png").read_bytes() == (program.work / "b.png").read_bytes()


def in_a_shell(program, script, *words):
    """What a script prints that finds the program on its path."""
    environment = {**program.environment, "PATH": f"{PROGRAM.parent}:{program.environment['PATH']}"}
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script, "bash", *words], env=environment, capture_output=True, text=True, timeout=TIMEOUT_S)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def test_the_shell_example_finds_the_clicks(program, beats):
    lines = [line.split() for line in in_a_shell(program, f'"{ROOT}/examples/strongest_onsets.sh" "$1"', beats).splitlines()]
    assert len(lines) == 10
    for time, strength in lines:
        assert min(abs(float(time) % 0.5), 0.5 - float(time) % 0.5) < 0.1 and 0.1 < float(strength) <= 1


def test_the_python_example_hears_the_chord(program, beats):
    script = f'"$0" analyze "$1" --csv - --series chroma | python3 "{ROOT}/examples/notes.py"'.replace('"$0"', "spectradiff")
    lines = [line.split() for line in in_a_shell(program, script, beats).splitlines()]
    assert [int(second) for second, _ in lines] == list(range(6))
    assert {note for _, note in lines} <= {"A", "C", "E"}


def test_jq_reads_the_json(program, beats):
    if shutil.which("jq") is None:
        pytest.skip("no jq")
    script = 'spectradiff analyze "$1" --json-out - | jq -r ".scalars.key, (.events.beats_s | length > 5)"'
    assert in_a_shell(program, script, beats) == "A minor\ntrue\n"


def test_pandas_reads_the_csv(program, song):
    pandas = pytest.importorskip("pandas")
    table = pandas.read_csv(io.StringIO(program("analyze", song, "--csv", "-").out))
    assert list(table.columns) == ["frame", "time_s", *SERIES] and table.notna().all().all()
    assert [str(kind) for kind in table.dtypes[:2]] == ["int64", "float64"]
