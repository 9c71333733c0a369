#!/usr/bin/env python3
"""Speed and memory as ratios against a peer measured in the same run, printed as a table.

    scripts/bench/run.py [--build build/release] [--rounds 3] [--dtype float32|bfloat16|float16] [--models DIR] [NAME ...]
    scripts/bench/run.py older --older BUILD [--dtype …]
    scripts/bench/run.py gpu [--device cuda] [--batches 1 4 8 16] [--dtype float16] [--models DIR]

Names: diffusion, sd15, sdxs, encode, video, paint, analyze, features, memory, store (default: these), gpu. Runs of the program and of its
peer alternate; a ratio is that of the medians. Times are wall-clock seconds of whole processes, except diffusion, sd15, sdxs and gpu, which
leave loading the model out on both sides. sd15 and sdxs are the networks of models of real size on the CPU and need oneDNN (Debian:
libdnnl-dev); older renders with the embedded model by the program of another build too, whose processor time says more beside other
work; gpu renders with models of the sizes of SD 1.5 and SD-Turbo and needs a CUDA build of torch. Models of real size take 4 GB
each and minutes to make; --models keeps them.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile
from functools import partial

from measuring import Word, alternating, make_song, peak_mib, processor_seconds, run, seconds

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Where there is AVX-512 the program keeps x264 from it (src/media/video_codec_table.cpp says why); so does the peer.
SAME_INSTRUCTIONS = ["-x264-params", "asm=avx2"] if " avx512f " in pathlib.Path("/proc/cpuinfo").read_text() else []

# What a render costs, stated: the model's own look differs between builds.
SAME_WORK = "--prompt nebula --diffuse-every 1 --scheduler ddim --steps 8 --strength 0.75 --strength-mode steps --guidance 4".split()


class Bench:
    def __init__(self, build: pathlib.Path, work: pathlib.Path, rounds: int, models: pathlib.Path | None) -> None:
        self.program = build / "bin" / "spectradiff"
        self.stage = build / "bin" / "spectradiff_stage"
        self.build = build
        self.work = work
        self.rounds = rounds
        self.models = models or work
        self.rows: list[tuple[str, ...]] = []

    def row(self, what: str, ours: str, peer: str, ratio: float, goal: str, met: bool | None) -> None:
        self.rows.append((what, ours, peer, f"{ratio:.2f}x", goal, {True: "yes", False: "NO", None: ""}[met]))

    def dump(self, song: pathlib.Path, painter: str, size: str, fps: int) -> pathlib.Path:
        """The painter's pictures of a song as one file of raw RGB."""
        frames, raw = self.work / "frames", self.work / f"{painter}.rgb"
        run([self.program, "paint", song, "-o", frames / "%05d.png", "--painter", painter, "--size", size, "--fps", fps])
        run(["ffmpeg", "-y", "-i", frames / "%05d.png", "-f", "rawvideo", "-pix_fmt", "rgb24", raw])
        shutil.rmtree(frames)
        return raw

    def frames_row(self, what: str, count: int, ours_s: float, peer_s: float, least: float, digits: str = ".0f") -> None:
        ours, peer = (f"{count / spent:{digits}} frames/s" for spent in (ours_s, peer_s))
        self.row(what, ours, peer, peer_s / ours_s, f">= {least}x", peer_s / ours_s >= least)

    def ffmpeg_encoding(self, raw: pathlib.Path, song: pathlib.Path, size: str, fps: int) -> list[Word]:
        pictures = [*f"-f rawvideo -pix_fmt rgb24 -s {size} -r {fps} -i".split(), raw]
        video = ["-c:v", "libx264", "-crf", "18", "-preset", "medium", *SAME_INSTRUCTIONS, "-pix_fmt", "yuv420p"]
        sound = ["-c:a", "aac", "-b:a", "256k", "-movflags", "+faststart"]
        return ["ffmpeg", "-y", *pictures, "-i", song, *video, *sound, self.work / "peer.mp4"]

    def encode(self) -> None:
        size, fps, song = "512x512", 15, self.work / "encode.wav"
        make_song(song, 20)
        raw = self.dump(song, "hash", size, fps)
        ours, peer = [self.stage, "encode", raw, size, fps, song, self.work / "ours.mp4"], self.ffmpeg_encoding(raw, song, size, fps)
        a, b = alternating(self.rounds, partial(seconds, ours), partial(seconds, peer))
        count = 20 * fps
        self.frames_row("encode 300 painted frames, H.264 + AAC, against ffmpeg", count, a, b, 0.9)

    def store(self) -> None:
        """What keeping every finished frame costs a render: processor seconds beside those of a stream, which keeps none."""
        song, seconds_of_song = self.work / "store.wav", 4
        make_song(song, seconds_of_song)
        render = [self.program, "render", song, "--batch-size", 4, "--seed", 1, "-q", "-y", "-o"]
        kept = [*render, self.work / "store.mkv"]
        streamed = ["/bin/sh", "-c", 'exec "$@" > "$0"', self.work / "streamed.mkv", *render, "-"]
        a, b = alternating(self.rounds, partial(processor_seconds, kept), partial(processor_seconds, streamed))
        what = f"render {15 * seconds_of_song} frames with their store, against a stream"
        self.row(what, f"{a:.2f} s", f"{b:.2f} s", b / a, ">= 0.97x", b / a >= 0.97)

    def video(self) -> None:
        size, fps, song = "512x512", 30, self.work / "video.wav"
        make_song(song, 20)
        count = 20 * fps
        for painter in ("hash", "pie", "spectrogram"):
            settings = f"--painter {painter} --size {size} --fps {fps} -q -y".split()
            ours = [self.program, "paint", song, "-o", self.work / "ours.mp4", *settings]
            peer = self.ffmpeg_encoding(self.dump(song, painter, size, fps), song, size, fps)
            a, b = alternating(self.rounds, partial(seconds, ours), partial(seconds, peer))
            self.frames_row(f"paint {painter} to H.264 + AAC, against ffmpeg encoding the same frames", count, a, b, 0.9)

    def paint(self) -> None:
        fps, song = 30, self.work / "paint.wav"
        make_song(song, 60)
        peer = ["ffmpeg", "-i", song, "-filter_complex", f"showcqt=s=512x512:fps={fps}:axis=0", "-f", "null", "-"]
        for painter in ("hash", "pie", "spectrogram"):
            ours = [self.stage, "paint", song, painter, "512x512", fps]
            a, b = alternating(self.rounds, partial(seconds, ours), partial(seconds, peer))
            count = 60 * fps
            self.frames_row(f"paint {painter} 512x512 to nowhere, against showcqt", count, a, b, 0.5)

    def analyze(self) -> None:
        song, flac = self.work / "analyze.wav", self.work / "analyze.flac"
        make_song(song, 180)
        run(["ffmpeg", "-y", "-i", song, flac])
        ours, peer = [self.program, "analyze", flac], ["ffmpeg", "-i", flac, "-f", "null", "-"]
        a, b = alternating(self.rounds, partial(seconds, ours), partial(seconds, peer))
        self.row("analyze a 3-minute FLAC, against ffmpeg decoding it", f"{a:.2f} s", f"{b:.2f} s", a / b, "<= 3x", a / b <= 3)

    def features(self) -> None:
        import librosa_peer  # librosa is needed only here

        warm, song = self.work / "warm.wav", self.work / "features.wav"
        make_song(warm, 10)
        make_song(song, 180)
        librosa_peer.hear(warm)  # compiles what librosa compiles
        a, b = alternating(self.rounds, partial(seconds, [self.stage, "hear", song]), partial(librosa_peer.hear, song))
        self.row("hear all features of a 3-minute song, against librosa", f"{a:.2f} s", f"{b:.2f} s", b / a, ">= 10x", b / a >= 10)

    def memory(self) -> None:
        short, long = self.work / "one.wav", self.work / "ten.wav"
        make_song(short, 60)
        make_song(long, 600)
        settings = ["-o", self.work / "memory.mp4", "-y", "-q", "--size", "256x256", "--encoder-preset", "ultrafast"]
        a, b = (peak_mib([self.program, "paint", song, *settings]) for song in (long, short))
        samples_mib = 600 * 44100 * 2 * 4 / 2**20
        goal, met = f"<= 1.1x + {samples_mib:.0f} MiB", a <= 1.1 * b + samples_mib
        self.row("peak memory, 10-minute paint against 1-minute", f"{a:.0f} MiB", f"{b:.0f} MiB", a / b, goal, met)

    def older(self, build: pathlib.Path, dtypes: list[str]) -> None:
        song, video = self.work / "older.wav", self.work / "older.mp4"
        make_song(song, 8)
        settings = [song, "-o", video, "-y", "-q", "--size", "256x256", "--fps", 5, "--encoder-preset", "ultrafast", *SAME_WORK]
        for dtype in dtypes:
            of_both = ["render", *settings, "--dtype", dtype]
            ours, theirs = [self.program, *of_both, "--chain", "none"], [build / "bin" / "spectradiff", *of_both]
            a, b = alternating(self.rounds, partial(seconds, ours), partial(seconds, theirs))
            self.frames_row(f"render 40 pictures in {dtype}, against another build", 40, a, b, 1, ".2f")
            a, b = alternating(self.rounds, partial(processor_seconds, ours), partial(processor_seconds, theirs))
            self.row("  processor time", f"{a:.1f} s", f"{b:.1f} s", b / a, ">= 1x", b / a >= 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ["diffusion", "sd15", "sdxs", "encode", "video", "paint", "analyze", "features", "memory", "store"]
    parser.add_argument("names", nargs="*", choices=[[], *names, "older", "gpu"], help="what to measure")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    parser.add_argument("--rounds", type=int, default=3)
    fast = ["float32"] + (["bfloat16"] if "avx512_bf16" in pathlib.Path("/proc/cpuinfo").read_text() else [])
    help_of_dtype = "the one precision to run networks in (default: all that this processor is fast in, float16 for gpu)"
    parser.add_argument("--dtype", choices=["float32", "bfloat16", "float16"], help=help_of_dtype)
    parser.add_argument("--older", type=pathlib.Path, metavar="BUILD", help="another build's folder, of older")
    parser.add_argument("--device", default="cuda", help="of gpu; cpu tries the benchmark itself out")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 4, 8, 16], metavar="N", help="of gpu")
    parser.add_argument("--models", type=pathlib.Path, help="where models of real size are made, and found by the next run")
    arguments = parser.parse_args()
    wanted = arguments.names or names
    if "older" in wanted and arguments.older is None:
        parser.error("older needs --older BUILD")
    dtypes = [arguments.dtype] if arguments.dtype else fast

    run(["cmake", "--build", arguments.build, "--target", "spectradiff", "spectradiff_torch", "spectradiff_stage", "spectradiff_networks"])
    if {"sd15", "sdxs"} & set(wanted):
        try:
            run(["cmake", "--build", arguments.build, "--target", "onednn_peer"])
        except subprocess.CalledProcessError:
            sys.exit("sd15 and sdxs need oneDNN (Debian: libdnnl-dev); install it and run cmake again")
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(arguments.build, pathlib.Path(work), arguments.rounds, arguments.models)
        for name in wanted:  # torch and diffusers are needed only for these
            if name == "diffusion":
                import renders_bench

                renders_bench.measure_small(bench, dtypes)
            elif name == "older":
                bench.older(arguments.older, dtypes)
            elif name == "gpu":
                import renders_bench

                renders_bench.measure_real(bench, arguments.device, arguments.dtype or "float16", arguments.batches)
            elif name in ("sd15", "sdxs"):
                import networks_bench

                for dtype in dtypes:
                    networks_bench.measure(bench, name, dtype)
            else:
                getattr(bench, name)()
    table = [("what", "spectradiff", "peer", "ratio", "goal", "met"), *bench.rows]
    widths = [max(len(row[i]) for row in table) for i in range(6)]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
