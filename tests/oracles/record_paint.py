"""Records Pillow's pie slices for tests/paint: python tests/oracles/record_paint.py [OUT]

`pieslices.bin` is a row of records: a line `WIDTH HEIGHT SPAN_DEGREES BINS STEPS...`, then the picture, 8-bit grey. Bin i has the
radius 12 + STEPS[i] pixels and the grey round(255 * STEPS[i] / 36) on black.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

OUT = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "paint" / "data"

# width, height (even, the shorter side 96: radius 48 at full level), span, bins
CASES = [(96, 96, 180, 9), (96, 96, 360, 7), (120, 96, 180, 24), (96, 128, 270, 1), (96, 96, 360, 1)]


def pie(width, height, span, steps):
    picture = Image.new("L", (width, height))
    draw = ImageDraw.Draw(picture)
    angle_step = span / len(steps)
    for i, step in enumerate(steps):
        radius = 12 + int(step)
        # A box holds its last pixel, so a disc of that radius around the picture's middle ends one pixel before.
        box = (width / 2 - radius, height / 2 - radius, width / 2 + radius - 1, height / 2 + radius - 1)
        draw.pieslice(box, i * angle_step - 90, (i + 1) * angle_step - 90, fill=round(255 * int(step) / 36))
    return picture


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    with open(OUT / "pieslices.bin", "wb") as out:
        for width, height, span, bins in CASES:
            steps = rng.integers(12, 37, bins)
            out.write(f"{width} {height} {span} {bins} {' '.join(map(str, steps))}\n".encode())
            out.write(pie(width, height, span, steps).tobytes())


if __name__ == "__main__":
    main()
