"""Many jobs and many prompts: counts and limits are said before any work, and memory follows what is asked for."""

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import PROGRAM, QUICK, TIMEOUT_S
from test_limits import MB, measured, numbers
from test_prompts import write_model

ENGINE = json.loads(subprocess.run([PROGRAM, "doctor", "--json"], capture_output=True, check=False).stdout)["engine"]["ok"]


def steps(count, first=0.2):
    return ",".join(f"{first + i / 100_000:.5f}" for i in range(count))


def test_a_sweep_of_twelve_million_jobs_is_refused_with_its_count_and_the_limit(program, song):
    words = [word for key in ("gamma", "saturation", "lightness", "blur") for word in ("--sweep", f"{key}={steps(59)}")]
    done, memory = measured(program, "paint", song, *QUICK, *words)
    assert done.code == 2 and 59**4 in numbers(done.err), done
    assert any(10_000 <= number < 59**4 for number in numbers(done.err)), done
    assert memory < 200 * MB and program.files() == [song]


def test_a_sweep_of_twelve_thousand_values_needs_no_gigabytes(program, song):
    done, memory = measured(program, "paint", song, *QUICK, "--sweep", f"gamma={steps(12_000)}", "--dry-run")
    assert done.code == 0 or (done.code == 2 and 12_000 in numbers(done.err)), done
    assert memory < 600 * MB


@pytest.mark.parametrize("count", [20_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_batch_of_many_thousand_jobs_begins_before_all_are_done(program, song, count):
    small = {"audio": song, "diffusion": False, "size": "64x64", "bins": 8, "frames": "0"}
    with open(program.work / "jobs.json", "w") as file:
        json.dump({"defaults": {key: value for key, value in small.items() if key != "audio"},
                   "jobs": [{"audio": song, "output": f"{i}/%d.png"} for i in range(count)]}, file)  # fmt: skip
    child = program.start("batch", "jobs.json", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        signal.signal(signal.SIGALRM, lambda *_: child.kill())
        signal.alarm(5 * TIMEOUT_S)  # every job's settings are checked before the first one runs
        assert child.stdout.readline().split(b"\t")[:2] == [b"0", b"done"]
        resident = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{child.pid}/status").read_text())[1])
        assert resident < 10 * count
        child.send_signal(signal.SIGINT)
        rest = child.stdout.read().splitlines()
        assert child.wait() == -signal.SIGINT
        assert len(rest) == count - 1 and rest[-1].split(b"\t")[1] == b"waiting"
    finally:
        signal.alarm(0)
        child.kill()
        child.wait()


@pytest.fixture
def plan(program, song):
    write_model(program.work / "model")
    return ["render", song, "--model", "./model", "--size", "64x64", "--prompts", "p.txt", "--dry-run"]


def warnings(done):
    return [line for line in done.err.splitlines() if line.startswith("warning:") and "prompt" in line]


def test_prompts_after_the_songs_end_are_one_warning_with_their_count(program, plan):
    (program.work / "p.txt").write_text("".join(f"{i}: text {i}\n" for i in range(20_001)))
    done = program(*plan)
    assert done.code == 0 and len(warnings(done)) == 1, done
    assert numbers(warnings(done)[0]) & {20_000, 20_001}, done


def test_a_prompt_file_of_300000_lines_is_read_or_refused_in_few_words(program, plan):
    (program.work / "p.txt").write_text("".join(f"{i}: text {i}\n" for i in range(300_000)))
    done, memory = measured(program, *plan)
    assert done.code in (0, 2) and len(done.err.splitlines()) < 20, done
    if done.code == 2:
        assert "p.txt" in done.err and len(numbers(done.err)) >= 1, done
    assert memory < 500 * MB


@pytest.mark.skipif(not ENGINE, reason="this build has no torch engine")
def test_prompts_that_are_cut_are_one_warning_with_their_count(program, song):
    (program.work / "p.txt").write_text("".join(f"{i / 100}: {'word ' * 90}{i}\n" for i in range(90)))
    words = ["--size", "64x64", "--steps", "2", "--frames", "0-1", "--prompts", "p.txt", "-o", "%d.png"]
    done = program("render", song, *words)
    assert done.code == 0 and len(warnings(done)) == 1, done
    assert "90" in warnings(done)[0] or "chunk" in warnings(done)[0], done
