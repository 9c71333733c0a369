#!/usr/bin/env python3
"""Speed and memory as ratios against a peer measured in the same run, printed as a table.

    scripts/bench/run.py [--build build/release] [--rounds 3] [--dtype float32|bfloat16] [--models DIR] [NAME ...]

Names: diffusion, sd15, sdxs, encode, video, paint, analyze, features, memory (default: all). Runs of the program and of its peer alternate; a ratio is that of the medians.
Times are wall-clock seconds of whole processes, except diffusion, sd15 and sdxs, which leave loading the
model out on both sides. sd15 and sdxs are models of real size (4 GB on disk, minutes to make, kept with --models) and need oneDNN (Debian: libdnnl-dev).
"""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import wave

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Where there is AVX-512 the program keeps x264 from it (src/media/video_encoder.cpp says why); so does the peer.
SAME_INSTRUCTIONS = ["-x264-params", "asm=avx2"] if " avx512f " in pathlib.Path("/proc/cpuinfo").read_text() else []


def run(command, **kwargs):
    return subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **kwargs)


def seconds(command, **kwargs):
    begin = time.monotonic()
    run(command, **kwargs)
    return time.monotonic() - begin


# A child's peak begins with that of the process it was forked from, so a small process of its own starts the command.
PEAK = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss)
sys.exit(status != 0)
"""


def peak_mib(command):
    """Largest resident set of the command, MiB; it has to write nothing on stdout."""
    return int(run([sys.executable, "-c", PEAK, *command]).stdout) / 1024


def alternating(rounds, *actions):
    """Median result of each action over interleaved rounds."""
    results = [[] for _ in actions]
    for _ in range(rounds):
        for result, action in zip(results, actions):
            result.append(action())
    return [statistics.median(result) for result in results]


def make_song(path, duration_s, sample_rate_hz=44100):
    """A stereo song-like signal: chords with decaying notes over a beat of noise bursts."""
    t = numpy.arange(int(duration_s * sample_rate_hz)) / sample_rate_hz
    beat = t % 0.5
    generator = numpy.random.default_rng(1)
    left = 0.3 * numpy.exp(-20 * beat) * generator.standard_normal(t.size) * 0.3
    for k, hz in enumerate((110.0, 220.5, 329.6, 440.0, 659.3, 987.8)):
        left += 0.1 * numpy.sin(2 * numpy.pi * hz * 2 ** (numpy.floor(t / 4) % 4 / 12) * t) * numpy.exp(-2 * ((t + 0.1 * k) % 1))
    stereo = numpy.stack([left, numpy.roll(left, 500)], axis=1)
    samples = numpy.clip(stereo * 32767, -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(sample_rate_hz)
        out.writeframes(samples.tobytes())


class Bench:
    def __init__(self, build, work, rounds, dtypes, models):
        self.program = build / "bin" / "spectradiff"
        self.stage = build / "bin" / "spectradiff_stage"
        self.build = build
        self.work = work
        self.rounds = rounds
        self.dtypes = dtypes
        self.models = models or work
        self.rows = []

    def row(self, what, ours, peer, ratio, goal, met):
        self.rows.append((what, ours, peer, f"{ratio:.2f}x", goal, {True: "yes", False: "NO", None: ""}[met]))

    def dump(self, song, painter, size, fps):
        """The painter's pictures of a song as one file of raw RGB."""
        frames, raw = self.work / "frames", self.work / f"{painter}.rgb"
        run([self.program, "paint", song, "-o", frames / "%05d.png", "--painter", painter, "--size", size, "--fps", fps])
        run(["ffmpeg", "-y", "-i", frames / "%05d.png", "-f", "rawvideo", "-pix_fmt", "rgb24", raw])
        shutil.rmtree(frames)
        return raw

    def ffmpeg_encoding(self, raw, song, size, fps):
        return ["ffmpeg", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", fps, "-i", raw, "-i", song, "-c:v", "libx264", "-crf", 18,
                "-preset", "medium", *SAME_INSTRUCTIONS, "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "256k", "-movflags", "+faststart", self.work / "peer.mp4"]

    def encode(self):
        size, fps, song = "512x512", 15, self.work / "encode.wav"
        make_song(song, 20)
        raw = self.dump(song, "hash", size, fps)
        ours, peer = [self.stage, "encode", raw, size, fps, song, self.work / "ours.mp4"], self.ffmpeg_encoding(raw, song, size, fps)
        a, b = alternating(self.rounds, lambda: seconds(ours), lambda: seconds(peer))
        count = 20 * fps
        self.row("encode 300 painted frames, H.264 + AAC, against ffmpeg", f"{count / a:.0f} frames/s", f"{count / b:.0f} frames/s", b / a, ">= 0.9x", b / a >= 0.9)

    def video(self):
        size, fps, song = "512x512", 30, self.work / "video.wav"
        make_song(song, 20)
        count = 20 * fps
        for painter in ("hash", "pie", "spectrogram"):
            ours = [self.program, "paint", song, "-o", self.work / "ours.mp4", "--painter", painter, "--size", size, "--fps", fps, "-q", "-y"]
            peer = self.ffmpeg_encoding(self.dump(song, painter, size, fps), song, size, fps)
            a, b = alternating(self.rounds, lambda: seconds(ours), lambda: seconds(peer))
            self.row(f"paint {painter} to H.264 + AAC, against ffmpeg encoding the same frames", f"{count / a:.0f} frames/s", f"{count / b:.0f} frames/s", b / a,
                     ">= 0.9x", b / a >= 0.9)

    def paint(self):
        fps, song = 30, self.work / "paint.wav"
        make_song(song, 60)
        peer = ["ffmpeg", "-i", song, "-filter_complex", f"showcqt=s=512x512:fps={fps}:axis=0", "-f", "null", "-"]
        for painter in ("hash", "pie", "spectrogram"):
            ours = [self.stage, "paint", song, painter, "512x512", fps]
            a, b = alternating(self.rounds, lambda: seconds(ours), lambda: seconds(peer))
            count = 60 * fps
            self.row(f"paint {painter} 512x512 to nowhere, against showcqt", f"{count / a:.0f} frames/s", f"{count / b:.0f} frames/s", b / a, ">= 0.5x", b / a >= 0.5)

    def analyze(self):
        song, flac = self.work / "analyze.wav", self.work / "analyze.flac"
        make_song(song, 180)
        run(["ffmpeg", "-y", "-i", song, flac])
        a, b = alternating(self.rounds, lambda: seconds([self.program, "analyze", flac]), lambda: seconds(["ffmpeg", "-i", flac, "-f", "null", "-"]))
        self.row("analyze a 3-minute FLAC, against ffmpeg decoding it", f"{a:.2f} s", f"{b:.2f} s", a / b, "<= 3x", a / b <= 3)

    def features(self):
        import librosa_peer  # librosa is needed only here

        warm, song = self.work / "warm.wav", self.work / "features.wav"
        make_song(warm, 10)
        make_song(song, 180)
        librosa_peer.hear(warm)  # compiles what librosa compiles
        a, b = alternating(self.rounds, lambda: seconds([self.stage, "hear", song]), lambda: librosa_peer.hear(song))
        self.row("hear all features of a 3-minute song, against librosa", f"{a:.2f} s", f"{b:.2f} s", b / a, ">= 10x", b / a >= 10)

    def memory(self):
        short, long = self.work / "one.wav", self.work / "ten.wav"
        make_song(short, 60)
        make_song(long, 600)
        command = lambda song: [self.program, "paint", song, "-o", self.work / "memory.mp4", "-y", "--size", "256x256", "--encoder-preset", "ultrafast", "-q"]
        a, b = peak_mib(command(long)), peak_mib(command(short))
        samples_mib = 600 * 44100 * 2 * 4 / 2**20
        self.row("peak memory, 10-minute paint against 1-minute", f"{a:.0f} MiB", f"{b:.0f} MiB", a / b, f"<= 1.1x + {samples_mib:.0f} MiB", a <= 1.1 * b + samples_mib)

    def diffusion(self):
        import diffusion_peer  # torch and diffusers are needed only here

        song, count = self.work / "diffusion.wav", 16
        make_song(song, count / 15)
        source, bundle = self.work / "model", self.work / "bundle"
        run([sys.executable, ROOT / "scripts" / "make_tiny_model.py", source, *diffusion_peer.MODEL_ARGUMENTS])
        run([sys.executable, ROOT / "scripts" / "export_model.py", source, bundle, "--no-trust"])
        settings = diffusion_peer.Settings(size=256, steps=8, strength=0.75, guidance=4.0, batch=8, seed=42, prompt="iceland vista, cinematic")
        init = self.work / "init"
        run([self.program, "paint", song, "-o", init / "%05d.png", "--size", "256x256"])
        peer = diffusion_peer.Peer(source, init, settings)
        peer.run()  # warm-up

        def ours(dtype):
            command = [self.program, "render", song, "-o", self.work / "out.mp4", "-y", "--json", "--stats", "--model", bundle, "--allow-unpinned-model",
                       "--device", "cpu", "--dtype", dtype, "--size", "256x256", "--batch-size", 8, "--scheduler", "ddim", *settings.flags()]
            done = json.loads(run(command).stdout.splitlines()[-1])
            spent = done["stats"]["seconds"]
            return spent["total"] - spent["load"]

        times = alternating(self.rounds, peer.run, *[lambda dtype=dtype: ours(dtype) for dtype in self.dtypes])
        for dtype, spent in zip(self.dtypes, times[1:]):
            ratio = times[0] / spent
            goal = 1.0 if dtype == "float32" else 1.5
            self.row(f"render {count} frames in {dtype}, against diffusers in float32", f"{count / spent:.2f} frames/s", f"{count / times[0]:.2f} frames/s", ratio,
                     f">= {goal}x", ratio >= goal)

    def networks(self, name):
        import networks_bench  # torch and diffusers are needed only here

        for dtype in self.dtypes:
            networks_bench.measure(self, name, dtype, self.models)

    def sd15(self):
        self.networks("sd15")

    def sdxs(self):
        self.networks("sdxs")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ["diffusion", "sd15", "sdxs", "encode", "video", "paint", "analyze", "features", "memory"]
    parser.add_argument("names", nargs="*", choices=[[], *names], help="what to measure")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    parser.add_argument("--rounds", type=int, default=3)
    fast = ["float32"] + (["bfloat16"] if "avx512_bf16" in pathlib.Path("/proc/cpuinfo").read_text() else [])
    parser.add_argument("--dtype", choices=fast, help="the one precision to measure networks in (default: all that this processor is fast in)")
    parser.add_argument("--models", type=pathlib.Path, help="where the models of sd15 and sdxs are made, and found by the next run")
    arguments = parser.parse_args()
    wanted = arguments.names or names

    run(["cmake", "--build", arguments.build, "--target", "spectradiff", "spectradiff_torch", "spectradiff_stage", "spectradiff_networks"])
    if {"sd15", "sdxs"} & set(wanted):
        try:
            run(["cmake", "--build", arguments.build, "--target", "onednn_peer"])
        except subprocess.CalledProcessError:
            sys.exit("sd15 and sdxs need oneDNN (Debian: libdnnl-dev); install it and run cmake again")
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(arguments.build, pathlib.Path(work), arguments.rounds, [arguments.dtype] if arguments.dtype else fast, arguments.models)
        for name in wanted:
            getattr(bench, name)()
    table = [("what", "spectradiff", "peer", "ratio", "goal", "met"), *bench.rows]
    widths = [max(len(row[i]) for row in table) for i in range(6)]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


if __name__ == "__main__":
    main()
