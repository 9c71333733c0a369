"""How well what was heard agrees with what is true."""

from collections.abc import Sequence

import numpy as np


def f_measure(found: Sequence[float], truth: Sequence[float], tolerance_s: float) -> float:
    """Twice the pairs that lie within the tolerance, each time used once, over all of both. Both ascending."""
    pairs, i, j = 0, 0, 0
    while i < len(found) and j < len(truth):
        if abs(found[i] - truth[j]) <= tolerance_s:
            pairs, i, j = pairs + 1, i + 1, j + 1
        elif found[i] < truth[j]:
            i += 1
        else:
            j += 1
    return 2 * pairs / (len(found) + len(truth)) if len(found) + len(truth) else 1.0


def level_of(tempo_bpm: float, truth_bpm: float) -> str:
    """Which multiple of the true tempo was taken."""
    for name, ratio in (
        ("", 1),
        ("×2", 2),
        ("×½", 0.5),
        ("×3", 3),
        ("×⅓", 1 / 3),
        ("×3/2", 1.5),
        ("×2/3", 2 / 3),
        ("×4/3", 4 / 3),
        ("×3/4", 0.75),
    ):
        if abs(tempo_bpm / truth_bpm / ratio - 1) < 0.03:
            return name
    return "other"


def label_agreement(found_s: Sequence[float], found: Sequence[str], truth_s: Sequence[float], truth: Sequence[str], end_s: float) -> float:
    """Pairwise F: of all pairs of moments that one of the two gives the same label, how many both do."""
    times = np.arange(0.25, end_s, 0.5)

    def labelled(begins: Sequence[float], labels: Sequence[str]) -> np.ndarray:
        places = np.clip(np.searchsorted(begins, times, side="right") - 1, 0, len(labels) - 1)
        return np.array(labels)[places]

    a, b = labelled(found_s, found), labelled(truth_s, truth)
    upper = np.triu_indices(len(times), 1)
    same_a, same_b = (a[:, None] == a[None, :])[upper], (b[:, None] == b[None, :])[upper]
    both = np.sum(same_a & same_b)
    precision, recall = both / max(np.sum(same_a), 1), both / max(np.sum(same_b), 1)
    return float(2 * precision * recall / max(precision + recall, 1e-9))
