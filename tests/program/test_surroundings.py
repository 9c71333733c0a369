"""Surroundings that are not as usual: the same bytes come out, or what is wrong is said."""

import os
import random
import resource
import signal
import subprocess
import time

import pytest
from faulty_disk import UNFIT, FaultyDisk
from test_endings import limit
from test_resume import command, leftovers, made, slowly  # noqa: F401
from test_stopping import wait_for_store

HOURS = 3600


def clocks(folder):
    return {"LD_PRELOAD": str(FaultyDisk(folder).shim), "FAULT_CLOCK": str(5 * HOURS)}


SURROUNDINGS = {
    "a mask that keeps others out": ({}, lambda: os.umask(0o077)),
    "few descriptors": ({}, lambda: limit(resource.RLIMIT_NOFILE, 32)),
    "no home": ({"HOME": None}, None),
    "a home that is not there": ({"HOME": "/proc/no/home"}, None),
    "another zone": ({"TZ": "Asia/Kathmandu"}, None),
    "words of another land": ({"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}, None),
    "no folder for temporary files": ({"TMPDIR": "/proc/no/folder"}, None),
    "a clock that jumps": (clocks, None),
}


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_they_change_no_byte(program, command, tmp_path, name):  # noqa: F811
    if name == "a clock that jumps" and UNFIT:
        pytest.skip("sanitizers are loaded first themselves")
    changes, prepare = SURROUNDINGS[name]
    changes = changes(tmp_path) if callable(changes) else changes
    environment = {key: value for key, value in {**program.environment, **changes}.items() if value is not None}
    assert program(*command, "-o", "usual.mp4").code == 0
    words = [*command, "--allow-unpinned-model", "-o", "v.mp4"]
    done = program(*words, environment=environment, preexec_fn=prepare)
    assert done.code == 0, done
    assert made(program, "v.mp4") == made(program, "usual.mp4")
    assert leftovers(program) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_told_to_stop_at_any_moment_it_goes_on_to_the_same_bytes(program, command, number):  # noqa: F811
    assert program(*command, "-o", "whole.mkv").code == 0
    dice = random.Random(number)
    for _ in range(4):
        running = program.start(*command, "-o", "v.mkv", environment=slowly(program, vae_decode=0.05), stderr=subprocess.PIPE)
        try:
            running.wait(dice.uniform(0.02, 1.0))
        except subprocess.TimeoutExpired:
            running.send_signal(number)
        _, err = running.communicate(timeout=30)
        assert running.returncode in (0, -number), err
        assert "error" not in err.decode(), err
        if running.returncode == 0:
            (program.work / "v.mkv").unlink()
        assert not (program.work / "v.mkv").exists()
    done = program(*command, "-o", "v.mkv")
    assert done.code == 0, done
    assert made(program, "v.mkv") == made(program, "whole.mkv")
    assert leftovers(program) == []


def test_the_third_signal_ends_it_at_once_and_the_same_command_goes_on(program, command):  # noqa: F811
    running = program.start(*command, "-o", "v.mp4", environment=slowly(program, denoise=300), stderr=subprocess.PIPE)
    wait_for_store(program, running)
    time.sleep(0.3)
    for _ in range(3):
        running.send_signal(signal.SIGINT)
    began = time.monotonic()
    running.communicate(timeout=30)
    assert running.returncode in (-signal.SIGINT, 128 + signal.SIGINT) and time.monotonic() - began < 20
    assert program(*command, "-o", "v.mp4").code == 0
    assert leftovers(program) == []


def test_a_run_that_is_suspended_goes_on_as_if_nothing_was(program, command):  # noqa: F811
    assert program(*command, "-o", "whole.mp4").code == 0
    running = program.start(*command, "-o", "v.mp4", environment=slowly(program, vae_decode=0.05), stderr=subprocess.PIPE)
    wait_for_store(program, running)
    running.send_signal(signal.SIGSTOP)
    time.sleep(0.5)
    running.send_signal(signal.SIGCONT)
    _, err = running.communicate(timeout=30)
    assert running.returncode == 0, err
    assert made(program, "v.mp4") == made(program, "whole.mp4")


@pytest.mark.parametrize("number", [signal.SIGQUIT, signal.SIGALRM, signal.SIGXCPU])
def test_what_signals_that_nobody_sends_leave_is_used_by_the_next_run(program, command, number):  # noqa: F811
    def prepare():
        limit(resource.RLIMIT_CORE, 0)
        signal.signal(number, signal.SIG_DFL)  # a shell's background jobs ignore some

    running = program.start(*command, "-o", "v.mp4", environment=slowly(program, denoise=300), stderr=subprocess.PIPE, preexec_fn=prepare)
    wait_for_store(program, running)
    time.sleep(0.3)
    running.send_signal(number)
    running.communicate(timeout=30)
    assert running.returncode == -number
    assert program(*command, "-o", "v.mp4").code == 0
    assert leftovers(program) == []


@pytest.mark.parametrize("bytes_allowed", [3000, 10_000, 30_000])
def test_a_limit_on_the_size_of_files_is_a_disk_that_is_full(program, command, bytes_allowed):  # noqa: F811
    assert program(*command, "-o", "whole.mp4").code == 0
    done = program(*command, "-o", "v.mp4", preexec_fn=lambda: limit(resource.RLIMIT_FSIZE, bytes_allowed))
    assert done.code == 5 and "internal" not in done.err, done
    assert "v.mp4" not in program.files()
    assert program(*command, "-o", "v.mp4").code == 0
    assert made(program, "v.mp4") == made(program, "whole.mp4")
    assert leftovers(program) == []
