#!/usr/bin/env python3
"""Makes the README's pictures with the program itself: scripts/readme_pictures.py SONG [NAME...]

SONG is the example song. NAME is analysis, painters, demo, presets, journeys, scenes or strengths; without one all are made.
SPECTRADIFF names another program than the release build's. Writes examples/pictures: a plot of the song, rows of looks with
columns of moments of the song, what the embedded model makes of them, and a few seconds that move.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from PIL import Image

Look = dict[str, object]  # settings by key, as in JSON

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = pathlib.Path(os.environ.get("SPECTRADIFF", ROOT / "build" / "release" / "bin" / "spectradiff"))
TARGET = ROOT / "examples" / "pictures"
MOMENTS = [60, 105, 150, 195, 240]
MOMENT = 150
GAP = 4

PIE = {"painter": "pie", "pie_span": 360, "pie_inner": 0.3, "hue_span": 0.83}
POLAR = {"painter": "polar", "polar_spacing": 2.7, "polar_petal_size": 9, "lightness": 0.6}
PAINTERS = {
    "hash": {},
    "pie": PIE,
    "polar": POLAR,
    "circles": {"painter": "circles", "circles_thickness": 2},
    "scattered": {"painter": "circles", "circles_layout": "scattered", "base": "hash", "base_opacity": 0.15},
    "spectrogram": {"painter": "spectrogram", "colour_map": "magma"},
    "showcqt": {"painter": "showcqt"},
}
OVER_IMAGE = {"painter": "circles", "circles_thickness": 1.5, "hue_start": 0.5, "hue_span": 0.4, "base": "image", "base_opacity": 0.45}
SEED_PRESETS = {
    "funky-smooth": "a sea at sunset in blue and gold, cinematic lighting",
    "spectral-pie": "stained glass",
    "spectral-polar": "glowing jellyfish in deep blue",
    "spectral-circles": "a gas mask and helmet, foggy",
    "showcqt": "a synthwave grid in neon pink and cyan",
    "mosaic": "a stormy sea in teal and orange",
}
JOURNEYS = ["tunnel", "flight", "walk", "drift", "orbit-3d", "milk"]
FRAMES_OF_JOURNEYS = range(96, 108)
OWN_PRESETS = ["embers", "aurora", "iris", "reef", "orbit", "skyline", "kick"]
SCENES = ["an iceland vista", "a stormy sea", "a forest", "a portrait of a robot", "flowers", "stained glass", "crystals",
          "an eye"]  # fmt: skip
COLOURS = ["", "deep blue", "fiery orange", "emerald green", "black and white", "pink and purple neon"]
STRENGTHS = [0.3, 0.5, 0.75]
SQUARE = {"size": "256x256"}


def pictures(
    work: pathlib.Path, command: str, song: pathlib.Path, looks: list[Look], moments: list[int], cell: tuple[int, int]
) -> list[list[Image.Image]]:
    """Of each look the frames at `moments`, as `paint` or `render` makes them; one batch, so the model is loaded once."""
    jobs = []
    for number, look in enumerate(looks):
        preset = {"preset": look["preset"]} if "preset" in look else {}
        settings = {key: value for key, value in look.items() if key != "preset"}
        jobs.append({"audio": str(song), "output": str(work / f"{command}-{len(os.listdir(work))}-{number}" / "%d.png"),
                     "frames": ",".join(map(str, moments)), **preset, **settings})  # fmt: skip
        # Frames far apart share no batch, and each is made for itself.
        jobs[-1] |= {"batch_size": 1, "chain": "none"} if command == "render" else {"diffusion": False}
    listed = work / f"{command}-{len(os.listdir(work))}.json"
    listed.write_text(json.dumps(jobs))
    subprocess.run([PROGRAM, "batch", listed, "-q"], check=True)
    found = []
    for job in jobs:
        folder = pathlib.Path(job["output"]).parent
        found.append([Image.open(folder / f"{moment}.png").convert("RGB").resize(cell, Image.LANCZOS) for moment in moments])
    return found


def paintings(work: pathlib.Path, song: pathlib.Path, looks: list[Look], moments: list[int], side: int) -> list[list[Image.Image]]:
    """The same of `paint` without a model's look."""
    found = []
    for number, look in enumerate(looks):
        listed, folder = work / f"look-{number}.json", work / f"look-{number}"
        listed.write_text(json.dumps({key: value for key, value in look.items() if key != "preset"}))
        preset = ["--preset", look["preset"]] if "preset" in look else []
        frames = ["--frames", ",".join(map(str, moments)), "-o", folder / "%d.png"]
        subprocess.run([PROGRAM, "paint", song, *preset, "--config", listed, *frames, "-y", "-q"], check=True)
        cell = (side, side)
        found.append([Image.open(folder / f"{moment}.png").convert("RGB").resize(cell, Image.LANCZOS) for moment in moments])
    return found


def sheet(rows: list[list[Image.Image]], path: pathlib.Path) -> None:
    width, height = rows[0][0].size
    picture = Image.new("RGB", (len(rows[0]) * (width + GAP) - GAP, len(rows) * (height + GAP) - GAP), "white")
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            picture.paste(cell, (x * (width + GAP), y * (height + GAP)))
    picture.save(path, quality=88)
    print(path, flush=True)


def analysis(song: pathlib.Path, work: pathlib.Path) -> None:
    subprocess.run([PROGRAM, "analyze", song, "--plot", work / "plot.png", "-q"], check=True)
    path = TARGET / "analysis.jpg"
    Image.open(work / "plot.png").resize((1000, 750), Image.LANCZOS).save(path, quality=90, subsampling=0)
    print(path, flush=True)


def painters(song: pathlib.Path, work: pathlib.Path) -> None:
    cover = pictures(work, "render", song, [{"preset": "iris"}], [MOMENT], (512, 512))[0][0]
    cover.save(work / "cover.png")
    over_image = {**OVER_IMAGE, "image": str(work / "cover.png")}
    looks = [{**look, "size": "512x512"} for look in [*PAINTERS.values(), over_image]]
    sheet(paintings(work, song, looks, MOMENTS, 192), TARGET / "painters.jpg")


def demo(song: pathlib.Path, _: pathlib.Path) -> None:
    moment = ["--frames", "36-95", "--size", "448x256"]
    film = TARGET / "demo.webp"
    subprocess.run([PROGRAM, "render", song, *moment, "-o", film, "--max-bytes", "1500k", "-y", "-q"], check=True)
    print(film, flush=True)


def presets(song: pathlib.Path, work: pathlib.Path) -> None:
    looks = [{"preset": name, "prompt": prompt} for name, prompt in SEED_PRESETS.items()]
    looks += [{"preset": name} for name in OWN_PRESETS]
    sheet(pictures(work, "render", song, looks, MOMENTS, (160, 160)), TARGET / "presets.jpg")


def journeys(song: pathlib.Path, work: pathlib.Path) -> None:
    """Frames one after another: what moves, moves from cell to cell."""
    rows = []
    for name in JOURNEYS:
        frames = ["--frames", f"{FRAMES_OF_JOURNEYS[0]}-{FRAMES_OF_JOURNEYS[-1]}", "-o", work / name / "%d.png"]
        subprocess.run([PROGRAM, "render", song, "--preset", name, "--size", "256x256", *frames, "-q"], check=True)
        made = [Image.open(work / name / f"{frame}.png").convert("RGB") for frame in FRAMES_OF_JOURNEYS]
        rows.append([picture.resize((112, 112), Image.LANCZOS) for picture in made])
    sheet(rows, TARGET / "journeys.jpg")


def scenes(song: pathlib.Path, work: pathlib.Path) -> None:
    asked = [{**SQUARE, "strength": 1, "prompt": f"{scene}, {colour}" if colour else scene} for scene in SCENES for colour in COLOURS]
    made = [row[0] for row in pictures(work, "render", song, asked, [MOMENT], (160, 160))]
    sheet([made[i : i + len(COLOURS)] for i in range(0, len(made), len(COLOURS))], TARGET / "scenes.jpg")


def strengths(song: pathlib.Path, work: pathlib.Path) -> None:
    upright = {"paint_turn": 0, "paint_zoom": 1}
    base = [{**SQUARE, **upright, **look, "greyscale": False, "prompt": "a forest in autumn, misty"} for look in PAINTERS.values()]
    columns = [pictures(work, "paint", song, base, [MOMENT], (160, 160))]
    for strength in STRENGTHS:
        columns.append(pictures(work, "render", song, [{**look, "strength": strength} for look in base], [MOMENT], (160, 160)))
    sheet([[column[row][0] for column in columns] for row in range(len(base))], TARGET / "strengths.jpg")


MAKERS = {"analysis": analysis, "painters": painters, "demo": demo, "presets": presets, "journeys": journeys, "scenes": scenes,
          "strengths": strengths}  # fmt: skip


def main() -> None:
    song = pathlib.Path(sys.argv[1]).resolve()
    for name in sys.argv[2:] or MAKERS:
        with tempfile.TemporaryDirectory() as folder:
            MAKERS[name](song, pathlib.Path(folder))


if __name__ == "__main__":
    main()
