"""The whole program over networks that are arithmetic: faults of networks that no real model is needed for."""

import hashlib
import json
import signal
import time

import pytest
from conftest import QUICK

FRAMES = [*QUICK, "--fps", "10", "--steps", "4", "--batch-size", "4", "--seed-mode", "increment"]


@pytest.fixture
def render(program, song, fake_model):
    def run(out, *more, faults=None):
        environment = dict(program.environment)
        if faults:
            environment["SPECTRADIFF_FAKE_ENGINE"] = json.dumps(faults)
        return program("render", song, *FRAMES, "--model", "./fake-model", "-o", f"{out}/%05d.png", *more, environment=environment)

    return run


def digests(program, folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((program.work / folder).glob("*.png"))}


def test_a_render_needs_no_libtorch_and_a_shard_has_its_frames(program, render):
    assert render("whole").code == 0
    assert render("part", "--frames", "3-5").code == 0
    whole, part = digests(program, "whole"), digests(program, "part")
    assert len(whole) == 10 and len(set(whole.values())) == 10
    assert part == {name: whole[name] for name in ("00003.png", "00004.png", "00005.png")}


def test_a_picture_that_is_not_finite_is_made_again_in_float32(program, render):
    assert render("fine").code == 0
    done = render("mended", "--dtype", "bfloat16", faults={"nan_from": 1})
    assert done.code == 0, done
    assert "repeated in float32" in done.err
    assert digests(program, "mended") == digests(program, "fine")


def test_an_untrusted_bundle_does_not_run(program, render, fake_model):
    fake_model.facts["title"] = "Another"
    fake_model.seal()
    done = render("none")
    assert done.code == 4 and "is on no trust list" in done.err, done
    assert not digests(program, "none")


def test_a_second_signal_drops_the_pictures_in_hand(program, song, fake_model):
    environment = {**program.environment, "SPECTRADIFF_FAKE_ENGINE": json.dumps({"wait_s": {"denoise": 0.3}})}
    command = ["render", song, *FRAMES, "--steps", "50", "--strength", "1", "--model", "./fake-model", "-o", "never.mp4"]
    running = program.start(*command, environment=environment)
    time.sleep(2)
    for _ in range(2):
        running.send_signal(signal.SIGINT)
        time.sleep(0.1)
    assert running.wait(10) == -signal.SIGINT
    assert "never.mp4" not in program.files()
