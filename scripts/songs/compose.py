"""Composes the synthetic songs of the corpus: .cache/songs/composed/NAME-SEED.wav, and what is true of each in a .json beside it.

Run: python scripts/songs/compose.py [NAME…]
"""

import argparse
import sys
from multiprocessing import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from songs import repertoire, score

CACHE = Path(__file__).resolve().parent.parent.parent / ".cache" / "songs"
SEEDS = (1, 2)  # 2 is held out
KEYS = [(pitch, minor) for pitch in range(12) for minor in (False, True)]


def compose(name: str, seed: int, folder: Path) -> None:
    samples, truth = repertoire.SONGS[name](seed)
    score.write(folder, f"{name}-{seed}", samples, truth)


def compose_key(pitch: int, minor: bool, folder: Path) -> None:
    samples, truth = repertoire.keys(pitch, minor)
    score.write(folder, str(truth["key"]).replace(" ", "-"), samples, truth)


def compose_all(folder: Path, names: list[str], processes: int = 1) -> None:
    with Pool(processes) as pool:
        pool.starmap(compose, [(name, seed, folder / "composed") for name in names or repertoire.SONGS for seed in SEEDS])
        if not names:
            pool.starmap(compose_key, [(*key, folder / "keys") for key in KEYS])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="of songs; all of them, and the keys, without any")
    parser.add_argument("--out", type=Path, default=CACHE, metavar="DIR")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(repertoire.SONGS)
    if unknown:
        parser.error(f"there is no song {', '.join(sorted(unknown))}; there are {', '.join(repertoire.SONGS)}")
    compose_all(arguments.out, arguments.names, 2)
