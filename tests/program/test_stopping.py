"""Runs that are told to stop: by signals and by --time-limit, wherever they are."""

import signal
import subprocess
import time

import pytest
from test_resume import command, kept, leftovers, made, slowly, start_and_wait_for, store_of  # noqa: F401

LONG = 300  # seconds that a call takes, and no test does


def ended(running, within_s=30):
    """Exit code and stderr."""
    _, err = running.communicate(timeout=within_s)
    return running.returncode, err.decode()


def start(program, command, environment, *more):  # noqa: F811
    return program.start(*command, "-o", "v.mp4", *more, environment=environment, stderr=subprocess.PIPE)


def wait_for_store(program, running):
    end = time.monotonic() + 60
    while not store_of(program, "v.mp4").exists():
        assert running.poll() is None and time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("call", ["load", "denoise"])
def test_a_signal_ends_it_though_the_model_is_busy_for_long(program, command, number, call):  # noqa: F811
    running = start(program, command, slowly(program, **{call: LONG}))
    wait_for_store(program, running)
    time.sleep(0.5)
    running.send_signal(number)
    code, err = ended(running)
    assert code == -number, err
    assert "stopping" in err and "go on with: spectradiff render song.wav" in err, err
    assert leftovers(program) == []


def test_a_stopped_run_keeps_what_is_finished_and_goes_on(program, command):  # noqa: F811
    assert program(*command, "-o", "whole.mp4").code == 0
    running = start_and_wait_for(program, "v.mp4", 4, command, slowly(program, denoise=0.1))
    running.send_signal(signal.SIGINT)
    assert running.wait(30) == -signal.SIGINT
    there = kept(program, "v.mp4")
    assert 4 <= there < 24
    assert leftovers(program) == ["v.mp4.spectradiff"]
    done = program(*command, "-o", "v.mp4")
    assert done.code == 0 and f"{there} of 24 frames there already" in done.err and "taken over" not in done.err, done
    assert made(program, "v.mp4") == made(program, "whole.mp4")
    assert leftovers(program) == []


def test_what_was_finished_is_kept_when_the_model_hangs(program, command):  # noqa: F811
    running = start_and_wait_for(program, "v.mp4", 4, command, slowly(program, denoise=0.4))
    running.send_signal(signal.SIGTERM)
    running.send_signal(signal.SIGINT)
    assert running.wait(30) < 0
    assert kept(program, "v.mp4") >= 4
    assert leftovers(program) == ["v.mp4.spectradiff"]


def test_it_says_where_it_is_when_asked(program, command):  # noqa: F811
    environment = slowly(program, denoise=0.1)
    running = start(program, command, environment)
    wait_for_store(program, running)
    while kept(program, "v.mp4") < 2:
        time.sleep(0.02)
    running.send_signal(signal.SIGUSR1)
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    code, err = ended(running)
    assert code == -signal.SIGINT and "/24 frames" in err, err


def test_a_time_limit_stops_it_as_if_told_to(program, command):  # noqa: F811
    running = start(program, command, slowly(program, denoise=LONG), "--time-limit", "1500ms")
    code, err = ended(running)
    assert code == -signal.SIGTERM and "the time limit is reached" in err and "go on with" in err, err


@pytest.mark.parametrize("limit", ["0", "-1", "soon", "3f", "1h1h", ""])
def test_a_time_limit_that_is_none_is_refused(program, song, limit):
    done = program("paint", song, "--time-limit", limit, "-o", "v.mp4")
    assert done.code == 2 and "time_limit" in done.err, done
