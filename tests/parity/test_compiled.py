"""Compiled code beside TorchScript, from outside: the same pictures, the same bytes of a frame however it is rendered."""

import json
import sys

import numpy as np
import pytest
from PIL import Image
from test_img2img import CONTRAST, FRAMES, NEGATIVE, PROMPT, ROOT, TOLERANCE, apart, make_tiny_model, program

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")]


class Compiled:
    """One bundle of both kinds, compiled for 64x64 in batches of 2."""

    def __init__(self, bench):
        self.bench = bench
        self.bundle = bench.folder / "compiled-bundle"
        self.facts = self.bundle / "model.json"
        source = bench.folder / "compiled"
        assert make_tiny_model(source) > CONTRAST
        bench.call(
            sys.executable, ROOT / "scripts" / "export_model.py", source, self.bundle, "--sizes", "64x64",
            "--format", "aoti", "--batch-size", 2, "--compile-dtype", "float32",
        )  # fmt: skip

    def render(self, name, *more, frames=f"{FRAMES[0]}-{FRAMES[-1]}", size="64x64", batch=2, dtype="float32"):
        """The engine's name, what was said, and the files by frame."""
        out = self.bench.folder / "compiled-out" / name
        out.parent.mkdir(exist_ok=True)
        done = self.bench.call(
            program(), "render", self.bench.song, "-o", out / "%d.png", "--frames", frames, "--size", size, "--json",
            "--model", self.bundle, "--dtype", dtype, "--device", "cpu", "--threads", 1, "--prompt", PROMPT,
            "--negative-prompt", NEGATIVE, "--steps", 4, "--strength", 0.6, "--batch-size", batch, *more,
        )  # fmt: skip
        events = [json.loads(line) for line in done.stdout.splitlines()]
        engine = next(event["engine"] for event in events if event["event"] == "model")
        return engine, done.stderr, {int(path.stem): path for path in out.iterdir()}

    def without_code(self):
        """TorchScript's pictures, from a bundle that names no compiled code."""
        facts = json.loads(self.facts.read_text())
        kept = self.facts.read_bytes()
        del facts["compiled"]
        self.facts.write_text(json.dumps(facts))
        try:
            return self.render("plain", "--allow-unpinned-model")
        finally:
            self.facts.write_bytes(kept)


@pytest.fixture(scope="module")
def compiled(bench):
    return Compiled(bench)


def test_compiled_code_gives_torchscripts_pictures(compiled):
    plain_engine, _, plain = compiled.without_code()
    engine, _, pictures = compiled.render("compiled")
    assert "TorchScript" in plain_engine and engine.endswith("compiled")
    for frame in FRAMES:
        one, other = (np.asarray(Image.open(files[frame]).convert("RGB")) for files in (plain, pictures))
        assert one.std() > CONTRAST and apart(one, other) <= TOLERANCE


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
