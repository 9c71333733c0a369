"""Copies the tokenizer's vocabulary and merges into the bundle and describes them for model.json."""

import json
import shutil
from pathlib import Path
from typing import Any

from transformers import CLIPTokenizer

from .errors import ExportError

VOCAB, MERGES = "vocab.json", "merges.txt"


def write_files(source: Path, tokenizer: CLIPTokenizer, vocab: Path, merges: Path) -> None:
    """vocab.json and merges.txt: the source's own bytes, or out of tokenizer.json where a folder has only that."""
    if (source / VOCAB).is_file() and (source / MERGES).is_file():
        shutil.copyfile(source / VOCAB, vocab)
        shutil.copyfile(source / MERGES, merges)
        return
    if not (source / "tokenizer.json").is_file():
        raise ExportError(f"{source} holds neither {VOCAB} with {MERGES} nor tokenizer.json")
    model = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
    pairs = [pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"]]
    vocab.write_text(json.dumps(model["vocab"], ensure_ascii=False), encoding="utf-8")
    merges.write_text("\n".join(["#version: 0.2", *pairs]) + "\n", encoding="utf-8")


def check_files(tokenizer: CLIPTokenizer, vocab_file: Path, merges_file: Path) -> None:
    """The files written must be the byte-pair model that transformers itself runs."""
    model = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
    vocab = json.loads(vocab_file.read_text(encoding="utf-8"))
    if vocab != model["vocab"]:
        raise ExportError(f"{VOCAB} ({len(vocab)} entries) is not what transformers reads ({len(model['vocab'])})")
    lines = merges_file.read_text(encoding="utf-8").split("\n")
    written = [line for line in lines if line and not line.startswith("#version")]
    used = [pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"]]
    if written[: len(used)] != used:
        raise ExportError(f"{MERGES} ({len(written)} merges) is not what transformers reads ({len(used)})")


def special_id(tokenizer: CLIPTokenizer, name: str) -> int:
    value = getattr(tokenizer, name)
    if value is None:
        raise ExportError(f"the tokenizer states no {name}")
    return int(value)


def export_tokenizer(source: Path, tokenizer: CLIPTokenizer, max_length: int, out: Path, prefix: str = "") -> dict[str, Any]:
    """Write the files into `out`, their names after `prefix`; gives the manifest's `tokenizer` entry, hashes left to the manifest."""
    if tokenizer.model_max_length != max_length:
        raise ExportError(
            f"the tokenizer's model_max_length is {tokenizer.model_max_length}, the text encoder has {max_length} "
            "positions; they must be equal"
        )
    vocab, merges = out / (prefix + VOCAB), out / (prefix + MERGES)
    write_files(source, tokenizer, vocab, merges)
    check_files(tokenizer, vocab, merges)
    added = [
        {
            "content": token.content,
            "id": int(token_id),
            "special": bool(token.special),
            "lstrip": bool(token.lstrip),
            "rstrip": bool(token.rstrip),
            "single_word": bool(token.single_word),
            "normalized": bool(token.normalized),
        }
        for token_id, token in sorted(tokenizer.added_tokens_decoder.items())
    ]
    return {
        "files": {"vocab": {"file": vocab.name}, "merges": {"file": merges.name}},
        "max_length": max_length,
        "bos_token_id": special_id(tokenizer, "bos_token_id"),
        "eos_token_id": special_id(tokenizer, "eos_token_id"),
        "pad_token_id": special_id(tokenizer, "pad_token_id"),
        "unk_token_id": special_id(tokenizer, "unk_token_id"),
        "added_tokens": added,
    }
