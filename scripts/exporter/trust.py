"""The user's own list of trusted bundles: one line `<sha256 of model.json> <name>` per model."""

import os
from pathlib import Path


def trusted_list() -> Path | None:
    """`$XDG_DATA_HOME/spectradiff/trusted-models` (default ~/.local/share); none without a home."""
    data = os.environ.get("XDG_DATA_HOME", "")
    if not os.path.isabs(data):
        home = os.environ.get("HOME", "")
        if not os.path.isabs(home):
            return None
        data = os.path.join(home, ".local", "share")
    return Path(data) / "spectradiff" / "trusted-models"


def add(digest: str, name: str) -> str:
    """Put the manifest's hash on the list, once; gives a note for the user. Never fails the export."""
    path = trusted_list()
    if path is None:
        return "not added to the trusted models: there is no home folder (use: spectradiff model trust)"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a+", encoding="utf-8") as file:
            file.seek(0)
            text = file.read()
            if any(line.split(" ")[0] == digest for line in text.splitlines()):
                return f"already among the trusted models in {path}"
            file.write(("" if not text or text.endswith("\n") else "\n") + f"{digest} {name}\n")
    except OSError as error:
        return f"not added to the trusted models: {path}: {error.strerror} (use: spectradiff model trust)"
    return f"added to the trusted models in {path}"
