"""A render that was killed goes on: the same command makes the bytes that one which never stopped makes."""

import hashlib
import json
import random
import sqlite3
import subprocess
import time

import pytest
from conftest import QUICK

FRAMES = [*QUICK, "--fps", "24", "--steps", "2", "--batch-size", "2", "--seed-mode", "increment"]
OUTPUTS = ("v.mp4", "v.mkv", "frames/%05d.png")


@pytest.fixture
def command(song, fake_model):
    return ["render", song, *FRAMES, "--model", "./fake-model"]


def slowly(program, **waits):
    """An environment in which each call of the network takes so many seconds."""
    return {**program.environment, "SPECTRADIFF_FAKE_ENGINE": json.dumps({"wait_s": waits})}


def made(program, output):
    """Digests of what an output consists of, by name, and nothing else that lies there but the song and the model."""
    if "%" in output:
        paths = sorted((program.work / output).parent.glob("*.png"))
        return [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths]
    return hashlib.sha256((program.work / output).read_bytes()).hexdigest()


def leftovers(program):
    return [name for name in program.files() if "part-" in name or "spectradiff" in name]


def store_of(program, output):
    name = f".{(program.work / output).name}.spectradiff" if "%" in output else f"{output}.spectradiff"
    return (program.work / output).parent / name if "%" in output else program.work / name


def kept(program, output):
    """How many frames its store has."""
    store = store_of(program, output)
    if not store.exists() or store.stat().st_size == 0:
        return 0
    connection = sqlite3.connect(store)
    try:
        return connection.execute("SELECT count(*) FROM pictures").fetchone()[0]
    except sqlite3.OperationalError:  # not begun
        return 0
    finally:
        connection.close()


def start_and_wait_for(program, output, frames, command, environment):
    """The running program, as soon as its store has so many frames."""
    running = program.start(*command, "-o", output, environment=environment, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while kept(program, output) < frames:
        assert running.poll() is None, "it ended before it could be stopped"
        assert time.monotonic() < end
        time.sleep(0.02)
    return running


KILLS = 3
BATCHES = 12
MOST_S = 0.9  # that a run is left alone


def kill_and_go_on(program, command, output, dice):
    """Kills it at random moments, together earlier than it could be done, and lets it come to its end."""
    environment = slowly(program, vae_decode=1.1 * KILLS * MOST_S / BATCHES)
    for _ in range(KILLS):
        running = program.start(*command, "-o", output, environment=environment, stderr=subprocess.DEVNULL)
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(dice.uniform(0.02, MOST_S))
        running.kill()
        running.wait()
    done = program(*command, "-o", output)
    assert done.code == 0, done


@pytest.mark.parametrize("output", OUTPUTS)
def test_killed_at_random_moments_it_makes_the_bytes_of_a_run_that_never_stopped(program, command, output):
    (program.work / "whole").mkdir()
    assert program(*command, "-o", f"whole/{output}").code == 0
    kill_and_go_on(program, command, output, random.Random(output))
    assert made(program, output) == made(program, f"whole/{output}")
    assert leftovers(program) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(22))
@pytest.mark.parametrize("output", OUTPUTS)
def test_killed_two_hundred_times_it_makes_the_same_bytes(program, command, output, seed):
    (program.work / "whole").mkdir()
    assert program(*command, "-o", f"whole/{output}").code == 0
    kill_and_go_on(program, command, output, random.Random(f"{output} {seed}"))
    assert made(program, output) == made(program, f"whole/{output}")
    assert leftovers(program) == []


def test_what_was_there_is_not_made_again(program, command):
    running = start_and_wait_for(program, "v.mp4", 6, command, slowly(program, denoise=0.1))
    running.kill()
    running.wait()
    there = kept(program, "v.mp4")
    assert 6 <= there < 24
    done = program(*command, "-o", "v.mp4")
    assert done.code == 0, done
    assert f"{there} of 24 frames there already" in done.err
    assert "is gone; taken over" in done.err
    assert leftovers(program) == []


def test_another_codec_or_crf_costs_no_frame(program, command):
    assert program(*command, "-o", "v.mp4", "--keep-frames").code == 0
    done = program(*command, "-o", "v.mp4", "-y", "--crf", "30", "--video-codec", "hevc", "--keep-frames")
    assert done.code == 0 and "24 of 24 frames there already" in done.err, done
    assert store_of(program, "v.mp4").exists()


def test_another_prompt_for_the_second_half_costs_the_second_half(program, command):
    (program.work / "a.txt").write_text("0: sea\n0.5s: hills\n")
    (program.work / "b.txt").write_text("0: sea\n0.5s: towers\n")
    with_file = [*command, "--prompt-blend", "cut", "-o", "v.mp4", "-y", "--keep-frames", "--prompts"]
    assert program(*with_file, "a.txt").code == 0
    done = program(*with_file, "b.txt")
    assert done.code == 0 and "12 of 24 frames there already" in done.err, done


def test_without_resume_all_is_made_again(program, command):
    assert program(*command, "-o", "v.mp4", "--keep-frames").code == 0
    done = program(*command, "-o", "v.mp4", "-y", "--resume", "no")
    assert done.code == 0 and "there already" not in done.err, done


def test_a_store_of_another_song_is_named_and_left_alone(program, command, long_tone):
    assert program(*command, "-o", "v.mp4", "--keep-frames").code == 0
    before = store_of(program, "v.mp4").read_bytes()
    other = [*command[:1], str(long_tone), *command[2:]]
    done = program(*other, "--duration", "1", "-o", "v.mp4", "-y")
    assert done.code == 5 and "keeps frames of another song, song.wav" in done.err, done
    assert store_of(program, "v.mp4").read_bytes() == before


def test_what_is_no_store_is_named_and_left_alone(program, command):
    store_of(program, "v.mp4").write_text("a diary")
    done = program(*command, "-o", "v.mp4")
    assert done.code == 5 and "v.mp4.spectradiff is no store" in done.err, done
    assert store_of(program, "v.mp4").read_text() == "a diary"
    assert "v.mp4" not in program.files()


def test_a_damaged_store_gives_back_what_is_whole(program, command):
    assert program(*command, "-o", "whole.mp4").code == 0
    assert program(*command, "-o", "v.mp4", "--keep-frames").code == 0
    store = store_of(program, "v.mp4")
    data = bytearray(store.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 9000] = bytes(9000)
    store.write_bytes(data)
    done = program(*command, "-o", "v.mp4", "-y")
    assert done.code == 0, done
    assert made(program, "v.mp4") == made(program, "whole.mp4")


def test_a_second_render_to_one_name_is_told_at_once(program, command):
    running = start_and_wait_for(program, "v.mp4", 2, command, slowly(program, denoise=0.2))
    done = program(*command, "-o", "v.mp4")
    assert done.code == 5 and f"process {running.pid}" in done.err, done
    running.kill()
    running.wait()


def test_half_files_of_dead_processes_are_removed(program, command):
    for name in (".v.mp4.part-4194000", "..v.mp4.part-4194000.part-4194000", ".other.mp4.part-4194000"):
        (program.work / name).write_bytes(b"half")
    done = program(*command, "-o", "v.mp4")
    assert done.code == 0 and ".v.mp4.part-4194000 was left by a process that is gone; removed" in done.err, done
    assert [name for name in program.files() if "part-" in name] == [".other.mp4.part-4194000"]


def test_a_painting_leaves_no_store(program, song):
    assert program("paint", song, *QUICK, "-o", "v.mp4").code == 0
    assert leftovers(program) == []
