"""Memory and devices that give out: before the first picture a smaller batch, later the same batch once more, else an end that keeps all."""

import json
import random
import subprocess
from pathlib import Path

import pytest
from conftest import probe
from faulty_disk import UNFIT
from test_resume import FRAMES, kept, leftovers, made, store_of


def failing(program, **calls):
    """denoise={"memory": [3]}: that call finds no memory."""
    return {**program.environment, "SPECTRADIFF_FAKE_ENGINE": json.dumps({"fail": calls})}


@pytest.fixture
def command(song, fake_model):
    return ["render", song, *FRAMES, "--model", "./fake-model", "-o", "v.mp4"]


@pytest.fixture
def open_command(song, fake_model):
    """Whose batch size nobody has chosen."""
    words = ["render", song, *FRAMES, "--model", "./fake-model", "-o", "v.mp4"]
    at = words.index("--batch-size")
    return words[:at] + words[at + 2 :]


def slots(program, command):
    return program(*command, "--dry-run").plan()["constants"]["diffusion"]["slots"]


def test_before_the_first_picture_the_batch_becomes_smaller_and_says_so(program, open_command):
    usual = slots(program, open_command)
    assert usual > 1
    done = program(*open_command, environment=failing(program, denoise={"memory": [0, 1]}))
    assert done.code == 0, done
    assert f"the batch size becomes {usual // 2} for all of this render" in done.err, done
    tag = json.loads(probe(program.work / "v.mp4")[0]["tags"]["comment"])
    assert tag["constants"]["diffusion"]["slots"] == usual // 2
    again = [*open_command[:-1], "w.mp4", "--batch-size", str(usual // 2)]
    assert program(*again).code == 0
    assert made(program, "v.mp4") == made(program, "w.mp4")


def test_a_batch_size_that_was_chosen_stays_and_the_option_is_named(program, command):
    done = program(*command, environment=failing(program, vae_encode={"memory": [0, 1]}))
    assert done.code == 6 and "--batch-size 1 needs less" in done.err, done
    assert leftovers(program) == []


def test_the_smallest_batch_names_the_size(program, command):
    done = program(*command, "--batch-size", "1", environment=failing(program, vae_encode={"memory": [0, 1]}))
    assert done.code == 6 and "a smaller --size needs less" in done.err, done


def test_later_the_same_batch_is_made_once_more_with_the_same_bytes(program, command):
    assert program(*command[:-1], "whole.mp4").code == 0
    done = program(*command, environment=failing(program, denoise={"memory": [9]}, vae_decode={"memory": [7]}))
    assert done.code == 0 and done.err.count("out of memory; its batch is made once more") == 2, done
    assert made(program, "v.mp4") == made(program, "whole.mp4")


@pytest.mark.parametrize(("kind", "code"), [("memory", 6), ("device", 8)])
def test_what_stays_short_ends_it_and_the_same_command_goes_on(program, command, kind, code):
    assert program(*command[:-1], "whole.mp4").code == 0
    done = program(*command, environment=failing(program, denoise={kind: list(range(9, 40))}))
    assert done.code == code, done
    there = kept(program, "v.mp4")
    assert there >= 6 and store_of(program, "v.mp4").exists()
    if kind == "memory":
        assert "finished frames are kept in" in done.err and "--batch-size 1 needs less, and begins anew" in done.err, done
    done = program(*command)
    assert done.code == 0 and f"{there} of 24 frames there already" in done.err, done
    assert made(program, "v.mp4") == made(program, "whole.mp4")


def test_what_was_made_keeps_its_batch_size(program, open_command):
    """Pictures of another batch size would be mixed with these."""
    assert program(*open_command, environment=failing(program, denoise={"device": [2]})).code == 8
    assert kept(program, "v.mp4") > 0
    done = program(*open_command, environment=failing(program, denoise={"memory": list(range(40))}))
    assert done.code == 6 and "becomes" not in done.err, done


def test_a_shard_keeps_the_batch_size_of_the_others(program, open_command):
    done = program(*open_command, "--shard", "1/2", environment=failing(program, denoise={"memory": [0, 1]}))
    assert done.code == 6 and "all shards need the same" in done.err, done


def test_a_device_that_is_not_there_is_named(program, command):
    done = program(*command, "--device", "cuda")
    assert done.code == 8 and "cuda" in done.err and leftovers(program) == [], done


@pytest.fixture(scope="session")
def faulty_memory(tmp_path_factory):
    if UNFIT:
        pytest.skip("sanitizers bring allocators of their own")
    library = tmp_path_factory.mktemp("memory") / "faulty_memory.so"
    subprocess.run(["c++", "-std=c++17", "-shared", "-fPIC", "-O1", "-o", library, Path(__file__).with_name("faulty_memory.cpp")], check=True)
    return {"LD_PRELOAD": str(library)}


def fail_each(program, command, faulty_memory, numbers_of):
    """One allocation fails, or that and all large ones behind it: a whole video, or exit 6 and then the same one."""

    def run(*words, **settings):
        return program(*words, environment={**program.environment, **faulty_memory, **{key: str(value) for key, value in settings.items()}})

    count = program.folder / "count"
    assert run(*command[:-1], "whole.mp4", FAULT_COUNT=count).code == 0
    whole, calls = made(program, "whole.mp4"), int(count.read_text())
    assert calls > 10_000
    ended = 0
    for number in numbers_of(calls):
        settings = {"FAULT_STAYS": 100_000} if number % 2 else {}
        done = run(*command, FAULT_AT=number, **settings)
        place = (number, done)
        assert done.code in (0, 6), place
        if done.code == 6:
            ended += 1
            assert "memory" in done.err and not (program.work / "v.mp4").exists(), place
            done = program(*command)
            assert done.code == 0, (place, done)
        assert made(program, "v.mp4") == whole and leftovers(program) == [], (place, done)
        (program.work / "v.mp4").unlink()
    return ended


def test_whichever_allocation_fails_nothing_is_lost(program, command, faulty_memory):
    dice = random.Random(7)
    assert fail_each(program, command, faulty_memory, lambda calls: [dice.randint(1, calls) for _ in range(8)]) > 0


@pytest.mark.slow
def test_each_of_many_allocations_may_fail(program, command, faulty_memory):
    dice = random.Random(8)
    assert fail_each(program, command, faulty_memory, lambda calls: [*range(1, 100), *(dice.randint(1, calls) for _ in range(300))]) > 200
