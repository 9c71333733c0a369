"""Many jobs: their count and the limit are said before any work, and memory follows the number of jobs."""

import json
import re
import signal
import subprocess
from pathlib import Path

from conftest import QUICK, TIMEOUT_S
from test_limits import MB, measured, numbers


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


def test_a_batch_of_a_hundred_thousand_jobs_begins_before_all_are_done(program, song):
    small = {"audio": song, "diffusion": False, "size": "64x64", "bins": 8, "frames": "0"}
    with open(program.work / "jobs.json", "w") as file:
        json.dump({"defaults": {key: value for key, value in small.items() if key != "audio"},
                   "jobs": [{"audio": song, "output": f"{i}/%d.png"} for i in range(100_000)]}, file)  # fmt: skip
    child = program.start("batch", "jobs.json", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        signal.signal(signal.SIGALRM, lambda *_: child.kill())
        signal.alarm(TIMEOUT_S)
        assert child.stdout.readline().split(b"\t")[:2] == [b"0", b"done"]
        resident = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{child.pid}/status").read_text())[1])
        assert resident < 1000 * MB
        child.send_signal(signal.SIGINT)
        rest = child.stdout.read().splitlines()
        assert child.wait() == -signal.SIGINT
        assert len(rest) == 99_999 and rest[-1].split(b"\t")[1] == b"waiting"
    finally:
        signal.alarm(0)
        child.kill()
        child.wait()
