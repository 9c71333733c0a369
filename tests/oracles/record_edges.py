"""Records what OpenCV's Canny makes of small pictures, for tests/image: python tests/oracles/record_edges.py [OUT]

Needs opencv-python-headless (5.0 made it). `edges.bin` is a row of records: a line `WIDTH HEIGHT LOW HIGH`, that picture's RGB bytes, its edges.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

OUT = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "image" / "data" / "edges.bin"


def shapes(width: int, height: int, seed: int, blur: float) -> np.ndarray:
    """Coloured ellipses and lines at every angle."""
    rng = np.random.default_rng(seed)
    picture = Image.new("RGB", (width, height), "#203040")
    draw = ImageDraw.Draw(picture)
    for _ in range(8):
        box = np.sort(rng.integers(0, [[width], [height]], (2, 2)), axis=1).T.ravel()
        draw.ellipse(list(map(int, box)), fill=tuple(map(int, rng.integers(0, 256, 3))))
        draw.line([int(value) for value in rng.integers(0, [width, height, width, height])], fill=tuple(map(int, rng.integers(0, 256, 3))))
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(blur)))


noise = np.random.default_rng(1).integers(0, 256, (19, 26, 3), dtype=np.uint8)
CASES = [(shapes(60, 44, 2, 0.8), 100, 200), (shapes(41, 53, 3, 0), 100, 200), (shapes(37, 30, 4, 2), 20, 90), (noise, 300, 600)]
with OUT.open("wb") as file:
    for picture, low, high in CASES:
        edges = cv2.Canny(np.asarray(Image.fromarray(picture).convert("L")), low, high)
        file.write(f"{picture.shape[1]} {picture.shape[0]} {low} {high}\n".encode() + picture.tobytes() + edges.tobytes())
