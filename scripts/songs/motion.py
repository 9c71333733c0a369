"""How the default video of songs moves: a table, and contact sheets to look at.

Run: python scripts/songs/motion.py [--paint] [--sheets DIR] [--seconds 4] [NAME… or FILE…] [-- program's options]

Of every song it makes the frames of three places, quiet, middle and loud (by loudness over the passage), with the program's own defaults
and whatever stands behind `--`. `--paint` takes paintings instead of diffused pictures, which is quick. Columns:

  least    the smallest mean change per frame, of 255, in any 2 s of audible music; 1 at least is wanted
  mean     the mean change per frame, of 255
  still    the mean change in frames that are silent, of 255; 0 is wanted
  light    how much of the change is a change of the whole picture's brightness: 1 is a lamp, not a movement
  r, lag   correlation of change with onset strength, in the frame itself, and how many frames later it is largest within 0.5 s
  z        how far r lies above what chance gives: the onsets of each block of 4 s turned round by a shift of its own, 200 times
  flashes  the most in any second, as the program counts them

Audible: a momentary loudness within 35 LU of the song's loudest frame and above -60 LUFS.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from songs.compose import CACHE

ROOT = Path(__file__).resolve().parent.parent.parent
FPS = 15
WINDOW_S = 2
AUDIBLE_LU, AUDIBLE_LUFS = 35, -60
BLOCK_S, SHIFTS = 4, 200
REACH = FPS // 2
SHEET_FRAMES, SHEET_COLUMNS, SHEET_SIDE = 24, 8, 160
COLUMNS = ("song", "least", "mean", "still", "light", "r", "lag", "z", "flashes")

Numbers = NDArray[np.float64]


@dataclass
class Passage:
    first: int  # frame of the song
    pictures: list[NDArray[np.uint8]]


def run(command: list[str]) -> str:
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{made.stderr}")
    return made.stdout


def places(loudness: Numbers, audible: NDArray[np.bool_], frames: int) -> list[int]:
    """Where the quietest, the middling and the loudest passage begin, among those that are audible throughout."""
    count = len(loudness) - frames
    if count <= 0:
        return [0]
    mean = np.convolve(loudness, np.ones(frames) / frames, "valid")[:count]
    heard = np.convolve(audible, np.ones(frames) / frames, "valid")[:count] > 0.99
    order = [int(i) for i in np.argsort(mean) if heard[i]] or [int(np.argmax(mean))]
    return sorted({order[0], order[len(order) // 2], order[-1]})


def passage(program: Path, song: Path, first: int, frames: int, options: list[str], painted: bool) -> tuple[Passage, int]:
    with tempfile.TemporaryDirectory() as folder:
        command = [
            str(program),
            "paint" if painted else "render",
            str(song),
            "--frames",
            f"{first}-{first + frames - 1}",
            "--fps",
            str(FPS),
        ]
        if painted:
            command += ["--model", "mini"]
        answer = run([*command, "-o", f"{folder}/%05d.png", "--stats", "--json", "-q", *options])
        done = next(json.loads(line) for line in reversed(answer.splitlines()) if '"done"' in line)
        pictures = [np.asarray(Image.open(file).convert("RGB")) for file in sorted(Path(folder).glob("*.png"))]
    return Passage(first, pictures), done["stats"]["flashes_per_s"]


def changes(pictures: list[NDArray[np.uint8]]) -> tuple[Numbers, Numbers]:
    """Per frame after the first, of 255: the mean change, and the change of the mean."""
    pairs = [(a.astype(np.float64), b.astype(np.float64)) for a, b in zip(pictures, pictures[1:], strict=False)]
    return np.array([np.abs(b - a).mean() for a, b in pairs]), np.array([abs(b.mean() - a.mean()) for a, b in pairs])


def correlation(a: Numbers, b: Numbers) -> float:
    if len(a) < 3 or a.std() == 0 or b.std() == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def lag_of(change: list[Numbers], strength: list[Numbers], firsts: list[int]) -> int:
    """At which lag the change that follows a strength meets it best."""
    whole = np.concatenate(change)
    scores = []
    for lag in range(-REACH, REACH + 1):
        moved = [
            s[np.clip(np.arange(first + 1, first + 1 + len(c)) - lag, 0, len(s) - 1)]
            for c, s, first in zip(change, strength, firsts, strict=True)
        ]
        scores.append(correlation(whole, np.concatenate(moved)))
    return int(np.nanargmax(scores)) - REACH if np.isfinite(scores).any() else 0


def chance(change: Numbers, strength: Numbers) -> float:
    """z of the correlation among those with every block's strength turned round."""
    rng, block = np.random.default_rng(0), BLOCK_S * FPS
    scores = []
    for _ in range(SHIFTS):
        turned = [np.roll(strength[at : at + block], rng.integers(block)) for at in range(0, len(strength), block)]
        scores.append(correlation(change, np.concatenate(turned)))
    spread = float(np.std(scores))
    return (correlation(change, strength) - float(np.mean(scores))) / spread if spread > 0 else float("nan")


def least_change(passages: list[Passage], change: list[Numbers], audible: NDArray[np.bool_]) -> float:
    width, found = WINDOW_S * FPS, []
    for part, values in zip(passages, change, strict=True):
        for at in range(max(len(values) - width, 0) + 1):
            if audible[part.first + 1 + at : part.first + 1 + at + width].all():
                found.append(values[at : at + width].mean())
    return float(min(found)) if found else float("nan")


def sheet(pictures: list[NDArray[np.uint8]], file: Path) -> None:
    shown = pictures[:SHEET_FRAMES]
    rows = -(-len(shown) // SHEET_COLUMNS)
    height = SHEET_SIDE * shown[0].shape[0] // shown[0].shape[1]
    page = Image.new("RGB", (SHEET_COLUMNS * SHEET_SIDE, rows * height))
    for i, picture in enumerate(shown):
        page.paste(Image.fromarray(picture).resize((SHEET_SIDE, height)), (i % SHEET_COLUMNS * SHEET_SIDE, i // SHEET_COLUMNS * height))
    file.parent.mkdir(parents=True, exist_ok=True)
    page.save(file)


def row_of(song: Path, arguments: argparse.Namespace) -> dict[str, object]:
    heard = json.loads(
        run([str(arguments.program), "analyze", str(song), "--series", "loudness,onset", "--fps", str(FPS), "--json-out", "-", "-q"])
    )
    loudness, onset = (np.array(heard["series"][name]) for name in ("loudness", "onset"))
    audible = (loudness > loudness.max() - AUDIBLE_LU) & (loudness > AUDIBLE_LUFS)
    frames = min(int(arguments.seconds * FPS), len(loudness))
    begins = places(loudness, audible, frames)
    if arguments.whole:
        begins, frames = [0], len(loudness)
    made = [passage(arguments.program, song, first, frames, arguments.options, arguments.paint) for first in begins]
    passages = [part for part, _ in made]
    both = [changes(part.pictures) for part in passages]
    change = [values for values, _ in both]
    whole, light = np.concatenate(change), np.concatenate([values for _, values in both])
    silent = np.concatenate([(loudness[p.first + 1 : p.first + 1 + len(c)] <= -69) for p, c in zip(passages, change, strict=True)])
    strength = np.concatenate([onset[p.first + 1 : p.first + 1 + len(c)] for p, c in zip(passages, change, strict=True)])
    if arguments.sheets:
        for part in passages:
            sheet(part.pictures, arguments.sheets / f"{song.stem}-{part.first:05d}.png")
    return {
        "song": song.stem,
        "least": least_change(passages, change, audible),
        "mean": float(whole.mean()),
        "still": float(whole[silent].max()) if silent.any() else None,
        "light": float(light.sum() / max(whole.sum(), 1e-9)),
        "r": correlation(whole, strength),
        "lag": lag_of(change, [onset] * len(change), [p.first for p in passages]),
        "z": chance(whole, strength),
        "flashes": max(count for _, count in made),
    }


def songs_of(names: list[str], folder: Path) -> list[Path]:
    corpus = [*sorted((folder / "real").glob("*.[wo][ag][vg]")), *sorted((folder / "composed").glob("*-1.wav"))]
    if not names:
        return corpus
    files = [Path(name) for name in names if Path(name).is_file()]
    return files + [song for song in corpus if song.stem.startswith(tuple(name for name in names if not Path(name).is_file()) or ("\0",))]


def shown(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="files, or beginnings of names in the corpus; all of it without any")
    parser.add_argument("--program", type=Path, default=ROOT / "build" / "release" / "bin" / "spectradiff")
    parser.add_argument("--songs", type=Path, default=CACHE, metavar="DIR")
    parser.add_argument("--paint", action="store_true", help="the paintings, not what is made of them")
    parser.add_argument("--whole", action="store_true", help="all frames instead of three places")
    parser.add_argument("--seconds", type=float, default=4, metavar="S", help="length of each place")
    parser.add_argument("--sheets", type=Path, metavar="DIR", help="write contact sheets of 24 consecutive frames there")
    own, options = sys.argv[1:], []
    if "--" in own:
        own, options = own[: own.index("--")], own[own.index("--") + 1 :]
    arguments = parser.parse_args(own)
    arguments.options = options
    rows = []
    for song in songs_of(arguments.names, arguments.songs):
        rows.append(row_of(song, arguments))
        print("  ".join(f"{name} {shown(rows[-1][name])}" for name in COLUMNS), flush=True)
    known = [row["r"] for row in rows if np.isfinite(row["r"])]
    if len(rows) > 1 and known:
        print(f"median r {median(known):.2f}, least change {min(row['least'] for row in rows if np.isfinite(row['least'])):.2f}")


if __name__ == "__main__":
    main()
