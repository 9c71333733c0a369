"""Records what OpenCV makes of small pictures under a moving camera, for tests/image: python tests/oracles/record_camera.py [OUT]

`camera.txt` has a line per case: width, height, zoom, turn, pan x, pan y, centre x, centre y, then the six numbers of
the inverse of getRotationMatrix2D with the pan behind it, then warpAffine's red channel of `picture`, row by row.
`sharpen.txt` has width, height, amount and the red channel of OpenCV's unsharp mask, in the same way.
Needs opencv-python-headless, which nothing else here does.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

OUT = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "image" / "data"

# Width, height, zoom, turn in degrees clockwise, pan and centre in widths and heights.
CAMERAS = [
    (24, 16, 1.05, 0, 0, 0, 0.5, 0.5),
    (24, 16, 0.9, 0, 0, 0, 0.5, 0.5),
    (23, 17, 1, 3, 0, 0, 0.5, 0.5),
    (24, 16, 1, 0, 0.03, -0.05, 0.5, 0.5),
    (25, 15, 1.03, -2.5, 0.01, 0.02, 0.25, 0.8),
    (16, 24, 1.7, 40, -0.2, 0.1, 0.9, 0.1),
]
AMOUNTS = [0.1, 0.5, 2.0]


def picture(width, height):
    """Smooth, since OpenCV finds places in steps of 1/32 pixel; the test makes the same one."""
    y, x = np.mgrid[0:height, 0:width]
    return (10 + (x * x + 2 * x * y) // 8 + 5 * y).astype(np.uint8)


def before(case):
    width, height, zoom, turn, pan_x, pan_y, centre_x, centre_y = case
    centre = (width * centre_x - 0.5, height * centre_y - 0.5)
    forward = cv2.getRotationMatrix2D(centre, -turn, zoom)
    forward[:, 2] += [pan_x * width, pan_y * height]
    return cv2.invertAffineTransform(forward)


def text(values):
    return " ".join(repr(float(value)) if isinstance(value, float) else str(value) for value in values)


def main():
    lines = []
    for case in CAMERAS:
        matrix = before(case)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        source = picture(case[0], case[1]).astype(np.float64)
        moved = cv2.warpAffine(source, matrix, case[:2], flags=flags, borderMode=cv2.BORDER_REFLECT_101)
        lines.append(text([*map(float, case), *map(float, matrix.ravel()), *np.rint(moved).astype(int).ravel()]))
    (OUT / "camera.txt").write_text("\n".join(lines) + "\n")
    lines = []
    for amount in AMOUNTS:
        source = picture(24, 16)
        blurred = cv2.GaussianBlur(source.astype(np.float64), (5, 5), 1, borderType=cv2.BORDER_REFLECT_101)
        sharp = np.clip(np.rint(source * (1 + amount) - amount * blurred), 0, 255).astype(int)
        lines.append(text([24.0, 16.0, float(amount), *sharp.ravel()]))
    (OUT / "sharpen.txt").write_text("\n".join(lines) + "\n")
    print(f"{len(CAMERAS)} cameras, OpenCV {cv2.__version__}")


if __name__ == "__main__":
    main()
