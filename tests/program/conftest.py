"""The program seen from outside: files, streams and exit codes.

SPECTRADIFF_BIN names the program; without it build/release/bin/spectradiff is taken.
"""

import fcntl
import json
import os
import shutil
import signal
import struct
import subprocess
import termios
import wave
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from bundles import Bundle, trust

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("SPECTRADIFF_BIN", ROOT / "build/release/bin/spectradiff")).absolute()
EVENTS = jsonschema.Draft202012Validator(json.loads((ROOT / "src/cli/events.schema.json").read_text()))
RATE = 44100
TIMEOUT_S = 60

# Small and quick pictures for tests that are not about pictures.
QUICK = ["--size", "64x64", "--bins", "8", "--marks-per-bin", "4", "--encoder-preset", "ultrafast"]


def pytest_configure():
    if not os.access(PROGRAM, os.X_OK):
        pytest.exit(f"{PROGRAM} is not there: build it first or set SPECTRADIFF_BIN", returncode=1)
    for tool in ("ffmpeg", "ffprobe"):
        if shutil.which(tool) is None:
            pytest.exit(f"{tool} is not there; these tests look at videos with it", returncode=1)


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.bytes = done.stdout
        self.out = done.stdout.decode("utf-8", "replace")
        self.err = done.stderr.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.out)

    def events(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def plan(self):
        """What --dry-run printed: its first line, and the lines behind it as "rows"."""
        first, *rows = self.events()
        return {**first, "rows": rows}

    def valid_events(self):
        """Held against the schema that ships."""
        events = self.events()
        for event in events:
            EVENTS.validate(event)
        return events

    def __repr__(self):
        return f"exit {self.code}\nstdout: {self.out[:2000]}\nstderr: {self.err[:4000]}"


# A shell starts its background jobs with SIGINT ignored, and programs inherit that; these tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)


class Program:
    """Runs the program in a folder of its own, with nothing of the user's environment but what it needs."""

    def __init__(self, folder):
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        self.work = folder / "work"
        self.work.mkdir()
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "LC_ALL": "C.UTF-8",
            # Sanitizer builds bring their own.
            **{key: os.environ[key] for key in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS") if key in os.environ},
        }

    def start(self, *arguments, environment=None, **options):
        return subprocess.Popen(
            [PROGRAM, *arguments], cwd=self.work, env=self.environment if environment is None else environment, **options
        )

    def __call__(self, *arguments, stdin=b"", environment=None, **options):
        done = subprocess.run(
            [PROGRAM, *arguments],
            cwd=self.work,
            env=self.environment if environment is None else environment,
            input=stdin,
            capture_output=True,
            timeout=TIMEOUT_S,
            **options,
        )
        return Result(done)

    def in_terminal(self, *arguments, columns=80, rows=24, environment=None, **options):
        """(exit code, all that a terminal of this size was told); standard output goes nowhere."""
        leader, follower = os.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        environment = {**self.environment, "TERM": "xterm", **(environment or {})}
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": follower, **options}
        child = self.start(*arguments, environment=environment, **streams)
        os.close(follower)
        said = b""
        try:
            while block := os.read(leader, 65536):
                said += block
        except OSError:  # how Linux says that the other end of a terminal is closed
            pass
        os.close(leader)
        return child.wait(TIMEOUT_S), said

    def files(self):
        """Everything in the working folder, hidden files too."""
        return sorted(str(path.relative_to(self.work)) for path in self.work.rglob("*") if path.is_file())


@pytest.fixture
def program(tmp_path):
    return Program(tmp_path)


@pytest.fixture
def fake_model(program):
    """A trusted bundle whose networks are arithmetic, for --model, in an environment where they run: see bundles.py."""
    engine = PROGRAM.parent.parent / "lib" / "libfake_engine.so"
    assert engine.is_file(), f"{engine} is not there: build the target fake_engine"
    program.environment["SPECTRADIFF_ENGINE"] = str(engine)
    bundle = Bundle(program.work / "fake-model")
    trust(program, bundle)
    return bundle


def write_wav(path, samples, rate=RATE):
    """samples: [frames] or [frames][channels], nominal ±1."""
    samples = np.asarray(samples)
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    with wave.open(os.fsdecode(path) if isinstance(path, bytes) else str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).round().astype("<i2").tobytes())
    return path


def sines(duration_s, *frequencies_hz, rate=RATE):
    t = np.arange(round(duration_s * rate)) / rate
    return sum(np.sin(2 * np.pi * f * t) for f in frequencies_hz) * 0.8 / len(frequencies_hz)


@pytest.fixture(scope="session")
def tone(tmp_path_factory):
    """One second of two sines, mono."""
    return write_wav(tmp_path_factory.mktemp("songs") / "tone.wav", sines(1, 220, 1500))


@pytest.fixture(scope="session")
def long_tone(tmp_path_factory):
    """Long enough to be stopped on the way."""
    return write_wav(tmp_path_factory.mktemp("songs") / "long.wav", sines(120, 220, 1500, rate=8000), rate=8000)


@pytest.fixture
def song(program, tone):
    """song.wav in the working folder."""
    shutil.copy(tone, program.work / "song.wav")
    return "song.wav"


def probe(file):
    """ffprobe's view, with packets counted."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-count_packets", "-show_streams", "-show_format", "-of", "json", file],
        capture_output=True,
        check=True,
    )
    found = json.loads(done.stdout)
    streams = {stream["codec_type"]: stream for stream in found["streams"]}
    return found["format"], streams


def first_pts_s(file, stream):
    """When the first decoded frame of stream "v:0" or "a:0" is shown or heard."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", stream, "-read_intervals", "%+#2"]
        + ["-show_entries", "frame=best_effort_timestamp_time", "-of", "csv=p=0", file],
        capture_output=True,
        check=True,
        text=True,
    )
    return float(done.stdout.split()[0].strip(","))


def decode_sound(file, rate):
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", file, "-map", "a:0", "-ac", "1", "-ar", str(rate), "-f", "f32le", "-"],
        capture_output=True,
        check=True,
    )
    return np.frombuffer(done.stdout, "<f4")


def decode_pictures(file, width, height):
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", file, "-map", "v:0", "-fps_mode", "passthrough", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"],
        capture_output=True,
        check=True,
    )
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 3)
