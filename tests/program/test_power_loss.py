"""Power that fails at any moment: what a disk may then hold is put together from a run's writes and syncs, and goes on.

A file's writes count once it is synced. Until then any of them may be there or not; of files that came, went or were renamed since
the last sync the later ones may be undone. That is what journalling file systems promise, and no more."""

import hashlib
import random
import sqlite3

import pytest
from faulty_disk import UNFIT, FaultyDisk
from test_resume import FRAMES, OUTPUTS, leftovers, made, slowly, store_of

pytestmark = pytest.mark.skipif(UNFIT, reason="sanitizers are loaded first themselves")


@pytest.fixture(scope="session")
def disk(tmp_path_factory):
    return FaultyDisk(tmp_path_factory.mktemp("disk"))


@pytest.fixture
def command(song, fake_model):
    return ["render", song, *FRAMES, "--threads", "1", "--model", "./fake-model"]


def operations(trace):
    """(kind, path, offset, bytes) in order."""
    data = trace.read_bytes()
    at, found = 0, []
    while at < len(data):
        end = data.index(b"\n", at)
        head, offset, length = data[at:end].rsplit(b" ", 2)
        kind, path = head.decode().split(" ", 1)
        at = end + 1 + int(length)
        found.append((kind, path, int(offset), data[end + 1 : at]))
    return found


def after_crash(operations, count, dice=None):
    """Names and bytes that may be there after the first `count` operations. Without dice nothing that was not synced is."""
    done = operations[:count]
    last_sync = max((number for number, (kind, *_) in enumerate(done) if kind == "sync"), default=-1)
    named_until = last_sync + 1 if dice is None else dice.randint(last_sync + 1, count)  # in order, as journals keep them
    files, synced = {}, {}  # by the number of the operation that made them: writes, and how many are synced
    now, kept = {}, {}  # name → file, at the end and as far as names are kept
    for number, (kind, path, offset, data) in enumerate(done):
        if kind == "create":
            now[path] = number
            files[number], synced[number] = [], 0
        elif kind == "unlink":
            now.pop(path, None)
        elif kind == "rename" and path in now:
            now[data.decode()] = now.pop(path)
        elif path in now:
            file = now[path]
            if kind == "sync":
                synced[file] = len(files[file])
            else:
                files[file].append((kind, offset, data))
        if number < named_until:
            kept = dict(now)
    return {name: contents(files[file], synced[file], dice) for name, file in kept.items()}


def contents(changes, synced, dice):
    data = bytearray()
    for number, (kind, offset, block) in enumerate(changes):
        if number >= synced and (dice is None or dice.random() < 0.5):
            continue
        if kind == "truncate":
            data = data[:offset] + bytes(max(0, offset - len(data)))
        else:
            data += bytes(max(0, offset + len(block) - len(data)))
            data[offset : offset + len(block)] = block
    return bytes(data)


def record(disk, program, command, output):
    """Of a run that keeps its frames in several transactions: everything that it did to files, and what it made."""
    (program.work / "frames").mkdir()
    trace = program.folder / "trace"
    faults = disk.environment(program, FAULT_TRACE=trace, FAULT_FOLDER=program.work)
    slow = slowly(program, vae_decode=0.12)
    done = program(*command, "-o", output, environment={**faults, **slow, "LD_PRELOAD": faults["LD_PRELOAD"]})
    assert done.code == 0, done
    whole = made(program, output)
    clear(program)
    return operations(trace), whole


def clear(program):
    for name in program.files():
        if name.startswith(("v.", "frames/", ".v.")):
            (program.work / name).unlink()


def put(program, files):
    for name, data in files.items():
        (program.work / name).write_bytes(data)


def whole_frames(store):
    """How many; every one of them is as it was put, and the file is sound."""
    if not store.exists() or store.stat().st_size == 0:
        return 0
    connection = sqlite3.connect(store)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not connection.execute("SELECT * FROM sqlite_schema").fetchall():
            return 0
        rows = connection.execute("SELECT key, sha256, png FROM pictures").fetchall()
    finally:
        connection.close()
    for key, seal, png in rows:
        assert hashlib.sha256(key.encode() + png).hexdigest() == seal
    return len(rows)


def crashes(operations, every):
    """Just before, just after and between the syncs."""
    syncs = [number for number, (kind, *_) in enumerate(operations) if kind == "sync"]
    assert len(syncs) > 10
    for number in syncs[::every]:
        for count in (number, number + 1, min(number + 3, len(operations))):
            yield count, None
            yield count, random.Random(count)
            yield count, random.Random(-count)


def go_on(program, command, output, whole, files, place):
    put(program, files)
    done = program(*command, "-o", output)
    if done.code == 5 and "exists" in done.err:  # it was complete
        assert made(program, output) == whole, place
    else:
        assert done.code == 0 and "was damaged" not in done.err, (place, done)
        assert made(program, output) == whole, place
        assert leftovers(program) == [], place
    clear(program)


@pytest.mark.parametrize("output", ["v.mkv"])
def test_a_store_outlives_a_power_cut_at_some_moments(disk, program, command, output):
    told, whole = record(disk, program, command, output)
    most = 0
    for number, (count, dice) in enumerate(crashes(told, 5)):
        files = after_crash(told, count, dice)
        put(program, files)
        most = max(most, whole_frames(store_of(program, output)))
        clear(program)
        if number % 12 == 7:
            go_on(program, command, output, whole, files, (number, count))
    assert most > 4


@pytest.mark.slow
@pytest.mark.parametrize("output", OUTPUTS)
def test_power_may_fail_before_and_behind_every_sync(disk, program, command, output):
    told, whole = record(disk, program, command, output)
    for count, dice in crashes(told, 1):
        files = after_crash(told, count, dice)
        put(program, files)
        whole_frames(store_of(program, output))
        clear(program)
        go_on(program, command, output, whole, files, count)
