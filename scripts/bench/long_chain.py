"""What a long chain of pictures keeps: python scripts/bench/long_chain.py 'FRAMES/*.png' [--from N]

Of numbered pictures of one chain, in order: how far their mean colour is from that of the first ones (Oklab), how their
contrast (the deviation of Oklab lightness) compares with theirs, both as the mean over windows of 50 pictures, and how much
texture sticks to the screen while the picture moves: the share of the fine detail's energy (what a Gaussian of 3 pixels
takes away) that stays in its mean over 60 pictures, beyond the 1/60 that pictures of nothing in common would leave there.
"""

import argparse
import glob
import json

import numpy as np
from PIL import Image, ImageFilter

WINDOW, HELD = 50, 60
TO_CONES = [
    [0.4122214708, 0.2119034982, 0.0883024619],
    [0.5363325363, 0.6806995451, 0.2817188376],
    [0.0514459929, 0.1073969566, 0.6299787005],
]
TO_LAB = [
    [0.2104542553, 1.9779984951, 0.0259040371],
    [0.7936177850, -2.4285922050, 0.7827717662],
    [-0.0040720468, 0.4505937099, -0.8086757660],
]


def oklab(pixels: np.ndarray) -> np.ndarray:
    value = pixels.astype(np.float64) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ np.array(TO_CONES)) @ np.array(TO_LAB)


def fine_detail(picture: Image.Image) -> np.ndarray:
    grey = picture.convert("L")
    return np.asarray(grey, dtype=np.float64) - np.asarray(grey.filter(ImageFilter.GaussianBlur(3)), dtype=np.float64)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("frames")
    parser.add_argument("--from", dest="first", type=int, default=0, help="leave so many out at the beginning")
    words = parser.parse_args()
    files = sorted(glob.glob(words.frames))[words.first :]
    means, contrasts, details, sticking = [], [], [], []
    for file in files:
        picture = Image.open(file).convert("RGB")
        colour = oklab(np.asarray(picture))
        means.append(colour.mean((0, 1)))
        contrasts.append(colour[..., 0].std())
        details.append(fine_detail(picture))
        if len(details) == HELD:
            energy = np.mean([np.mean(each**2) for each in details])
            sticking.append((np.mean(np.mean(details, 0) ** 2) / energy - 1 / HELD) / (1 - 1 / HELD))
            details = []
    windows = [slice(at, at + WINDOW) for at in range(0, len(files) - WINDOW + 1, WINDOW)]
    colours = [np.mean(means[each], 0) for each in windows]
    contrast = [np.mean(contrasts[each]) for each in windows]
    print(
        json.dumps(
            {
                "frames": len(files),
                "oklab_drift": [round(float(np.linalg.norm(each - colours[0])), 4) for each in colours],
                "contrast": [round(float(each / contrast[0]), 3) for each in contrast],
                "sticking": [round(float(each), 3) for each in sticking],
            }
        )
    )


if __name__ == "__main__":
    main()
