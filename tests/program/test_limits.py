"""Settings that are too large: the limit is said before any work, in little memory."""

import json
import re
import subprocess
import sys
from tempfile import NamedTemporaryFile

import pytest
from conftest import PROGRAM, QUICK, TIMEOUT_S, Result

MB = 1024  # kilobytes, as the system counts a process' memory


# The largest memory of a child begins with that of the process it was forked from, so a small one starts the program.
MEASURE = """
import os, sys
_, status, usage = os.wait4(os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ), 0)
with open(sys.argv[1], "w") as file:
    file.write(str(usage.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status))
"""


def measured(program, *words, stdin=b""):
    """The result of a run, and its largest resident memory in kilobytes."""
    with NamedTemporaryFile("r") as memory:
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, memory.name, PROGRAM, *words],
            cwd=program.work,
            env=program.environment,
            input=stdin,
            capture_output=True,
            timeout=TIMEOUT_S,
        )
        return Result(done), int(memory.read())


def numbers(text):
    return {int(found.replace(",", "")) for found in re.findall(r"\d[\d,]*", text)}


def chained(count):
    return {"signal": {"a0": "rms"} | {f"a{i}": f"a{i - 1} | pow 1" for i in range(1, count)}, "blur": f"a{count - 1}"}


def test_five_thousand_chained_signals_are_refused_with_the_limit(program, song):
    (program.work / "c.json").write_text(json.dumps(chained(5000)))
    done, memory = measured(program, "paint", song, *QUICK, "--config", "c.json", "-o", "v.mp4")
    assert done.code == 2 and re.search(r"more than \d+ signals", done.err), done
    assert memory < 200 * MB and program.files() == ["c.json", song]


def test_a_hundred_chained_signals_are_heard(program, song):
    (program.work / "c.json").write_text(json.dumps(chained(100)))
    assert program("paint", song, *QUICK, "--config", "c.json", "--dry-run").code == 0


@pytest.mark.parametrize("where", ["config", "preset", "job", "signal"])
def test_an_expression_of_15_megabytes_is_refused_with_the_limit_before_it_is_read(program, song, where):
    expression = "+".join(["0.1"] * (15_000_000 // 4))
    settings = {"signal": {"a": expression}} if where == "signal" else {"blur": expression}
    (program.work / "c.json").write_text(json.dumps(settings))
    if where == "job":
        jobs = json.dumps([{"audio": song, **settings}]).encode()
        done, memory = measured(program, "batch", "-", stdin=jobs)
        assert done.code == 7, done
    else:
        flag = "--preset" if where == "preset" else "--config"
        done, memory = measured(program, "paint", song, *QUICK, flag, "./c.json", "-o", "v.mp4")
        assert done.code == 2, done
    assert numbers(done.err) & {2000, 4000} and len(done.err) < 4000, done
    assert memory < 300 * MB
