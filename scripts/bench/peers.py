#!/usr/bin/env python3
"""One song as others would show it, judged by the same measures: scripts/bench/peers.py SONG [--start S] [--seconds N] [--fps R]

Renders a part of SONG with the program as it comes, by ffmpeg's showcqt, frame by frame with noise of its own for each, along a
walk through noise that the music's loudness paces (as stable-diffusion-videos walks), and in a loop of zooms at one speed (as
Deforum's default is); all diffused by the same model with the same prompt, steps and size. Prints what `spectradiff measure` says of
each, as a table.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROMPT = "iceland vista, cinematic"
# What painting is without the model's look.
PLAIN = ["--no-greyscale", "--gamma", "0.5", "--attack", "0s", "--release", "0s", "--chain", "none"]
WAYS = {
    "spectradiff, as it comes": [],
    "frame by frame, new noise each": [*PLAIN, "--seed-mode", "random", "--strength", "0.6"],
    "a walk through noise, paced by loudness": [
        *("--chain", "none", "--text-to-image", "--signal", "way=3*rms | integrate", "--seed-travel", "way"),
    ],
    "a loop of zooms at one speed": [
        *("--chain", "song", "--zoom", "1.35", "--turn", "0", "--pan-x", "0", "--pan-y", "0", "--paint-over", "0"),
    ],
}
MEASURES = ["beat_alignment_f", "beat_alignment_z", "beat_hit_f", "beat_hit_z", "onset_lag_correlation", "flicker", "unexplained_flicker",
            "flashes_per_s", "colour_drift_per_minute", "section_contrast"]  # fmt: skip


def run(*words: str | pathlib.Path) -> str:
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True).stdout


def showcqt(song: pathlib.Path, arguments: argparse.Namespace, video: pathlib.Path) -> None:
    part = ["-ss", str(arguments.start), "-t", str(arguments.seconds), "-i", str(song)]
    graph = f"[0:a]showcqt=s=512x512:r={arguments.fps}[v]"
    run("ffmpeg", "-v", "error", *part, "-filter_complex", graph, "-map", "[v]", "-map", "0:a", video)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("song", type=pathlib.Path)
    parser.add_argument("--start", type=float, default=0, help="seconds")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--fps", default="15")
    parser.add_argument("--size", default="256x256")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build" / "release" / "bin" / "spectradiff")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the videos")
    arguments = parser.parse_args()
    song = arguments.song.resolve()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or pathlib.Path(temporary)
        folder.mkdir(exist_ok=True)
        heard = folder / "part.wav"
        run("ffmpeg", "-v", "error", "-y", "-ss", str(arguments.start), "-t", str(arguments.seconds), "-i", song, heard)
        table = {}
        for number, (name, words) in enumerate({**WAYS, "ffmpeg's showcqt": None}.items()):
            video = folder / f"{number}.mp4"
            video.unlink(missing_ok=True)
            if words is None:
                showcqt(song, arguments, video)
            else:
                common = ["--prompt", PROMPT, "--size", arguments.size, "--fps", arguments.fps]
                part = ["--start", str(arguments.start), "--duration", str(arguments.seconds)]
                run(arguments.program, "render", song, *common, *part, *words, "-o", video, "-q")
            said = json.loads(run(arguments.program, "measure", video, heard, "--json", "-q").splitlines()[-1])
            table[name] = said["measures"]
            print(f"{name}: made and measured", flush=True)
    print("\n| | " + " | ".join(MEASURES) + " |\n" + "|---" * (1 + len(MEASURES)) + "|")
    for name, measures in table.items():
        print(f"| {name} | " + " | ".join("" if measures[key] is None else f"{measures[key]:.2f}" for key in MEASURES) + " |")


if __name__ == "__main__":
    main()
