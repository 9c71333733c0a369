"""Prints the lines of requirement files that this Python environment does not meet, one a line.

    python3 requirements_met.py FILE...

Only `name==version` lines are understood; a local version such as 2.13.0+cpu meets 2.13.0. Nothing is imported, so it
takes a moment only, and a file that is met needs no pip.
"""

import importlib.metadata
import sys
from pathlib import Path


def main() -> None:
    for file in sys.argv[1:]:
        for line in Path(file).read_text().splitlines():
            name, _, wanted = line.split("#")[0].strip().partition("==")
            if not name:
                continue
            try:
                version = importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                version = ""
            if version != wanted and version.split("+")[0] != wanted:
                print(f"{name}=={wanted}")


main()
