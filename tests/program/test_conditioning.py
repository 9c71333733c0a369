"""Sound, notes, walks and bending of the whole program, over networks that are arithmetic."""

import hashlib
import json
import re

import numpy as np
import pytest
from bundles import trust
from conftest import QUICK, sines, write_wav
from PIL import Image

FRAMES = [*QUICK, "--fps", "10", "--steps", "4", "--batch-size", "4"]
NOTES = [f"the note {name}" for name in "C C# D D# E F F# G G# A A# B".split()]
CASES = {
    "sound": ["--sound-embedding", "melspectrogram", "--text-strength", "2", "--rms-embedding", "0.8"],
    "blend": ["--sound-embedding", "fft", "--sound-slice", "overlap:2", "--sound-blend", "3"],
    "notes": ["--notes", "notes.txt", "--notes-mode", "persistence", "--notes-amount", "0.5+0.5*onset"],
    "walk": ["--walk", "circle", "--tempo", "120", "--walk-distance", "0.2"],
    "bend": ["--bend", "add 0.8*raw(rms) | noise 0.2*onset | roll 0 f"],
    "noise": ["--text-to-image"],
    "regions": ["--walk-regions", "bottom=bass,top=max(mid, treble)", "--tempo", "120", "--walk-distance", "0.2"],
    "region prompts": ["--region-prompts", "bottom=lava | top=ice, blue | middle=a \\| b", "--region-amounts", "bottom=bass,top=max(onset, 0.5*chroma_cqt_c)"],
    "focus": ["--notes", "notes.txt", "--notes-mode", "focus"],
    "cumulative": ["--notes", "notes.txt", "--notes-mode", "cumulative", "--notes-shuffles", "2"],
    "lerp": ["--notes", "notes.txt", "--notes-mode", "lerp"],
    "waveform": ["--sound-embedding", "waveform", "--text-strength", "1+onset"],
    "mfcc": ["--sound-embedding", "mfcc", "--sound-slice", "song-lag"],
    "beats": ["--walk", "circle", "--walk-mode", "snap", "--walk-note", "half", "--walk-jitter", "0.5", "--tempo", "120"],
    "random": ["--walk", "random", "--walk-jitter", "0.5", "--tempo", "120"],
    "closed": ["--walk", "closed", "--walk-turns", "2"],
    "loop": ["--loop", "--walk-by", "1", "--prompt", "sea", "--end-prompt", "storm"],
    "prompts": ["--prompts", "story.txt", "--prompt-blend", "slerp"],
    "scenes": ["--scenes", "scenes.txt"],
    "given": ["--stem", "lead=song.wav", "--labels", "marks=marks.txt", "--strength", "0.2+0.3*stem:lead+0.3*labels:marks", "--seed-travel", "change"],
    "import": ["--import", "deforum.txt"],
}
FILES = {
    "notes.txt": "\n".join(NOTES) + "\n",
    "story.txt": "0: sea | strength 0.3 | seed 3\n0.5: storm | strength +0.2 | seed 5 | mark-size =9+9*beat\n0.8: calm\n",
    "scenes.txt": "0.3s: sea | strength =0.4 | seed 9\n0.6s: | slerp\n",
    "marks.txt": "0.2\t0.5\ta\n",
    "deforum.txt": json.dumps({"zoom": "0:(1.02+0.01*sin(t))", "angle": "0:(0), 8:(3)", "strength_schedule": "0:(0.6)", "fps": 10}),
}


def digests(program, folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((program.work / folder).glob("*.png"))}


@pytest.fixture
def song(program):
    """A second of four notes that die away."""
    notes = [sines(0.25, pitch) for pitch in (262, 330, 392, 523)]
    write_wav(program.work / "song.wav", np.concatenate([note * np.linspace(1, 0.1, len(note)) for note in notes]))
    return "song.wav"


@pytest.fixture
def render(program, song, fake_model):
    for name, text in FILES.items():
        (program.work / name).write_text(text)

    def run(out, *more):
        return program("render", song, *FRAMES, "--model", "./fake-model", "-o", f"{out}/%05d.png", *more)

    return run


@pytest.mark.parametrize("case", CASES)
def test_a_frame_alone_shards_a_resumed_run_and_a_printed_plan_give_the_same_bytes(program, song, render, case):
    assert render("plain").code == 0
    done = render("whole", *CASES[case])
    assert done.code == 0, done
    whole = digests(program, "whole")
    assert whole != digests(program, "plain")
    assert render("alone", *CASES[case], "--frames", "7").code == 0
    assert digests(program, "alone") == {"00007.png": whole["00007.png"]}
    for shard in ("1/2", "2/2"):
        assert render("parts", *CASES[case], "--shard", shard).code == 0
    stores = sorted(str(store) for store in (program.work / "parts").glob(".*spectradiff"))
    done = program("assemble", *stores, "-o", "parts/%05d.png")
    assert done.code == 0, done
    assert digests(program, "parts") == whole
    assert render("resumed", *CASES[case], "--frames", "2-5", "--keep-frames").code == 0
    done = render("resumed", *CASES[case], "-y")
    assert done.code == 0 and "4 of 10 frames" in done.err, done
    assert digests(program, "resumed") == whole
    plan = program("render", song, *FRAMES, "--model", "./fake-model", *CASES[case], "--dry-run", "-o", "x.mp4")
    assert plan.code == 0, plan
    (program.work / "plan.jsonl").write_text(plan.out)
    done = program("render", song, "--plan", "plan.jsonl", "--model", "./fake-model", "-o", "planned/%05d.png")
    assert done.code == 0, done
    assert digests(program, "planned") == whole


def test_a_region_walks_alone_and_noise_stays_as_strong(program, render):
    assert render("plain").code == 0
    words = ["--walk-mode", "level", "--walk-distance", "0.5"]  # a quarter turn where the expression is 1
    assert render("bottom", "--walk-regions", "bottom=1", *words).code == 0
    assert render("nowhere", "--walk-regions", "bottom=0", *words).code == 0
    assert digests(program, "nowhere") == digests(program, "plain")
    before, after = (np.asarray(Image.open(program.work / folder / "00003.png"), float) for folder in ("plain", "bottom"))
    assert np.array_equal(before[:16], after[:16]) and np.abs(before[48:] - after[48:]).mean() > 5
    for wrong, told in [("floor=bass", "of top, bottom, left"), ("top=bass,top=mid", "top twice"), ("top=bas", "did you mean 'bass'")]:
        done = render("none", "--walk-regions", wrong)
        assert done.code == 2 and told in done.err, done


def test_bending_by_nothing_is_no_bending(program, render):
    assert render("plain").code == 0
    assert render("bent", "--bend", "add 0*rms | gain c1 1 | quantise 0").code == 0
    assert digests(program, "bent") == digests(program, "plain")


def test_what_cannot_be_is_refused_with_what_can(program, render):
    (program.work / "eleven.txt").write_text("\n".join(NOTES[:11]))
    for words, told in [
        (["--notes", "eleven.txt"], "holds 11 prompts; twelve prompts are needed"),
        (["--sound-slice", "overlap:1"], "frame, song, song-lag"),
        (["--bend", "gain 1.5"], "gain CHANNEL G"),
        (["--bend", "gain c7 1.5"], "the channels 0 to 3"),
        (["--bend", "ad 1"], "add"),
        (["--walk", "closed", "--walk-turns", "1.5"], "whole number of times"),
        (["--walk", "circle", "--walk-by", "rms +"], "walk_by"),
        (["--text-to-image", "--strength", "0.5"], "strength 1"),
    ]:
        done = render("none", *words)
        assert done.code == 2 and told in done.err, (words, done)


def test_no_sound_is_laid_over_the_words_of_a_model_that_takes_none(program, render, fake_model):
    del fake_model.facts["networks"]["text_encoder"]
    fake_model.seal()
    done = render("none", "--sound-embedding", "fft")
    assert done.code == 4 and "the network 'text_encoder' is missing" in done.err and "from words" in done.err, done


def test_regions_are_told_prompts_of_their_own(program, song, render):
    assert render("plain", "--prompt", "sea").code == 0
    assert render("nowhere", "--prompt", "sea", "--region-prompts", "bottom=lava", "--region-amounts", "bottom=0*bass").code == 0
    assert digests(program, "nowhere") == digests(program, "plain")
    assert render("bottom", "--prompt", "sea", "--region-prompts", "bottom=lava").code == 0
    before, after = (np.asarray(Image.open(program.work / folder / "00003.png"), float) for folder in ("plain", "bottom"))
    assert np.array_equal(before[:16], after[:16]) and np.abs(before[48:] - after[48:]).mean() > 2
    rows = program("render", song, *FRAMES, "--model", "./fake-model", "--region-prompts", "top=a \\| b|left=c", "--region-amounts", "left=2*f", "--dry-run").plan()["rows"]
    told = [[(part["region"], part["prompt"], part["amount"]) for part in row["regions"]] for row in rows]
    assert told[0] == [("top", "a | b", 1)] and told[1] == [("top", "a | b", 1), ("left", "c", 1)]
    for words, message in [
        (["--region-prompts", "floor=lava"], "of top, bottom, left"),
        (["--region-prompts", "top=a | top=b"], "top twice"),
        (["--region-prompts", "top= | left=b"], "says nothing for top"),
        (["--region-prompts", "top=a", "--region-amounts", "left=bass"], "left, which has no prompt"),
        (["--region-prompts", "top=a", "--region-amounts", "top=bas"], "did you mean 'bass'"),
    ]:
        done = render("none", *words)
        assert done.code == 2 and message in done.err, (words, done)


def test_a_loop_ends_where_it_begins(program, song, fake_model):
    words = [*FRAMES, "--model", "./fake-model", "--prompt", "sea", "--end-prompt", "storm", "--loop", "--walk-by", "1"]
    rows = program("render", song, *words, "--dry-run").plan()["rows"]
    shares = [{part["prompt"]: part["weight"] for part in row["prompts"]} for row in rows]
    assert shares[0] == {"sea": 1} and shares[5]["storm"] == 1 and shares[1] == pytest.approx(shares[9])
    noise = [{part["seed"]: part["weight"] for part in row["noise"]} for row in rows]
    for near, far in ((1, 9), (2, 8), (4, 6)):  # the same way to either side of the beginning
        for seed, sign in ((42, 1), (43, -1), (44, 1), (45, -1)):
            assert noise[near].get(seed, 0) == pytest.approx(sign * noise[far].get(seed, 0), abs=1e-9)
    for more in (["--walk", "random"], ["--seed-mode", "increment"]):
        assert program("render", song, *words, *more, "--dry-run").code == 2


@pytest.mark.parametrize("walk", [["--walk", "closed"], ["--walk", "circle", "--walk-mode", "flow"]])
def test_a_part_of_a_song_is_a_loop_of_its_own(program, song, fake_model, walk):
    words = [*FRAMES, "--model", "./fake-model", "--prompt", "sea", "--end-prompt", "storm", "--loop", "--walk-by", "1", *walk]
    rows = program("render", song, *words, "--start", "2f", "--duration", "6f", "--dry-run").plan()["rows"]
    assert [row["frame"] for row in rows] == [2, 3, 4, 5, 6, 7]
    shares = [{part["prompt"]: part["weight"] for part in row["prompts"]} for row in rows]
    assert shares[0] == {"sea": 1} and shares[3]["storm"] == 1 and shares[1] == pytest.approx(shares[5])
    noise = [[{part["seed"]: part["weight"] for part in row["noise"]}.get(seed, 0) for seed in range(42, 46)] for row in rows]
    steps = [np.linalg.norm(np.subtract(noise[i], noise[i - 1])) for i in range(len(noise))]  # the first from the last
    assert steps[0] == pytest.approx(steps[1], rel=0.3) and min(steps) > 0.3
    part = program("render", song, *words, "--start", "2f", "--duration", "6f", "--frames", "4", "--dry-run").plan()["rows"]
    assert part[0]["noise"] == rows[2]["noise"]


def test_a_random_seed_is_told_and_kept(program, song, render):
    done = program("render", song, *FRAMES, "--model", "./fake-model", "--seed", "random", "--print-config")
    assert done.code == 0, done
    again = program("render", song, *FRAMES, "--model", "./fake-model", "--seed", "random", "--print-config")
    drawn = [int(re.search(r"the seed drawn is (\d+)", run.err)[1]) for run in (done, again)]
    assert json.loads(done.out)["seed"] == drawn[0]
    assert drawn[0] != drawn[1]


def test_names_are_made_of_settings(program, song, fake_model):
    name = "{stem}_{strength}_{fps}fps.mp4"
    for expected in ("clicks_0.5_10fps.mp4", "clicks_0.5_10fps-2.mp4"):
        done = program("render", song, *FRAMES, "--frames", "0-1", "--strength", "0.5", "--model", "./fake-model", "-o", name)
        assert done.code == 0, done
        assert expected.replace("clicks", (program.work / song).stem) in {path.name for path in program.work.glob("*.mp4")}
    done = program("render", song, *FRAMES, "--model", "./fake-model", "-o", "{strenght}.mp4")
    assert done.code == 2 and "strength" in done.err, done


def test_the_steps_that_run_are_told(program, song, fake_model):
    for strength, steps in (("0.5", 25), ("0.7", 35), ("0.75", 37)):
        done = program("render", song, *QUICK, "--steps", "50", "--strength", strength, "--model", "./fake-model", "--dry-run")
        assert f"{steps} of 50 steps run at strength {strength}" in done.err, done


# A look that moves all that it may.
MOVING = {
    "steps": 4, "strength": "0.4+0.2*rms", "chain": "section", "diffuse_every": 2, "seed_travel": "t", "zoom": 1.2, "turn": "5*rms", "paint_over": "0.3*rms",
    "sharpen": 0.1, "mark_drift": "t", "paint_turn": "t", "paint_zoom": "1+t", "scenes": "auto", "attack": "40ms", "release": "400ms",
    "prompts": [{"prompt": "fog", "energy": 0.2, "brightness": 0.2}, {"prompt": "fire", "energy": 0.8, "brightness": 0.8}],
}  # fmt: skip
SEED_PRESETS = [
    "funky", "funky-smooth", "spectral-pie", "spectral-polar", "spectral-circles", "showcqt", "mosaic", "visual-sampling",
    "notes", "notes-focus", "notes-cumulative", "beat-walk", "level-walk", "percussive-walk",
]  # fmt: skip
FEEDBACK = {"sound-diffusion": (0.5, 200), "sound-diffusion-demo": (0.7, 700), "sound-diffusion-2024": (0.5, None)}


def rows_under_the_look(program, song, fake_model, *preset):
    fake_model.facts["look"] = MOVING
    fake_model.seal()
    trust(program, fake_model)
    done = program("render", song, *preset, "--model", "./fake-model", "--dry-run")
    assert done.code == 0, done
    return done.plan()["rows"]


def test_a_look_moves_what_no_preset_holds(program, song, fake_model):
    rows = rows_under_the_look(program, song, fake_model)
    assert rows[1]["init"]["zoom"] > 1 and len(rows[1]["noise"]) == 2 and rows[1]["mark_drift"] > 0
    assert {part["prompt"] for row in rows for part in row["prompts"]} & {"fog", "fire"}


@pytest.mark.parametrize("preset", SEED_PRESETS)
def test_a_seeds_preset_takes_no_motion_of_a_models_look(program, song, fake_model, preset):
    rows = rows_under_the_look(program, song, fake_model, "--preset", preset, "--prompt", "sea")
    assert len(rows) >= 10 and {row["init"] for row in rows} <= {"painted", "noise"}
    assert all(set(row) & {"view", "world_noise", "paint_turn", "paint_zoom", "mark_drift"} == set() for row in rows)
    assert all(len(row["noise"]) == 1 for row in rows) or "walk" in preset or "notes" in preset
    assert {part["prompt"] for row in rows for part in row["prompts"]} & {"fog", "fire"} == set()


@pytest.mark.parametrize("preset", FEEDBACK)
def test_sound_diffusion_begins_from_noise_and_feeds_each_picture_back_with_the_next_seed(program, song, fake_model, preset):
    strength, text_strength = FEEDBACK[preset]
    rows = rows_under_the_look(program, song, fake_model, "--preset", preset)
    assert rows[0]["init"] == "noise" and rows[0]["strength"] == 1
    for i, row in enumerate(rows):
        assert row["noise"] == [{"seed": 42 + i, "weight": 1}] and row.get("text_strength") == text_strength
        if i > 0:
            assert row["strength"] == strength
            still = {"zoom": 1, "turn": 0, "pan_x": 0, "pan_y": 0, "paint_over": 0, "sharpen": 0, "noise": 0}
            assert row["init"] == {**row["init"], "previous": i - 1, **still} and "colours_of" not in row["init"]


SMALL = ["--size", "64x64", "--bins", "8"]


def test_a_picture_of_every_sound(program, song, fake_model):
    done = program("still", song, *SMALL, "--steps", "2", "--model", "./fake-model", "-o", "one.png")
    assert done.code == 0, done
    assert (program.work / "one.png").stat().st_size > 0
    assert "one.png: 1 frame in" in done.err and "%05d" not in done.err and ".still" not in done.err and not list(program.work.glob(".*.still")), done
    piped = program("still", "-", *SMALL, "--steps", "2", "--model", "./fake-model", stdin=(program.work / song).read_bytes())
    assert piped.code == 0 and "standard input: " in piped.err and "/proc/" not in piped.err, piped
    assert (program.work / "stdin.png").read_bytes() == (program.work / "one.png").read_bytes()
    assert program("still", song, "--model", "no-model", "-o", "two.png").code == 4 and not list(program.work.glob(".*.still"))
    (program.work / "list.txt").write_text(f"{song}\n{song}\n")
    (program.work / "empty").mkdir()
    done = program("still", "list.txt", *SMALL, "--steps", "2", "--sound-embedding", "mfcc", "--model", "./fake-model", "-o", "many", "-y")
    assert done.code == 0, done
    assert (program.work / "many" / (program.work / song).stem / "mfcc00000.png").exists()
    done = program("still", "empty", "--model", "./fake-model")
    assert done.code == 3 and "no sound in this folder" in done.err, done
    for name in ["one.mp4", "one.jpg", "-"]:
        done = program("still", song, *SMALL, "--model", "./fake-model", "-o", name)
        assert done.code == 2 and "a still is a PNG picture" in done.err and not (program.work / name).exists(), done


def test_a_picture_becomes_sound(program, song):
    assert program("paint", song, *QUICK, "--frames", "0", "-o", "p/%05d.png").code == 0
    for words, seconds in ([["--method", "chirp", "--duration", "2"], 2.0], [["--method", "griffin-lim", "--channels", "red"], None]):
        done = program("sonify", "p/00000.png", *words, "-o", "out.flac", "-y", "--json")
        assert done.code == 0, done
        event = json.loads(done.out.splitlines()[-1])
        assert event["event"] == "sound" and event["sample_rate_hz"] == 24000
        assert seconds is None or event["seconds"] == pytest.approx(seconds)
    done = program("sonify", "p/00000.png", "--stretch", "0")
    assert done.code == 2 and "stretch = 0 (flag) is outside 0.1..100" in done.err, done
    Image.new("RGB", (1, 1), "red").save(program.work / "one.png")
    done = program("sonify", "one.png", "-o", "one.wav")
    assert done.code == 3 and "3 rows and 3 columns are the least" in done.err, done
    assert program("sonify", "one.png", "--method", "chirp", "--duration", "1", "-o", "one.wav").code == 0
    assert program("sonify", "p/00000.png", "-o", "a.mp3").code == 2
    done = program("sonify", "p/00000.png", "--duration", "2", "-o", "long.wav")
    assert done.code == 0 and "--duration changes nothing" in done.err and "--method chirp" in done.err, done
    done = program("sonify", song)
    assert done.code == 2 and "is a sound; sonify makes one of a picture" in done.err, done
    done = program("sonify", "p/00000.png", "--method", "riffusion", "-o", "r.wav")
    assert done.code == 3 and "512 high" in done.err, done
