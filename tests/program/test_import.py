"""Settings of Deforum and manifests of Parseq as --import takes them, held against the formulas of these programs."""

import json
import re

import numpy as np
import pytest
from conftest import QUICK, sines, write_wav

FRAMES = 120
SIDE = 512
SCHEDULES = {
    "zoom": "0: (1.0025+0.002*sin(1.25*3.14*t/30)), 60: (0.99), 90:(1.01)",
    "angle": "0:(0), 40:(1.5), 80:(-2)",
    "translation_x": "0:(10*cos(t/9)), 50:(where(t%30==0, 25, 0))",
    "translation_y": "0:(0), 30:(-4), \"max_f\":(6)",
    "transform_center_x": "0:(0.5), 100:(0.3)",
}
DEFORUM = {
    "W": SIDE, "H": SIDE, "fps": 15, "max_frames": FRAMES, "animation_mode": "2D", "border": "wrap", "seed": 5, "seed_behavior": "iter",
    "sampler": "Euler a", "steps": 4, "color_coherence": "LAB", "strength_schedule": "0: (0.65), 60:(0.5+0.1*cos(t))",
    "noise_schedule": "0: (0.065)", "cfg_scale_schedule": "0: (7), 119:(9)", "amount_schedule": "0: (0.1)", **SCHEDULES,
    "prompts": {"0": "a bunny --neg nsfw", "max_f/2": "a cat"}, "positive_prompts": "sharp", "negative_prompts": "blurry",
    "diffusion_cadence": "1", "hybrid_motion": "None", "some_new_key": 3,
}  # fmt: skip


def deforum_series(text, frames=FRAMES):
    """A value per frame, by what Deforum's key frames do."""
    keys = {}
    for frame, value in re.findall(r'("[^"]+"|[0-9]+):\s*\(([\S\s]*?)\)(?:,\s?|\s?$)', text):
        keys[int(eval(frame.strip('"'), {"max_f": frames - 1}))] = value
    series = np.full(frames, np.nan)
    expression = None
    for t in range(frames):
        if t in keys:
            expression = None if re.fullmatch(r"-?[\d.]+", keys[t]) else keys[t]
            if expression is None:
                series[t] = float(keys[t])
        if expression is not None:
            series[t] = eval(expression, {"t": t, "sin": np.sin, "cos": np.cos, "where": np.where})
    known = np.flatnonzero(~np.isnan(series))
    return np.interp(np.arange(frames), known, series[known])


PARTS = 64


def rotation(x, y, z):
    """Of columns: about z first, then y, then x; of rows in the other order."""
    (cx, cy, cz), (sx, sy, sz) = np.cos([x, y, z]), np.sin([x, y, z])
    return np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]]) @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]]) @ np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])


def looked(points, step):
    """Where points are after a 64th of a step's look and flip: rays turned, and a page turned before a camera."""
    yaw, pitch, *flips = (np.radians(step.get(name, 0)) / PARTS for name in ("yaw", "pitch", "flip_x", "flip_y", "flip_z"))
    half = np.radians(step.get("fov", 90)) / 2
    x, y = ((points - SIDE / 2) / (SIDE / 2) * np.tan(half)).T
    ray = np.stack([x - yaw, y + pitch, 1 + yaw * x - pitch * y])
    points = (ray[:2] / ray[2]).T / np.tan(half) * (SIDE / 2) + SIDE / 2
    if not any(flips):
        return points
    page = rotation(*flips)
    height = np.hypot(SIDE, SIDE) / 2 / np.sin(half)
    turned = page @ np.concatenate([(points - SIDE / 2).T, np.zeros((1, len(points)))])
    return (turned[:2] * height / (height - turned[2])).T + SIDE / 2


def followed(rows, points):
    """Where points of the first picture are after the plan's steps."""
    for row in rows:
        step = row["init"]
        if not isinstance(step, dict):
            continue
        centre = np.array([step["centre_x"], step["centre_y"]]) * SIDE
        angle, zoom, parts = np.radians(step["turn"]), step["zoom"], 1  # clockwise, y down
        away = any(step.get(name) for name in ("yaw", "pitch", "flip_x", "flip_y", "flip_z"))
        if away:
            assert step["pan_x"] == step["pan_y"] == 0
            angle, zoom, parts = angle / PARTS, zoom ** (1 / PARTS), PARTS
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * zoom
        for _ in range(parts):
            points = (points - centre) @ turn.T + centre + np.array([step["pan_x"], step["pan_y"]]) * SIDE
            if away:
                points = looked(points, step)
    return points


@pytest.fixture
def imported(program, fake_model):
    write_wav(program.work / "song.wav", sines(FRAMES / 15, 220, rate=8000), rate=8000)

    def run(settings, *words, code=0, name="deforum.txt"):
        (program.work / name).write_text(settings if isinstance(settings, str) else json.dumps(settings))
        words = [*QUICK, "--model", "./fake-model", "--import", name, *words]
        done = program("render", "song.wav", *words, "--dry-run")
        assert done.code == code, done
        return done if code else {**done.plan(), "said": done.err}

    return run


# A little beside the middle: what a camera does to the edges leaves the picture within a hundred frames.
POINTS = np.array([[256.0, 256.0], [300.0, 200.0], [180.0, 330.0]])


def test_the_camera_of_deforum_in_two_dimensions_is_followed_within_half_a_pixel(imported):
    rows = imported(DEFORUM)["rows"]
    series = {field: deforum_series(text) for field, text in SCHEDULES.items()}
    points = POINTS
    for frame in range(1, 101):
        centre = np.array([series["transform_center_x"][frame], 0.5]) * SIDE
        angle, zoom = np.radians(series["angle"][frame]), series["zoom"][frame]
        a, b = zoom * np.cos(angle), zoom * np.sin(angle)  # OpenCV's getRotationMatrix2D
        moved = points + np.array([series["translation_x"][frame], series["translation_y"][frame]])
        points = (moved - centre) @ np.array([[a, b], [-b, a]]).T + centre
        if frame in (1, 30, 60, 100):
            assert np.abs(followed(rows[: frame + 1], POINTS) - points).max() < 0.5, frame
    assert np.abs(points - POINTS).max() > 60


def test_the_camera_of_deforum_in_three_dimensions_is_that_of_a_flat_picture(imported):
    settings = {
        "animation_mode": "3D", "W": SIDE, "H": SIDE, "fps": 15, "max_frames": FRAMES, "strength_schedule": "0:(0.6)", "padding_mode": "reflection",
        "translation_z": "0:(0.8), 60:(-0.3)", "translation_x": "0:(0.5*cos(t/9))", "translation_y": "0:(0.3)", "fov_schedule": "0:(70)",
    }  # fmt: skip
    plan = imported(settings)
    z, x, y = (deforum_series(settings[f"translation_{axis}"]) for axis in "zxy")
    k = np.tan(np.radians(35))
    points = POINTS
    for frame in range(1, 101):
        # The place in the last picture of what is seen at p: p - (n1 - n0), pictures going from -1 to 1. Solved for p.
        depth = 1 - z[frame] / 200
        before = points / (SIDE / 2) - 1
        scale = 1 - (1 / depth - 1) / k
        offset = np.array([x[frame], -y[frame]]) / (200 * k * depth)
        points = ((before - offset) / scale + 1) * (SIDE / 2)
        if frame in (1, 50, 100):
            assert np.abs(followed(plan["rows"][: frame + 1], POINTS) - points).max() < 0.5, frame
    assert np.abs(points - POINTS).max() > 20
    assert plan["rows"][5]["init"]["border"] == "reflect"


@pytest.mark.parametrize("x, y, z", [("0.15*sin(t/7)", "0.12*cos(t/11)", "0.1*cos(t/13)"), ("0.1", "0.3", "0"), ("-0.3", "0.1", "0.2"), ("0", "0", "0.8")])
def test_the_rotations_of_deforum_in_three_dimensions_are_followed_within_half_a_pixel(imported, x, y, z):
    settings = {
        "animation_mode": "3D", "W": SIDE, "H": SIDE, "fps": 15, "max_frames": FRAMES, "strength_schedule": "0:(0.6)", "fov_schedule": "0:(70)",
        "rotation_3d_x": f"0:({x})", "rotation_3d_y": f"0:({y})", "rotation_3d_z": f"0:({z})", "translation_z": "0:(0.3)",
    }  # fmt: skip
    plan = imported(settings)
    turns = np.radians(np.stack([deforum_series(settings[f"rotation_3d_{axis}"]) for axis in "xyz"]))
    k, points = np.tan(np.radians(35)), POINTS / (SIDE / 2) - 1
    for frame in range(1, 101):
        turn = rotation(*turns[:, frame])
        before, points = points, points.copy()
        for _ in range(20):  # what is seen at p was at p - (n1 - n0)
            seen = np.column_stack([points, np.ones(len(points))]) @ turn - [0, 0, 0.3 / 200]
            points = before + (seen[:, :2] / seen[:, 2:] - points) / k
        if frame in (1, 30, 60, 100):
            off = np.abs(followed(plan["rows"][: frame + 1], POINTS) - (points + 1) * SIDE / 2).max(1)
            assert off[np.abs(points).max(1) < 0.75].max() < 0.5, frame  # not what has left the picture meanwhile
    assert np.abs((points + 1) * SIDE / 2 - POINTS).max() > 10


def test_the_flip_of_deforum_is_followed_within_half_a_pixel(imported):
    flips = {"phi": "0:(0.4*sin(t/9))", "gamma": "0:(0.3)", "theta": "0:(0.5*cos(t/8))", "fv": "0:(53)"}
    settings = {**DEFORUM, **{field: "0:(0)" for field in ("angle", "translation_x", "translation_y")}, "zoom": "0:(1.004)",
                "transform_center_x": "0:(0.5)", "enable_perspective_flip": True,
                **{f"perspective_flip_{name}": text for name, text in flips.items()}}  # fmt: skip
    plan = imported(settings)
    phi, gamma, theta = (np.radians(deforum_series(flips[name])) for name in ("phi", "gamma", "theta"))
    half, points = np.radians(53) / 2, POINTS - SIDE / 2
    diagonal = np.hypot(SIDE, SIDE)
    for frame in range(1, 101):
        page = rotation(phi[frame], gamma[frame], theta[frame])
        x, y, z = page @ np.concatenate([points.T, np.zeros((1, len(points)))])
        # F = P Tz(-h) R: to -1..1 by 1/tan of half the angle, then to pixels of a picture with side diagonal / cos.
        shown = np.stack([x, y]) / np.tan(half) / (diagonal / (2 * np.sin(half)) - z)
        points = 1.004 * (shown * diagonal / np.cos(half) / 2).T
        if frame in (1, 50, 100):
            assert np.abs(followed(plan["rows"][: frame + 1], POINTS) - points - SIDE / 2).max() < 0.5, frame
    assert np.abs(points + SIDE / 2 - POINTS).max() > 20
    assert plan["rows"][3]["init"]["fov"] == 53


def test_what_deforum_says_of_each_picture_is_kept(imported):
    plan = imported(DEFORUM)
    rows = plan["rows"]
    assert rows[0]["init"] == "noise" and len(rows) == FRAMES
    np.testing.assert_allclose([row["strength"] for row in rows[1:]], 1 - deforum_series(DEFORUM["strength_schedule"])[1:], atol=2e-6)
    np.testing.assert_allclose([row["guidance"] for row in rows], deforum_series(DEFORUM["cfg_scale_schedule"]), atol=2e-6)
    assert rows[7]["init"]["noise"] == 0.0325 and rows[7]["init"]["sharpen"] == 0.1 and rows[7]["init"]["paint_over"] == 0
    assert rows[7]["init"]["border"] == "wrap" and rows[7]["init"]["colours_of"] == 0
    assert [row["noise"][0]["seed"] for row in rows[:3]] == [5, 6, 7]
    shown = [(share["prompt"], share["negative_prompt"]) for row in (rows[58], rows[59]) for share in row["prompts"]]
    assert shown == [("sharp a bunny", "nsfw, blurry"), ("sharp a cat", "blurry")]
    assert "without meaning here: some_new_key" in plan["said"]
    every_third = imported({**DEFORUM, "diffusion_cadence": 3})
    assert [row["strength"] > 0 for row in every_third["rows"]] == [frame % 3 == 0 for frame in range(FRAMES)]
    assert "diffusion_cadence = 3: the camera moves what lies between" in every_third["said"]
    # Flags win, presets do not.
    assert imported(DEFORUM, "--chain-strength", "0.25")["rows"][9]["strength"] == 0.25
    assert imported(DEFORUM, "--preset", "flight")["rows"][9]["strength"] == rows[9]["strength"]


def test_seeds_by_schedule_travel_along_the_arc(imported):
    rows = imported({**DEFORUM, "seed": 7, "seed_behavior": "schedule", "seed_schedule": "0:(7), 40:(s+2)"})["rows"]
    assert rows[0]["noise"] == [{"seed": 7, "weight": 1}] and rows[40]["noise"][0] == {"seed": 9, "weight": 1}
    noise = {part["seed"]: part["weight"] for part in rows[10]["noise"]}
    assert noise == pytest.approx({7: np.sqrt(0.5), 8: np.sqrt(0.5)}, abs=1e-6)


def test_a_manifest_of_parseq_gives_each_frame_its_values(imported):
    rng = np.random.default_rng(1)
    angle = rng.normal(0, 1, FRAMES).round(4)
    zoom = (1 + 0.01 * rng.random(FRAMES)).round(5)
    frames = [
        {
            "frame": i, "angle": float(angle[: i + 1].sum()), "angle_delta": float(angle[i]), "zoom": 1.0, "zoom_delta": float(zoom[i]),
            "strength": 0.6, "scale": 7 + i / 100, "seed": 100 + i / 4, "noise": 0.04, "cn_1_weight": 1,
            "deforum_prompt": ("a sea:0.6 AND a storm:0.4" if i < 60 else "a sea:0.2 AND a storm:0.8") + " --neg fog",
        }
        for i in range(FRAMES)
    ]  # fmt: skip
    plan = imported({"options": {"output_fps": 15}, "rendered_frames": frames, "managedFields": []}, name="parseq.json")
    rows = plan["rows"]
    for i in (1, 57, 119):
        assert rows[i]["init"]["turn"] == pytest.approx(-angle[i], abs=1e-5)
        assert rows[i]["init"]["zoom"] == pytest.approx(zoom[i], abs=1e-6)
        assert rows[i]["strength"] == pytest.approx(0.4) and rows[i]["guidance"] == pytest.approx(7 + i / 100)
    assert rows[8]["noise"][0]["seed"] == 102
    assert {part["seed"]: part["weight"] for part in rows[2]["noise"]} == pytest.approx({100: np.sqrt(0.5), 101: np.sqrt(0.5)}, abs=1e-6)
    assert [rows[i]["prompts"][0]["prompt"] for i in (59, 60)] == ["a sea", "a storm"]
    assert rows[0]["prompts"][0]["negative_prompt"] == "fog"
    assert "cn_1_weight" in plan["said"] and "the strongest is taken" in plan["said"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("no json", "import = deforum.txt"),
        ([1], "one JSON object"),
        ({"strength": 0.5}, "neither Deforum's settings nor a manifest"),
        ({"zoom": "1.02"}, "zoom = \"1.02\" is no schedule"),
        ({"zoom": "0:(1+sin(t)"}, "lacks a )"),
        ({"zoom": "0:(1+bass)"}, "reads bass; t, s and max_f are known"),
        ({"zoom": "0:(round(t))"}, "calls round"),
        ({"zoom": "0:(1;2)"}, "means nothing here"),
        ({"zoom": "soon:(1)"}, "reads soon"),
        ({"zoom": "0:(1)", "diffusion_cadence": 0}, "diffusion_cadence = 0 is no number of frames"),
        ({"zoom": "0:(1)", "H": 5111111112}, "5111111112"),
        ({"zoom": "0:(1)", "fps": 1e30}, "is outside 0.001..1000"),
        ({"rendered_frames": []}, "there is no frame"),
        ({"rendered_frames": [{"frame": 1}, {"frame": 1}]}, "frame 1 does not come after frame 1"),
    ],
)
def test_what_cannot_be_imported_is_named(imported, settings, told):
    assert told in imported(settings, code=2).err


def test_a_file_that_is_not_there_is_said(program, song):
    done = program("render", song, "--import", "none.txt", "--dry-run")
    assert done.code == 2 and "import = none.txt: there is no such file" in done.err, done


def test_guidance_that_has_no_schedule_is_taken(imported):
    settings = {"W": 64, "H": 64, "fps": 15, "max_frames": FRAMES, "strength_schedule": "0:(0.6)", "prompts": {"0": "a cat"}, "scale": 9}
    plan = imported(settings)
    assert plan["rows"][1]["guidance"] == 9 and "scale" not in plan["said"]
    assert imported({**settings, "cfg_scale_schedule": "0: (3)"})["rows"][1]["guidance"] == 3
