"""A corpus of settings that mean nothing: each is refused with a message that names it and says what is allowed.

bad_inputs.json holds lists of [input, word…]: what is given, and what the message must hold. The list's name says where
the input goes. A lone surrogate \\udcXX stands for the byte XX; {"before", "repeat", "times", "after"} for a long text.
"""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import Program

CASES = json.loads((Path(__file__).parent / "bad_inputs.json").read_text())
PAINT = ["render", "song.wav", "--no-diffusion"]


def spelled(text):
    if isinstance(text, dict):
        text = text.get("before", "") + text["repeat"] * text["times"] + text.get("after", "")
    return text


def file(program, name, text):
    path = program.work / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.fsencode(spelled(text)))
    return name


def run(program, where, given):
    if where == "words":
        return program(*map(os.fsencode, given))
    if where == "flags":
        return program(*PAINT, os.fsencode(spelled(given)))
    if where == "environment":
        name, value = given
        return program("render", "song.wav", "--no-diffusion", environment={**program.environment, name: os.fsencode(value)})
    if where == "user":
        file(program, program.home / ".config/spectradiff/config.json", given)
        return program(*PAINT)
    if where in ("batch", "jobs"):
        return program("batch", file(program, "jobs.json", given), "--no-diffusion")
    name = {"config": "c.json", "preset": "neon.json", "prompts": "p.txt", "beats": "b.txt"}[where]
    return program(*PAINT, f"--{where}", file(program, name, given))


ALL = [(where, case) for where in CASES for case in CASES[where]]
WRITTEN = {"config": "c.json", "preset": "neon.json", "prompts": "p.txt", "beats": "b.txt", "batch": "jobs.json", "jobs": "jobs.json"}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory, tone):
    """What came of every case, by its number: (result, files left). Run side by side: starting is most of it."""
    folder = tmp_path_factory.mktemp("corpus")

    def outcome(number):
        (folder / str(number)).mkdir()
        program = Program(folder / str(number))
        shutil.copy(tone, program.work / "song.wav")
        done = run(program, ALL[number][0], ALL[number][1][0])
        return done, program.files() + [path.name for path in program.temporary.iterdir()]

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(outcome, range(len(ALL))))


@pytest.mark.parametrize("number", range(len(ALL)), ids=[f"{where}-{case[0]!r:.60}" for where, case in ALL])
def test_what_means_nothing_is_refused_by_name_and_leaves_nothing_behind(outcomes, number):
    where, (_, *words) = ALL[number]
    done, left = outcomes[number]
    assert left == sorted({"song.wav", WRITTEN.get(where, "song.wav")}), done
    if where == "jobs":  # a bad job stops no other
        assert done.code == 7 and "\tfailed\t2\t" in done.out, done
    else:
        assert done.code == 2 and done.out == "", done
    said = done.err.encode()
    assert len(said) < 4000 and f"\n{done.err}".count("\nerror: ") == 1 and "warning:" not in done.err, done
    assert not any(c < 0x20 and c != 0x0A for c in said) and "\ufffd" not in done.err, done
    for word in words:
        assert word in done.err, done


def test_the_corpus_is_large_and_says_nothing_twice():
    cases = [json.dumps([where, case[0]]) for where in CASES for case in CASES[where]]
    assert len(cases) > 700 and len(set(cases)) == len(cases)
