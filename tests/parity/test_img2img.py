"""Whole pictures, from outside: `spectradiff` against diffusers' own img2img pipeline.

A song is painted to PNG frames, the same frames are diffused by `spectradiff render`, and diffusers, given the
painted frame and the same settings, must make the same picture within one code value. Planted faults on diffusers'
side show that the comparison would notice.

SPECTRADIFF_BIN names the program (default build/release/bin/spectradiff).
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import wave
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests" / "oracles")]

import export_model
import img2img as oracle
import torch
from in_process import run_main
from make_tiny_model import init_picture, make_tiny_model

# The networks are so small that a second thread only waits for the first.
torch.set_num_threads(1)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

TOLERANCE = 1  # 8-bit code values
CONTRAST = 30.0  # 8-bit standard deviation that a picture needs to be worth comparing
FRAMES = range(4)
SQUARE = (64, 64)
STEPS = 8
SEED = 1234
PROMPT = "a painting of the sea at night, stars & a red sun"
NEGATIVE = "blurry, ugly"


@dataclass(frozen=True)
class Run:
    """One call of `render`, and what diffusers is asked for."""

    model: str  # a key of MODELS
    scheduler: str
    strength: float
    guidance: float = 7.5
    eta: float = 0.0
    mode: str = "steps"
    size: tuple[int, int] = SQUARE
    batch: int = 2
    steps: int = STEPS
    negative: str = NEGATIVE

    def __str__(self):
        more = "" if self.size == SQUARE else f"-{self.size[0]}x{self.size[1]}-batch{self.batch}"
        return f"{self.model}-{self.scheduler}-s{self.strength}-g{self.guidance}-eta{self.eta}-{self.mode}-{self.steps}{more}" + (
            "" if self.negative else "-unsaid"
        )

    def request(self, **changes) -> oracle.Request:
        return replace(
            oracle.Request(
                PROMPT, self.negative, SEED, self.steps, self.strength, self.guidance, self.eta, strength_mode=self.mode
            ),
            **changes,
        )


# What make_tiny_model.py is asked for.
MODELS = {
    "epsilon": {},
    "v_prediction": {"prediction": "v_prediction"},
    "sd2": {"family": "sd2"},
    "turbo": {"family": "turbo"},
    "sdxs": {"family": "sdxs"},
    "lcm": {"family": "lcm"},
    "sdxl": {"family": "sdxl"},
    "control": {"family": "control"},
}
# Every family once; SDXL with a negative prompt unsaid, which is zeros there.
FAMILY_RUNS = [
    Run("sd2", "ddim", 1.0),
    Run("turbo", "euler", 0.5, guidance=0.0, steps=4),
    Run("sdxs", "euler", 1.0, guidance=0.0, steps=1),
    Run("lcm", "lcm", 0.5, guidance=8.5, steps=4),
    Run("sdxl", "euler", 0.75, negative=""),
]
# Hyper-SD is SD 1.x with TCD, SDXL-Turbo is SDXL with few ancestral steps.
SLOW_RUNS = [
    Run("sd2", "ddim", 0.5, guidance=1.0),
    Run("lcm", "lcm", 0.8, guidance=1.0, steps=4),
    Run("lcm", "lcm", 0.47, guidance=5.0, steps=4, mode="exact"),
    Run("sdxl", "euler", 0.5),
    Run("sdxl", "euler_ancestral", 0.5, guidance=0.0, steps=4),
    Run("epsilon", "tcd", 1.0, guidance=1.0, eta=1.0, steps=1),
    *(Run("v_prediction", name, 1.0, guidance=1.0) for name in ("heun", "dpmpp_2m", "unipc")),
    *(Run("epsilon", name, 0.47, mode="exact") for name in ("euler", "heun", "dpmpp_2m", "lcm", "tcd")),
]
RUNS = [
    *(Run("epsilon", "pndm", strength) for strength in (0.3, 0.5, 0.75, 1.0)),
    Run("epsilon", "pndm", 0.75, guidance=1.0),
    *(Run("epsilon", "ddim", strength) for strength in (0.3, 1.0)),
    Run("epsilon", "ddim", 0.5, guidance=1.0),
    Run("epsilon", "ddim", 0.75, eta=0.6),
    *(Run("epsilon", "euler_ancestral", strength) for strength in (0.3, 0.75)),
    Run("epsilon", "euler_ancestral", 1.0, guidance=1.0),
    Run("v_prediction", "pndm", 0.5),
    Run("v_prediction", "ddim", 0.75),
    Run("v_prediction", "ddim", 0.3, guidance=1.0),
    Run("v_prediction", "euler_ancestral", 0.5),
    Run("v_prediction", "euler_ancestral", 1.0, guidance=1.0),
    *(Run("epsilon", name, 0.75) for name in ("euler", "heun", "dpmpp_2m", "dpmpp_2m_karras", "unipc", "lcm")),
    Run("epsilon", "tcd", 0.75, eta=0.3),
    Run("epsilon", "ddim", 0.61, mode="exact"),
    Run("epsilon", "pndm", 0.33, mode="exact"),
    Run("v_prediction", "euler_ancestral", 0.47, mode="exact"),
    Run("epsilon", "pndm", 0.0),
    Run("epsilon", "pndm", 0.5, size=(136, 72), batch=3),
]
FAULT_RUNS = [Run("epsilon", "pndm", 0.5), Run("v_prediction", "euler_ancestral", 0.5)]


def program() -> Path:
    path = Path(os.environ.get("SPECTRADIFF_BIN", ROOT / "build" / "release" / "bin" / "spectradiff"))
    if not path.is_file():
        pytest.fail(f"there is no program at {path}; build it or set SPECTRADIFF_BIN", pytrace=False)
    return path


def write_song(path: Path, seconds: float = 0.6, rate: int = 22050) -> None:
    """A rising sweep, a falling one and a pulse: every frame sounds different."""
    t = np.arange(int(seconds * rate)) / rate
    sound = 0.4 * np.sin(2 * np.pi * (200 + 2500 * t) * t) + 0.3 * np.sin(2 * np.pi * (3000 - 3500 * t) * t)
    sound *= 0.4 + 0.6 * (np.sin(2 * np.pi * 5 * t) > 0)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes((sound * 32767).astype("<i2").tobytes())


class Bench:
    """A song, its painted frames, and the two models with their bundles."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.song = folder / "song.wav"
        self.pipelines = {}
        self.rendered = {}
        engine = ("SPECTRADIFF_ENGINE", "SPECTRADIFF_TORCH_DIR")
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SPECTRADIFF_") or k in engine}
        private = {"XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config")}
        self.environment = {**kept, **private, "OMP_NUM_THREADS": "1"}
        self.painted = {}
        write_song(self.song)

    def call(self, *command, code: int = 0) -> subprocess.CompletedProcess:
        done = subprocess.run([str(part) for part in command], env=self.environment, capture_output=True, text=True)
        assert done.returncode == code, f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def common(self, size: tuple[int, int]) -> list:
        return ["--size", f"{size[0]}x{size[1]}", "--frames", f"{FRAMES[0]}-{FRAMES[-1]}"]

    def init(self, size: tuple[int, int] = SQUARE) -> list[Image.Image]:
        """What `paint` makes of the frames: what `render` diffuses."""
        if size not in self.painted:
            folder = self.folder / f"init-{size[0]}x{size[1]}"
            self.call(program(), "paint", self.song, "-o", folder / "%05d.png", *self.common(size))
            self.painted[size] = [Image.open(folder / f"{i:05d}.png").convert("RGB") for i in FRAMES]
        return self.painted[size]

    def model(self, name: str) -> Path:
        """The diffusers folder; its bundle lies beside it."""
        source = self.folder / name
        if not source.exists():
            assert make_tiny_model(source, **MODELS[name]) > CONTRAST
            self.export(source, self.folder / f"{name}-bundle")
        return source

    def export(self, source: Path, bundle: Path, *options) -> None:
        done = run_main(export_model.main, (source, bundle, "--sizes", "64x64", *options), self.environment)
        assert done.returncode == 0, done.stderr

    def pipeline(self, run: Run):
        key = (run.model, run.scheduler)
        if key not in self.pipelines:
            self.pipelines[key] = oracle.load_pipeline(self.model(run.model), run.scheduler)
        return self.pipelines[key]

    def render(self, run: Run) -> list[np.ndarray]:
        if run not in self.rendered:
            self.model(run.model)
            out = self.folder / "out" / str(run)
            out.parent.mkdir(exist_ok=True)
            self.call(
                program(), "render", self.song, "-o", out / "%05d.png", *self.common(run.size),
                "--model", self.folder / f"{run.model}-bundle", "--dtype", "float32", "--device", "cpu",
                "--threads", 1, "--batch-size", run.batch, "--prompt", PROMPT, "--negative-prompt", run.negative,
                "--seed", SEED, "--steps", run.steps, "--strength", run.strength, "--strength-mode", run.mode,
                "--guidance", run.guidance, "--scheduler", run.scheduler, "--eta", run.eta,
            )  # fmt: skip
            assert len(list(out.glob("*.png"))) == len(FRAMES)
            self.rendered[run] = [np.asarray(Image.open(out / f"{i:05d}.png").convert("RGB")) for i in FRAMES]
        return self.rendered[run]

    def render_moved(self, frames: str, batch: int) -> dict[int, bytes]:
        """PNG files by frame, strength and guidance moved."""
        self.model("epsilon")
        out = self.folder / f"moved-{frames}-{batch}"
        self.call(
            program(), "render", self.song, "-o", out / "%d.png", "--frames", frames, "--size", "64x64",
            "--model", self.folder / "epsilon-bundle", "--dtype", "float32", "--device", "cpu", "--threads", 1,
            "--batch-size", batch, "--prompt", PROMPT, "--negative-prompt", NEGATIVE, "--steps", STEPS,
            "--strength", "0.35 + 0.1*f + 0.1*onset", "--guidance", "2 + 1.5*f",
        )  # fmt: skip
        return {int(path.stem): path.read_bytes() for path in out.glob("*.png")}

    def expect(self, run: Run, frame: int, **changes) -> np.ndarray:
        return oracle.img2img(self.pipeline(run), self.init(run.size)[frame], run.request(**changes))


def apart(one: np.ndarray, other: np.ndarray) -> int:
    assert one.shape == other.shape
    return int(np.abs(one.astype(int) - other.astype(int)).max())


@pytest.mark.parametrize(
    "run", [*RUNS, *FAMILY_RUNS, *(pytest.param(run, marks=pytest.mark.slow) for run in SLOW_RUNS)], ids=str
)
def test_pictures_equal_diffusers(bench, run):
    rendered = bench.render(run)
    for frame in FRAMES:
        expected = bench.expect(run, frame)
        assert expected.std() > CONTRAST
        assert apart(rendered[frame], expected) <= TOLERANCE, f"frame {frame}"


@pytest.mark.parametrize("fault", oracle.FAULTS)
@pytest.mark.parametrize("run", FAULT_RUNS, ids=str)
def test_a_planted_fault_exceeds_the_tolerance(bench, run, fault):
    rendered = bench.render(run)
    for frame in FRAMES:
        assert apart(rendered[frame], bench.expect(run, frame, fault=fault)) > TOLERANCE


@pytest.mark.parametrize("run", FAULT_RUNS, ids=str)
def test_a_frame_early_exceeds_the_tolerance(bench, run):
    rendered = bench.render(run)
    for frame in FRAMES[1:]:
        assert apart(rendered[frame], bench.expect(run, frame - 1)) > TOLERANCE


def test_the_songs_frames_differ(bench):
    pictures = [np.asarray(picture) for picture in bench.init()]
    assert all(apart(one, other) > 20 for one, other in zip(pictures, pictures[1:]))


def test_a_render_is_repeated_from_its_video_and_from_a_copy_of_it(bench):
    bench.model("epsilon")
    bench.environment["SPECTRADIFF_MODEL_PATH"] = str(bench.folder)
    old, copy, again = (bench.folder / name for name in ("old.mp4", "copy.mkv", "again.mp4"))
    moved = ["--prompt", PROMPT, "--steps", STEPS, "--strength", "0.4 + 0.3*onset", "--guidance", 2]
    machine = ["--device", "cpu", "--dtype", "float32", "--threads", 1]
    bundle = ["--model", bench.folder / "epsilon-bundle"]
    bench.call(program(), "render", bench.song, "-o", old, *bench.common(SQUARE), *bundle, *moved, *machine)
    bench.call("ffmpeg", "-v", "error", "-i", old, "-c", "copy", copy)
    for source in (old, copy):
        bench.call(program(), "render", bench.song, "-y", "-o", again, "--from", source, *machine)
        assert again.read_bytes() == old.read_bytes()


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_frames_of_moved_strength_and_guidance_are_the_same_alone_in_batches_and_in_shards(bench, batch):
    whole = bench.render_moved("0-3", batch)
    assert sorted(whole) == [0, 1, 2, 3] and len(set(whole.values())) == 4
    shards = bench.render_moved("0", batch) | bench.render_moved("1-2", batch) | bench.render_moved("3", batch)
    assert shards == whole


@pytest.mark.parametrize("scheduler", [name for name, kind in oracle.SCHEDULERS.items() if kind in oracle.EXACT])
@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
def test_oracle_of_exact_strength_equals_the_pipeline_on_the_pipelines_timesteps(
    tmp_path_factory, monkeypatch, scheduler, prediction
):
    """The float64 updates are diffusers' own: on the same timesteps they make the pipeline's picture."""
    folder = tmp_path_factory.getbasetemp() / f"exact-{prediction}"
    if not folder.exists():
        make_tiny_model(folder, prediction=prediction)
    pipeline = oracle.load_pipeline(folder, scheduler)
    kind = type(pipeline.scheduler)
    pipeline.scheduler = kind.from_config(pipeline.scheduler.config, timestep_spacing="leading")
    pipeline.scheduler.set_timesteps(STEPS)
    timesteps = list(dict.fromkeys(int(t) for t in pipeline.scheduler.timesteps))
    monkeypatch.setattr(oracle, "exact_timesteps", lambda *_: timesteps)
    init = init_picture(*SQUARE, 11)
    eta = 0.5 if scheduler == "ddim" else 0.0
    request = oracle.Request(PROMPT, NEGATIVE, SEED, STEPS, strength=1.0, eta=eta)
    expected = oracle.img2img(pipeline, init, request)
    assert expected.std() > CONTRAST
    assert apart(oracle.img2img(pipeline, init, replace(request, strength_mode="exact")), expected) <= TOLERANCE


def between(one: torch.Tensor, other: torch.Tensor, weight: float, blend: str) -> torch.Tensor:
    if blend == "lerp":
        return (1 - weight) * one + weight * other
    a, b = one.double().flatten(), other.double().flatten()
    angle = torch.arccos(a.dot(b) / (a.norm() * b.norm()))
    return ((torch.sin((1 - weight) * angle) * one + torch.sin(weight * angle) * other) / torch.sin(angle)).float()


@pytest.mark.parametrize("blend", ["lerp", "slerp"])
def test_a_frame_between_two_prompts_equals_diffusers_with_mixed_embeddings(bench, blend):
    """The schedule's frames, alone and in batches, are what diffusers makes of the mixed embeddings."""
    run, negatives = Run("epsilon", "ddim", 0.75, guidance=4.0), (NEGATIVE, "grey")
    prompts = (PROMPT, "a forest in spring")
    bench.model(run.model)
    keys = [{"at": f"{4 * i}f", "prompt": prompts[i], "negative": negatives[i]} for i in range(2)]
    (bench.folder / "prompts.json").write_text(json.dumps(keys))
    rendered = {}
    for name, frames, batch in (("together", "0-3", 2), ("alone", "3", 2), ("one-by-one", "0-3", 1)):
        out = bench.folder / "mixed" / blend / name
        out.parent.mkdir(parents=True, exist_ok=True)
        bench.call(
            program(), "render", bench.song, "-o", out / "%05d.png", "--size", "64x64", "--frames", frames,
            "--model", bench.folder / f"{run.model}-bundle", "--dtype", "float32", "--device", "cpu", "--threads", 1,
            "--batch-size", batch, "--prompts", bench.folder / "prompts.json", "--prompt-blend", blend,
            "--seed", SEED, "--steps", STEPS, "--strength", run.strength, "--guidance", run.guidance,
            "--scheduler", run.scheduler,
        )  # fmt: skip
        rendered[name] = {int(file.stem): np.asarray(Image.open(file).convert("RGB")) for file in out.glob("*.png")}
    assert (rendered["alone"][3] == rendered["together"][3]).all()

    pipeline = bench.pipeline(run)
    encode = pipeline.encode_prompt
    for frame in FRAMES:
        ends = [encode(prompts[i], "cpu", 1, True, negatives[i]) for i in range(2)]
        mixed = tuple(between(one, other, frame / 4, blend) for one, other in zip(*ends))
        with mock.patch.object(pipeline, "encode_prompt", lambda *_, mixed=mixed, **__: mixed):
            expected = bench.expect(run, frame)
        assert expected.std() > CONTRAST
        for pictures in (rendered["together"], rendered["one-by-one"]):
            assert apart(pictures[frame], expected) <= TOLERANCE, f"frame {frame}"
        if frame > 0:
            assert apart(rendered["together"][frame], bench.expect(run, frame)) > TOLERANCE


def test_a_vae_that_overflows_in_float16_runs_in_float32_there(bench):
    """At strength 0 there is nothing but the VAE: such a model then gives float32's own bytes."""
    bench.model("epsilon")
    upcast = bench.folder / "upcast-bundle"
    shutil.copytree(bench.folder / "epsilon-bundle", upcast)
    facts = json.loads((upcast / "model.json").read_text())
    facts["latent"]["force_upcast"] = True
    (upcast / "model.json").write_text(json.dumps(facts))
    pictures = {}
    (bench.folder / "upcast").mkdir()
    for model, dtype in (("epsilon", "float32"), ("epsilon", "float16"), ("upcast", "float16")):
        out = bench.folder / "upcast" / f"{model}-{dtype}"
        bench.call(
            program(), "render", bench.song, "-o", out / "%d.png", "--frames", "0",
            "--size", "64x64", "--model", bench.folder / f"{model}-bundle", "--allow-unpinned-model", "--strength", 0,
            "--dtype", dtype, "--device", "cpu", "--threads", 1, "--batch-size", 1,
        )  # fmt: skip
        pictures[model, dtype] = (out / "0.png").read_bytes()
    assert pictures["upcast", "float16"] == pictures["epsilon", "float32"] != pictures["epsilon", "float16"]


def changed_bundle(bench, name: str, file: str, data: bytes) -> Path:
    """A copy of the epsilon bundle with another network and the hashes for it."""
    bench.model("epsilon")
    folder = bench.folder / name
    shutil.copytree(bench.folder / "epsilon-bundle", folder)
    (folder / file).write_bytes(data)
    facts = json.loads((folder / "model.json").read_text())
    facts["networks"][Path(file).stem] |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    (folder / "model.json").write_text(json.dumps(facts))
    return folder


def test_a_model_is_checked_with_one_step_and_its_times_and_memory_are_told(bench):
    bench.model("epsilon")
    told = json.loads(bench.call(program(), "model", "check", bench.folder / "epsilon-bundle", "--json").stdout)
    assert told["ok"] and told["size"] == [64, 64] and told["batch_size"] == 1
    assert told["overflows_in"] is None and told["warnings"] == []
    assert 0 < told["load_s"] and 0 < told["one_step_s"] and 10 < told["loaded_mb"] <= told["peak_mb"]
    assert told["model"]["trust"] == "trusted by the user" and "TorchScript" in told["engine"]


def test_a_network_of_a_newer_torch_is_refused_naming_the_versions(bench):
    bench.model("epsilon")
    buffer = io.BytesIO()
    with zipfile.ZipFile(bench.folder / "epsilon-bundle" / "denoiser.pt") as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"999\n" if name.endswith("/version") else old.read(name))
    later = changed_bundle(bench, "later-bundle", "denoiser.pt", buffer.getvalue())
    bench.call(program(), "model", "trust", later)
    done = bench.call(program(), "model", "check", later, code=4)
    assert f"exported with torch {torch.__version__.split('+')[0]}, does not load with libtorch" in done.stderr
    assert "999" in done.stderr


def test_a_batch_loads_a_model_once_for_the_jobs_that_share_it(bench):
    bench.model("epsilon")
    jobs = [{"audio": str(bench.song), "output": str(bench.folder / f"job-{i}.mp4"), "strength": s} for i, s in enumerate((0.3, 0.6))]
    jobs.insert(1, {"audio": str(bench.song), "output": str(bench.folder / "painted.mp4"), "diffusion": False})
    (bench.folder / "jobs.json").write_text(json.dumps(jobs))
    done = subprocess.run(
        [str(word) for word in (
            program(), "batch", bench.folder / "jobs.json", "--json", "--model", bench.folder / "epsilon-bundle",
            "--size", "64x64", "--frames", "0-1", "--steps", 4, "--prompt", PROMPT, "--device", "cpu",
        )],
        env=bench.environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(event["job"], event["loaded"]) for event in events if event["event"] == "model"] == [("0", True), ("2", False)]
