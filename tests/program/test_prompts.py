"""Prompts that follow one another over a song, as a dry run shows them: no model is loaded for it."""

import hashlib
import json

import numpy as np
import pytest
from conftest import write_wav

FPS = 10
FRAMES = 40
PROMPTS = [
    {"prompt": "calm and dark", "energy": 0.1, "brightness": 0.1},
    {"prompt": "calm and bright", "energy": 0.1, "brightness": 0.9},
    {"prompt": "driving and dark", "energy": 0.9, "brightness": 0.1},
    {"prompt": "driving and bright", "energy": 0.9, "brightness": 0.9},
]


def write_model(folder):
    """Enough of a bundle to plan with."""
    folder.mkdir()
    facts = {}
    for name, text in {"vocab.json": "{}", "merges.txt": "", "net.pt": "no network"}.items():
        (folder / name).write_text(text)
        facts[name] = {"file": name, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    network = {**facts["net.pt"], "format": "torchscript", "bytes": 10, "dtype": "float32"}
    ids = {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1, "unk_token_id": 1}
    files = {"vocab": facts["vocab.json"], "merges": facts["merges.txt"]}
    manifest = {
        "schema": 1, "name": "planned", "family": "sd1", "title": "Planned", "licence": "CC0", "notes": "", "source": "nowhere",
        "exporter": {"torch": "2.13.0"},
        "networks": {name: network for name in ("text_encoder", "vae_encoder", "denoiser", "vae_decoder")},
        "tokenizer": {"files": files, "max_length": 77, **ids, "added_tokens": []},
        "latent": {"channels": 4, "downscale": 8, "scaling_factor": 0.18215, "posterior": "gaussian"},
        "scheduler": {
            "class": "DDIMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
            "steps_offset": 1, "clip_sample": False,
        },
        "verified": {"sizes": [[64, 64]], "batches": [1], "dtypes": ["float32"]},
        "loras": [], "look": {"prompts": PROMPTS},
    }  # fmt: skip
    (folder / "model.json").write_text(json.dumps(manifest))


@pytest.fixture
def plan(program):
    """The plan of four seconds with a beat every half second from 0.5 s on."""
    write_wav(program.work / "song.wav", 0.3 * np.sin(np.arange(4 * 22050) / 9), rate=22050)
    (program.work / "beats.txt").write_text("".join(f"{beat / 2}\n" for beat in range(1, 8)))
    write_model(program.work / "model")

    def call(*words, code=0):
        words = ["render", "song.wav", "--fps", FPS, "--model", "./model", "--beats", "beats.txt", *words]
        done = program(*map(str, words), "--dry-run")
        assert done.code == code, done
        if code:
            return done
        return done.json() if "--print-config" in words else {**done.plan(), "said": done.err}

    call.folder = program.work
    return call


def write(plan, text):
    (plan.folder / "p.txt").write_text(text if isinstance(text, str) else json.dumps(text))
    return ["--prompts", "p.txt"]


def mixes(found):
    """{frame: {prompt: weight}}"""
    return {row["frame"]: {share["prompt"]: share["weight"] for share in row["prompts"]} for row in found["rows"]}


def negatives(found):
    return {share["prompt"]: share["negative_prompt"] for row in found["rows"] for share in row["prompts"]}


def arrivals(found):
    """[(first frame of a prompt alone, prompt)]"""
    alone = {}
    for frame, mix in mixes(found).items():
        if len(mix) == 1:
            alone.setdefault(*mix, frame)
    return [(frame, prompt) for prompt, frame in alone.items()]


def test_lines_of_minutes_and_seconds_reach_to_the_end_of_the_song(plan):
    found = plan(*write(plan, "0:00: sea: calm\n0:02: storm\n\n0:03: stars: many\n"))
    assert arrivals(found) == [(0, "sea: calm"), (20, "storm"), (30, "stars: many")]
    rows = mixes(found)
    assert len(rows) == FRAMES
    assert rows[5] == {"sea: calm": 0.75, "storm": 0.25} and rows[21] == {"storm": 0.9, "stars: many": 0.1}
    assert rows[39] == {"stars: many": 1}
    assert 'frame 20: "storm"' in found["said"]


def test_a_start_and_an_end_prompt_span_the_whole_song_whatever_part_is_rendered(plan):
    words = ["--prompt", "sea", "--end-prompt", "storm"]
    whole = mixes(plan(*words))
    assert whole[0] == {"sea": 1} and whole[39] == {"storm": 1}
    assert whole[13] == {"sea": pytest.approx(0.666667), "storm": 0.333333}
    assert mixes(plan(*words, "--frames", "13,39")) == {frame: whole[frame] for frame in (13, 39)}


def test_key_frames_have_negatives_units_and_ways_of_their_own(plan):
    keys = [
        {"at": "5f", "prompt": "a", "negative": "grey"},
        {"at": "1beat", "prompt": "b", "blend": "cut"},
        {"at": 2, "prompt": "c", "weight": "progress^2"},
        {"at": "end", "prompt": "d"},
    ]
    found = plan(*write(plan, keys), "--negative-prompt", "dull")
    assert negatives(found) == {"a": "grey", "b": "dull", "c": "dull", "d": "dull"}
    assert arrivals(found) == [(0, "a"), (10, "b"), (20, "c"), (39, "d")]
    rows = mixes(found)
    assert rows[6] == {"a": 0.8, "b": 0.2} and rows[19] == {"b": 1}
    assert rows[30] == {"c": pytest.approx(1 - (10 / 19) ** 2, abs=2e-6), "d": pytest.approx((10 / 19) ** 2, abs=2e-6)}


def test_keys_snap_to_the_nearest_beat_on_request(plan):
    words = write(plan, "0.6s: a\n1.3s: b\n2.9s: c\n")
    assert arrivals(plan(*words)) == [(0, "a"), (13, "b"), (29, "c")]
    assert arrivals(plan(*words, "--prompt-snap")) == [(0, "a"), (15, "b"), (30, "c")]


def test_weights_follow_an_expression_and_are_kept_in_range(plan):
    found = plan(*write(plan, "0: a\nend: b\n"), "--prompt-weight", "2*progress")
    assert mixes(found)[30] == {"b": 1} and "take the nearest allowed value" in found["said"]
    assert "prompt_weight" in plan(*write(plan, "0: a\nend: b\n"), "--prompt-weight", "onsett", code=2).err


def test_a_schedule_is_kept_whole_in_the_settings_and_needs_its_file_no_more(plan, program):
    words = write(plan, "0: a\n0:02: b\n")
    printed = program("render", "song.wav", "--model", "./model", *words, "--print-config")
    (plan.folder / "p.txt").unlink()
    (plan.folder / "c.json").write_text(printed.out)
    assert arrivals(plan("--config", "c.json")) == [(0, "a"), (20, "b")]


def test_a_prompt_beside_a_schedule_is_said_not_to_be_used(plan):
    assert "prompt (flag) is ignored: prompts" in plan(*write(plan, "0: a\n1: b\n"), "--prompt", "c")["said"]


@pytest.mark.parametrize(
    "text, words",
    [
        ("storm\n", "line 1"),
        ("0:02: a\n0:01: b\n", "order them"),
        ("", "no prompt"),
        ([{"at": "soon", "prompt": "a"}], "soon"),
        ([{"at": 0, "text": "a"}], "prompt"),
        ([{"at": 0, "prompt": "a", "blend": "fade"}], "slerp"),
    ],
)
def test_a_wrong_schedule_is_refused_naming_the_place(plan, text, words):
    assert words in plan(*write(plan, text), code=2).err


def test_a_missing_file_of_prompts_is_a_usage_error(plan):
    assert "nowhere.txt" in plan("--prompts", "nowhere.txt", code=2).err


def chosen(plan, seed=0, *words):
    return plan("--seed", seed, *words)["rows"][0]["prompts"][0]["prompt"]


def test_without_a_prompt_the_model_brings_one_that_suits_the_song(plan):
    t = np.arange(4 * 22050) / 22050
    clicks = np.random.default_rng(0).normal(size=len(t)) * np.exp(-30 * (t % 0.125))
    songs = {"calm and dark": 0.3 * np.sin(2 * np.pi * 220 * t), "driving and bright": 0.3 * clicks}
    for prompt, samples in songs.items():
        write_wav(plan.folder / "song.wav", samples, rate=22050)
        assert chosen(plan) == prompt
        assert len({chosen(plan, seed) for seed in range(5)}) == 3
        assert prompt in plan("--seed", 0)["said"]
        assert chosen(plan, 0, "--prompt", "mine") == "mine"
        assert chosen(plan, 0, "--prompt", "") == ""


def test_a_prompt_that_the_song_chooses_is_left_out_of_the_printed_settings(plan):
    assert "prompt" not in plan("--print-config")
    assert plan("--prompt", "mine", "--print-config")["prompt"] == "mine"


@pytest.mark.parametrize("prompts", ["a sea", ["a sea"], [{"prompt": "a sea", "energy": 2, "brightness": 0}]])
def test_prompts_of_a_model_that_say_no_mood_are_a_model_error(plan, prompts):
    file = plan.folder / "model" / "model.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "look": {"prompts": prompts}}))
    assert "look.prompts" in plan(code=4).err


def test_a_preset_leaves_of_the_look_only_what_is_diffused(plan):
    file = plan.folder / "model" / "model.json"
    look = {"size": "128x64", "strength": 0.6, "greyscale": True, "painter": "polar", "steps": 7}
    file.write_text(json.dumps({**json.loads(file.read_text()), "look": look}))
    resolved = plan("--print-config")
    assert {key: resolved[key] for key in look} == look
    resolved = plan("--preset", "iris", "--print-config")
    assert {key: resolved[key] for key in look} == {**look, "strength": 0.65, "greyscale": False, "painter": "circles"}


def test_a_prompt_may_bring_its_own_strength_seed_and_any_moving_option(plan):
    text = "0:00: sea | strength 0.3 | seed 7\n0:02: storm \\| hail | strength +0.2 | seed 9 | hue-start =0.25*beat\n"
    found = plan(*write(plan, text), "--strength", 0.5, "--strength-mode", "exact")
    rows = {row["frame"]: row for row in found["rows"]}
    assert mixes(found)[25] == {"storm | hail": 1}
    # Along the line between them, as the words go; noise along the arc.
    assert [rows[frame]["strength"] for frame in (0, 5, 10, 20, 39)] == pytest.approx([0.3, 0.4, 0.5, 0.7, 0.7])
    noise = {frame: {part["seed"]: part["weight"] for part in rows[frame]["noise"]} for frame in (0, 10, 15, 20)}
    assert noise[0] == {7: 1} and noise[20] == {9: 1}
    assert noise[10] == pytest.approx({7: np.sqrt(0.5), 9: np.sqrt(0.5)})
    assert noise[15] == pytest.approx({7: np.cos(0.75 * np.pi / 2), 9: np.sin(0.75 * np.pi / 2)})
    assert rows[25]["hue_start"] == 0.25 and rows[26]["hue_start"] == 0
    # A part of the song, and the keys as JSON, say the same.
    part = plan(*write(plan, text), "--strength", 0.5, "--strength-mode", "exact", "--frames", "15")["rows"][0]
    assert part == rows[15]
    keys = [
        {"at": 0, "prompt": "sea", "strength": 0.3, "seed": 7},
        {"at": 2, "prompt": "storm | hail", "strength": "+0.2", "seed": "9", "hue_start": "=0.25*beat"},
    ]
    assert plan(*write(plan, keys), "--strength", 0.5, "--strength-mode", "exact")["rows"] == found["rows"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0:00: a\n0:01: b | strengh 0.5\n", "p.txt, line 2: strengh = 0.5 is no option (did you mean 'strength'?)"),
        ("0:00: a | strength 2\n", "p.txt, line 1: strength = 2 is outside 0..1"),
        ("0:00: a | painter pie\n", "p.txt, line 1: painter = pie cannot differ"),
        ("0:00: a | seed 1.5\n", "p.txt, line 1: seed = 1.5 is no whole number"),
        ("0:00: a | strength\n", "p.txt, line 1: \"strength\" says nothing"),
        ("0:00: a | strength =2*onst\n", "prompts: 0:00: strength"),
    ],
)
def test_what_prompts_cannot_bring_is_named_by_its_line(plan, text, told):
    assert told in plan(*write(plan, text), code=2).err


def scenes(plan, text, name="scenes.txt"):
    (plan.folder / name).write_text(text if isinstance(text, str) else json.dumps(text))
    return ["--scenes", name]


def test_scenes_say_what_is_shown_from_when_on_and_what_of_it_differs(plan):
    found = plan(
        *scenes(plan, "1s: storm | strength =0.5\n2s: stars | strength +0.2 | seed 7\n3s: | slerp\n"), "--prompt", "sea", "--strength", 0.3
    )
    assert arrivals(found)[:3] == [(0, "sea"), (10, "storm"), (20, "stars")]
    strengths = {row["frame"]: row["strength"] for row in found["rows"]}
    assert [strengths[frame] for frame in (9, 10, 19, 20, 29)] == [0.3, 0.5, 0.5, 0.5, 0.5]
    seeds = {row["frame"]: row["noise"][0]["seed"] for row in found["rows"]}
    assert seeds[19] == 42 and seeds[20] == 7
    assert mixes(found)[31].keys() == {"stars", "sea"}
    (plan.folder / "again.json").write_text(json.dumps(plan(*scenes(plan, "1s: storm"), "--print-config")))
    assert arrivals(plan("--config", "again.json", "--prompt", "sea"))[-1] == (10, "storm")


def test_a_song_of_one_section_is_all_a(plan):
    found = plan(*scenes(plan, [{"when": "A", "prompt": "sea", "hue_start": "beat_phase", "negative": "fog"}]))
    assert arrivals(found) == [(0, "sea")] and negatives(found) == {"sea": "fog"}
    assert len({row["hue_start"] for row in found["rows"]}) > 3


def test_lyrics_are_timed_prompts(plan):
    found = plan(*scenes(plan, "[00:01.00]storm\n[00:02.50]stars\n", "song.lrc"), "--prompt", "sea")
    assert arrivals(found) == [(0, "sea"), (10, "storm"), (25, "stars")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A: x | strength 2", "outside 0..1"), ("A: x | steps 3", "cannot differ from scene to scene"), ("A: x | strengh 0.5", "strength"),
        ("A: x | strength =onst", "onset"), ("Z x", "does not begin with a part"), ("A: x | seed 1.5", "seed"),
    ],
)  # fmt: skip
def test_scenes_that_cannot_be_are_a_usage_error(plan, text, told):
    assert told in plan(*scenes(plan, text), code=2).err


def test_the_models_own_scenes_are_for_songs_without_a_prompt(plan):
    own = {entry["prompt"] for entry in PROMPTS}
    assert arrivals(plan("--scenes", "auto"))[0][1] in own
    (whole,) = arrivals(plan("--scenes", "none"))
    assert whole[1] in own
    found = plan("--scenes", "auto", "--prompt", "mine")
    assert arrivals(found) == [(0, "mine")] and "scenes = auto" in found["said"]
