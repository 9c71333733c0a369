"""Records what Pillow makes of small pictures, for tests/image: python tests/oracles/record_image.py [OUT]

`cases.bin` is a row of records: a line `NAME WIDTH HEIGHT`, then that picture's RGB bytes. A record named `source:...` is a picture;
those after it, named after a stage and its argument, are what Pillow makes of it.
"""

import struct
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps

OUT = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "image" / "data"


def noise(width, height, seed):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def blobs(width, height, seed):
    """Sharp coloured rectangles on black: what a painter gives."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3), np.uint8)
    for _ in range(12):
        x, y = rng.integers(0, width), rng.integers(0, height)
        picture[y : y + height // 4 + 1, x : x + width // 4 + 1] = rng.integers(0, 256, 3)
    return picture


def narrow(width, height, seed):
    """Few, dim values: work for autocontrast and equalize."""
    rng = np.random.default_rng(seed)
    low = np.array([40, 0, 200])
    return (low + rng.binomial(30, [0.2, 0.5, 0.8], (height, width, 3))).astype(np.uint8)


PICTURES = {
    "noise_33x21": noise(33, 21, 1),
    "noise_8x40": noise(8, 40, 2),
    "blobs_44x28": blobs(44, 28, 3),
    "narrow_31x17": narrow(31, 17, 4),
    "row_29x1": noise(29, 1, 5),
    "column_1x23": noise(1, 23, 6),
    "pixel_1x1": noise(1, 1, 7),
    "flat_9x9": np.full((9, 9, 3), [0, 128, 255], np.uint8),
}

RADII = [0.1, 0.5, 1, 2, 3.7, 10, 40]
SIZES = [(33, 21), (48, 36), (17, 50), (1, 1), (90, 3), (7, 5)]


def stages():
    for radius in RADII:
        yield f"blur:{radius}", lambda im, r=radius: im.filter(ImageFilter.GaussianBlur(r))
    yield "greyscale", lambda im: im.convert("L").convert("RGB")
    yield "invert", ImageOps.invert
    yield "autocontrast", ImageOps.autocontrast
    yield "equalize", ImageOps.equalize
    yield "chain", lambda im: ImageOps.equalize(
        ImageOps.autocontrast(ImageOps.invert(im.filter(ImageFilter.GaussianBlur(2)).convert("L").convert("RGB")))
    )


def resizes():
    for size in SIZES:
        yield "resize", lambda im, s=size: im.resize(s, Image.Resampling.LANCZOS)


def blurs():
    for radius in (2, 10, 300):  # 300: sums of more than 16 bits
        yield f"blur:{radius}", lambda im, r=radius: im.filter(ImageFilter.GaussianBlur(r))


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    cases = 0
    with open(OUT / "cases.bin", "wb") as out:

        def write(name, picture):
            out.write(f"{name} {picture.width} {picture.height}\n".encode())
            out.write(picture.tobytes())

        def record(name, pixels, *operations):
            nonlocal cases
            source = Image.fromarray(pixels)
            write(f"source:{name}", source)
            for stage, operation in (pair for pairs in operations for pair in pairs):
                write(stage, operation(source))
                cases += 1

        for name, pixels in PICTURES.items():
            record(name, pixels, stages(), resizes())
#Wider than one block of the fast column pass, odd on both sides.
        record("wide_181x37", blobs(181, 37, 8), blurs())
    print(f"{cases} cases, {(OUT / 'cases.bin').stat().st_size} bytes, Pillow {Image.__version__}")


if __name__ == "__main__":
    main()
