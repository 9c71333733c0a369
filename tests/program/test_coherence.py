"""Frames that see an anchor's attention, from outside, over arithmetic networks."""

import hashlib
import json

import pytest
from bundles import trust
from conftest import QUICK

FRAMES = [*QUICK, "--fps", "10", "--steps", "4", "--model", "./fake-model"]
MOVED = ["--coherence", "0.3 + 0.05*f", "--strength", "0.5 + 0.04*f"]
# What --dry-run printed into plan.jsonl, made.
PLANNED = ["--plan", "plan.jsonl", "--model", "./fake-model", "-o", "planned/%05d.png"]


@pytest.fixture
def banked(program, fake_model):
    fake_model.facts["attention_bank"] = [
        {"channels": 8, "downscale": 8},
        {"channels": 16, "downscale": 16},
    ]
    fake_model.seal()
    trust(program, fake_model)
    return fake_model


@pytest.fixture
def render(program, song, banked):
    def run(out, *more):
        return program("render", song, *FRAMES, "-o", f"{out}/%05d.png", *more)

    return run


def digests(program, folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((program.work / folder).glob("*.png"))}


@pytest.mark.parametrize(
    "more",
    [
        [],
        ["--mesh-zoom", "1 + 0.1*f", "--mesh-decay", "0.5", "--blur", "0.2*f"],
        ["--chain", "0.4s", "--zoom", "1.2"],
    ],
)
def test_the_same_pictures_in_parts_in_batches_after_a_stop_and_from_a_plan(program, render, song, more):
    assert render("whole", *MOVED, *more).code == 0
    whole = digests(program, "whole")
    assert len(whole) == 10 and len(set(whole.values())) == 10
    assert render("off", *MOVED[2:], *more).code == 0
    assert not set(digests(program, "off").values()) & set(whole.values())
    part = render("part", *MOVED, *more, "--frames", "6,9")
    assert part.code == 0, part
    assert digests(program, "part") == {name: whole[name] for name in ("00006.png", "00009.png")}
    for slots in ("1", "3"):
        assert render(f"slots{slots}", *MOVED, *more, "--batch-size", slots).code == 0
        assert digests(program, f"slots{slots}") == whole
    (program.work / "whole" / "00005.png").unlink()
    assert render("whole", *MOVED, *more).code == 0
    assert digests(program, "whole") == whole
    printed = render("none", *MOVED, *more, "--dry-run")
    assert printed.code == 0, printed
    (program.work / "plan.jsonl").write_text(printed.out)
    planned = program("render", song, *PLANNED)
    assert planned.code == 0, planned
    assert digests(program, "planned") == whole


def test_shards_make_the_video_of_one_run(program, song, banked):
    command = ["render", song, *FRAMES, *MOVED, "--batch-size", "2"]
    assert program(*command, "-o", "one.mkv").code == 0
    for index in (1, 2, 3):
        assert program(*command, "-o", "shards.mkv", "--shard", f"{index}/3").code == 0
    stores = [f".shards.mkv.{index}-of-3.spectradiff" for index in (1, 2, 3)]
    stores = [name if (program.work / name).exists() else name.lstrip(".") for name in stores]
    done = program("assemble", *stores, "-o", "shards.mkv")
    assert done.code == 0, done
    assert (program.work / "shards.mkv").read_bytes() == (program.work / "one.mkv").read_bytes()


def test_share_zero_gives_the_pictures_of_a_render_without_it(program, render):
    assert render("off").code == 0
    assert render("zero", "--coherence", "0").code == 0
    assert render("partly", "--coherence", "f < 4 ? 0 : 0.5").code == 0
    off, partly = digests(program, "off"), digests(program, "partly")
    assert digests(program, "zero") == off
    assert [name for name in off if partly[name] == off[name]] == [f"{i:05d}.png" for i in range(4)]


def test_the_plan_names_the_anchor_and_the_memory_is_told_before_the_run(program, render):
    printed = render("none", *MOVED, "--dry-run")
    assert printed.code == 0, printed
    lines = [json.loads(line) for line in printed.out.splitlines()]
    anchors = [line for line in lines if "anchor" in line and "frame" not in line]
    assert [line["anchor"] for line in anchors] == [5]
    assert anchors[0]["strength"] == pytest.approx(0.5 + 0.04 * 9)  # the section's greatest
    rows = [line for line in lines if "frame" in line]
    assert {row["anchor"] for row in rows} == {5}
    assert rows[2]["coherence"] == pytest.approx(0.4)
    # 64 tokens of 8 and 16 of 16 channels, float32, negative and positive, 4 steps.
    assert f"memory: {(64 * 8 + 16 * 16) * 4 * 2 * 4 / 1000:.0f} kB for anchors" in printed.err, printed.err
    assert "anchors" not in render("none", "--dry-run").err


def test_a_reference_is_seen_in_place_of_the_songs_own(program, render, song):
    assert (
        program(
            "paint",
            song,
            *QUICK,
            "-o",
            "look/%05d.png",
            "--frames",
            "3",
            "--painter",
            "circles",
        ).code
        == 0
    )
    look = "look/00003.png"
    assert render("own", "--coherence", "0.7").code == 0
    seen = render("seen", "--reference", look)
    assert seen.code == 0, seen
    assert render("told", "--reference", look, "--coherence", "0.7", "--batch-size", "1").code == 0
    assert digests(program, "seen") == digests(program, "told")
    assert not set(digests(program, "seen").values()) & set(digests(program, "own").values())
    printed = render("none", "--reference", look, "--dry-run")
    (program.work / "plan.jsonl").write_text(printed.out)
    planned = ["render", song, *PLANNED]
    nameless = program(*planned)
    assert nameless.code == 3 and "name it with --reference" in nameless.err, nameless
    done = program(*planned, "--reference", look)
    assert done.code == 0, done
    assert digests(program, "planned") == digests(program, "seen")


def test_what_cannot_be_seen_is_refused(program, song, fake_model, render):
    fake_model.facts.pop("attention_bank")
    fake_model.seal()
    trust(program, fake_model)
    for given in (
        ["--coherence", "0.5"],
        ["--coherence", "onset"],
        ["--reference", song],
    ):
        done = render("none", *given)
        assert done.code == 4 and "export_model.py SOURCE OUT --attention-bank" in done.err, done
    fake_model.facts["attention_bank"] = [{"channels": 0, "downscale": 8}]
    fake_model.seal()
    trust(program, fake_model)
    done = render("none", "--coherence", "0.5")
    assert done.code == 4 and "attention_bank[0]" in done.err and "channels = 0" in done.err, done
    assert not (program.work / "none").exists()


def test_a_wrong_share_or_reference_is_refused(program, song, render):
    done = render("none", "--coherence", "1.5")
    assert done.code == 2 and "coherence" in done.err, done
    done = render("none", "--coherence", "0.5", "--reference", "nowhere.png")
    assert done.code == 3 and "nowhere.png" in done.err, done
    assert program("paint", song, *QUICK, "-o", "video.mkv").code == 0
    done = render("none", "--coherence", "0.5", "--reference", "video.mkv")
    assert done.code == 2 and "reference = video.mkv is not a single picture" in done.err, done
    idle = render("idle", "--coherence", "0", "--reference", "video.mkv", "--frames", "0")
    assert idle.code == 0 and "no frame sees it at --coherence 0" in idle.err, idle
    assert not (program.work / "none").exists()
