"""Who may admit a model: a flag, the environment or the user's own file, and nothing that came with the work."""

import json
import subprocess

import pytest
from conftest import probe
from test_models import Bundle, trust

KEY = "allow_unpinned_model"
FLAG = "--allow-unpinned-model"
REACHED = "no-engine.so"  # named by an error of a run that got as far as loading networks
RENDER = ["render", "song.wav", "--model", "./model", "--size", "64x64", "-o", "v.mp4"]


@pytest.fixture
def bundle(program, song):
    """A sound bundle on no list, and an engine that is not there: what is admitted fails by its name."""
    program.environment["SPECTRADIFF_ENGINE"] = str(program.work / REACHED)
    return Bundle(program.work / "model")


def look(bundle, **settings):
    bundle.facts["look"] = settings
    bundle.seal()


def test_a_bundle_does_not_admit_itself(program, bundle):
    look(bundle, allow_unpinned_model=True)
    done = program(*RENDER)
    assert done.code == 4 and KEY in done.err and REACHED not in done.err, done
    trust(program, bundle)
    again = program(*RENDER)
    assert again.code == 4 and KEY in again.err and REACHED not in again.err, again


def refused(done, code=2):
    assert done.code == code, done
    assert KEY in done.err and FLAG in done.err and REACHED not in done.err, done


@pytest.mark.parametrize("value", [True, False])
def test_settings_that_came_with_the_work_admit_no_model(program, bundle, value):
    (program.work / "s.json").write_text(json.dumps({"model": "./model", KEY: value}))
    refused(program(*RENDER, "--preset", "./s.json"))
    refused(program(*RENDER, "--config", "s.json"))
    refused(program(*RENDER, "--config", "-", stdin=(program.work / "s.json").read_bytes()))
    refused(program("presets", "show", "./s.json"))


def test_a_preset_found_by_its_name_admits_no_model(program, bundle):
    presets = program.home / ".config/spectradiff/presets"
    presets.mkdir(parents=True)
    (presets / "mine.json").write_text(json.dumps({KEY: True}))
    done = program(*RENDER, "--preset", "mine")
    assert done.code == 2 and REACHED not in done.err, done


def test_no_job_list_admits_a_model(program, bundle):
    job = {"audio": "song.wav", "model": "./model", "size": "64x64"}
    done = program("batch", "-", stdin=json.dumps([{**job, KEY: True}]).encode())
    assert done.out.split("\t")[1:3] == ["failed", "2"], done
    refused(done, code=7)
    refused(program("batch", "-", stdin=json.dumps({"defaults": {KEY: True}, "jobs": [job]}).encode()))
    (program.work / "s.json").write_text(json.dumps({KEY: True}))
    done = program("batch", "-", stdin=json.dumps([{**job, "preset": "./s.json"}]).encode())
    assert done.code == 7 and KEY in done.err and REACHED not in done.err, done
    refused(program("batch", "-", "--config", "s.json", stdin=json.dumps([job]).encode()))
    done = program("batch", "-", stdin=json.dumps([{**job, "sweep": {KEY: [True]}}]).encode())
    assert done.code in (2, 7) and KEY in done.err and REACHED not in done.err, done


def test_no_video_admits_a_model(program, bundle):
    assert program("render", "song.wav", "--no-diffusion", "--size", "64x64", "-o", "old.mkv").code == 0
    tags = probe(program.work / "old.mkv")[0]["tags"]
    tag = json.loads(tags.get("comment") or tags["COMMENT"])
    hostile = json.dumps({**tag, KEY: True, "diffusion": True, "model": "./model"})
    words = ["-i", "old.mkv", "-c", "copy", "-metadata", f"comment={hostile}", "hostile.mkv"]
    subprocess.run(["ffmpeg", "-v", "error", *words], cwd=program.work, check=True)
    done = program(*RENDER, "--from", "hostile.mkv")
    assert done.code in (2, 4) and REACHED not in done.err, done


def test_a_flag_the_environment_and_the_users_own_file_admit_it(program, bundle):
    assert REACHED not in program(*RENDER).err
    assert REACHED in program(*RENDER, FLAG).err
    assert REACHED in program(*RENDER, environment={**program.environment, "SPECTRADIFF_ALLOW_UNPINNED_MODEL": "1"}).err
    user = program.home / ".config/spectradiff"
    user.mkdir(parents=True)
    (user / "config.json").write_text(json.dumps({KEY: True}))
    assert REACHED in program(*RENDER).err
    assert REACHED not in program(*RENDER, "--no-allow-unpinned-model").err
    job = {"audio": "song.wav", "model": "./model", "size": "64x64"}
    assert REACHED in program("batch", "-", stdin=json.dumps([job]).encode()).err


def test_printed_settings_hold_no_trust_and_can_be_read_again(program, bundle):
    printed = program(*RENDER, FLAG, "--print-config")
    assert printed.code == 0 and KEY not in printed.json(), printed
    done = program(*RENDER, "--config", "-", stdin=printed.bytes)
    assert done.code == 4 and "on no trust list" in done.err, done


NO_PICTURE = {
    "overwrite": True, "log_file": "x.log", "quiet": True, "frames": "0-3",
    "threads": 1, "device": "cpu", "dtype": "float32", "batch_size": 1,
    "crf": 30, "video_codec": "h264", "audio_codec": "none", "output_size": "64x64", "flash_limit": 3,
    "model": "mini", "image": "p.png", "analysis_audio": "song.wav", "beats": "b.txt", "preset": "kick",
}  # fmt: skip


@pytest.mark.parametrize("key", NO_PICTURE)
def test_a_look_takes_nothing_but_what_decides_a_picture(program, bundle, key):
    look(bundle, **{key: NO_PICTURE[key]})
    trust(program, bundle)
    done = program(*RENDER)
    assert done.code == 4 and key in done.err and "made-up" in done.err and REACHED not in done.err, done
    painted = program("paint", "song.wav", "--model", "./model", "--size", "64x64", "-o", "v.mp4")
    assert painted.code == 4 and key in painted.err, painted
    assert program.files() == sorted(["song.wav", *(f"model/{path.name}" for path in bundle.folder.iterdir())])


@pytest.mark.parametrize("settings", [{"strength": 7}, {"blurr": 1}, {"painter": 3}, {"signal": {"a": "nonsense |"}}, {"blur": "3*onst"}])
def test_a_look_that_means_nothing_is_a_fault_of_the_model(program, bundle, settings):
    look(bundle, **settings)
    trust(program, bundle)
    done = program(*RENDER)
    assert done.code == 4 and next(iter(settings)) in done.err and REACHED not in done.err, done


def test_a_look_of_picture_options_and_signals_is_taken(program, bundle):
    settings = {
        "painter": "pie",
        "blur": "1 + 2*kick",
        "signal": {"kick": "bass | norm 90"},
        "steps": 5,
        "strength": 0.4,
        "seed_travel": "bars",
    }
    look(bundle, **settings)
    trust(program, bundle)
    assert REACHED in program(*RENDER).err
    found = program(*RENDER, "--print-config").json()
    assert {key: found[key] for key in settings} == settings
