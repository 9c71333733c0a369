#!/usr/bin/env python3
"""Writes tests/image/data/colour_maps.txt: the 256 colours of matplotlib's maps, one map a line. Needs matplotlib, which nothing else does."""

import pathlib

import matplotlib

NAMES = {"viridis": "viridis", "magma": "magma", "inferno": "inferno", "plasma": "plasma", "cividis": "cividis", "turbo": "turbo", "twilight": "twilight", "grey": "gray"}


def main():
    lines = []
    for ours, theirs in NAMES.items():
        colours = matplotlib.colormaps[theirs](range(256), bytes=True)
        lines.append(f"{ours} " + "".join("%02x%02x%02x" % tuple(colour[:3]) for colour in colours))
    data = pathlib.Path(__file__).parents[1] / "image" / "data" / "colour_maps.txt"
    data.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
