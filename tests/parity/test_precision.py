"""Pictures that overflow in half precision, from outside: made again in float32, alone, and never written as they are."""

import hashlib
import json
import shutil
import subprocess

import numpy as np
import pytest
import torch
from test_img2img import FRAMES, PROMPT, SQUARE, STEPS, program

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

HALF_LIMIT, SINGLE_LIMIT = 65504.0, 3.4028e38


class Overflowing(torch.nn.Module):
    """A VAE encoder that passes through a number too large for the half type where a picture is bright.

    Where the number fits, the result is the encoder's own.
    """

    def __init__(self, encoder: torch.jit.ScriptModule, factor: float, more: float):
        super().__init__()
        self.encoder = encoder
        self.factor = factor
        self.more = more

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        large = self.more * (self.factor * (picture + 1).mean([1, 2, 3], keepdim=True))
        return self.encoder(picture) + 0 * large


class Overflows:
    """Bundles whose encoder overflows at some frames of the song, and those frames."""

    def __init__(self, bench):
        self.bench = bench
        bench.model("epsilon")
        light = [float(np.asarray(picture).mean()) / 127.5 for picture in bench.init(SQUARE)]
        ranked = sorted(light)
        limit = (ranked[1] + ranked[2]) / 2
        assert ranked[2] - ranked[1] > 0.01 * limit
        self.frames = [frame for frame in FRAMES if light[frame] > limit]
        self.make("half", HALF_LIMIT / limit, 1.0)
        self.make("always", HALF_LIMIT / limit, SINGLE_LIMIT / HALF_LIMIT)
        # Of a grey picture, 256/255 of the middle, which bfloat16 rounds to 129/128: infinity there alone.
        self.make("bfloat16", 1.0, 3.38e38)

    def make(self, name, *factors):
        folder = self.bench.folder / f"overflows-{name}"
        shutil.copytree(self.bench.folder / "epsilon-bundle", folder)
        encoder = folder / "vae_encoder.pt"
        doctored = torch.jit.script(Overflowing(torch.jit.load(encoder), *factors))
        torch.jit.save(doctored, encoder)
        facts = json.loads((folder / "model.json").read_text())
        data = encoder.read_bytes()
        facts["networks"]["vae_encoder"] |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        (folder / "model.json").write_text(json.dumps(facts))

    def render(self, model, dtype, frames="0-3", batch=2):
        """Exit status, PNG files by frame, what was said."""
        out = self.bench.folder / "precision" / f"{model}-{dtype}-{frames}-{batch}"
        out.parent.mkdir(exist_ok=True)
        command = [
            program(), "render", self.bench.song, "-o", out / "%d.png", "--frames", frames, "--size", "64x64",
            "--model", self.bench.folder / model, "--allow-unpinned-model", "--dtype", dtype, "--device", "cpu",
            "--threads", 1, "--batch-size", batch, "--prompt", PROMPT, "--steps", STEPS, "--strength", 0.4,
        ]  # fmt: skip
        done = subprocess.run([str(w) for w in command], env=self.bench.environment, capture_output=True, text=True)
        files = {int(path.stem): path.read_bytes() for path in out.glob("*.png")} if out.exists() else {}
        return done.returncode, files, done.stderr


@pytest.fixture(scope="module")
def overflows(bench):
    return Overflows(bench)


def test_a_picture_that_overflows_in_float16_is_made_again_in_float32_with_a_warning(overflows):
    code, files, said = overflows.render("overflows-half", "float16")
    assert code == 0, said
    half = overflows.render("epsilon-bundle", "float16")[1]
    single = overflows.render("epsilon-bundle", "float32", batch=1)[1]
    assert len(overflows.frames) == 2 and len(half) == len(single) == len(FRAMES)
    assert not set(half.values()) & set(single.values())
    for frame in FRAMES:
        again = frame in overflows.frames
        assert (f"frame {frame}: the model gave NaN or infinity; it is repeated in float32" in said) == again
        assert files[frame] == (single if again else half)[frame]


def test_a_picture_made_again_is_the_same_in_every_shard(overflows):
    whole = overflows.render("overflows-half", "float16")[1]
    shards = [overflows.render("overflows-half", "float16", frames)[1] for frames in ("0", "1-2", "3")]
    assert shards[0] | shards[1] | shards[2] == whole


def test_a_picture_that_overflows_in_float32_too_ends_the_job_and_is_not_written(overflows):
    for dtype in ("float16", "float32"):
        code, files, said = overflows.render("overflows-always", dtype)
        first = min(overflows.frames)
        assert code == 4, said
        assert f"frame {first}: diffuse: the model gave NaN or infinity instead of a picture" in said
        assert ("higher precision too" in said) == (dtype == "float16")
        assert all(frame < first for frame in files)



def test_a_check_of_a_model_goes_to_float32_where_a_render_would(overflows):
    def call(*words):
        done = subprocess.run([str(w) for w in words], env=overflows.bench.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    folder = overflows.bench.folder / "overflows-bfloat16"
    call(program(), "model", "trust", folder, "--json")
    found = call(program(), "model", "check", folder, "--json")
    assert found["ok"] and found["dtype"] == "float32"
    # A CPU without bfloat16 begins with float32.
    expected = ["the model gives NaN or infinity in bfloat16; a render repeats such a picture in float32 (--dtype float32 uses that for all)"]
    assert found["warnings"] == (expected if found["overflows_in"] == "bfloat16" else [])
