"""Render few, show many: --diffuse-every, --interpolate and --draft, with painted pictures in place of diffused ones."""

import json
import shutil

import numpy as np
import pytest
from conftest import QUICK, Program, decode_sound, probe
from PIL import Image

RENDER = ["--no-diffusion", *QUICK, "-q"]
KEYS = [0, 4, 8, 12, 14]  # of every 4th frame and the last, of 15


@pytest.fixture(scope="module")
def painted(tmp_path_factory, tone):
    """The pictures of the tone's 15 frames, painted one and all as a render would."""
    program = Program(tmp_path_factory.mktemp("painted"))
    assert program("paint", str(tone), "--model", "mini", *QUICK, "-q", "-o", "%05d.png").code == 0
    return frames(program.work)


def frames(folder):
    return {int(file.stem): np.asarray(Image.open(file)).astype(int) for file in sorted(folder.glob("*.png"))}


def test_frames_between_are_the_mean_by_distance_of_the_two_around(program, song, painted):
    done = program("render", song, *RENDER, "--diffuse-every", "4", "-o", "few/%05d.png")
    assert done.code == 0, done
    few = frames(program.work / "few")
    assert sorted(few) == list(range(15))
    for before, after in zip(KEYS, KEYS[1:]):
        assert (few[before] == painted[before]).all() and (few[after] == painted[after]).all()
        for frame in range(before + 1, after):
            share = (frame - before) / (after - before)
            assert np.abs(few[frame] - (painted[before] * (1 - share) + painted[after] * share)).max() <= 0.5


@pytest.mark.parametrize("by", ["blend", "motion", "flow"])
def test_a_part_of_the_song_shows_the_whole_runs_frames(program, song, by):
    words = ["render", song, *RENDER, "--diffuse-every", "4", "--interpolate", by]
    assert program(*words, "-o", "whole/%05d.png").code == 0
    for part in ("5-6", "0,3,9-14"):
        assert program(*words, "--frames", part, "-o", "part/%05d.png", "-y").code == 0
    parts = sorted((program.work / "part").glob("*.png"))
    assert [int(file.stem) for file in parts] == [0, 3, 5, 6, 9, 10, 11, 12, 13, 14]
    for file in parts:
        assert file.read_bytes() == (program.work / "whole" / file.name).read_bytes(), file.name


def test_beats_move_the_diffused_frames_and_keep_their_number(program, song):
    bars = ["--tempo", "240", "--first-beat", "130ms", "--beats-per-bar", "2"]  # from frames 1 and 9 on
    words = ["render", song, *RENDER, *bars, "--diffuse-every", "4", "--diffuse-on"]

    def made(*more):
        done = program(*words, *more, "--dry-run", "-o", "v.mkv")
        assert done.code == 0, done
        return [row["frame"] for row in done.plan()["rows"] if "between" not in row]

    assert made("grid") == KEYS
    for on in ("beats", "onsets"):
        assert len(made(on)) == len(KEYS) and {0, 1, 9, 14} < set(made(on))
    assert made("beats") == [0, 1, 5, 9, 14]  # a beat begins in frame 5
    assert made("beats", "--frames", "7-8") == [5, 9]
    few = program(*[word for word in words if word != "-q"], "beats", "--diffuse-every", "14", "--dry-run", "-o", "v.mkv")
    assert few.code == 0 and "2 of 2 bars begin between the 2 frames that are diffused" in few.err, few
    assert program(*words, "beats", "-o", "whole/%05d.png").code == 0
    assert program(*words, "beats", "--frames", "7,10-12", "-o", "part/%05d.png").code == 0
    for file in (program.work / "part").glob("*.png"):
        assert file.read_bytes() == (program.work / "whole" / file.name).read_bytes(), file.name
    idle = program("render", song, *RENDER[:-1], "--diffuse-on", "beats", "--dry-run", "-o", "v.mkv")
    assert "--diffuse-on is ignored: every frame is diffused" in idle.err, idle


def test_the_camera_is_known_between_its_pictures(program, song):
    words = ["render", song, *RENDER, "--zoom", "2", "--turn", "60", "--diffuse-every", "7", "--interpolate"]
    assert program(*words, "flow", "-o", "flow/%05d.png").code == 0
    assert program(*words, "blend", "-o", "blend/%05d.png").code == 0
    assert program("render", song, *RENDER, "--zoom", "2", "--turn", "60", "-o", "all/%05d.png").code == 0
    all_, flow, blend = (frames(program.work / name) for name in ("all", "flow", "blend"))
    apart = {
        name: np.mean([np.abs(made[frame] - all_[frame]).mean() for frame in (2, 3, 4, 9, 10)])
        for name, made in (("flow", flow), ("blend", blend))
    }
    assert apart["flow"] < 0.9 * apart["blend"]
    way = program(*words, "flow", "--dry-run", "-o", "v.mkv").plan()["rows"][7]["way"]
    assert way["zoom"] == pytest.approx(2 ** (7 / 15)) and way["turn"] == pytest.approx(28)


def test_a_video_keeps_its_timing_and_can_be_repeated(program, song):
    assert program("render", song, *RENDER, "-o", "all.mkv").code == 0
    done = program("render", song, *RENDER, "--diffuse-every", "6", "--stats", "-o", "few.mkv")
    assert done.code == 0 and "seconds_interpolate " in done.out, done
    all_, few = (probe(program.work / name) for name in ("all.mkv", "few.mkv"))
    for key in ("nb_read_packets", "r_frame_rate", "start_time"):
        assert few[1]["video"][key] == all_[1]["video"][key]
    assert (decode_sound(program.work / "few.mkv", 44100) == decode_sound(program.work / "all.mkv", 44100)).all()
    tag = json.loads(few[0]["tags"].get("comment") or few[0]["tags"]["COMMENT"])
    assert (tag["diffuse_every"], tag["interpolate"]) == (6, "blend")
    assert program("render", song, "-q", "--from", "few.mkv", "-o", "again.mkv").code == 0
    assert (program.work / "again.mkv").read_bytes() == (program.work / "few.mkv").read_bytes()
    piped = program("render", song, *RENDER, "--diffuse-every", "6", "-o", "-", "--preview", "sheet.png")
    assert piped.code == 0 and (program.work / "sheet.png").exists()
    (program.work / "piped.mkv").write_bytes(piped.bytes)
    assert probe(program.work / "piped.mkv")[1]["video"]["nb_read_packets"] == "15"


def test_a_dry_run_tells_which_frames_are_made(program, song):
    plan = program("render", song, *RENDER, "--diffuse-every", "4", "--blur", "f/10", "--dry-run").plan()
    assert (plan["frames"], plan["made"]) == (15, 5)
    assert [row["frame"] for row in plan["rows"] if "between" not in row] == KEYS
    assert plan["rows"][4]["blur"] == 0.4 and plan["rows"][13]["between"] == [12, 14] and "blur" not in plan["rows"][13]


def test_an_interpolation_with_nothing_to_do_is_told(program, song):
    words = ["render", song, *RENDER[:-1]]
    done = program(*words, "--interpolate", "motion", "-o", "all.mkv")
    assert done.code == 0 and "--interpolate is ignored" in done.err and "--diffuse-every" in done.err
    assert "not used" not in program(*words, "--draft", "--interpolate", "blend", "-o", "draft.mkv").err


def test_paint_paints_every_frame(program, song, painted):
    (program.work / "few.json").write_text('{"diffuse_every": 4}')
    assert program("paint", song, "--model", "mini", *QUICK, "-q", "--config", "few.json", "-o", "%05d.png").code == 0
    for frame, picture in frames(program.work).items():
        assert (picture == painted[frame]).all(), frame


def origins(program, *words):
    shown = program(*words, "--print-config", "--origin").json()
    assert "draft" not in shown
    return {key: (shown[key]["value"], shown[key]["origin"]) for key in ("size", "steps", "diffuse_every", "fps")}


def test_a_draft_is_small_and_coarse_unless_said_otherwise(program, song):
    words = ["render", song, "--no-diffusion"]
    (program.work / "c.json").write_text('{"size": "512x288", "steps": 40, "draft": true}')
    (program.work / "final.json").write_text('{"size": "512x512", "steps": 50}')
    draft = origins(program, *words, "--preset", "./final.json", "--draft", "--diffuse-every", "3")
    assert draft["steps"] == (12, "draft") and draft["diffuse_every"] == (3, "flag") and draft["fps"][1] != "draft"
    assert draft["size"] == ("256x256", "draft")
    beside = origins(program, *words, "--config", "c.json")
    assert beside == {**beside, "size": ("512x288", "c.json"), "steps": (40, "c.json"), "diffuse_every": (4, "draft")}
    above = origins(program, *words, "--config", "c.json", "--draft", "--strength", "0.04")
    assert above == {**above, "size": ("256x144", "draft"), "steps": (25, "draft")}
    assert origins(program, *words, "--config", "c.json", "--no-draft")["diffuse_every"] == (1, "default")


def test_a_draft_lasts_and_sounds_as_the_final(program, song):
    done = program("render", song, *RENDER, "--draft", "-o", "draft.mp4")
    assert done.code == 0, done
    container, streams = probe(program.work / "draft.mp4")
    assert (streams["video"]["width"], streams["video"]["nb_read_packets"]) == (64, "15")
    tag = json.loads(container["tags"]["comment"])
    assert tag["diffuse_every"] == 4 and "draft" not in tag
    shutil.copy(program.work / song, program.work / "b.wav")
    (program.work / "jobs.json").write_text('[{"audio": "b.wav", "draft": true, "size": "160x96"}]')
    done = program("batch", "jobs.json", *RENDER[:1], "--bins", "8")
    assert done.code == 0, done
    tag = json.loads(probe(program.work / "b.mp4")[0]["tags"]["comment"])
    assert (tag["size"], tag["diffuse_every"]) == ("160x96", 4)
