#!/usr/bin/env python3
"""The strongest note of each second: spectradiff analyze song.wav --csv - --series chroma | examples/notes.py"""

import csv
import sys

totals = {}
for row in csv.DictReader(sys.stdin):
    second = totals.setdefault(int(float(row["time_s"])), {})
    for name, value in row.items():
        if name.startswith("chroma_"):
            second[name] = second.get(name, 0) + float(value)
for second, notes in totals.items():
    print(second, max(notes, key=notes.get).removeprefix("chroma_").replace("s", "#").upper())
