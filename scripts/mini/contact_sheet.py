#!/usr/bin/env python3
"""Paint a sheet of training pictures to look at:

contact_sheet.py OUT.png [--scenes a,b] [--styles a,b] [--columns N]
"""

import argparse
import dataclasses
import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mini import painter
from mini.styles import STYLES


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--scenes", default=",".join(painter.SCENES), help="rows (default: all)")
    parser.add_argument("--styles", default="", help="take these styles in turn instead of drawing them")
    parser.add_argument("--columns", type=int, default=8)
    parser.add_argument("--size", default="256x256", help="WxH painted (default 256x256)")
    parser.add_argument("--shown", type=int, default=160, help="height of a picture on the sheet (default 160)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    width, height = (int(side) for side in arguments.size.split("x"))
    shown = (round(arguments.shown * width / height), arguments.shown)
    styles = [s for s in arguments.styles.split(",") if s]
    seed, rows = arguments.seed * 1_000_000, []
    for scene in arguments.scenes.split(","):
        row = []
        while len(row) < arguments.columns:
            seed += 1
            what = dataclasses.replace(painter.labels(seed), scene=scene)
            kind = painter.SCENES[scene]
            rng = np.random.default_rng(seed)
            what = dataclasses.replace(
                what,
                time=str(rng.choice(kind.times)) if kind.times else "",
                weather=str(rng.choice(kind.weathers)) if kind.weathers else "",
                style=styles[len(row) % len(styles)] if styles else what.style,
            )
            picture = Image.fromarray(painter.paint(seed, what, width, height))
            row.append(np.asarray(picture.resize(shown, Image.Resampling.LANCZOS)))
        rows.append(np.concatenate(row, axis=1))
    Image.fromarray(np.concatenate(rows, axis=0)).save(arguments.out)
    print(f"{arguments.out}: {len(rows)} scenes, styles {', '.join(styles or STYLES)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
