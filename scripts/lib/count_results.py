"""Adds up the JUnit files of a folder; the last line printed is "N passed, N failed".

    python3 count_results.py FOLDER

Exits with 1 when a test failed or none ran.
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def count(folder: str) -> tuple[int, list[str], int]:
    """(passed, names of failed tests, skipped) over all testcase elements."""
    passed, skipped = 0, 0
    failed: list[str] = []
    for file in sorted(Path(folder).glob("*.xml")):
        for case in ElementTree.parse(file).iter("testcase"):
            outcomes = {child.tag for child in case}
            if outcomes & {"failure", "error"}:
                failed.append(f"{file.stem}: {case.get('name')}")
            elif "skipped" in outcomes:
                skipped += 1
            else:
                passed += 1
    return passed, failed, skipped


def main() -> int:
    passed, failed, skipped = count(sys.argv[1])
    print()
    for name in failed:
        print(f"failed: {name}")
    if skipped:
        print(f"{skipped} skipped")
    print(f"{passed} passed, {len(failed)} failed", flush=True)
    return 1 if failed or not passed else 0


sys.exit(main())
