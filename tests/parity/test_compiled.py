"""Compiled code beside TorchScript, from outside: the same pictures, the same bytes of a frame however it is rendered."""

import dataclasses
import hashlib
import json
import shutil
import zipfile

import numpy as np
import pytest
from PIL import Image
from test_img2img import CONTRAST, FRAMES, NEGATIVE, PROMPT, TOLERANCE, apart, init_picture, program

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")]


@dataclasses.dataclass(frozen=True)
class Job:
    """A model of MODELS, and what it is compiled for beside 64x64."""

    model: str = "epsilon"
    batch: int = 2
    dtype: str = "float32"
    options: tuple = ("--steps", 4, "--strength", 0.6)  # of its renders

    def __str__(self):
        return f"{self.model}-{self.batch}-{self.dtype}"


class Compiled:
    """One bundle of both kinds."""

    def __init__(self, bench, job):
        self.bench = bench
        self.job = job
        self.bundle = bench.folder / f"compiled-{job}"
        self.facts = self.bundle / "model.json"
        compile = ("--format", "aoti", "--batch-size", job.batch, "--compile-dtype", job.dtype)
        bench.export(bench.model(job.model), self.bundle, *compile)

    def render(self, name, *more, frames=f"{FRAMES[0]}-{FRAMES[-1]}", size="64x64", batch=None, dtype=None):
        """The engine's name, what was said, and the files by frame."""
        out = self.bench.folder / "compiled-out" / f"{self.job}-{name}"
        out.parent.mkdir(exist_ok=True)
        done = self.bench.call(
            program(), "render", self.bench.song, "-o", out / "%d.png", "--frames", frames, "--size", size, "--json",
            "--model", self.bundle, "--dtype", dtype or self.job.dtype, "--device", "cpu", "--threads", 1,
            "--negative-prompt", NEGATIVE, "--batch-size", batch or self.job.batch, *self.job.options,
            *(() if "--prompt" in more else ("--prompt", PROMPT)), *more,
        )  # fmt: skip
        events = [json.loads(line) for line in done.stdout.splitlines()]
        engine = next(event["engine"] for event in events if event["event"] == "model")
        return engine, done.stderr, {int(path.stem): path for path in out.glob("*.png")}

    def without_code(self, name="plain", *more, **job):
        """TorchScript's pictures, from a bundle that names no compiled code."""
        facts = json.loads(self.facts.read_text())
        kept = self.facts.read_bytes()
        del facts["compiled"]
        self.facts.write_text(json.dumps(facts))
        try:
            return self.render(name, "--allow-unpinned-model", *more, **job)
        finally:
            self.facts.write_bytes(kept)


def pictures_of(files):
    return [np.asarray(Image.open(files[frame]).convert("RGB")) for frame in FRAMES]


@pytest.fixture(scope="module")
def compiled(bench):
    return Compiled(bench, Job())


def test_compiled_code_gives_torchscripts_pictures(compiled):
    plain_engine, _, plain = compiled.without_code()
    engine, _, files = compiled.render("compiled")
    assert "TorchScript" in plain_engine and engine.endswith("compiled")
    for one, other in zip(pictures_of(plain), pictures_of(files)):
        assert one.std() > CONTRAST and apart(one, other) <= TOLERANCE


# With and without guidance, of every batch; no other family calls a network with inputs of its own.
FAMILIES = [
    Job("sdxl", 2, options=("--steps", 4, "--strength", 0.75, "--guidance", 5)),
    Job("lcm", 1, options=("--steps", 4, "--strength", 0.5, "--guidance", 8.5)),
    Job("control", 3, options=("--steps", 4, "--strength", 0.75, "--control-weight", 0.8)),
    Job("sdxs", 2, "bfloat16", ("--steps", 1, "--strength", 1.0, "--guidance", 0)),
]


@pytest.mark.parametrize("job", FAMILIES, ids=str)
def test_compiled_code_of_every_family_gives_torchscripts_pictures_and_leaves_long_prompts_to_it(bench, job):
    if job.model == "control":
        edges = bench.folder / "compiled-edges.png"
        init_picture(64, 64, 5).save(edges)
        job = dataclasses.replace(job, options=(*job.options, "--control-image", edges))
    compiled = Compiled(bench, job)
    engine, said, files = compiled.render("compiled")
    assert engine.endswith("compiled") and "warning" not in said
    plain, made = pictures_of(compiled.without_code()[2]), pictures_of(files)
    assert min(picture.std() for picture in plain) > CONTRAST
    if job.dtype == "float32":
        assert max(map(apart, plain, made)) <= TOLERANCE
    else:  # where both round, one is no further from float32 than the other
        right = pictures_of(compiled.without_code("wide", dtype="float32")[2])
        rough, found = (np.abs(np.subtract(one, right, dtype=float)).mean() for one in (plain, made))
        assert 0 < found < 1.25 * rough
    long = ("--long-prompts", "chunk", "--prompt", " ".join([PROMPT] * 8))
    engine, said, files = compiled.render("long", *long)
    assert engine.endswith("compiled") and "denoiser.pt2" in said and "by a long prompt" in said
    plain = pictures_of(compiled.without_code("plain-long", *long)[2])
    tolerance = TOLERANCE if job.dtype == "float32" else 30
    assert max(map(apart, plain, pictures_of(files))) <= tolerance


def test_a_frame_of_compiled_code_has_the_same_bytes_alone_and_in_shards(compiled):
    _, _, together = compiled.render("together")
    for frames in ("0", "1", "3", "2-3"):
        _, _, some = compiled.render(f"some-{frames}", frames=frames)
        for frame, path in some.items():
            assert path.read_bytes() == together[frame].read_bytes()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"size": "128x64"}, "it is for 64x64 in batches of 2, this is 128x64"),
        ({"batch": 1}, "this is 64x64 in batches of 1"),
        ({"dtype": "bfloat16"}, "--dtype float32"),
    ],
)
def test_another_job_runs_torchscript_and_says_so(compiled, change, words):
    engine, said, _ = compiled.render("-".join(map(str, change)), **change)
    assert "TorchScript" in engine and words in said


def test_compiled_code_is_hashed_checked_and_trusted_like_the_networks(compiled):
    check = (program(), "model", "check", compiled.bundle)
    told = json.loads(compiled.bench.call(*check, "--json").stdout)
    assert told["engine"].endswith("compiled") and told["batch_size"] == 2 and told["model"]["compiled"]["dtype"] == "float32"
    package = compiled.bundle / "denoiser.pt2"
    kept = package.read_bytes()
    package.write_bytes(kept[:5000] + bytes([kept[5000] ^ 1]) + kept[5001:])
    try:
        assert "denoiser.pt2" in compiled.bench.call(*check, code=4).stderr
        package.unlink()
        assert "denoiser.pt2, is missing" in compiled.bench.call(*check, code=4).stderr
    finally:
        package.write_bytes(kept)
    trusted = compiled.bench.folder / "data/spectradiff/trusted-models"
    kept = trusted.read_text()
    trusted.write_text("")
    try:
        assert "no trust list" in compiled.bench.call(*check, code=4).stderr
    finally:
        trusted.write_text(kept)


def test_compiled_code_that_does_not_load_is_refused_with_the_batch_size_that_goes_on(compiled):
    bundle = compiled.bench.folder / "compiled-junk"
    shutil.copytree(compiled.bundle, bundle)
    package = bundle / "denoiser.pt2"
    with zipfile.ZipFile(package, "w") as archive:
        for name, text in (("archive_format", "pt2"), ("data/aotinductor/model/junk.txt", "no code")):
            archive.writestr(f"denoiser/{name}", text)
    text = compiled.facts.read_text()
    was, now = (hashlib.sha256((folder / "denoiser.pt2").read_bytes()).hexdigest() for folder in (compiled.bundle, bundle))
    sizes = [f'"bytes": {(folder / "denoiser.pt2").stat().st_size}' for folder in (compiled.bundle, bundle)]
    assert was in text and sizes[0] in text
    (bundle / "model.json").write_text(text.replace(was, now).replace(*sizes))
    render = (program(), "render", compiled.bench.song, "--model", bundle, "--allow-unpinned-model", "--size", "64x64",
              "--frames", "0", "--dtype", "float32", "--device", "cpu", *compiled.job.options)  # fmt: skip
    out = compiled.bench.folder / "compiled-out"
    refused = compiled.bench.call(*render, "-o", out / "junk-%d.png", code=4).stderr
    assert "does not load" in refused and "--batch-size other than 2" in refused
    compiled.bench.call(*render, "--batch-size", 1, "-o", out / "junk-%d.png")
