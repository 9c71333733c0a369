"""Pictures steered by a control network, from outside: `spectradiff` against diffusers' own ControlNet img2img."""

import os
import subprocess
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from test_img2img import (
    CONTRAST, FRAMES, NEGATIVE, PROMPT, SEED, SQUARE, TOLERANCE, Run, apart, init_picture, program,
)  # fmt: skip

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


class Controls:
    """One control picture for each frame, in a folder and in a lossless video of the song's rate."""

    def __init__(self, bench):
        self.bench = bench
        self.folder = bench.folder / "controls"
        self.pictures = [init_picture(*SQUARE, 50 + frame) for frame in FRAMES]
        self.video = bench.folder / "controls.mkv"
        if not self.folder.exists():
            self.folder.mkdir()
            for frame, picture in enumerate(self.pictures):
                picture.save(self.folder / f"{frame:05d}.png")
            command = ["ffmpeg", "-loglevel", "error", "-framerate", "15", "-i", self.folder / "%05d.png"]
            subprocess.run([*command, "-c:v", "png", "-pix_fmt", "rgb24", self.video], check=True)

    def command(self, run, out, *control, frames=f"{FRAMES[0]}-{FRAMES[-1]}", model="control-bundle"):
        return [
            program(), "render", self.bench.song, "-o", out / "%05d.png", "--size", "64x64", "--frames", frames,
            "--model", self.bench.folder / model, "--dtype", "float32", "--device", "cpu", "--threads", 1,
            "--batch-size", run.batch, "--prompt", PROMPT, "--negative-prompt", NEGATIVE, "--seed", SEED,
            "--steps", run.steps, "--strength", run.strength, "--guidance", run.guidance,
            "--scheduler", run.scheduler, *control,
        ]  # fmt: skip

    def render(self, run, name, *control, **more):
        """PNG files by frame."""
        self.bench.model("control")
        out = self.bench.folder / "controlled" / name
        out.parent.mkdir(exist_ok=True)
        self.bench.call(*self.command(run, out, *control, **more))
        return {int(path.stem): path for path in out.glob("*.png")}

    def refusal(self, run, *control, **more):
        """Exit status and message; nothing may have been written."""
        out = self.bench.folder / "refused"
        command = [str(word) for word in self.command(run, out, *control, **more)]
        done = subprocess.run(command, env=self.bench.environment, capture_output=True, text=True)
        assert not out.exists() and done.stdout == ""
        return done.returncode, done.stderr

    def expect(self, run, frame, control, weight):
        return self.bench.expect(run, frame, control=control, control_weight=weight)


@pytest.fixture(scope="module")
def controls(bench):
    return Controls(bench)


def pixels(path):
    return np.asarray(Image.open(path).convert("RGB"))


RUN = Run("control", "pndm", 0.75, guidance=7.5)


@pytest.mark.parametrize(
    ("run", "weight"),
    [
        (RUN, 1.0),
        (replace(RUN, guidance=1.0, scheduler="euler"), 0.6),
        (replace(RUN, strength=0.5, scheduler="dpmpp_2m"), 1.5),
    ],
    ids=str,
)
def test_controlled_pictures_equal_diffusers(controls, run, weight):
    rendered = controls.render(run, f"{run}-{weight}", "--control-video", controls.folder, "--control-weight", weight)
    for frame, control in zip(FRAMES, controls.pictures):
        found, expected = pixels(rendered[frame]), controls.expect(run, frame, control, weight)
        assert expected.std() > CONTRAST
        assert apart(found, expected) <= TOLERANCE, f"frame {frame}"
        # What must not be taken for it: another frame's control picture, another weight, none at all.
        other = controls.pictures[(frame + 1) % len(FRAMES)]
        for wrong in ((other, weight), (control, weight - 0.1), (control, 0.0)):
            assert apart(found, controls.expect(run, frame, *wrong)) > TOLERANCE


def test_a_video_a_pattern_and_a_folder_of_the_same_pictures_control_alike(controls):
    bytes_of = [
        {frame: path.read_bytes() for frame, path in controls.render(RUN, name, "--control-video", given).items()}
        for name, given in (
            ("folder", controls.folder), ("pattern", controls.folder / "%05d.png"), ("video", controls.video),
        )
    ]  # fmt: skip
    assert bytes_of[0] == bytes_of[1] == bytes_of[2] and len(bytes_of[0]) == len(FRAMES)


def test_one_control_image_serves_every_frame_and_is_fitted_to_the_size(controls):
    picture = controls.pictures[2]
    wide = Image.new("RGB", (96, 64), "white")
    wide.paste(picture, (16, 0))
    wide.save(controls.bench.folder / "wide.png")
    rendered = controls.render(RUN, "still", "--control-image", controls.bench.folder / "wide.png")
    for frame in FRAMES:
        assert apart(pixels(rendered[frame]), controls.expect(RUN, frame, picture, 1.0)) <= TOLERANCE


@pytest.mark.parametrize("map", ["painting", "luminance"])
def test_the_painting_can_be_what_controls(controls, map):
    rendered = controls.render(RUN, map, "--control-map", map)
    for frame in FRAMES:
        painting = controls.bench.init(RUN.size)[frame]
        picture = painting.convert("L").convert("RGB") if map == "luminance" else painting
        assert apart(pixels(rendered[frame]), controls.expect(RUN, frame, picture, 1.0)) <= TOLERANCE


@pytest.mark.parametrize("batch", [1, 3])
def test_frames_of_a_moved_control_weight_are_the_same_alone_in_batches_and_in_shards(controls, batch):
    run, weight = replace(RUN, batch=batch), "0.2 + 0.3*f"

    def render(frames):
        given = ("--control-video", controls.video, "--control-weight", weight)
        rendered = controls.render(run, f"moved-{batch}-{frames}", *given, frames=frames)
        return {frame: path.read_bytes() for frame, path in rendered.items()}

    whole = render("0-3")
    assert len(set(whole.values())) == len(FRAMES)
    assert render("0") | render("1-2") | render("3") == whole
    path = controls.bench.folder / "controlled" / f"moved-{batch}-0-3" / "00003.png"
    assert apart(pixels(path), controls.expect(run, 3, controls.pictures[3], 1.1)) <= TOLERANCE


def test_control_pictures_and_models_that_do_not_fit_are_refused(controls):
    controls.bench.model("epsilon")
    still = controls.folder / "00000.png"
    code, message = controls.refusal(RUN, "--control-image", still, model="epsilon-bundle")
    assert code == 2 and "has no control network" in message
    code, message = controls.refusal(RUN)
    assert code == 2 and "or the painting with --control-map" in message
    code, message = controls.refusal(RUN, "--control-image", still, "--control-map", "painting")
    assert code == 2 and "leave control_image out" in message
    code, message = controls.refusal(RUN, "--control-map", "edges", model="epsilon-bundle")
    assert code == 2 and "has no control network" in message
    code, message = controls.refusal(RUN)
    assert code == 2 and "give it pictures with --control-image or --control-video" in message
    code, message = controls.refusal(RUN, "--control-image", still, "--control-video", controls.video)
    assert code == 2 and "give one of them" in message
    code, message = controls.refusal(RUN, "--control-video", still)
    assert code == 2 and "give it as --control-image" in message
    code, message = controls.refusal(RUN, "--control-image", controls.video)
    assert code == 2 and "give it as --control-video" in message
    code, message = controls.refusal(RUN, "--control-image", controls.bench.folder / "nowhere.png")
    assert code == 3 and "nowhere.png" in message
    for given in (controls.video, controls.folder):
        code, message = controls.refusal(RUN, "--control-video", given, frames="2-5")
        assert code == 3 and "ends after 4 frames, and frame 5 is asked for" in message
    code, message = controls.refusal(RUN, "--control-image", still, "--control-weight", "2.5")
    assert code == 2 and "control_weight" in message


def test_a_model_with_a_control_network_is_told_and_checked(controls):
    controls.bench.model("control")
    bundle = controls.bench.folder / "control-bundle"
    for action, words in (("info", "ControlNet controlnet"), ("check", "files, trust and networks are fine")):
        command = [str(program()), "model", action, str(bundle)]
        done = subprocess.run(command, env=controls.bench.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert words in done.stdout
    assert os.path.isfile(bundle / "control.pt")
