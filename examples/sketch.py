#!/usr/bin/env python3
"""A sketch of one's own between two runs of spectradiff, as one draws with p5.js: numbers out, pictures back.

    spectradiff analyze song.wav --seed-csv magnitudes.csv
    examples/sketch.py magnitudes.csv frames
    spectradiff render song.wav --painter image --image frames/%05d.png --blur 0 --prompt "gas mask, rusty metal"

A row of the CSV is a frame, a column a bin. p5.js reads it with loadTable(); this does the same with nothing but Python.
"""

import csv
import math
import struct
import sys
import zlib
from pathlib import Path

SIDE = 256


def draw(magnitudes: list[float], full: float) -> list[bytes]:
    """Petals: distance from the centre is the bin, light its magnitude up to `full`. Rows of RGB bytes."""
    rows = []
    for y in range(SIDE):
        row = bytearray()
        for x in range(SIDE):
            dx, dy = x - SIDE / 2, y - SIDE / 2
            place = math.hypot(dx, dy) / (SIDE / 2)
            level = min(1, magnitudes[min(len(magnitudes) - 1, int(place * len(magnitudes)))] / full) ** 0.5
            petals = 0.6 + 0.4 * math.cos(6 * math.atan2(dy, dx) + 9 * place)
            light = level * petals
            row += bytes((int(255 * light), int(140 * light * place), int(255 * light * (1 - place / 2))))
        rows.append(b"\0" + bytes(row))
    return rows


def png(rows: list[bytes]) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows), 1)) + chunk(b"IEND", b"")


def main(table: str, folder: str) -> None:
    Path(folder).mkdir(exist_ok=True)
    with open(table, newline="") as file:
        frames = [[float(value) for value in row] for row in csv.reader(file)]
    # The loudest thousandth of the bins may be beyond what is drawn.
    loudest = sorted(value for frame in frames for value in frame)
    full = loudest[len(loudest) * 999 // 1000] or 1
    for number, frame in enumerate(frames):
        (Path(folder) / f"{number:05d}.png").write_bytes(png(draw(frame, full)))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
