"""A vocabulary that grows: words become single tokens of a tokenizer whose other words keep theirs.

Merges are appended, and a byte-pair merge acts only where no earlier one does; so what the text encoder has learnt stays
true, and new scenes have words of their own.
"""

import itertools
import json
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import make_tiny_model

from . import captions

Merges = dict[tuple[str, str], int]


def words_of_captions() -> list[str]:
    """What captions say of scenes, palettes, hours, weathers and styles, each word once, in their order."""
    tables = (captions.NOUNS, captions.PALETTE_WORDS, captions.TIME_WORDS, captions.WEATHER_WORDS, captions.STYLE_WORDS)
    texts = [text for table in tables for texts in table.values() for text in texts]
    return list(dict.fromkeys(word for text in texts for word in re.findall("[a-z]+", text.lower())))


def pieces(entry: str, merges: Merges) -> list[str]:
    """The tokens of ASCII letters, which are the end of a word where "</w>" follows: the earliest merge first."""
    bare = entry.removesuffix("</w>")
    parts = [*bare[:-1], bare[-1] + entry[len(bare) :]]
    while len(parts) > 1:
        best = min(itertools.pairwise(parts), key=lambda pair: merges.get(pair, len(merges)))
        if best not in merges:
            break
        joined, i = [], 0
        while i < len(parts):
            if tuple(parts[i : i + 2]) == best:
                joined.append(parts[i] + parts[i + 1])
                i += 2
            else:
                joined.append(parts[i])
                i += 1
        parts = joined
    return parts


def grow(source: Path, out: Path, words: Iterable[str]) -> None:
    """The tokenizer's folder `source` with `words` added, written to `out` unless it is there."""
    if out.exists():
        return
    vocab = json.loads((source / "vocab.json").read_text(encoding="utf-8"))
    head, *lines = (source / "merges.txt").read_text(encoding="utf-8").splitlines()
    merges: Merges = {tuple(line.split(" ")): rank for rank, line in enumerate(line for line in lines if line)}
    for word in words:
        while len(parts := pieces(f"{word}</w>", merges)) > 1:
            merges[parts[0], parts[1]] = len(merges)
            vocab.setdefault(parts[0] + parts[1], len(vocab))
    part = out.with_name(f"{out.name}.part-{os.getpid()}")
    part.mkdir(parents=True)
    (part / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False), encoding="utf-8")
    (part / "merges.txt").write_text("\n".join([head, *(f"{a} {b}" for a, b in merges)]) + "\n", encoding="utf-8")
    make_tiny_model.write_tokenizer_facts(part)
    os.replace(part, out)


def grown_embedding(old: Tensor, source: Path, out: Path) -> Tensor:
    """The token embedding `old` of `source` for the vocabulary of `out`: a new token begins as the mean of its pieces."""
    before, after = (json.loads((folder / "vocab.json").read_text(encoding="utf-8")) for folder in (source, out))
    _, *lines = (source / "merges.txt").read_text(encoding="utf-8").splitlines()
    merges: Merges = {tuple(line.split(" ")): rank for rank, line in enumerate(line for line in lines if line)}
    rows = [old]
    for entry, number in sorted(after.items(), key=lambda item: item[1]):
        if number < len(before):
            continue
        known = [before[part] for part in pieces(entry, merges)]
        rows.append(old[torch.tensor(known)].mean(0, keepdim=True))
    return torch.cat(rows)
