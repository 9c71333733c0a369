#!/usr/bin/env python3
"""Writes tests/paint/data/polar.bin: SpD9's drawing by Pillow, eight times as large, reduced by its box filter.

One line "SIZE BINS", the magnitudes in a line, then SIZE·SIZE RGB bytes.
"""

import math
import pathlib

from PIL import Image, ImageDraw

SIZE, BINS, ZOOM = 128, 32, 8


def main():
    magnitudes = [round(60 * abs(math.sin(0.7 * i)) ** 2, 2) for i in range(BINS)]
    picture = Image.new("RGB", (SIZE * ZOOM, SIZE * ZOOM), "white")
    draw = ImageDraw.Draw(picture)
    unit = SIZE / 512  # the drawing's pixels are those of a picture of 512
    step = SIZE / BINS
    for i, m in enumerate(magnitudes):
        t = 0
        while t < m * 4:
            rho = unit * (i * 2 + math.sin(math.radians(t * 8)) * 4)
            for theta in (t - 90, 180 - (t - 90)):
                x = SIZE / 2 + rho * math.cos(math.radians(theta))
                y = SIZE / 2 + rho * math.sin(math.radians(theta))
                box = [(v - step / 2) * ZOOM for v in (x, y)] + [(v + step / 2) * ZOOM - 1 for v in (x, y)]
                draw.ellipse(box, fill=(min(i * 4, 255), round(m * 2), 100))
            t += 1
    small = picture.reduce(ZOOM)
    data = pathlib.Path(__file__).parents[1] / "paint" / "data" / "polar.bin"
    data.write_bytes(f"{SIZE} {BINS}\n{' '.join(map(str, magnitudes))}\n".encode() + small.tobytes())


if __name__ == "__main__":
    main()
