#!/usr/bin/env python3
"""Record tests/diffusion/data/slerp.json: embeddings mixed along the arc, by NumPy.

Each case holds two vectors, a weight and the vector between them. The arc runs between the vectors' directions;
their lengths are mixed with the same coefficients.
"""

import json
from pathlib import Path

import numpy as np


def slerp(one: np.ndarray, other: np.ndarray, weight: float) -> np.ndarray:
    angle = np.arccos(np.dot(one / np.linalg.norm(one), other / np.linalg.norm(other)))
    return (np.sin((1 - weight) * angle) * one + np.sin(weight * angle) * other) / np.sin(angle)


def main() -> None:
    random = np.random.default_rng(7)
    cases = []
    for scale in (1.0, 5.0):
        one = random.normal(size=6)
        other = scale * random.normal(size=6)
        for weight in (0.0, 0.25, 0.5, 0.9, 1.0):
            between = slerp(one, other, weight)
            cases.append({"one": one.tolist(), "other": other.tolist(), "weight": weight, "between": between.tolist()})
    path = Path(__file__).parents[1] / "diffusion" / "data" / "slerp.json"
    path.write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()
