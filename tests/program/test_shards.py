"""A render in parts: whatever their number, `assemble` makes the bytes of one run, and says what it lacks."""

import hashlib
import json
import shutil
import sqlite3
import subprocess

import pytest
from conftest import QUICK, probe
from test_resume import kept, slowly

FRAMES = [*QUICK, "--fps", "24", "--steps", "2", "--batch-size", "2", "--seed-mode", "increment"]
COUNTS = (1, 2, 3, 7)


@pytest.fixture
def command(song, fake_model):
    return ["render", song, *FRAMES, "--model", "./fake-model"]


def shard_name(output, index, count):
    folder, _, name = output.rpartition("/")
    hidden = f".{name}" if "%" in name else name
    return f"{folder}/{hidden}.{index}-of-{count}.spectradiff".lstrip("/")


def make_shards(program, command, output, count, *options):
    """Every shard's store, by name."""
    for index in range(1, count + 1):
        done = program(*command, "-o", output, "--shard", f"{index}/{count}", *options)
        assert done.code == 0, done
    return [shard_name(output, index, count) for index in range(1, count + 1)]


def pictures(program, store):
    connection = sqlite3.connect(program.work / store)
    try:
        return [frame for (frame,) in connection.execute("SELECT frame FROM pictures ORDER BY frame")]
    finally:
        connection.close()


def digest(path):
    if path.is_dir():
        return [(file.name, digest(file)) for file in sorted(path.glob("*.png"))]
    return hashlib.sha256(path.read_bytes()).hexdigest()


def whole(program, command, output, *options):
    (program.work / "whole").mkdir(exist_ok=True)
    done = program(*command, "-o", f"whole/{output}", *options)
    assert done.code == 0, done
    return digest(program.work / "whole" / output.partition("/")[0])


@pytest.mark.parametrize("output", ["v.mp4", "v.mkv", "frames/%05d.png"])
def test_assembled_of_any_number_of_shards_it_is_the_bytes_of_one_run(program, command, output):
    expected = whole(program, command, output)
    for count in COUNTS:
        stores = make_shards(program, command, output, count)
        sizes = [len(pictures(program, store)) for store in stores]
        assert sum(sizes) == 24 and max(sizes) - min(sizes) <= 1, sizes
        done = program("assemble", *stores, "-o", output, "--json")
        assert done.code == 0, done
        done.valid_events()
        assert digest(program.work / output.partition("/")[0]) == expected
        for name in program.files():
            if "whole" not in name and "fake-model" not in name and name != "song.wav" and "spectradiff" not in name:
                (program.work / name).unlink()


def test_between_flashes_and_sound_are_made_over_the_whole_of_it(program, command):
    options = ["--diffuse-every", "4", "--flash-limit", "2", "--interpolate", "motion", "--audio-codec", "flac"]
    expected = whole(program, command, "v.mkv", *options)
    stores = make_shards(program, command, "v.mkv", 3, *options)
    assert [pictures(program, store) for store in stores] == [[0, 4], [8, 12, 16], [20, 23]]
    assert program("assemble", *stores, "-o", "v.mkv").code == 0
    assert digest(program.work / "v.mkv") == expected


def test_no_shard_cuts_a_chain(program, command):
    plan = program(*command, "--dry-run").out.splitlines()
    rows = [json.loads(line) for line in plan[1:]]
    for row in rows:
        row["chain"] = row["frame"] // 10
        if row["frame"] % 10:
            row["init"] = {"previous": row["frame"] - 1, "zoom": 1.1, "paint_over": 0.3}
    (program.work / "chained.jsonl").write_text("\n".join([plan[0], *map(json.dumps, rows)]))
    chained = [*command[:2], "--plan", "chained.jsonl", "--model", "./fake-model"]
    expected = whole(program, chained, "v.mp4")
    stores = make_shards(program, chained, "v.mp4", 7)
    made = [pictures(program, store) for store in stores]
    assert [frames for frames in made if frames] == [[*range(10)], [*range(10, 20)], [*range(20, 24)]]
    assert program("assemble", *stores, "-o", "v.mp4").code == 0
    assert digest(program.work / "v.mp4") == expected


def test_shards_of_a_chained_render_begin_where_its_chains_do(program, command):
    chained = ["--chain", "0.25s", "--zoom", "1.2", "--colour-match", "section"]
    expected = whole(program, command, "v.mkv", *chained)
    stores = make_shards(program, command, "v.mkv", 3, *chained)
    made = [pictures(program, store) for store in stores]
    assert [frame for frames in made for frame in frames] == [*range(24)]
    assert all(frames[0] % 6 == 0 for frames in made), made
    assert program("assemble", *stores, "-o", "v.mkv").code == 0
    assert digest(program.work / "v.mkv") == expected


def test_a_surplus_shard_is_empty_and_says_so(program, command):
    done = program(*command, "-o", "v.mp4", "--frames", "0-2", "--shard", "3/7")
    assert done.code == 0 and "shard 3/7 is empty" in done.err, done
    stores = make_shards(program, command, "v.mp4", 7, "--frames", "0-2")
    assert sum(len(pictures(program, store)) for store in stores) == 3
    done = program("assemble", *stores, "-o", "v.mp4")
    assert done.code == 0 and probe(program.work / "v.mp4")[1]["video"]["nb_read_packets"] == "3", done


def test_a_shard_that_was_killed_goes_on(program, command):
    expected = whole(program, command, "v.mp4")
    running = program.start(*command, "-o", "v.mp4", "--shard", "2/2", environment=slowly(program, denoise=0.1), stderr=subprocess.DEVNULL)
    while kept(program, "v.mp4.2-of-2") < 4:
        assert running.poll() is None
    running.kill()
    running.wait()
    there = kept(program, "v.mp4.2-of-2")
    done = program(*command, "-o", "v.mp4", "--shard", "2/2")
    assert done.code == 0 and f"{there} of 12 frames there already" in done.err, done
    stores = [*make_shards(program, command, "v.mp4", 2)]
    assert program("assemble", *stores, "-o", "v.mp4").code == 0
    assert digest(program.work / "v.mp4") == expected


def test_without_diffusion_shards_work_too(program, song):
    command = ["render", song, *FRAMES[:-2], "--no-diffusion"]
    expected = whole(program, command, "v.mp4")
    stores = make_shards(program, command, "v.mp4", 2)
    assert program("assemble", *stores, "-o", "v.mp4").code == 0
    assert digest(program.work / "v.mp4") == expected


def test_another_encoding_costs_no_frame_and_the_tag_says_it(program, command):
    expected = whole(program, command, "v.mkv", "--crf", "30")
    stores = make_shards(program, command, "v.mp4", 2)
    assert program("assemble", *stores, "-o", "v.mkv", "--crf", "30").code == 0
    assert digest(program.work / "v.mkv") == expected


def test_a_missing_shard_is_named_with_what_makes_it(program, command):
    one, two, three = make_shards(program, command, "v.mp4", 3)
    done = program("assemble", one, three, "-o", "v.mp4")
    assert done.code == 5 and "8 of 24 frames are missing (8-15)" in done.err and "--shard 2/3" in done.err, done
    (program.work / two).unlink()
    done = program("assemble", one, two, three, "-o", "v.mp4")
    assert done.code == 5 and f"{two} is not there" in done.err, done
    assert "v.mp4" not in program.files()


def test_missing_frames_of_another_store_fill_the_gap(program, command):
    one, _, three = make_shards(program, command, "v.mp4", 3)
    expected = whole(program, command, "v.mp4")
    assert program(*command, "-o", "gap.mp4", "--frames", "8-15", "--keep-frames").code == 0
    done = program("assemble", one, "gap.mp4.spectradiff", three, "-o", "v.mp4")
    assert done.code == 0 and digest(program.work / "v.mp4") == expected, done


def test_a_shard_of_another_render_is_named_with_what_differs(program, command):
    one, two = make_shards(program, command, "v.mp4", 2)
    assert program(*command, "-o", "v.mp4", "--shard", "2/2", "--prompt", "towers").code == 0
    done = program("assemble", one, two, "-o", "v.mp4")
    assert done.code == 5 and f"{two} is a shard of another render than {one} (different: prompt)" in done.err, done


def test_a_shard_that_is_there_twice_is_named(program, command):
    one, two = make_shards(program, command, "v.mp4", 2)
    done = program("assemble", one, two, one, "-o", "v.mp4")
    assert done.code == 5 and f"{one} is named twice" in done.err, done
    shutil.copy(program.work / one, program.work / "copy")
    done = program("assemble", one, two, "copy", "-o", "v.mp4")
    assert done.code == 5 and f"frame 0 is in {one} and in copy" in done.err, done


def test_a_damaged_shard_is_named_and_its_own_command_mends_it(program, command):
    expected = whole(program, command, "v.mp4")
    one, two = make_shards(program, command, "v.mp4", 2)
    data = bytearray((program.work / two).read_bytes())
    picture, plan = data.index(b"IDAT", len(data) // 4), data.index(b'"prompts"', len(data) // 4)
    (program.work / two).write_bytes(data[:picture] + bytes(3000) + data[picture + 3000 :])
    done = program("assemble", one, two, "-o", "v.mp4")
    assert done.code == 5 and f"{two} is damaged" in done.err and "--shard 2/2" in done.err, done
    (program.work / two).write_bytes(data[:plan] + bytes(3000) + data[plan + 3000 :])
    done = program("assemble", two, "-o", "v.mp4")
    assert done.code == 5 and f"{two} is damaged" in done.err, done
    make_shards(program, command, "v.mp4", 2)
    assert program("assemble", one, two, "-o", "v.mp4").code == 0
    assert digest(program.work / "v.mp4") == expected


def test_a_song_that_has_moved_is_named_with_song(program, command):
    stores = make_shards(program, command, "v.mp4", 2)
    (program.work / "song.wav").rename(program.work / "moved.wav")
    done = program("assemble", *stores, "-o", "v.mp4")
    assert done.code == 2 and "name it with --song-file" in done.err, done
    assert program("assemble", *stores, "-o", "v.mp4", "--song-file", "moved.wav").code == 0


def test_another_song_than_the_shards_is_refused(program, command, long_tone):
    stores = make_shards(program, command, "v.mp4", 2)
    done = program("assemble", *stores, "-o", "v.mp4", "--song-file", str(long_tone))
    assert done.code == 3 and "is not the song of these shards" in done.err, done


def test_what_is_no_shard_is_refused(program, command):
    assert program(*command, "-o", "v.mp4", "--keep-frames").code == 0
    done = program("assemble", "v.mp4.spectradiff", "-o", "w.mp4")
    assert done.code == 5 and "v.mp4.spectradiff is no shard" in done.err, done
    done = program("assemble", "song.wav", "-o", "w.mp4")
    assert done.code == 5 and "song.wav is no store" in done.err, done
    assert (program.work / "v.mp4.spectradiff").exists()


def test_assemble_replaces_nothing_unless_told(program, command):
    stores = make_shards(program, command, "v.mp4", 1)
    (program.work / "v.mp4").write_bytes(b"mine")
    done = program("assemble", *stores, "-o", "v.mp4")
    assert done.code == 5 and (program.work / "v.mp4").read_bytes() == b"mine", done
    assert program("assemble", *stores, "-o", "v.mp4", "-y", "--stats").out.startswith("flicker")


@pytest.mark.parametrize("shard", ["17/16", "0/16", "16", "a/b", "/", "1/0", "-1/2"])
def test_a_shard_that_is_none_is_refused(program, song, shard):
    done = program("render", song, f"--shard={shard}")
    assert done.code == 2 and "shard" in done.err, done


def test_a_shard_cannot_stream_or_measure(program, command):
    for words in (["-o", "-"], ["-o", "v.mp4", "--stats"], ["-o", "v.mp4", "--sweep", "strength=0.4,0.5"]):
        done = program(*command, "--shard", "1/2", *words)
        assert done.code == 2 and "shard" in done.err, done


def test_a_dry_run_says_which_frames_a_shard_has(program, command):
    done = program(*command, "--dry-run", "--shard", "2/3")
    assert done.code == 0 and "shard 2/3: 8 of 24 frames, from 8 to 15" in done.err, done
