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


def test_a_camera_that_goes_through_space_gives_the_same_pictures_in_parts_and_from_its_plan(program, render, song):
    space = ["--forward", "0.5", "--yaw", "20*sin(t)", "--pitch", "-6", "--flip-y", "9", "--depth"]
    flat = render("flat", *space, "flat")
    assert flat.code == 0, flat
    pictures = {"flat": digests(program, "flat")}
    assert program("paint", song, *QUICK, "--fps", "10", "-o", "near/%05d.png").code == 0
    for depth in ("luminance", "radial", "painter", "near/%05d.png"):
        name = depth[:4]
        done = render(f"of-{name}", *space, depth)
        assert done.code == 0, done
        pictures[depth] = digests(program, f"of-{name}")
        assert render(f"part-{name}", *space, depth, "--frames", "6").code == 0
        assert digests(program, f"part-{name}") == {"00006.png": pictures[depth]["00006.png"]}
    assert len({each["00006.png"] for each in pictures.values()}) == 5
    printed = render("none", *space, "near/%05d.png", "--dry-run")
    init = printed.plan()["rows"][5]["init"]
    assert init["depth"] == "video" and init["forward"] == 0.05 and init["fov"] == 70
    (program.work / "plan.jsonl").write_text(printed.out)
    planned = ["--plan", "plan.jsonl", "--model", "./fake-model", "-o", "planned/%05d.png"]
    nameless = program("render", song, *planned)
    assert nameless.code == 3 and "name it with --depth" in nameless.err, nameless
    assert program("render", song, *planned, "--depth", "near/%05d.png").code == 0
    assert digests(program, "planned") == pictures["near/%05d.png"]


def test_a_depth_that_does_not_fit_is_told(program, render, song):
    assert program("paint", song, *QUICK, "--fps", "10", "--frames", "0-4", "-o", "short/%05d.png").code == 0
    short = render("none", "--forward", "0.5", "--depth", "short/%05d.png")
    assert short.code == 3 and "ends after 5 frames, and frame 9 is asked for" in short.err, short
    word = render("none", "--depth", "radiall")
    assert word.code == 2 and "did you mean 'radial'" in word.err, word
    still = program("render", song, *FRAMES, "--chain", "song", "--depth", "radial", "-o", "none/%05d.png", "--dry-run")
    assert still.code == 0 and "--depth changes nothing: what is near goes further by --forward" in still.err, still
    alone = render("none", "--chain", "none", "--depth", "radial", "--flip-x", "4", "--dry-run")
    assert "--depth changes nothing: no picture follows" in alone.err and "--flip-x changes nothing" in alone.err, alone


def test_a_finished_video_is_known_again_and_carries_its_chain(program, song, fake_model):
    (program.work / "jobs.json").write_text(json.dumps([{"audio": song, "output": "one.mkv"}]))
    for status in ("done", "skipped"):
        done = program("batch", "jobs.json", *FRAMES, *CHAIN, "--json")
        assert done.code == 0 and f'"{status}"' in done.out, done
    assert program("render", song, "--from", "one.mkv", "--model", "./fake-model", "-o", "two.mkv").code == 0
    assert (program.work / "two.mkv").read_bytes() == (program.work / "one.mkv").read_bytes()


def test_words_that_do_not_go_with_a_chain_are_told(program, render):
    both = render("none", "--diffuse-every", "2", "--interpolate", "motion", "--dry-run")
    assert both.code == 0 and "--interpolate is ignored: with a chain the camera moves what is not diffused" in both.err, both
    loop = render("none", "--loop")
    assert loop.code == 2 and "loop and chain do not go together" in loop.err
    idle = render("none", "--chain", "none", "--dry-run")
    assert idle.code == 0 and "--sharpen changes nothing: no picture follows from another" in idle.err, idle
    assert "--zoom changes nothing" not in idle.err
    alone = render("none", "--chain", "none", "--text-to-image", "--dry-run")
    assert alone.code == 0 and "--zoom changes nothing: frames from noise alone have no painting" in alone.err, alone


def test_with_diffuse_every_the_camera_moves_the_pictures_of_a_chain_that_are_not_diffused(program, render):
    done = render("every", "--diffuse-every", "3")
    assert done.code == 0 and "5 frames diffused, moved on by the camera in the other 5" in done.err, done
    every = digests(program, "every")
    assert len(every) == 10 and len(set(every.values())) == 10
    rows = render("none", "--diffuse-every", "3", "--dry-run").plan()["rows"]
    assert [row["strength"] > 0 for row in rows] == [True, False, False, True] * 2 + [True, False]  # counted from each chain's first
    assert all(row["init"]["paint_over"] == (0.3 if row["strength"] > 0 else 0) for row in rows if row["init"] != "painted")
    part = render("part", "--diffuse-every", "3", "--frames", "6", "--batch-size", "1")
    assert part.code == 0 and digests(program, "part") == {"00006.png": every["00006.png"]}


def test_at_chain_strength_0_without_a_camera_the_picture_stands(program, render):
    still = ["--chain-strength", "0", "--paint-over", "0", "--zoom", "1", "--turn", "0", "--pan-x", "0"]
    assert render("still", *still).code == 0
    assert [len({*list(digests(program, "still").values())[at : at + 4]}) for at in (0, 4)] == [1, 1]
    assert len(set(digests(program, "still").values())) == 3


@pytest.mark.parametrize(
    "value, words",
    [
        ("sections", "did you mean 'section'"),
        ("section:0", "is none of none, song, section, section:N or beats:N"),
        ("beats:0", "is none of none, song, section, section:N or beats:N"),
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


def test_trails_are_the_same_in_parts_on_many_threads_and_from_a_plan(program, song):
    mesh = ["--mesh-zoom", "1.5 + onset", "--mesh-rot", "60", "--mesh-warp", "3", "--fps", "10", *QUICK]
    assert program("paint", song, *mesh, "-o", "whole/%05d.png").code == 0
    whole = digests(program, "whole")
    assert len(set(whole.values())) == 10
    for words in (["--threads", "1"], ["--threads", "4"]):
        assert program("paint", song, *mesh, *words, "-o", "again/%05d.png", "-y").code == 0
        assert digests(program, "again") == whole
    printed = program("paint", song, *mesh, "--frames", "6,9", "-o", "part/%05d.png", "--dry-run")
    assert printed.code == 0 and '"carried":5,' in printed.out and '"trails":[0' in printed.out, printed
    (program.work / "plan.jsonl").write_text(printed.out)
    for words in (mesh + ["--frames", "6,9"], ["--plan", "plan.jsonl"]):
        assert program("paint", song, *words, "-o", "part/%05d.png", "-y").code == 0
        assert digests(program, "part") == {name: whole[name] for name in ("00006.png", "00009.png")}
    assert program("paint", song, "--fps", "10", *QUICK, "-o", "bare/%05d.png").code == 0
    bare = digests(program, "bare")
    assert bare["00000.png"] == whole["00000.png"] and bare["00009.png"] != whole["00009.png"]


def test_inits_are_written_as_they_are_diffused(program, render, song):
    done = render("whole", "--inits", "inits")
    assert done.code == 0, done
    inits = digests(program, "inits")
    assert sorted(inits) == sorted(digests(program, "whole"))
    painted = program("paint", song, *QUICK, "--fps", "10", "-o", "painted/%05d.png")
    assert painted.code == 0
    paintings = digests(program, "painted")
    # A chain begins with its painting; what follows is the moved picture under it.
    assert {name for name in inits if inits[name] == paintings[name]} == {"00000.png", "00004.png", "00008.png"}
    (program.work / "whole" / "00005.png").unlink()
    assert render("whole", "--inits", "inits").code == 0  # the same bytes are no other pictures
    other = render("other", "--inits", "inits", "--paint-over", "0.9")
    assert other.code == 5 and "inits/00001.png: there is another picture already" in other.err, other
    assert render("third", "--inits", "inits", "--paint-over", "0.9", "-y").code == 0
    assert digests(program, "inits") != inits
    nothing = render("none", "--inits", "more", "--no-diffusion", "--dry-run")
    assert "--inits changes nothing: nothing is diffused" in nothing.err, nothing


def test_noise_that_moves_with_the_camera_is_the_same_in_parts_and_from_its_plan(program, song, fake_model):
    camera = ["render", song, *FRAMES, "--zoom", "3", "--turn", "40", "--strength", "0.6", "--camera-noise"]
    assert program(*camera, "0.4 + 0.6*f/9", "-o", "whole/%05d.png").code == 0
    assert program(*camera, "0", "-o", "still/%05d.png").code == 0
    whole, still = digests(program, "whole"), digests(program, "still")
    assert all(whole[name] != still[name] for name in whole)
    assert program(*camera, "0.4 + 0.6*f/9", "--frames", "6,9", "-o", "part/%05d.png").code == 0
    assert digests(program, "part") == {name: whole[name] for name in ("00006.png", "00009.png")}
    printed = program(*camera, "0.4 + 0.6*f/9", "-o", "one.mkv", "--dry-run")
    world = printed.plan()["rows"][9]["world_noise"]
    assert world["share"] == 1 and world["octave"] == 1 and world["turn"] == pytest.approx(36)
    (program.work / "plan.jsonl").write_text(printed.out)
    assert program("render", song, "--plan", "plan.jsonl", "--model", "./fake-model", "-o", "planned/%05d.png").code == 0
    assert digests(program, "planned") == whole


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


@pytest.mark.parametrize(
    ("look", "more", "mode"),
    [
        ("steps", [], "steps"),
        ("steps", ["--chain", "song"], "exact"),
        ("steps", ["--strength", "0.3 + 0.2*onset"], "exact"),
        ("steps", ["--chain", "song", "--strength-mode", "steps"], "steps"),
        ("tapered", [], "tapered"),
        ("tapered", ["--chain", "song"], "tapered"),
        ("tapered", ["--strength", "0.3 + 0.2*onset"], "tapered"),
    ],
)
def test_strengths_that_change_keep_a_looks_mode_unless_it_counts_steps(program, song, fake_model, look, more, mode):
    file = program.work / "fake-model" / "model.json"
    facts = {**json.loads(file.read_text()), "look": {"strength_mode": look, "steps": 5}}
    file.write_text(json.dumps(facts))
    done = program("render", song, *FRAMES, *more, "--print-config")
    assert done.code == 0, done
    assert done.json()["strength_mode"] == mode


def test_a_look_that_travels_yields_to_a_preset_a_loop_and_chain_none(program, song, fake_model):
    file = program.work / "fake-model" / "model.json"
    look = {"chain": "section:8", "diffuse_every": 2, "zoom": 1.5, "chain_strength": "0.2 + 0.1*onset", "strength": 0.5}
    file.write_text(json.dumps({**json.loads(file.read_text()), "look": look}))

    def settings(*more):
        done = program("render", song, *FRAMES, *more, "--print-config")
        assert done.code == 0, done
        return done.json()

    own = settings()
    assert {key: own[key] for key in look} == look
    assert settings("--strength", "0.75")["chain_strength"] == "min(1, (0.2 + 0.1*onset) * (0.75) / (0.5))"
    assert settings("--strength", "0.75", "--chain-strength", "0.3")["chain_strength"] == 0.3
    assert settings("--chain", "song")["zoom"] == 1.5
    for more in (["--chain", "none"], ["--loop"], ["--preset", "kick"], ["--no-diffusion"]):
        left = settings(*more)
        assert (left["chain"], left["diffuse_every"], left["zoom"]) == ("none", 1, 1), more
