#!/usr/bin/env python3
"""The loop of Deforum beside ours, same song, model, prompt, steps and size: scripts/bench/deforum_loop.py SONG [--start S] [--seconds N]

Theirs is written here after Deforum's 2-D animation mode with diffusers and OpenCV: the last picture zoomed and turned, its colours
matched to the first picture's in LAB, sharpened, noised, and diffused again with the next seed; zoom and turn swing as in its example
settings. Needs scripts/requirements/bench.txt and songs.txt. Prints pictures per second and what `spectradiff measure` says of both.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import cv2
import numpy as np
import torch
from diffusers import DPMSolverMultistepScheduler, StableDiffusionImg2ImgPipeline
from numpy.typing import NDArray
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROMPT, FPS = "iceland vista, cinematic", 15
# Deforum's defaults where it has them; strength so that as many steps run as in our look.
STEPS_RUN, STRENGTH, GUIDANCE, NOISE, SHARPEN = 4, 0.35, 4.0, 0.065, 0.1
MEASURES = ["warp_error", "flicker", "unexplained_flicker", "beat_alignment_f", "beat_alignment_z", "onset_lag_correlation",
            "colour_drift_per_minute", "flashes_per_s"]  # fmt: skip

Picture = NDArray[np.uint8]


def run(*words: object) -> str:
    return subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE, text=True).stdout


def moved(picture: Picture, frame: int) -> Picture:
    """Deforum's step of the camera: zoom and turn about the centre."""
    height, width = picture.shape[:2]
    zoom = 1.0225 + 0.02 * np.sin(1.25 * np.pi * frame / 120)
    step = cv2.getRotationMatrix2D((width / 2, height / 2), np.cos(frame / 20), zoom)
    return cv2.warpAffine(picture, step, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def matched(picture: Picture, reference: Picture) -> Picture:
    """Every channel's histogram made that of the reference, in LAB."""
    ours, theirs = (cv2.cvtColor(each, cv2.COLOR_RGB2LAB) for each in (picture, reference))
    for channel in range(3):
        shares = [np.cumsum(np.bincount(each[..., channel].ravel(), minlength=256)) for each in (ours, theirs)]
        table = np.interp(shares[0], shares[1], np.arange(256))
        ours[..., channel] = table[ours[..., channel]].astype(np.uint8)
    return cv2.cvtColor(ours, cv2.COLOR_LAB2RGB)


def prepared(picture: Picture, reference: Picture, frame: int) -> Image.Image:
    colours = matched(moved(picture, frame), reference).astype(np.float32)
    sharp = np.clip((1 + SHARPEN) * colours - SHARPEN * cv2.GaussianBlur(colours, (5, 5), 1.0), 0, 255)
    noise = np.clip(0.5 * np.random.default_rng(frame).standard_normal(sharp.shape) + 0.5, 0, 1) * 255
    return Image.fromarray(((1 - NOISE) * sharp + NOISE * noise).round().astype(np.uint8))


def deforum(model: pathlib.Path, first: pathlib.Path, frames: int, video: pathlib.Path) -> float:
    """Pictures a second after the first; the video has no sound."""
    pipe = StableDiffusionImg2ImgPipeline.from_pretrained(model, local_files_only=True)
    pipe.scheduler = DPMSolverMultistepScheduler.from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    pictures = [np.asarray(Image.open(first).convert("RGB"))]
    begin = time.monotonic()
    for frame in range(1, frames):
        made = pipe(
            PROMPT, image=prepared(pictures[-1], pictures[0], frame), strength=STRENGTH, num_inference_steps=round(STEPS_RUN / STRENGTH),
            guidance_scale=GUIDANCE, generator=torch.Generator().manual_seed(42 + frame),
        )  # fmt: skip
        pictures.append(np.asarray(made.images[0]))
    spent = time.monotonic() - begin
    height, width = pictures[0].shape[:2]
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(FPS), "-i", "-"]
    raw = b"".join(each.tobytes() for each in pictures)
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, "-crf", "16", str(video)], input=raw, check=True)
    return (frames - 1) / spent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("song", type=pathlib.Path)
    parser.add_argument("--start", type=float, default=0)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--size", default="256x256")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build" / "release" / "bin" / "spectradiff")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the videos")
    arguments = parser.parse_args()
    torch.set_grad_enabled(False)
    table = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or pathlib.Path(temporary)
        folder.mkdir(exist_ok=True)
        model, song = folder / "mini", folder / "part.wav"
        # Cut out: frames within a chain need those before them.
        run("ffmpeg", "-v", "error", "-y", "-ss", arguments.start, "-t", arguments.seconds, "-i", arguments.song, song)
        run(sys.executable, ROOT / "scripts" / "mini" / "recover_model.py", ROOT / "models" / "mini", model)
        look = ["--prompt", PROMPT, "--fps", FPS, "--size", arguments.size, "--dtype", "float32"]
        common = [arguments.program, "render", song, *look, "-q", "-y"]
        run(*common, "-o", folder / "first-%d.png", "--frames", 0)
        ways = {}
        begin = time.monotonic()
        run(*common, "-o", folder / "ours.mkv")
        ways["spectradiff, as it comes"] = folder / "ours.mkv", arguments.seconds * FPS / (time.monotonic() - begin)
        rate = deforum(model, folder / "first-0.png", round(arguments.seconds * FPS), folder / "deforum.mkv")
        ways["Deforum's loop"] = folder / "deforum.mkv", rate
        for name, (video, rate) in ways.items():
            measured = run(arguments.program, "measure", video, song, "--json", "-q")
            table[name] = {"pictures_per_s": rate, **json.loads(measured.splitlines()[-1])["measures"]}
    words = ["pictures_per_s", *MEASURES]
    print("| | " + " | ".join(words) + " |\n" + "|---" * (1 + len(words)) + "|")
    for name, measures in table.items():
        print(f"| {name} | " + " | ".join("" if measures[key] is None else f"{measures[key]:.3f}" for key in words) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
