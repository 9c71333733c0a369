"""stdin, stdout, stderr, events and signals."""

import hashlib
import json
import os
import resource
import signal
import subprocess
import time

import pytest
from conftest import QUICK, TIMEOUT_S, probe, sines, write_wav

LONG = ["--size", "256x256", "--fps", "60"]


def test_quiet_says_nothing_on_success(program, song):
    done = program("paint", song, *QUICK, "-o", "v.mp4", "-q")
    assert (done.code, done.out, done.err) == (0, "", ""), done


def test_quiet_still_says_why_it_failed(program):
    done = program("paint", "none.wav", *QUICK, "-q")
    assert done.code == 3 and done.err.startswith("error: ") and done.out == "", done


def test_a_run_says_nothing_on_stdout(program, song):
    done = program("paint", song, *QUICK, "-o", "v.mp4", "-v")
    assert done.code == 0 and done.out == "" and "v.mp4" in done.err, done


def test_events_are_json_lines_in_order(program, song):
    done = program("paint", song, *QUICK, "-o", "v.mp4", "--json", "--stats")
    assert done.code == 0, done
    events = done.events()
    assert all(event["schema"] == 1 and event["t"] >= 0 for event in events)
    assert [event["t"] for event in events] == sorted(event["t"] for event in events)
    names = [event["event"] for event in events]
    assert names == ["start", "analysis", "cost", *["frame"] * 15, "encode", "done"]
    assert [event["frame"] for event in events if event["event"] == "frame"] == list(range(15))
    last = events[-1]
    assert last["path"] == "v.mp4" and last["frames"] == 15 and last["seconds"] > 0
    assert last["sha256"] == hashlib.sha256((program.work / "v.mp4").read_bytes()).hexdigest()
    assert 0 <= last["stats"]["flicker"] <= 1 and 0 < last["stats"]["level"] <= 1
    assert last["stats"]["seconds"]["total"] > 0


def test_a_failure_is_an_event_with_its_exit_code(program):
    done = program("paint", "none.wav", *QUICK, "--json")
    last = done.events()[-1]
    assert done.code == 3 and last["event"] == "error" and last["exit_code"] == 3 and "none.wav" in last["message"]


def test_a_warning_is_an_event_too(program):
    write_wav(program.work / "silent.wav", sines(0.5, 100) * 0)
    done = program("paint", "silent.wav", *QUICK, "-o", "v.mp4", "--json")
    assert done.code == 0 and "silent" in next(event for event in done.events() if event["event"] == "warning")["message"]
    assert "warning: " in done.err


def test_an_fmax_above_what_the_song_holds_is_lowered_with_one_warning(program, song):
    (program.work / "jobs.json").write_text(json.dumps([{"audio": song, "diffusion": False, "fmax": 30000, "output": "batch.mp4"}]))
    for words in (["paint", song, *QUICK, "--fmax", "30000"], ["analyze", song, "--fmax", "30000"], ["batch", "jobs.json", *QUICK]):
        done = program(*words)
        assert done.code == 0 and done.err.count("warning: ") == 1 and "22050 Hz" in done.err, done
    low = write_wav(program.work / "low.wav", sines(0.2, 220, rate=8000), rate=8000)
    assert program("paint", low, *QUICK, "-q", "-o", "low.mp4").err == ""  # the default was never asked for
    assert "warning" not in program("paint", low, "--from", "low.mp4", "--dry-run").err


def test_names_that_are_not_utf8_still_give_valid_json(program):
    write_wav(os.fsencode(program.work) + b"/\xffsong.wav", sines(0.2, 220))
    done = program("paint", b"\xffsong.wav", *QUICK, "-o", b"\xfe.mp4", "--json")
    assert done.code == 0 and done.events()[-1]["event"] == "done", done
    missing = program("paint", b"\xffnone.wav", *QUICK, "--json")
    assert missing.code == 3 and missing.events()[-1]["event"] == "error", missing


def test_the_log_file_gets_everything(program, song):
    done = program("paint", song, *QUICK, "-o", "v.mp4", "-q", "--log-file", "run.log")
    assert done.code == 0 and done.err == "", done
    assert "v.mp4" in (program.work / "run.log").read_text()
    assert program("paint", song, *QUICK, "-y", "-o", "v.mp4", "--log-file", "none/run.log").code == 5


def test_stdin_is_read_as_a_song(program, tone):
    done = program("paint", "-", *QUICK, "-o", "v.mp4", stdin=tone.read_bytes())
    assert done.code == 0, done
    _, streams = probe(program.work / "v.mp4")
    assert streams["video"]["nb_read_packets"] == "15" and "audio" in streams
    assert list(program.temporary.iterdir()) == []


def test_empty_stdin_is_an_input_error(program):
    done = program("paint", "-", *QUICK, "-o", "v.mp4")
    assert done.code == 3 and program.files() == [], done
    assert list(program.temporary.iterdir()) == []


def test_dash_streams_matroska(program, song):
    done = program("paint", song, *QUICK, "-o", "-")
    assert done.code == 0 and done.bytes.startswith(b"\x1aE\xdf\xa3"), done.err
    (program.folder / "streamed.mkv").write_bytes(done.bytes)
    container, streams = probe(program.folder / "streamed.mkv")
    assert "matroska" in container["format_name"]
    assert streams["video"]["nb_read_packets"] == "15" and "audio" in streams


def test_a_video_is_not_written_to_a_terminal(program, song):
    leader, follower = os.openpty()
    child = program.start("paint", song, *QUICK, "-o", "-", stdin=subprocess.DEVNULL, stdout=follower, stderr=subprocess.PIPE)
    _, err = child.communicate(timeout=TIMEOUT_S)
    os.close(follower)
    os.close(leader)
    assert child.returncode == 2 and b"terminal" in err


def test_a_terminal_gets_a_bar_and_a_pipe_does_not(program, song):
    assert "\r" not in program("paint", song, *QUICK, "-o", "v.mp4").err
    code, said = program.in_terminal("paint", song, *QUICK, "-y", "-o", "v.mp4")
    assert code == 0 and b"15/15 frames" in said


def ends_after_first_bytes(program, *words):
    child = program.start(*words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.read(child.stdout.fileno(), 16)
    child.stdout.close()
    err = child.stderr.read()
    child.stderr.close()
    return child.wait(TIMEOUT_S), err


def test_a_closed_pipe_ends_the_program_quietly(program, long_tone):
    for words in (
        ["paint", long_tone, *LONG, "-o", "-", "-q"],
        ["paint", long_tone, *LONG, "-o", "v.mp4", "-q", "--json"],
        ["analyze", long_tone, "--fps", "240", "--seed-csv", "-", "-q"],
    ):
        assert ends_after_first_bytes(program, *words) == (5, b""), words
    assert program.files() == []


def test_a_pipe_closed_before_the_first_event_does_not_crash(program, song):
    for words in (["paint", "none.wav", "--json"], ["paint", song, "--fps", "x", "--json"], ["paint", song, *QUICK, "-o", "-"], ["--help"], ["doctor", "--json"]):
        reader, writer = os.pipe()
        os.close(reader)
        child = program.start(*words, stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE)
        os.close(writer)
        _, err = child.communicate(timeout=TIMEOUT_S)
        assert child.returncode in (2, 3, 5) and b"terminate" not in err, (words, child.returncode, err)


def wait_for(condition, child):
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert child.poll() is None, "ended before it could be stopped"
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_writing(program):
    return any(".part-" in name for name in program.files())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("times", [1, 2])
def test_a_signal_stops_cleanly_and_is_raised_again(program, long_tone, number, times):
    child = program.start("paint", long_tone, *LONG, "-o", "v.mp4", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: is_writing(program), child)
    for _ in range(times):
        child.send_signal(number)
    child.communicate(timeout=TIMEOUT_S)
    assert child.returncode == -number
    assert program.files() == [] and list(program.temporary.iterdir()) == []


def test_a_stopped_run_keeps_what_was_there_before(program, long_tone):
    (program.work / "v.mp4").write_text("precious")
    child = program.start("paint", long_tone, *LONG, "-y", "-o", "v.mp4", stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_for(lambda: is_writing(program), child)
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=TIMEOUT_S)
    assert child.returncode == -signal.SIGINT
    assert program.files() == ["v.mp4"] and (program.work / "v.mp4").read_text() == "precious"


def test_a_shell_sees_130_and_stops_its_loop(program, long_tone):
    script = 'for i in 1 2; do "$0" "$@" -o "v$i.mp4"; echo "status $?"; done'
    child = subprocess.Popen(
        ["bash", "-c", script, program.start.__globals__["PROGRAM"], "paint", long_tone, *LONG],
        cwd=program.work,
        env=program.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    wait_for(lambda: is_writing(program), child)
    os.killpg(child.pid, signal.SIGINT)
    out, _ = child.communicate(timeout=TIMEOUT_S)
    assert child.returncode == -signal.SIGINT and out == b"" and program.files() == []


def test_an_analysis_can_be_stopped(program, long_tone):
    child = program.start("analyze", long_tone, "--fps", "240", "--window", "4s", "--seed-csv", "bins.csv", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    try:
        assert child.wait(5) == -signal.SIGINT
    finally:
        child.kill()
        child.communicate()
    assert program.files() == []


def test_a_run_that_waits_for_stdin_can_be_stopped(program):
    child = program.start("paint", "-", *QUICK, "-o", "v.mp4", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    child.stdin.write(b"RIFF")
    child.stdin.flush()
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    try:
        assert child.wait(5) == -signal.SIGINT
    finally:
        child.kill()
        child.communicate()
    assert program.files() == [] and list(program.temporary.iterdir()) == []


def test_a_full_disk_exits_5_and_leaves_nothing(program, long_tone):
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = program("paint", long_tone, "--size", "256x256", "-o", "v.mp4", preexec_fn=limit)
    assert done.code == 5 and "v.mp4" in done.err, done
    assert program.files() == []


def test_analyze_writes_its_csv_to_stdout_or_a_file(program, song):
    done = program("analyze", song, "--seed-csv", "-", "-q")
    assert done.code == 0 and done.err == "", done
    rows = [[float(cell) for cell in line.split(",")] for line in done.out.splitlines()]
    assert len(rows) == 15 and {len(row) for row in rows} == {256}
    assert min(min(row) for row in rows) >= 0 and max(rows[7]) > 1
    filed = program("analyze", song, "--seed-csv", "bins.csv")
    assert filed.code == 0 and (program.work / "bins.csv").read_text() == done.out
    again = program("analyze", song, "--seed-csv", "bins.csv")
    assert again.code == 5 and "bins.csv" in again.err, again
    assert program("analyze", song, "--seed-csv", "bins.csv", "-y", "--bins", "16").code == 0
    assert len((program.work / "bins.csv").read_text().splitlines()[0].split(",")) == 16


def test_analyze_says_what_it_heard(program, song):
    done = program("analyze", song)
    assert done.code == 0 and "44.1 kHz" in done.out and "15" in done.out, done
    event = next(event for event in program("analyze", song, "--json").events() if event["event"] == "analysis")
    assert event["frames"] == 15 and event["sample_rate_hz"] == 44100


def test_dry_run_prints_the_plan_and_touches_nothing(program, song):
    done = program("paint", song, "--fps", "29.97", "--dry-run")
    plan = done.plan()
    assert done.code == 0 and plan["frames"] == 30 and len(plan["rows"]) == 30, done
    assert [row["frame"] for row in plan["rows"]] == list(range(30))
    assert program.files() == ["song.wav"]


def test_a_model_that_is_not_there_exits_4(program, song):
    for words in (["render", song, "--model", "none"], ["model", "info", "none"], ["model", "check", "./none"], ["model", "trust", "none"]):
        done = program(*words)
        assert done.code == 4 and "none" in done.err and done.out == "", done
    assert program.files() == ["song.wav"]


def test_a_damaged_manifest_exits_4_and_names_the_place(program, song):
    bundle = program.work / "broken"
    bundle.mkdir()
    (bundle / "model.json").write_text('{"name": "x",}')
    done = program("model", "info", "./broken")
    assert done.code == 4 and "model.json:1:" in done.err, done
    (bundle / "model.json").write_text('{"name": "x"}')
    assert program("render", song, "--model", "./broken", "-o", "v.mp4").code == 4
    assert not (program.work / "v.mp4").exists()


def test_the_list_of_models_is_json_when_asked(program):
    assert isinstance(json.loads(program("model", "list", "--json").out), list)
