"""model.json: strict JSON, ASCII keys, two spaces, and the SHA-256 of every file it names."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers

from .errors import ExportError

SCHEMA = 1


def sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_name(name: str) -> str:
    """A name is a word of the command line and of a folder: letters, digits, dot, dash, underscore."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
        raise ExportError(f"name {name!r} is not allowed; use letters, digits, '.', '-' and '_', 100 at most")
    return name


def load_notes(path: Path | None) -> str:
    """The text of a `--notes` file."""
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise ExportError(f"--notes {path}: {error}") from error


def is_look_prompt(entry: Any) -> bool:
    if not isinstance(entry, dict) or set(entry) != {"prompt", "energy", "brightness"}:
        return False
    shares = [entry["energy"], entry["brightness"]]
    return isinstance(entry["prompt"], str) and all(type(x) in (int, float) and 0 <= x <= 1 for x in shares)


def load_look(path: Path | None) -> dict[str, Any]:
    """The flat option keys of a `--look` file; values are texts, numbers, switches, or lists or objects of texts.
    "prompts" are those to choose from where none is given: each with the energy and brightness (0 to 1) of the songs
    it suits."""
    if path is None:
        return {}

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise ValueError(f"the key {sorted(twice)[0]} comes twice")
        return dict(pairs)

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    try:
        look = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique, parse_constant=refuse)
    except (OSError, ValueError) as error:
        raise ExportError(f"--look {path}: {error}") from error
    if not isinstance(look, dict):
        raise ExportError(f"--look {path} holds {type(look).__name__}, not an object of option keys")
    for key, value in look.items():
        if key == "prompts":
            if not isinstance(value, list) or not all(is_look_prompt(entry) for entry in value):
                raise ExportError(f'--look {path}: prompts takes objects of "prompt", a text, "energy" and "brightness", 0 to 1')
            continue
        parts = list(value.values()) if isinstance(value, dict) else value
        texts = isinstance(parts, list) and all(isinstance(part, str) for part in parts)
        if not re.fullmatch(r"[a-z0-9_]+", key) or not (texts or isinstance(value, (str, int, float, bool))):
            raise ExportError(f"--look {path}: {key} = {value!r} is not a flat option key with a plain value")
    return look


def versions() -> dict[str, str]:
    return {
        "torch": torch.__version__.split("+")[0],
        "diffusers": diffusers.__version__,
        "transformers": transformers.__version__,
    }


def write(path: Path, manifest: dict[str, Any]) -> str:
    """Write the manifest and give its SHA-256."""
    text = json.dumps(manifest, indent=2, ensure_ascii=True, allow_nan=False) + "\n"
    path.write_text(text, encoding="ascii")
    return hashlib.sha256(text.encode("ascii")).hexdigest()
