"""A disk that fails at any single write: exit 5 and nothing half, and the same command then makes the same bytes."""

import random

import pytest
from faulty_disk import ERRORS, UNFIT, FaultyDisk
from test_resume import FRAMES, OUTPUTS, leftovers, made

pytestmark = pytest.mark.skipif(UNFIT, reason="sanitizers are loaded first themselves")
SHORT = ["--duration", "0.25", "--threads", "1"]  # six frames


@pytest.fixture(scope="session")
def disk(tmp_path_factory):
    return FaultyDisk(tmp_path_factory.mktemp("disk"))


@pytest.fixture
def command(song, fake_model):
    return ["render", song, *FRAMES, *SHORT, "--model", "./fake-model"]


def calls_of(disk, program, command, output):
    """How many calls a run makes that can fail, and what it made."""
    count = program.folder / "count"
    (program.work / "whole").mkdir()
    done = program(*command, "-o", f"whole/{output}", environment=disk.environment(program, FAULT_COUNT=count))
    assert done.code == 0, done
    return int(count.read_text()), made(program, f"whole/{output}")


def fail_and_go_on(disk, program, command, output, number, error, whole):
    done = program(*command, "-o", output, environment=disk.failing(program, number, error))
    place = (number, error, done)
    assert done.code in (0, 5), place
    assert "internal" not in done.err and "reproduce" not in done.err, place
    if done.code == 0:  # what failed was not needed any more
        assert made(program, output) == whole, place
    else:
        assert "error: " in done.err, place
        there = made(program, output) if (program.work / output).exists() or "%" in output else []
        assert set(there) <= set(whole) if "%" in output else not there, place
        done = program(*command, "-o", output)
        assert done.code == 0, (place, done)
        assert made(program, output) == whole, place
        assert leftovers(program) == [], place
    for name in [*leftovers(program), *(name for name in program.files() if name.startswith("v.") or name.startswith("frames/"))]:
        (program.work / name).unlink(missing_ok=True)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("error", ERRORS)
def test_whatever_write_fails_nothing_is_lost(disk, program, command, output, error):
    calls, whole = calls_of(disk, program, command, output)
    dice = random.Random(f"{output} {error}")
    for number in sorted({1, calls, *(dice.randint(2, calls) for _ in range(2))}):
        fail_and_go_on(disk, program, command, output, number, error, whole)


@pytest.mark.slow
@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("error", ERRORS)
def test_every_single_write_may_fail(disk, program, command, output, error):
    calls, whole = calls_of(disk, program, command, output)
    assert calls > 20
    for number in range(1, calls + 1):
        fail_and_go_on(disk, program, command, output, number, error, whole)
