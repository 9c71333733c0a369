"""Records scikit-image's CIELAB for tests/image: python tests/oracles/record_cielab.py [OUT]

`cielab.txt` has a line `R G B L* a* b*` per colour, sRGB of 8 bits, D65 and the 2 degree observer.
"""

import itertools
import sys
from pathlib import Path

import numpy as np
from skimage.color import rgb2lab

OUT = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "image" / "data"


def main():
    colours = np.array([*itertools.product((0, 85, 170, 255), repeat=3), (1, 2, 3), (9, 4, 1), (10, 11, 12), (200, 3, 90)], dtype=np.uint8)
    with open(OUT / "cielab.txt", "w") as out:
        for colour, lab in zip(colours, rgb2lab(colours[None])[0], strict=True):
            out.write(f"{' '.join(map(str, colour))} {' '.join(f'{value:.6f}' for value in lab)}\n")


if __name__ == "__main__":
    main()
