"""Pictures that follow from one another under a moving camera: chains, from outside, over arithmetic networks."""

import hashlib
import json

import pytest
from conftest import QUICK

FRAMES = [*QUICK, "--fps", "10", "--steps", "4", "--model", "./fake-model"]
CHAIN = ["--chain", "0.4s", "--zoom", "1.5 + f/20", "--turn", "20", "--pan-x", "0.1", "--centre-y", "0.4", "--border", "wrap"]
CHAIN += ["--paint-over", "0.3", "--chain-noise", "0.05", "--sharpen", "0.2"]


@pytest.fixture
def render(program, song, fake_model):
    def run(out, *more):
        return program("render", song, *FRAMES, *CHAIN, "-o", f"{out}/%05d.png", *more)

    return run


def digests(program, folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((program.work / folder).glob("*.png"))}


def test_a_chain_gives_the_same_pictures_in_parts_in_batches_and_after_a_stop(program, render):
    assert render("whole").code == 0
    whole = digests(program, "whole")
    assert len(whole) == 10 and len(set(whole.values())) == 10
    part = render("part", "--frames", "6")
    assert part.code == 0 and "2 frames are made and not shown" in part.err, part
    assert digests(program, "part") == {"00006.png": whole["00006.png"]}
    for slots in ("1", "3"):
        assert render(f"slots{slots}", "--batch-size", slots).code == 0
        assert digests(program, f"slots{slots}") == whole
    (program.work / "whole" / "00005.png").unlink()
    assert render("whole").code == 0
    assert digests(program, "whole") == whole


def test_a_printed_chain_renders_as_it_did(program, render, song):
    printed = program("render", song, *FRAMES, *CHAIN, "-o", "one.mkv", "--dry-run")
    assert printed.code == 0, printed
    plan = printed.plan()
    rows = plan["rows"]
    assert [row["chain"] for row in rows] == [0] * 4 + [1] * 4 + [2] * 2
    assert plan["constants"]["diffusion"]["slots"] == 3  # as many as chains
    assert rows[4]["init"] == "painted" and rows[4]["strength"] != 0.4 == rows[5]["strength"]
    init = rows[5]["init"]
    assert (init["previous"], init["colours_of"], init["border"]) == (4, 4, "wrap")
    assert init["zoom"] == pytest.approx(((1.5 + 0.2) * (1.5 + 0.25)) ** 0.05) and init["turn"] == 2
    (program.work / "plan.jsonl").write_text(printed.out)
    assert render("whole").code == 0
    done = program("render", song, "--plan", "plan.jsonl", "--model", "./fake-model", "-o", "planned/%05d.png")
    assert done.code == 0, done
    assert digests(program, "planned") == digests(program, "whole")


def test_a_finished_video_is_known_again_and_carries_its_chain(program, song, fake_model):
    (program.work / "jobs.json").write_text(json.dumps([{"audio": song, "output": "one.mkv"}]))
    for status in ("done", "skipped"):
        done = program("batch", "jobs.json", *FRAMES, *CHAIN, "--json")
        assert done.code == 0 and f'"{status}"' in done.out, done
    assert program("render", song, "--from", "one.mkv", "--model", "./fake-model", "-o", "two.mkv").code == 0
    assert (program.work / "two.mkv").read_bytes() == (program.work / "one.mkv").read_bytes()


def test_words_that_do_not_go_with_a_chain_are_told(program, render):
    both = render("none", "--diffuse-every", "4", "--dry-run")
    assert both.code == 0 and "diffuse_every = 4 (flag) is ignored: with a chain" in both.err, both
    assert all("init" in row for row in both.plan()["rows"])
    loop = render("none", "--loop")
    assert loop.code == 2 and "loop and chain do not go together" in loop.err
    idle = render("none", "--chain", "none", "--dry-run")
    assert idle.code == 0 and "--sharpen changes nothing: no picture follows from another" in idle.err, idle
    assert "--zoom changes nothing" not in idle.err
    alone = render("none", "--chain", "none", "--text-to-image", "--dry-run")
    assert alone.code == 0 and "--zoom changes nothing: frames from noise alone have no painting" in alone.err, alone


@pytest.mark.parametrize(
    "value, words",
    [
        ("sections", "did you mean 'section'"),
        ("beats:0", "is none of none, song, section, beats:N"),
        ("0s", "leaves a chain no time"),
        ("0.1s", "a chain holds two frames at least, 0.2 s at 10 fps"),
    ],
)
def test_a_chain_that_is_none_is_refused(program, render, value, words):
    done = render("none", "--chain", value)
    assert done.code == 2 and words in done.err, done
    assert not (program.work / "none").exists() or not digests(program, "none")


def test_text_to_image_gives_a_chain_its_first_picture(program, render):
    done = render("none", "--text-to-image", "--dry-run")
    assert done.code == 0, done
    inits = [row["init"] for row in done.plan()["rows"]]
    assert inits[4] == "noise" and inits[5]["previous"] == 4
    assert json.dumps(inits[3]) != '"noise"'


def test_without_a_chain_the_camera_moves_the_painting_frame_by_frame(program, song):
    camera = ["--zoom", "1.5 + onset", "--turn", "40", "--pan-x", "0.2", "--fps", "10", *QUICK]
    assert program("paint", song, *camera, "-o", "whole/%05d.png").code == 0
    assert program("paint", song, *camera, "--frames", "6,9", "-o", "part/%05d.png").code == 0
    whole, part = digests(program, "whole"), digests(program, "part")
    assert part == {name: whole[name] for name in ("00006.png", "00009.png")}
    assert program("paint", song, "--fps", "10", *QUICK, "-o", "still/%05d.png").code == 0
    still = digests(program, "still")
    assert still["00000.png"] == whole["00000.png"]
    assert all(still[name] != whole[name] for name in list(whole)[1:])
    printed = program("paint", song, *camera, "-o", "one.mkv", "--dry-run")
    view = printed.plan()["rows"][9]["view"]
    assert 1 <= view["zoom"] < 2 and view["turn"] == pytest.approx(36) and view["border"] == "reflect"
    (program.work / "plan.jsonl").write_text(printed.out)
    assert program("paint", song, "--plan", "plan.jsonl", "-o", "planned/%05d.png").code == 0
    assert digests(program, "planned") == whole
