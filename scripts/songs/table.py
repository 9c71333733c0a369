"""What the program hears in every song of the corpus, beside the truth: one table.

Run: python scripts/songs/table.py [--program build/release/bin/spectradiff] [--peer] [NAME…]

fetch.py and compose.py make the songs. Columns: the tempo's error and which multiple of the true one it is, F of beats and of downbeats
within 70 ms, F of section boundaries (the song's start aside) within 0.5 and 3 s, agreement of labels, the key. `--peer` adds what librosa
hears (scripts/requirements/bench.txt).
"""

import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from songs.compose import CACHE
from songs.measures import f_measure, label_agreement, level_of

ROOT = Path(__file__).resolve().parent.parent.parent
BEAT_TOLERANCE_S = 0.07
COLUMNS = ("song", "tempo", "true", "error", "level", "beats", "downbeats", "0.5 s", "3 s", "labels", "sections", "key", "true key")


def heard(program: Path, song: Path) -> dict:
    command = [program, "analyze", str(song), "--json-out", "-"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def peer_beats(song: Path) -> tuple[float, list[float]]:
    import librosa  # only where it is asked for

    samples, rate = librosa.load(song)
    tempo, beats = librosa.beat.beat_track(y=samples, sr=rate, units="time")
    return float(tempo[0]), [float(t) for t in beats]


def row_of(song: Path, program: Path) -> dict[str, object]:
    found = heard(program, song)
    events, scalars = found["events"], found["scalars"]
    row: dict[str, object] = {"song": song.stem, "tempo": scalars["tempo_bpm"], "key": scalars["key"]}
    labels = [section["label"] for section in events["sections"]]
    row["sections"] = "".join(labels)
    file = song.with_suffix(".json")
    if not file.exists():
        return row
    truth = json.loads(file.read_text())
    row["true"], row["true key"] = truth["tempo_bpm"], truth["key"]
    if truth["tempo_bpm"] and scalars["tempo_bpm"]:
        row["error"] = scalars["tempo_bpm"] / truth["tempo_bpm"] - 1
        row["level"] = level_of(scalars["tempo_bpm"], truth["tempo_bpm"])
    if truth["beats_s"]:
        row["beats"] = f_measure(events["beats_s"], truth["beats_s"], BEAT_TOLERANCE_S)
    if truth["downbeats_s"]:
        row["downbeats"] = f_measure(events["downbeats_s"], truth["downbeats_s"], BEAT_TOLERANCE_S)
    if truth["sections_s"]:
        for name, tolerance_s in (("0.5 s", 0.5), ("3 s", 3)):
            row[name] = f_measure(events["sections_s"][1:], truth["sections_s"][1:], tolerance_s)
        row["labels"] = label_agreement(events["sections_s"], labels, truth["sections_s"], truth["labels"], truth["end_s"])
    return row


def shown(name: str, value: object) -> str:
    if value is None:
        return "–"
    if name == "error":
        return f"{100 * value:+.2f} %"
    if isinstance(value, float):
        return f"{value:.2f}" if name not in ("tempo", "true", "librosa tempo") else f"{value:.2f}"
    return str(value)


def print_table(title: str, rows: list[dict[str, object]], columns: tuple[str, ...]) -> None:
    texts = [columns] + [tuple(shown(name, row.get(name)) for name in columns) for row in rows]
    averages = []
    for name in columns:
        numbers = [row[name] for row in rows if name not in ("tempo", "true", "librosa tempo") and isinstance(row.get(name), float)]
        averages.append(shown(name, mean(abs(n) if name == "error" else n for n in numbers)) if numbers else "")
    texts.append(("mean", *averages[1:]))
    widths = [max(len(row[i]) for row in texts) for i in range(len(columns))]
    print(f"\n{title}")
    for row in texts:
        print(
            "  ".join(text.ljust(width) if i == 0 else text.rjust(width) for i, (text, width) in enumerate(zip(row, widths, strict=True)))
        )


def keys_right(program: Path, folder: Path) -> str:
    songs = sorted(folder.glob("*.wav"))
    wrong = []
    for song in songs:
        key, truth = heard(program, song)["scalars"]["key"], json.loads(song.with_suffix(".json").read_text())["key"]
        if key != truth:
            wrong.append(f"{truth}: {key}")
    return f"{len(songs) - len(wrong)} of {len(songs)} keys right" + (f" (not {'; '.join(wrong)})" if wrong else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="songs whose names begin so; all of them without any")
    parser.add_argument("--program", type=Path, default=ROOT / "build" / "release" / "bin" / "spectradiff")
    parser.add_argument("--songs", type=Path, default=CACHE, metavar="DIR")
    parser.add_argument("--held-out", action="store_true", help="also the composed songs that nothing may be tuned to")
    parser.add_argument("--peer", action="store_true", help="librosa beside")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also writes the rows there")
    arguments = parser.parse_args()
    columns, written = COLUMNS + (("librosa tempo", "librosa beats") if arguments.peer else ()), []
    parts = [("real", "real", "*.[wo][ag][vg]"), ("composed", "composed", "*-1.wav")]
    if arguments.held_out:
        parts.append(("composed, held out", "composed", "*-2.wav"))
    for title, folder, pattern in parts:
        songs = [
            s for s in sorted((arguments.songs / folder).glob(pattern)) if not arguments.names or s.stem.startswith(tuple(arguments.names))
        ]
        with ThreadPoolExecutor(2) as pool:
            rows = list(pool.map(lambda song: row_of(song, arguments.program), songs))
        if arguments.peer:
            for song, row in zip(songs, rows, strict=True):
                tempo, beats = peer_beats(song)
                row["librosa tempo"] = tempo
                if row.get("beats") is not None:
                    row["librosa beats"] = f_measure(beats, json.loads(song.with_suffix(".json").read_text())["beats_s"], BEAT_TOLERANCE_S)
        if rows:
            print_table(title, rows, columns)
        written += rows
    if not arguments.names and (arguments.songs / "keys").exists():
        print(f"\n{keys_right(arguments.program, arguments.songs / 'keys')}")
    if arguments.json:
        arguments.json.write_text(json.dumps(written, indent=1) + "\n")


if __name__ == "__main__":
    main()
