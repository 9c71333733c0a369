#!/usr/bin/env python3
"""Paint the data set: make_data.py DATA [--pictures N] [--held-out N] [--large N] [--shipped] [--often NAMES] [--program BIN --song WAV]
                                      [--jobs N]

DATA/train and DATA/held-out hold shards WxH-NNNN.npy (uint8 [n, height, width, 3]) and .json (seeds, labels and one
caption a picture); DATA/extra holds what only the autoencoder sees: frames of the painters (painter-*.npy, with
--program; more painters are more lines in PAINTS) and crops of scikit-image's photographs (photos.npy). DATA/large
and DATA/held-out-large are painted four times as large, for the network that enlarges. A shard that exists is left
alone, so a stopped run goes on where it was; the same seeds paint the same pictures.
"""

import argparse
import dataclasses
import json
import math
import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mini import captions, painter

SHARD, LARGE_SHARD = 64, 16
# width, height: share of the pictures.
SIZES = {(256, 256): 0.70, (448, 256): 0.12, (256, 448): 0.08, (384, 384): 0.10}
LARGE_SIZE = (1024, 1024)
HELD_OUT_SEED, LARGE_SEED = 10_000_000, 40_000_000
# What scikit-image's wheel carries as pictures of things; drawings, masks and text are left out.
PHOTOS = (
    "astronaut.png", "brick.png", "camera.png", "cell.png", "chelsea.png", "clock_motion.png", "coffee.png",
    "coins.png", "color.png", "grass.png", "gravel.png", "hubble_deep_field.jpg", "ihc.png", "moon.png",
    "motorcycle_left.png", "motorcycle_right.png", "retina.jpg", "rocket.jpg",
)  # fmt: skip
# Options of `spectradiff paint`, a line each; the held-out ones are none of these.
PAINTS = {
    "hash": (
        "", "--blur 6", "--blur 0 --mark-size 40", "--greyscale", "--hue-start 0.5 --hue-span 0.4 --blur 4",
        "--background #203050", "--mark-shape square --blur 1", "--saturation 0.4 --gamma 0.8",
        "--invert --blur 3", "--autocontrast frame --blur 8",
    ),
    "pie": (
        "", "--pie-span 360", "--blur 8 --pie-span 360", "--greyscale",
        "--hue-start 0.6 --hue-span -0.4 --base-opacity 0.8", "--base-opacity 0 --blur 4",
        "--background #302010 --pie-span 270", "--gamma 0.8 --blur 1", "--invert", "--equalize --blur 5",
    ),
    "polar": (
        "", "--polar-petals 3 --blur 5", "--polar-colours seed", "--greyscale", "--polar-arc 10 --blur 0",
        "--no-polar-mirror --background #203040 --blur 3", "--polar-mark 4 --hue-start 0.5 --blur 6",
    ),
    "circles": (
        "", "--circles-layout scattered", "--greyscale", "--circles-thickness 3 --blur 6",
        "--circles-layout scattered --circles-thickness 4 --hue-start 0.6 --blur 0", "--background #402018 --blur 4",
        "--symmetry kaleidoscope --circles-layout scattered --blur 1",
    ),
    "spectrogram": (
        "", "--colour-map viridis", "--greyscale --blur 5", "--colour-map magma --symmetry mirror",
        "--spectrogram-seconds 2 --blur 8", "--colour-map plasma --rotate 90 --spectrogram-playhead-width 0",
        "--symmetry mosaic --hue-start 0.4",
    ),
    "showcqt": (
        "", "--cqt-centred --blur 5", "--greyscale", "--cqt-bars 1 --hue-start 0.5", "--colour-map turbo --cqt-bars 0.3",
        "--symmetry mosaic --blur 1", "--cqt-fade 0 --background #102038 --blur 6",
    ),
}  # fmt: skip
HELD_OUT_PAINTS = {
    "hash": ("--hue-start 0.3 --hue-span 0.5 --blur 3", "--blur 2", "--greyscale --blur 3"),
    "pie": ("--pie-span 300 --blur 3", "--blur 2", "--greyscale --blur 3"),
    "polar": ("--polar-petals 5 --blur 3", "--blur 2", "--greyscale --blur 3"),
    "circles": ("--circles-thickness 2 --blur 3", "--circles-layout scattered --blur 2", "--greyscale --blur 3"),
    "spectrogram": ("--spectrogram-seconds 5 --blur 3", "--colour-map inferno", "--greyscale --blur 3"),
    "showcqt": ("--cqt-bars 0.7 --blur 3", "--blur 2", "--greyscale --blur 3"),
}


def save_whole(path: Path, array: np.ndarray) -> None:
    """The file appears under its name only when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.stem}.part-{os.getpid()}")
    with open(part, "wb") as file:
        np.save(file, array)
    os.replace(part, path)


def write(path: Path, pictures: np.ndarray, facts: list[dict]) -> None:
    """Both files or, after a crash, none that counts: the array is renamed into place last."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".json").write_text(json.dumps(facts) + "\n")
    save_whole(path, pictures)


def paint_shard(job: tuple[Path, list[int], tuple[int, int], tuple[str, ...]]) -> str:
    path, seeds, (width, height), scenes = job
    pictures, facts = [], []
    for seed in seeds:
        what = painter.labels(seed, scenes)
        pictures.append(painter.paint(seed, what, width, height))
        text = captions.caption(what, np.random.default_rng([seed, 2]))
        facts.append({"seed": seed, **dataclasses.asdict(what), "caption": text})
    write(path, np.stack(pictures), facts)
    return str(path)


def jobs(
    folder: Path, sizes: dict[tuple[int, int], float], shard: int, first_seed: int, scenes: tuple[str, ...]
) -> list[tuple[Path, list[int], tuple[int, int], tuple[str, ...]]]:
    """The shards still to be painted of so many pictures of every size, counts rounded up to whole ones.

    A size's seeds follow one another, so a larger --pictures adds to a smaller.
    """
    todo = []
    for k, ((width, height), count) in enumerate(sizes.items()):
        for number in range(math.ceil(count / shard)):
            path = folder / f"{width}x{height}-{number:04d}.npy"
            seeds = [first_seed + k * 1_000_000 + number * shard + i for i in range(shard)]
            if not path.exists():
                todo.append((path, seeds, (width, height), scenes))
    return todo


def paint_frames(program: Path, song: Path, options: str, size: str, frames: str) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        command = [
            str(program),
            "paint",
            str(song),
            "-o",
            f"{folder}/%05d.png",
            "--size",
            size,
            "--frames",
            frames,
            "-q",
        ]
        subprocess.run(command + options.split(), check=True)
        return np.stack([np.asarray(Image.open(path).convert("RGB")) for path in sorted(Path(folder).glob("*.png"))])


def frames_of_painters(data: Path, program: Path, song: Path) -> None:
    """painter-train-NAME.npy and painter-held-out-NAME.npy of every painter: line by line, frame by frame."""
    sets = ("train", PAINTS, range(0, 150, 10)), ("held-out", HELD_OUT_PAINTS, range(5, 150, 15))
    for part, paints, frames in sets:
        for name, lines in paints.items():
            path = data / "extra" / f"painter-{part}-{name}.npy"
            if not path.exists():
                chosen = ",".join(str(frame) for frame in frames)
                found = [paint_frames(program, song, f"--painter {name} {line}", "256x256", chosen) for line in lines]
                write(path, np.concatenate(found), [])


def crops_of_photographs(count: int = 24) -> np.ndarray:
    """Square crops of every photograph at scales from half to all of its shorter side, 256x256."""
    import skimage

    folder = Path(skimage.__file__).parent / "data"
    rng = np.random.default_rng(5)
    crops = []
    for name in PHOTOS:
        photo = Image.open(folder / name).convert("RGB")
        for _ in range(count):
            side = int(min(photo.size) * rng.uniform(0.45, 1.0))
            x, y = (int(rng.integers(0, length - side + 1)) for length in photo.size)
            crop = photo.resize((256, 256), Image.Resampling.LANCZOS, box=(x, y, x + side, y + side))
            crops.append(np.asarray(crop)[:, :: rng.choice([-1, 1])])
    return np.stack(crops)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--pictures", type=int, default=16_000, help="to train on (default 16000)")
    parser.add_argument("--held-out", type=int, default=1_024, help="never trained on (default 1024)")
    parser.add_argument("--large", type=int, default=0, help="to enlarge, and a sixteenth never trained on (default 0)")
    parser.add_argument("--shipped", action="store_true", help="only the kinds of scene that models/mini knows")
    often = "kinds of scene, a comma between, of which twice as many are painted: those that a network has yet to learn"
    parser.add_argument("--often", type=lambda text: tuple(text.split(",")), default=(), metavar="NAMES", help=often)
    parser.add_argument("--program", type=Path, help="a built spectradiff, for frames of the painters")
    parser.add_argument("--song", type=Path, help="WAV to paint (examples/compose_song.py makes one)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    arguments = parser.parse_args()
    data = arguments.data
    if not (data / "extra" / "photos.npy").exists():
        write(data / "extra" / "photos.npy", crops_of_photographs(), [])
    if arguments.program:
        if not arguments.song:
            parser.error("--program needs --song")
        frames_of_painters(data, arguments.program, arguments.song)
    if unknown := [name for name in arguments.often if name not in painter.SCENES]:
        parser.error(f"--often: no kind of scene is called {unknown[0]}; there are {', '.join(painter.SCENES)}")
    scenes = (painter.SHIPPED if arguments.shipped else tuple(painter.SCENES)) + arguments.often
    todo = []
    for part, count, seed in (("held-out", arguments.held_out, HELD_OUT_SEED), ("train", arguments.pictures, 0)):
        counts = {size: count * share for size, share in SIZES.items()}
        todo += jobs(data / part, counts, SHARD, seed, scenes)
    large = ("held-out-large", arguments.large / 16, LARGE_SEED + HELD_OUT_SEED), ("large", arguments.large, LARGE_SEED)
    for part, count, seed in large:
        todo += jobs(data / part, {LARGE_SIZE: count}, LARGE_SHARD, seed, scenes)
    with multiprocessing.Pool(arguments.jobs) as pool:
        for number, path in enumerate(pool.imap(paint_shard, todo), 1):
            print(f"{number}/{len(todo)} {path}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
