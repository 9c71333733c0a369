"""The composed corpus of scripts/songs, whose truth is known, by its table."""

import json
import subprocess
import sys
from statistics import mean

import pytest
from conftest import PROGRAM, ROOT

# The means of all songs that have the truth; both seeds, of which the second is held out.
FLOORS = {"beats": 0.92, "downbeats": 0.88, "0.5 s": 0.93, "3 s": 0.95, "labels": 0.94}
WITHOUT_A_PULSE = ("rubato",)


@pytest.mark.slow
def test_composed_songs_are_heard_as_they_were_composed(tmp_path):
    subprocess.run([sys.executable, ROOT / "scripts/songs/compose.py", "--out", tmp_path], check=True)
    command = [sys.executable, ROOT / "scripts/songs/table.py", "--program", PROGRAM, "--songs", tmp_path, "--held-out", "--json", tmp_path / "rows.json"]
    table = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = json.loads((tmp_path / "rows.json").read_text())
    assert len(rows) > 40, table
    for name, floor in FLOORS.items():
        assert mean(row[name] for row in rows if row.get(name) is not None) >= floor, (name, table)
    errors = [row["error"] for row in rows if row.get("error") is not None and not row.get("level")]
    assert errors and max(abs(error) for error in errors) <= 0.001, table
    slipped = [row["song"] for row in rows if row.get("beats") is not None and row["beats"] < 0.6 and not row["song"].startswith(WITHOUT_A_PULSE)]
    assert slipped == [], table
    assert "24 of 24 keys right" in table, table
