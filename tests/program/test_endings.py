"""How runs end: names that no system takes, memory that is full, inputs that lie, files of other people's modes."""

import os
import resource
import struct

import pytest
from conftest import QUICK

MB = 1 << 20


# ---- names ----------------------------------------------------------------------------------------------------------

LONG = "a" * 300
NAMES = [LONG + ".mp4", "a" * 252 + ".mp4", f"{LONG}/v.mp4", f"out/{LONG}%05d.png", f"out/{'a' * 252}%05d.png", "x/" * 2500 + "v.mp4"]


@pytest.mark.parametrize("name", NAMES, ids=[f"{len(name)} bytes {name[-9:]}" for name in NAMES])
def test_a_name_longer_than_the_system_takes_exits_5_before_any_work(program, song, name):
    done = program("paint", song, *QUICK, "-o", name)
    assert done.code == 5 and "internal" not in done.err and "reproduce" not in done.err, done
    assert program.files() == [song]


@pytest.mark.parametrize("words", [["--preview", LONG + ".png"], ["--log-file", LONG + ".log"]], ids=["preview", "log"])
def test_other_outputs_of_such_names_exit_5_too(program, song, words):
    done = program("paint", song, *QUICK, *words, "-o", "v.mp4")
    assert done.code == 5 and "internal" not in done.err, done
    assert program.files() == [song]


@pytest.mark.parametrize("words", [["paint", LONG + ".wav"], ["analyze", LONG + ".wav"]], ids=["paint", "analyze"])
def test_a_song_of_such_a_name_cannot_be_read(program, words):
    done = program(*words)
    assert done.code in (3, 5) and "internal" not in done.err, done


def test_a_link_to_itself_is_no_place_for_a_video(program, song):
    (program.work / "l.mp4").symlink_to("l.mp4")
    (program.work / "one").symlink_to("two")
    (program.work / "two").symlink_to("one")
    for name in ("l.mp4", "one/v.mp4", "one/%05d.png"):
        for words in ([], ["-y"]):
            done = program("paint", song, *QUICK, "-o", name, *words)
            assert done.code == 5 and "internal" not in done.err, done
    (program.work / "l.wav").symlink_to("l.wav")
    done = program("paint", "l.wav", *QUICK)
    assert done.code == 3 and "internal" not in done.err, done


def test_a_small_stack_is_enough_or_said_to_be_too_small(program, song):
    for kilobytes in (160, 256, 512, 1024):
        done = program("paint", song, *QUICK, "-o", f"{kilobytes}.mp4", preexec_fn=lambda: limit(resource.RLIMIT_STACK, kilobytes << 10))  # noqa: B023
        assert done.code >= 0 and (done.code == 0 or "stack" in done.err), (kilobytes, done)


# ---- memory and inputs that lie -------------------------------------------------------------------------------------


def limit(what, value):
    resource.setrlimit(what, (value, value))


@pytest.mark.skipif("ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ, reason="sanitizers reserve memory of their own")
@pytest.mark.parametrize("megabytes", [500, 600, 700, 800, 900, 1100, 1400])
def test_memory_that_is_not_there_exits_6_whoever_asked_for_it(program, song, megabytes):
    words = ["--size", "4096x4096", "--bins", "8", "--frames", "0-3", "--threads", "2"]
    done = program("paint", song, *words, "-o", "v.mp4", preexec_fn=lambda: limit(resource.RLIMIT_AS, megabytes * MB))
    assert done.code in (0, 6), done
    if done.code == 6:
        assert "memory" in done.err and program.files() == [song], done


def chunk(name, body, size=None):
    return name + struct.pack("<I", len(body) if size is None else size) + body


@pytest.mark.parametrize("claimed", [1 << 20, 1 << 28, (1 << 31) - 8, (1 << 32) - 1])
@pytest.mark.parametrize("part", ["list", "entry", "both"])
def test_a_tiny_file_that_claims_a_large_text_is_bad_input(program, part, claimed):
    entry = chunk(b"INAM", b"name", claimed if part != "list" else None)
    text = chunk(b"LIST", b"INFO" + entry, claimed if part != "entry" else None)
    layout = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16))
    body = b"WAVE" + layout + text + chunk(b"data", bytes(16))
    (program.work / "x.wav").write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    done = program("analyze", "x.wav", preexec_fn=lambda: limit(resource.RLIMIT_AS, 2000 * MB))
    assert done.code in (0, 3), done
    assert done.code == 0 or "x.wav" in done.err, done


# ---- what cannot be written -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o604])
def test_what_is_replaced_keeps_its_mode(program, song, mode):
    for name in ("v.mp4", "0.png", "out/00000.png"):
        path = program.work / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
        path.chmod(mode)
    (program.work / "link.mp4").symlink_to("v.mp4")
    assert program("paint", song, *QUICK, "-o", "link.mp4", "-y").code == 0
    assert program("paint", song, *QUICK, "--frames", "0", "-o", "%d.png", "-y").code == 0
    assert program("paint", song, *QUICK, "--frames", "0-1", "-o", "out/%05d.png", "-y").code == 0
    for name in ("v.mp4", "0.png", "out/00000.png"):
        path = program.work / name
        assert path.read_bytes() != b"mine" and path.stat().st_mode & 0o777 == mode, name
