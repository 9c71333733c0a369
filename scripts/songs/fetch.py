"""Fetches real songs out of Debian packages into .cache/songs/real, and writes down what is known to be true of them.

Run: python scripts/songs/fetch.py

The four songs of fretsonfire-songs-sectoid have one tempo each and bars of four, said by their charts (notes.mid). A chart begins some
hundredths of a second off the sound: it is moved so that its notes meet the guitar's onsets, then so that its half beats meet the whole
band's. drascula-music and boswars-data have calm and orchestral music; nothing is known of its beats. Nothing of it is shipped.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import mido
import numpy as np
from numpy.typing import NDArray
from scipy import signal

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from songs.compose import CACHE

SECTOID = "fretsonfire-songs-sectoid"
OTHERS = {"drascula-music": [f"track{i}.ogg" for i in (1, 2, 4, 11, 14, 23, 30)], "boswars-data": ["boswars_intro.ogg"]}
RATE, HOP, WINDOW = 22050, 64, 512
EXPERT = range(96, 101)  # the chart's notes of the hardest level


def decoded(file: Path) -> NDArray[np.float32]:
    command = ["ffmpeg", "-v", "error", "-i", str(file), "-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, np.float32)


def onset_strength(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Every HOP samples. What begins at a sample is seen when it enters the window."""
    power = np.abs(signal.stft(samples, RATE, nperseg=WINDOW, noverlap=WINDOW - HOP, padded=False)[2])
    return np.maximum(np.diff(np.log1p(100 * power), axis=1, prepend=0), 0).sum(0)


def meeting(strength: NDArray[np.float64], times_s: NDArray[np.float64], about_s: float, reach_s: float) -> float:
    """How much later than `times_s` things begin: at the lag where they meet most strength."""
    late_s = 0.5 * WINDOW / RATE - HOP / RATE  # an onset shows when it enters the window's end
    lags = np.arange(int((about_s - reach_s) * RATE / HOP), int((about_s + reach_s) * RATE / HOP) + 1)
    places = np.round(times_s * RATE / HOP).astype(int)
    means = [strength[np.clip(places + lag, 0, len(strength) - 1)].mean() for lag in lags]
    return float(lags[int(np.argmax(means))] * HOP / RATE + (late_s if about_s == 0 else 0))


def chart_truth(folder: Path) -> dict[str, object]:
    midi = mido.MidiFile(folder / "notes.mid")
    tempo, notes, duration_s = 0, set(), 0.0
    for track in midi.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "set_tempo":
                tempo = message.tempo
            elif message.type == "note_on" and message.velocity > 0 and message.note in EXPERT:
                notes.add(tick)
    beat_s = tempo / 1e6
    guitar, song = decoded(folder / "guitar.ogg"), decoded(folder / "song.ogg")
    duration_s = len(song) / RATE
    lag_s = meeting(onset_strength(guitar), np.array(sorted(notes)) * beat_s / midi.ticks_per_beat, 0, 0.1)
    halves = np.arange(0, duration_s - 1, beat_s / 2)
    lag_s = meeting(onset_strength(song[: len(guitar)] + guitar[: len(song)]), halves + lag_s, 0, 0.04) + lag_s
    sounding = np.flatnonzero(np.abs(song) > 0.003)
    beats = np.arange(0, duration_s, beat_s) + lag_s
    kept = (beats > sounding[0] / RATE - beat_s) & (beats < sounding[-1] / RATE)
    downbeats = beats[::4][kept[::4]]
    return {
        "beats_s": [round(float(t), 5) for t in beats[kept]],
        "downbeats_s": [round(float(t), 5) for t in downbeats],
        "tempo_bpm": 60 / beat_s,
        "chart_lag_s": lag_s,
        "sections_s": None,
        "labels": None,
        "end_s": duration_s,
        "key": None,
    }


def unpacked(package: str, folder: Path) -> None:
    subprocess.run(["apt-get", "download", package], check=True, cwd=folder)
    (archive,) = folder.glob(f"{package}_*.deb")
    subprocess.run(["dpkg", "-x", archive, folder / package], check=True)
    archive.unlink()


def mix(folder: Path, out: Path) -> None:
    """Both of a chart's sounds as one song."""
    inputs = ["-i", str(folder / "song.ogg"), "-i", str(folder / "guitar.ogg")]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *inputs, "-filter_complex", "amix=inputs=2:normalize=0,alimiter=level=0", str(out)], check=True
    )


def main() -> None:
    real = CACHE / "real"
    real.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for package in (SECTOID, *OTHERS):
            unpacked(package, scratch)
        for chart in sorted((scratch / SECTOID).rglob("notes.mid")):
            song = chart.parent.name.lower().replace(" ", "-")
            mix(chart.parent, real / f"{song}.wav")
            (real / f"{song}.json").write_text(json.dumps(chart_truth(chart.parent)) + "\n")
        for package, files in OTHERS.items():
            for file in files:
                found = sorted((scratch / package).rglob(file))[0]
                (real / f"{package.split('-')[0]}-{file.removesuffix('.ogg')}.ogg").write_bytes(found.read_bytes())
    print(f"{len(list(real.glob('*.wav')) + list(real.glob('*.ogg')))} songs are in {real}")


if __name__ == "__main__":
    main()
