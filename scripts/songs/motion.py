"""How a video of a song moves, by its pictures alone: a table, and contact sheets to look at.

Run: python scripts/songs/motion.py [--paint] [--sheets DIR] [--seconds 4] [NAME… or FILE…] [-- program's options]

Of every song it makes the frames of three places, quiet, middle and loud (by loudness over the passage), with the program's own defaults
and whatever stands behind `--`, such as `--size 128x128` or `--preset tunnel`. Pictures that follow from one another are made from where
their chain begins, so each place is moved to within `--lead` seconds of that. `--paint` takes paintings instead of diffused pictures,
which is quick. Columns, and what is wanted of the default video:

  least    the smallest mean change per frame, of 255, in any 2 s of audible music; 1 at least
  mean     the mean change per frame, of 255
  still    the mean change in frames that are silent, of 255; 0
  light    how much of the change is a change of the whole picture's brightness: 1 is a lamp, not a movement
  r, lag   correlation of change with onset strength, in the frame itself (0.4 in the median of songs), and how many frames later it is
           largest within 0.5 s (at most 1)
  z        how far r lies above what chance gives: the onsets of each block of 4 s turned round by a shift of its own, 200 times; 5
  flashes  the most in any second, as the program counts them; 3 at most
  flow     optical flow (OpenCV's DIS), % of the width per frame: mean over the picture, median over the frames of each place, quiet/loud;
           0.05 and 0.3 at least
  seen     the camera's own motion that the flow shows: the flow's projection on it, median over frames; 0.75
  level    rank correlation of flow (over half a second) with loudness, where that varies by 6 dB; 0.5
  warp     change along the flow by change in place, both where forward and backward flow agree; 0.5 at most
  seams    frames that change six times as much as the median frame and do not begin a chain or a section; 0

Audible: a momentary loudness within 35 LU of the song's loudest frame and above -60 LUFS.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.stats import spearmanr

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from songs.compose import CACHE

ROOT = Path(__file__).resolve().parent.parent.parent
FPS = 15
WINDOW_S = 2
AUDIBLE_LU, AUDIBLE_LUFS = 35, -60
BLOCK_S, SHIFTS = 4, 200
REACH = FPS // 2
SHEET_FRAMES, SHEET_COLUMNS, SHEET_SIDE = 24, 8, 160
LEVEL_RANGE_LU, LEVEL_SMOOTHING_S = 6, 0.5
SEAM, LEAST_CAMERA = 6, 0.0005  # times the median change; of the width, the mean motion from which a camera's share is told
COLUMNS = ("song", "least", "mean", "still", "light", "r", "lag", "z", "flashes", "flow", "seen", "level", "warp", "seams")

Numbers = NDArray[np.float64]


@dataclass
class Passage:
    first: int  # frame of the song
    pictures: list[NDArray[np.uint8]]
    rows: dict[int, dict]  # of the plan, by frame; none for paintings


@dataclass
class Flow:
    """Of the frames after a passage's first; nan where nothing is told."""

    size: Numbers  # mean length, of the width
    seen: Numbers  # share of the camera's motion
    warp: Numbers  # change along the flow by change in place


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
    return [order[0], order[len(order) // 2], order[-1]]


def plan_of(program: Path, song: Path, options: list[str]) -> dict[int, dict]:
    lines = run([str(program), "render", str(song), "--fps", str(FPS), "--dry-run", "-q", *options]).splitlines()
    return {row["frame"]: row for row in map(json.loads, lines) if "frame" in row}


def follows(row: dict) -> bool:
    """Whether a frame is made from the one before."""
    return isinstance(row["init"], dict) and row["init"].get("previous") is not None


def near_its_chain(first: int, plan: dict[int, dict], lead: int) -> int:
    """The frame moved back until its chain begins at most `lead` frames before it."""
    frame = first
    while frame in plan and follows(plan[frame]):
        frame -= 1
    return min(first, frame + lead)


def passage(program: Path, song: Path, first: int, frames: int, options: list[str], plan: dict[int, dict] | None) -> tuple[Passage, int]:
    """Of the paintings where there is no plan."""
    painted, part = plan is None, f"{first}-{first + frames - 1}"
    with tempfile.TemporaryDirectory() as folder:
        command = [str(program), "paint" if painted else "render", str(song), "--frames", part, "--fps", str(FPS)]
        if painted:
            command += ["--model", "mini"]
        answer = run([*command, "-o", f"{folder}/%05d.png", "--stats", "--json", "-q", *options])
        done = next(json.loads(line) for line in reversed(answer.splitlines()) if '"done"' in line)
        pictures = [np.asarray(Image.open(file).convert("RGB")) for file in sorted(Path(folder).glob("*.png"))]
    rows = {frame: row for frame, row in (plan or {}).items() if first <= frame < first + frames}
    return Passage(first, pictures, rows), done["stats"]["flashes_per_s"]


def changes(pictures: list[NDArray[np.uint8]]) -> tuple[Numbers, Numbers]:
    """Per frame after the first, of 255: the mean change, and the change of the mean."""
    pairs = [(a.astype(np.float64), b.astype(np.float64)) for a, b in zip(pictures, pictures[1:], strict=False)]
    return np.array([np.abs(b - a).mean() for a, b in pairs]), np.array([abs(b.mean() - a.mean()) for a, b in pairs])


def camera_field(init: dict, width: int, height: int) -> NDArray[np.float64]:
    """[height][width][2], pixels: where a frame's camera moves each point of the picture before."""
    angle = math.radians(init["turn"])
    matrix = init["zoom"] * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])  # y points down
    centre = np.array([init["centre_x"] * width, init["centre_y"] * height]) - 0.5
    places = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float64)
    return (places - centre) @ matrix.T + centre + [init["pan_x"] * width, init["pan_y"] * height] - places


def flow_of(part: Passage) -> Flow:
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    greys = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in part.pictures]
    height, width = greys[0].shape
    places = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float32)
    flow = Flow(*(np.full(len(greys) - 1, np.nan) for _ in range(3)))
    for i, (before, after) in enumerate(zip(greys, greys[1:], strict=False)):
        row = part.rows.get(part.first + 1 + i)
        chained = row is not None and follows(row)
        if not chained and any(map(follows, part.rows.values())):
            continue  # a cut
        forward, backward = dis.calc(before, after, None), dis.calc(after, before, None)
        flow.size[i] = np.linalg.norm(forward, axis=2).mean() / width
        there = places + forward
        back = cv2.remap(backward, there, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        gap = np.linalg.norm(forward + back, axis=2)
        agree = gap <= 0.01 * (np.linalg.norm(forward, axis=2) + np.linalg.norm(back, axis=2)) + 0.5
        moved = cv2.remap(part.pictures[i + 1], there, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        along, still = (np.abs(p.astype(np.float64) - part.pictures[i]).mean(axis=2)[agree].mean() for p in (moved, part.pictures[i + 1]))
        flow.warp[i] = along / still if still > 0.05 else np.nan
        if chained:
            camera = camera_field(row["init"], width, height)
            if np.linalg.norm(camera, axis=2).mean() >= LEAST_CAMERA * width:
                flow.seen[i] = (forward * camera).sum() / (camera * camera).sum()
    return flow


def seams_of(part: Passage, change: Numbers, sections: set[int]) -> int:
    begins = {frame for frame, row in part.rows.items() if not follows(row)}
    cuts = sections | (begins if len(begins) < len(part.rows) else set())
    high = SEAM * max(float(np.median(change)), 0.5)
    return sum(1 for i, value in enumerate(change) if value > high and part.first + 1 + i not in cuts)


def level_correlation(flow: list[Numbers], loudness: list[Numbers]) -> float | None:
    width = int(LEVEL_SMOOTHING_S * FPS)
    smooth, level = [], []
    for values, loud in zip(flow, loudness, strict=True):
        for at in range(len(values) - width + 1):
            window = values[at : at + width]
            if np.isfinite(window).all():
                smooth.append(window.mean())
                level.append(loud[at : at + width].mean())
    if len(level) < 3 or max(level) - min(level) < LEVEL_RANGE_LU:
        return None
    return float(spearmanr(smooth, level).statistic)


def middle(values: Numbers) -> float:
    return float(np.nanmedian(values)) if np.isfinite(values).any() else float("nan")


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
    sections = {math.floor(begin_s * FPS) + step for begin_s in heard["events"]["sections_s"] for step in (0, 1)}
    loudness, onset = (np.array(heard["series"][name]) for name in ("loudness", "onset"))
    audible = (loudness > loudness.max() - AUDIBLE_LU) & (loudness > AUDIBLE_LUFS)
    frames = min(int(arguments.seconds * FPS), len(loudness))
    plan = None if arguments.paint else plan_of(arguments.program, song, arguments.options)
    begins = places(loudness, audible, frames)
    if arguments.whole:
        begins, frames = [0], len(loudness)
    elif plan:
        begins = [near_its_chain(first, plan, int(arguments.lead * FPS)) for first in begins]
    begins = [int(time_s * FPS) for time_s in arguments.at] or begins
    made = [passage(arguments.program, song, first, frames, arguments.options, plan) for first in begins]
    passages = [part for part, _ in made]
    both = [changes(part.pictures) for part in passages]
    change = [values for values, _ in both]
    whole, light = np.concatenate(change), np.concatenate([values for _, values in both])
    silent = np.concatenate([(loudness[p.first + 1 : p.first + 1 + len(c)] <= -69) for p, c in zip(passages, change, strict=True)])
    strength = np.concatenate([onset[p.first + 1 : p.first + 1 + len(c)] for p, c in zip(passages, change, strict=True)])
    loud = [loudness[p.first + 1 : p.first + 1 + len(c)] for p, c in zip(passages, change, strict=True)]
    flows = [flow_of(part) for part in passages]
    by_level = sorted(range(len(passages)), key=lambda i: loud[i].mean())
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
        "flow": "/".join(f"{100 * middle(flows[i].size):.2f}" for i in by_level),
        "seen": middle(np.concatenate([flow.seen for flow in flows])),
        "level": level_correlation([flow.size for flow in flows], loud),
        "warp": middle(np.concatenate([flow.warp for flow in flows])),
        "seams": sum(seams_of(part, values, sections) for part, values in zip(passages, change, strict=True)),
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
    parser.add_argument("--lead", type=float, default=2, metavar="S", help="how long before each place its chain may have begun")
    parser.add_argument("--at", type=float, nargs="+", default=[], metavar="S", help="these places instead")
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
