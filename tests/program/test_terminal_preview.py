"""--preview -: the latest picture in a terminal, drawn by chafa."""

import json
import re
import shutil

import pytest
from conftest import QUICK

# Stands for chafa: says that it drew, and keeps what it was asked.
DRAWS = """#!/bin/sh
kind=$(head -c 4 | tail -c 3)
[ -t 1 ] && where=terminal
echo "$* $kind $where" >>{log}
[ {end} = 0 ] || exit {end}
echo "A PICTURE"
"""


@pytest.fixture
def chafa(program):
    """Puts a stand-in first on PATH, which ends with this status; gives the file of what it was asked."""

    def install(end=0):
        folder = program.folder / "bin"
        folder.mkdir()
        log = program.folder / "asked.txt"
        (folder / "chafa").write_text(DRAWS.format(log=log, end=end))
        (folder / "chafa").chmod(0o755)
        program.environment["PATH"] = f"{folder}:{program.environment['PATH']}"
        return log

    return install


@pytest.fixture
def no_chafa(program):
    """A PATH that holds nothing at all: the program needs none of it."""
    (program.folder / "empty").mkdir()
    program.environment["PATH"] = str(program.folder / "empty")


PAINT = ["paint", "song.wav", *QUICK, "-o", "v.mkv", "--preview", "-"]


def test_the_latest_picture_stands_above_the_bar(program, song, chafa):
    asked = chafa()
    code, said = program.in_terminal(*PAINT, rows=24, columns=80)
    assert code == 0, said
    calls = asked.read_text().splitlines()
    assert calls and all(call.endswith("--size=42x21 - PNG terminal") for call in calls), calls
    # Room is made, the cursor goes there and back again, and the bar is drawn below.
    first = said.split(b"A PICTURE")[0]
    assert b"\r\n" * 21 + b"\x1b[21A\x1b7" in first, said
    assert re.search(rb"A PICTURE\r\n\x1b8\x1b\[21B\r\r\x1b\[K\[[#.]+\] paint \d+/15 frames", said), said
    assert program.files() == ["song.wav", "v.mkv"]


def test_later_pictures_take_the_place_of_the_first_until_something_is_said(program, long_tone, chafa):
    asked = chafa()
    words = ["paint", long_tone, "--size", "400x200", "--fps", "60", "--duration", "20s", "-o", "v.mkv", "--preview", "-"]
    code, said = program.in_terminal(*words, rows=40, columns=60)
    assert code == 0, said
    calls = asked.read_text().splitlines()
    assert all("--size=60x15" in call for call in calls) and len(calls) == said.count(b"A PICTURE")
    assert 1 <= said.count(b"\r\n" * 15) < len(calls) and said.count(b"\x1b[15A\x1b7") == len(calls), said


def test_where_there_is_no_chafa_it_is_said_what_to_install_and_the_run_goes_on(program, song, no_chafa):
    code, said = program.in_terminal(*PAINT)
    assert code == 0 and b"apt install chafa" in said and b"\x1b7" not in said, said
    assert said.count(b"chafa,") == 1


def test_nothing_is_drawn_where_stderr_is_no_terminal(program, song, chafa):
    asked = chafa()
    done = program(*PAINT)
    assert done.code == 0 and "standard error is none" in done.err and "\x1b" not in done.err, done
    assert not asked.exists()
    code, said = program.in_terminal(*PAINT, "-y", environment={"TERM": "dumb"})
    assert code == 0 and b"\x1b" not in said and not asked.exists(), said


def test_a_chafa_that_fails_is_a_warning(program, song, chafa):
    asked = chafa(end=3)
    code, said = program.in_terminal(*PAINT)
    assert code == 0 and b"ended with status 3" in said and len(asked.read_text().splitlines()) == 1, said


def test_a_batch_s_jobs_and_a_sweep_s_values_may_share_the_terminal(program, song, chafa):
    asked = chafa()
    (program.work / "jobs.json").write_text(json.dumps([{"audio": "song.wav", "diffusion": False, "output": f"{i}.mkv", "preview": "-", "size": "64x64"} for i in range(2)]))
    code, said = program.in_terminal("batch", "jobs.json")
    assert code == 0 and len(asked.read_text().splitlines()) >= 1, said
    code, said = program.in_terminal(*PAINT, "--sweep", "painter=hash,pie")
    assert code == 0 and {"v-painter-hash.mkv", "v-painter-pie.mkv"} <= set(program.files()), said


@pytest.mark.skipif(shutil.which("chafa") is None, reason="chafa is not installed")
@pytest.mark.parametrize(("kind", "mark"), [({"TERM": "xterm-kitty"}, b"\x1b_G"), ({"TERM": "mlterm"}, b"\x1bP"), ({"COLORTERM": "truecolor"}, b"\x1b[38;2;")], ids=["kitty", "sixel", "plain"])
def test_chafa_draws_as_the_terminal_can(program, song, kind, mark):
    code, said = program.in_terminal(*PAINT, environment=kind)
    drawn = said.split(b"\x1b7", 1)[1].split(b"\x1b8", 1)[0]
    assert code == 0 and mark in drawn, drawn[:400]
