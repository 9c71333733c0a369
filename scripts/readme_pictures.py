#!/usr/bin/env python3
"""Makes the README's pictures with the program itself: scripts/readme_pictures.py SONG [MODEL]

SONG is the example song, MODEL a bundle (without one, only what needs no model). SPECTRADIFF names another program. Writes examples/pictures: a plot of the song, and rows of looks with columns of moments of the song.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = pathlib.Path(os.environ.get("SPECTRADIFF", ROOT / "build" / "release" / "bin" / "spectradiff"))
MOMENTS = [60, 105, 150, 195, 240]
CELL = 192
GAP = 4

PAINTERS = {
    "hash": [],
    "pie": ["--painter", "pie", "--pie-span", "360", "--pie-inner", "0.3", "--hue-span", "0.83"],
    "polar": ["--painter", "polar", "--polar-spacing", "2.7", "--polar-petal-size", "9", "--lightness", "0.6"],
    "circles": ["--painter", "circles", "--circles-thickness", "2"],
    "scattered": ["--painter", "circles", "--circles-layout", "scattered", "--base", "hash", "--base-opacity", "0.15"],
    "spectrogram": ["--painter", "spectrogram", "--colour-map", "magma"],
    "showcqt": ["--painter", "showcqt"],
    "image": ["--painter", "circles", "--circles-thickness", "1.5", "--hue-start", "0.5", "--hue-span", "0.4", "--base", "image", "--base-opacity", "0.45", "--image"],
}
PRESETS = ["funky", "spectral-pie", "spectral-polar", "spectral-circles", "showcqt", "mosaic", "embers", "aurora", "iris", "reef"]
STRENGTHS = ["0.3", "0.5", "0.75"]


def frames(work, name, command, options):
    folder = work / name.replace(" ", "-")
    moments = ",".join(str(moment) for moment in MOMENTS)
    subprocess.run([PROGRAM, *command, "-o", folder / "%d.png", "--frames", moments, "-q", *options], check=True)
    return [Image.open(folder / f"{moment}.png").convert("RGB").resize((CELL, CELL), Image.LANCZOS) for moment in MOMENTS]


def sheet(rows, path):
    step = CELL + GAP
    picture = Image.new("RGB", (len(MOMENTS) * step - GAP, len(rows) * step - GAP), "white")
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            picture.paste(cell, (x * step, y * step))
    picture.save(path, quality=88)
    print(path)


def plot(song, path, work):
    subprocess.run([PROGRAM, "analyze", song, "--plot", work / "plot.png", "-q"], check=True)
    Image.open(work / "plot.png").resize((1000, 750), Image.LANCZOS).save(path, quality=90, subsampling=0)
    print(path)


def main():
    song, *models = sys.argv[1:]
    target = ROOT / "examples" / "pictures"
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        plot(song, target / "analysis.jpg", work)
        paint = ["paint", song, "--fps", "15"]
        sheet([frames(work, name, paint, ["--preset", name, "-y"]) for name in PRESETS], target / "presets.jpg")
        PAINTERS["image"].append(str(work / "embers" / "150.png"))
        sheet([frames(work, name, paint, [*options, "-y"]) for name, options in PAINTERS.items()], target / "painters.jpg")
        if not models:
            return
        render = ["render", song, "--model", models[0], "--allow-unpinned-model", "--prompt", "a stained glass window of the sea", "--painter", "pie",
                  "--size", "256x256", "--steps", "8", "--guidance", "3"]
        diffused = [frames(work, strength, render, ["--strength", strength, "--strength-mode", "exact"]) for strength in STRENGTHS]
        painted = frames(work, "painted", ["paint", song], ["--painter", "pie", "--size", "256x256"])
        sheet([painted, *diffused], target / "strengths.jpg")


if __name__ == "__main__":
    main()
