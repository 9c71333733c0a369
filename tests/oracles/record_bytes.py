#!/usr/bin/env python3
"""Records what the program makes, byte by byte: tests/program/data/bytes.json.

record_bytes.py PROGRAM
    makes every case of bytes_cases.py twice, in another order, paintings on another number of threads, and writes the record
    if both are equal
record_bytes.py PROGRAM --only NAME… --because TEXT
    takes the named cases anew: a mended fault changed them, and TEXT says which
record_bytes.py PROGRAM --against OLD [--only NAME…]
    compares two programs on this machine, whatever the record holds for, and writes nothing

Of a painting or a diffused picture the pixels count, of a video the decoded frames and the packets of sound; containers and tags do not.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from bytes_cases import CASES, DIFFUSED, FILMED, PAINTED, Case, Settings
from bytes_inputs import write_inputs
from PIL import Image

RECORD = Path(__file__).resolve().parents[1] / "program" / "data" / "bytes.json"
LIBAV = ("libavcodec", "libavfilter", "libavformat", "libavutil", "libswresample", "libswscale")
COMPRESSED = (".mp3", ".m4a", ".opus")
LOSSY = {"aac", "mp3", "opus", "vorbis"}  # their encoders and decoders round as the processor's widest instructions do
# What the kernels of oneDNN, MKL and ATen are chosen by.
FLAGS = (
    "avx", "avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16",
    "amx_bf16", "amx_tile", "amx_int8",
)  # fmt: skip

Facts = dict[str, object]
Made = dict[str, object]  # {"frames": {index: hash}}, or {"pictures": hash, "count": n, "sound": hash, "sound_codec": name}


def machine() -> Facts:
    """What diffused pictures hold for: the instruction set in use, and the processor that it was found on."""
    import torch

    facts: dict[str, str] = {}
    if Path("/proc/cpuinfo").exists():
        for line in Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines():
            key, _, value = line.partition(":")
            facts[key.strip()] = value.strip()
    has = set(facts.get("flags", "").split())
    return {
        "architecture": platform.machine(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "flags": [flag for flag in FLAGS if flag in has],
        "vendor": facts.get("vendor_id", ""),
        "model": f"family {facts.get('cpu family', '?')}, model {facts.get('model', '?')}",
        "name": facts.get("model name", ""),
    }


def versions(program: Path) -> Facts:
    found = json.loads(subprocess.run([program, "--version", "--json"], check=True, capture_output=True).stdout)
    return {name: found.get(name) for name in ("torch", *LIBAV)}


def unlike(case: Case, recorded: Facts, here: Facts) -> str:
    """Why the case's record does not hold here; empty: it does."""
    was, now = recorded["machine"], here["machine"]
    if was["architecture"] != now["architecture"]:
        return f"recorded on {was['architecture']}, this is {now['architecture']}"
    names = []
    if case.kind == FILMED or not case.output.endswith(".png") or case.settings.get("interpolate") == "motion":
        names += LIBAV
    if case.kind == DIFFUSED:
        names.append("torch")
    for name in names:
        if recorded["versions"][name] != here["versions"][name]:
            return f"recorded with {name} {recorded['versions'][name]}, this is {here['versions'][name]}"
    if case.audio.endswith(COMPRESSED) and recorded["inputs"][case.audio] != here["inputs"][case.audio]:
        return f"{case.audio} is not the recorded one: this ffmpeg encodes otherwise"
    if case.kind == DIFFUSED or case.audio.endswith(COMPRESSED):
        return other_machine(was, now)
    return ""


def other_machine(was: Facts, now: Facts) -> str:
    for key in ("capability", "vendor", "model", "flags"):
        if was[key] != now[key]:
            before, here = (f"{one['capability']} ({one['name']}, {one['model']})" for one in (was, now))
            return f"recorded for {before}, this is {here}"
    return ""


# ---- running the program -------------------------------------------------------------------------------------------


def environment(home: Path) -> dict[str, str]:
    # Threads of libtorch that spin while they wait make it ten times slower beside other work; bytes stay.
    return {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home), "LC_ALL": "C.UTF-8", "OMP_WAIT_POLICY": "passive"}


def flags(settings: Settings) -> list[str]:
    words: list[str] = []
    for key, value in settings.items():
        name = key.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{name}" if value else f"--no-{name}")
        elif isinstance(value, dict):
            words += [word for part, source in value.items() for word in ("--signal", f"{part}={source}")]
        elif isinstance(value, list):
            words += [word for part in value for word in (f"--{name}", str(part))]
        elif value is not None:
            words += [f"--{name}", str(value)]
    return words


def slug(case: Case) -> str:
    return "".join(c if c.isalnum() else "-" for c in case.name)


class Bench:
    """A folder with the inputs, in which one program makes cases: each into a folder of its own."""

    def __init__(self, program: Path, folder: Path, threads: int) -> None:
        self.program, self.folder, self.threads = program.resolve(), folder, threads
        (folder / "home").mkdir(parents=True)
        (folder / "work").mkdir()
        self.work = folder / "work"
        write_inputs(self.work)

    def make(self, cases: Iterable[Case]) -> dict[str, Made]:
        """Paintings and videos by one call each; diffused pictures by one batch, since every call would load the model anew."""
        wanted = list(cases)
        alone = [case for case in wanted if case.kind != DIFFUSED]
        with ThreadPoolExecutor(max_workers=2) as pool:
            made = dict(zip([case.name for case in alone], pool.map(self.call, alone), strict=True))
        together = [case for case in wanted if case.kind == DIFFUSED]
        return made | (self.batch(together) if together else {})

    def target(self, case: Case) -> Path:
        folder = self.work / slug(case)
        folder.mkdir()
        return folder / ("stream.mkv" if case.output == "-" else case.output)

    def run(self, words: list[str], stdin: bytes = b"") -> bytes:
        done = subprocess.run(
            [self.program, *words], cwd=self.work, env=environment(self.folder / "home"), input=stdin, capture_output=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)}\nexit {done.returncode}\n{done.stderr.decode()[-2000:]}")
        return done.stdout

    def call(self, case: Case) -> Made:
        target = self.target(case)
        output = "-" if case.output == "-" else str(target.relative_to(self.work))
        # Encoders cut pictures by the number of threads, and networks cut sums.
        threads = self.threads if case.kind == PAINTED else 2
        stream = self.run([case.command, case.audio, *flags(case.settings), "-q", "--threads", str(threads), "-o", output])
        if case.output == "-":
            target.write_bytes(stream)
        return look(target)

    def batch(self, cases: list[Case]) -> dict[str, Made]:
        targets = {case.name: self.target(case) for case in cases}
        jobs = [
            {key: value for key, value in case.settings.items() if value is not None}
            | {"id": case.name, "audio": case.audio, "output": str(targets[case.name].relative_to(self.work))}
            for case in cases
        ]
        self.run(["batch", "-", "-q", "--threads", "2"], json.dumps(jobs).encode())
        return {case.name: look(targets[case.name]) for case in cases}


# ---- looking at what was made --------------------------------------------------------------------------------------


def pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


def look(target: Path) -> Made:
    if target.suffix == ".png":
        found = {}
        for path in sorted(target.parent.glob("*.png")):
            picture = pixels(path)
            digest = hashlib.sha256(repr(picture.shape).encode() + picture.tobytes())
            found[str(int(path.stem))] = digest.hexdigest()[:16]
        return {"frames": found}
    made: Made = {}
    made["pictures"], made["count"] = packets(target, "-map", "0:v:0", "-fps_mode", "passthrough")
    codec = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "a:0", "-show_entries", "stream=codec_name", "-of", "csv=p=0", target],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    if codec:
        made["sound"], _ = packets(target, "-map", "0:a:0", "-c", "copy")
        made["sound_codec"] = codec
    return made


def packets(path: Path, *words: str) -> tuple[str, int]:
    """A hash over times and contents of a stream's packets or decoded frames, and how many there are."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", path, *words, "-f", "framehash", "-hash", "sha256", "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    skipped = ("#software", "#extradata", "#format", "#version", "#hash")
    lines = [line for line in text.splitlines() if not line.startswith(skipped)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32], sum(not line.startswith("#") for line in lines)


def differences(was: Made, now: Made, sound: bool = True) -> list[str]:
    """What differs between two makings of a case, in words; sound: whether packets of a lossy codec count."""
    found = []
    if "frames" in was:
        frames, others = was["frames"], now.get("frames", {})
        for index in sorted({*frames, *others}, key=int):
            if frames.get(index) != others.get(index):
                found.append(f"frame {index}: {frames.get(index, 'none')} became {others.get(index, 'none')}")
        return found
    for key in ("count", "pictures", "sound_codec", "sound"):
        if key == "sound" and not sound and was.get("sound_codec") in LOSSY:
            continue
        if was.get(key) != now.get(key):
            found.append(f"{key}: {was.get(key)} became {now.get(key)}")
    return found


def check_parts(made: dict[str, Made]) -> list[str]:
    """Parts that are not the whole's own frames."""
    found = []
    for name, result in made.items():
        whole = CASES[name].part_of
        if whole and whole in made:
            own = {index: made[whole]["frames"].get(index) for index in result["frames"]}
            found += [f"{name} is no part of {whole}: {line}" for line in differences({"frames": own}, result)]
    return found


# ---- the three uses ------------------------------------------------------------------------------------------------


def make_twice(program: Path, cases: list[Case], folder: Path) -> dict[str, Made]:
    first = Bench(program, folder / "first", 1).make(cases)
    second = Bench(program, folder / "second", 2).make(reversed(cases))
    found = [f"{name}: {line}" for name in first for line in differences(first[name], second[name])] + check_parts(first)
    # A batch has a render's pictures: some of its jobs once more, alone.
    again = Bench(program, folder / "third", 2)
    for case in [case for case in cases if case.kind == DIFFUSED and case.quick][:3]:
        found += [f"{case.name}, in a batch and alone: {line}" for line in differences(first[case.name], again.call(case))]
    if found:
        sys.exit("not the same every time, nothing is written:\n" + "\n".join(found))
    return first


def input_hashes(folder: Path) -> dict[str, str]:
    songs = (path for path in sorted(folder.iterdir()) if path.suffix in (".wav", ".flac", *COMPRESSED))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in songs}


def record(program: Path, names: list[str], because: str, folder: Path) -> None:
    cases = [CASES[name] for name in names or CASES]
    made = make_twice(program, cases, folder)
    here = {"machine": machine(), "versions": versions(program)}
    if names:
        whole = json.loads(RECORD.read_text())
        if other_machine(whole["machine"], here["machine"]) or whole["versions"] != here["versions"]:
            sys.exit("not the machine or not the libraries of the record: take all cases anew, with a program from before the change")
        whole["cases"] |= made
        whole["changed"] |= {name: because for name in names}
    else:
        whole = {**here, "inputs": input_hashes(folder / "first" / "work"), "changed": {}, "cases": made}
    whole["cases"] = {name: whole["cases"][name] for name in CASES if name in whole["cases"]}
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(json.dumps(whole, indent=1) + "\n")
    print(f"{RECORD}: {len(made)} of {len(whole['cases'])} cases taken")


def farthest(one: Path, other: Path) -> int:
    """The largest difference of two folders' pictures, in code values; -1 where they are no pictures of one size."""
    far = -1
    for path in one.glob("*.png"):
        if not (other / path.name).exists() or pixels(path).shape != pixels(other / path.name).shape:
            return -1
        far = max(far, int(np.abs(pixels(path).astype(int) - pixels(other / path.name)).max()))
    return far


def compare(program: Path, old: Path, names: list[str], folder: Path) -> int:
    cases = [CASES[name] for name in names or CASES]
    changed = json.loads(RECORD.read_text())["changed"] if RECORD.exists() else {}
    before, after = Bench(old, folder / "old", 2), Bench(program, folder / "new", 2)
    was, now = before.make(cases), after.make(cases)
    wrong = 0
    for case in cases:
        lines = differences(was[case.name], now[case.name])
        wrong += bool(lines) and case.name not in changed
        for line in lines:
            print(f"{case.name}: {line}")
        if lines:
            far = farthest(before.work / slug(case), after.work / slug(case))
            print(f"  {f'at most {far} code values apart' if far >= 0 else ''} {changed.get(case.name, '')}")
    print(f"{len(cases)} cases, {wrong} differ without a reason in the record")
    return 1 if wrong else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--against", type=Path, metavar="OLD")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", choices=[*CASES])
    parser.add_argument("--because", default="", metavar="TEXT")
    arguments = parser.parse_args()
    if not arguments.against and bool(arguments.only) != bool(arguments.because):
        parser.error("--only and --because go together: a record changes for a reason")
    if shutil.which("ffmpeg") is None:
        parser.error("ffmpeg is not there; videos are looked at with it")
    with tempfile.TemporaryDirectory() as name:
        if arguments.against:
            return compare(arguments.program, arguments.against, arguments.only, Path(name))
        record(arguments.program, arguments.only, arguments.because, Path(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
