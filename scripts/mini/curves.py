#!/usr/bin/env python3
"""Draw how training went: curves.py VAE_RUN DENOISER_RUN OUT.svg, from each run's curve.csv."""

import csv
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot

WINDOW = 5


def columns(run: Path) -> dict[str, list[float]]:
    with open(run / "curve.csv") as file:
        rows = list(csv.DictReader(file))
    return {key: [float(row[key]) for row in rows] for key in rows[0]}


def smooth(values: list[float]) -> list[float]:
    """Each value averaged with those just before it."""
    return [sum(part) / len(part) for part in (values[max(0, i - WINDOW + 1) : i + 1] for i in range(len(values)))]


def main() -> int:
    vae, denoiser = (columns(Path(run)) for run in sys.argv[1:3])
    pyplot.rcParams.update({"svg.hashsalt": "mini", "font.size": 9})
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 2.8), layout="constrained")
    for key, label in (("scenes_db", "unseen scenes"), ("painters_db", "painters")):
        known = [(step, value) for step, value in zip(vae["step"], vae[key], strict=True) if value == value]
        left.plot(*zip(*known, strict=True), label=label)
    left.set(title="autoencoder", xlabel="step", ylabel="PSNR, dB")
    left.legend()
    right.plot(denoiser["step"], smooth(denoiser["loss"]))
    right.set(title="denoiser and text encoder", xlabel="step", ylabel="loss")
    figure.savefig(sys.argv[3], metadata={"Date": None})
    return 0


if __name__ == "__main__":
    sys.exit(main())
