"""Frames that see an anchor's attention, from outside: `spectradiff` against diffusers whose self-attention is patched.

The oracle knows nothing of the bundle: diffusers' pipeline makes the anchor's picture while every self-attention layer
notes what comes in; then it makes the frame, and each layer mixes what diffusers' own processor gives with what it gives
when keys and values are made of the anchor's notes of the same step.
"""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers.models.attention_processor import AttnProcessor2_0
from PIL import Image
from safetensors.torch import load_file, save_file
from test_img2img import (
    CONTRAST, FRAMES, NEGATIVE, PROMPT, SEED, SQUARE, TOLERANCE, Run, apart, init_picture, program,
)  # fmt: skip

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

SONG_FRAMES = 9  # 0.6 s at 15 frames a second: one section, whose middle is frame 4
ANCHOR = 4
LIVELY = "-lively"  # a tiny model whose self-attention looks here and there, and is heard
RUN = Run("epsilon" + LIVELY, "ddim", 0.75, guidance=4.0)


class Noting(AttnProcessor2_0):
    def __init__(self, notes):
        super().__init__()
        self.notes = notes

    def __call__(self, attn, hidden_states, *_, **__):
        self.notes.append(hidden_states)
        return super().__call__(attn, hidden_states)


class Seeing(AttnProcessor2_0):
    """to_out is linear with a bias: mixing what it gives is mixing what it is given."""

    def __init__(self, notes, share):
        super().__init__()
        self.notes = list(notes)
        self.share = share

    def __call__(self, attn, hidden_states, *_, **__):
        own = super().__call__(attn, hidden_states)
        seen = super().__call__(attn, hidden_states, encoder_hidden_states=self.notes.pop(0))
        return (1 - self.share) * own + self.share * seen


class Coherence:
    def __init__(self, bench):
        self.bench = bench
        self.paintings = {}

    def source(self, model):
        """The folder of a tiny model. As random networks are made, their attention is nearly even everywhere."""
        folder = self.bench.folder / model
        if model.endswith(LIVELY) and not folder.exists():
            shutil.copytree(self.bench.model(model.removesuffix(LIVELY)), folder)
            (file,) = (folder / "unet").glob("*.safetensors")
            weights = load_file(file)
            for key, value in weights.items():
                if ".attn1." in key:
                    weights[key] = value * (8.0 if "to_q" in key else 3.0 if "to_v" in key else 1.0)
            save_file(weights, file)
        return self.bench.model(model)

    def bundle(self, model, *options):
        self.source(model)
        folder = self.bench.folder / f"{model}-banked"
        if not folder.exists():
            self.bench.export(self.bench.folder / model, folder, "--attention-bank", *options)
        return folder

    def plain_bundle(self):
        folder = self.bench.folder / "lively-plain"
        if not folder.exists():
            self.bench.export(self.source(RUN.model), folder)
        return folder

    def painting(self, frame):
        out = self.bench.folder / "paintings"
        if not out.exists():
            self.bench.call(
                program(),
                "paint",
                self.bench.song,
                "-o",
                out / "%05d.png",
                "--size",
                "64x64",
            )
            assert len(list(out.glob("*.png"))) == SONG_FRAMES
        return Image.open(out / f"{frame:05d}.png").convert("RGB")

    def command(self, run, out, *more, frames="0-3", bundle=None):
        return [
            program(), "render", self.bench.song, "-o", out / "%05d.png", "--size", "64x64", "--frames", frames,
            "--model", bundle or self.bundle(run.model), "--dtype", "float32", "--device", "cpu", "--threads", 1,
            "--batch-size", run.batch, "--prompt", PROMPT, "--negative-prompt", NEGATIVE, "--seed", SEED,
            "--steps", run.steps, "--strength", run.strength, "--strength-mode", run.mode, "--guidance", run.guidance,
            "--scheduler", run.scheduler, *more,
        ]  # fmt: skip

    def render(self, name, run, *more, **options):
        """PNG files by frame."""
        out = self.bench.folder / "coherent" / name
        out.parent.mkdir(exist_ok=True)
        self.bench.call(*self.command(run, out, *more, **options))
        return {int(path.stem): path for path in out.glob("*.png")}

    def refusal(self, run, *more, **options):
        command = [str(word) for word in self.command(run, self.bench.folder / "refused", *more, **options)]
        done = subprocess.run(command, env=self.bench.environment, capture_output=True, text=True)
        assert not (self.bench.folder / "refused").exists() and done.stdout == ""
        return done.returncode, done.stderr

    def layers(self, run):
        unet = self.bench.pipeline(run).unet
        return {name: module for name, module in unet.named_modules() if name.endswith(".attn1")}

    def notes(self, run, picture):
        """What comes into each layer while the anchor is made, call by call."""
        notes = {name: [] for name in self.layers(run)}
        for name, layer in self.layers(run).items():
            layer.set_processor(Noting(notes[name]))
        try:
            self.diffused(run, picture)
        finally:
            self.restore(run)
        return notes

    def expect(self, run, frame, share, notes):
        for name, layer in self.layers(run).items():
            layer.set_processor(Seeing(notes[name], share))
        try:
            return self.diffused(run, self.painting(frame))
        finally:
            self.restore(run)

    def diffused(self, run, picture):
        import img2img as oracle

        return oracle.img2img(self.bench.pipeline(run), picture, run.request())

    def restore(self, run):
        for layer in self.layers(run).values():
            layer.set_processor(AttnProcessor2_0())


@pytest.fixture(scope="module")
def coherence(bench):
    return Coherence(bench)


def pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


@pytest.mark.parametrize(
    ("run", "share"),
    [
        (RUN, 1.0),
        (replace(RUN, guidance=1.0, scheduler="euler", strength=0.5), 0.6),
        (replace(RUN, scheduler="pndm", mode="exact", strength=0.61), 0.8),
        (Run("turbo" + LIVELY, "euler", 0.5, guidance=0.0, steps=4), 0.7),
        (Run("lcm" + LIVELY, "lcm", 0.5, guidance=8.5, steps=4), 0.7),
    ],
    ids=str,
)
def test_frames_that_see_the_anchor_equal_diffusers_with_patched_attention(coherence, run, share):
    rendered = coherence.render(f"{run}-{share}", run, "--coherence", share)
    notes = coherence.notes(run, coherence.painting(ANCHOR))
    for frame in FRAMES:
        found, expected = (
            pixels(rendered[frame]),
            coherence.expect(run, frame, share, notes),
        )
        assert expected.std() > CONTRAST / 2
        assert apart(found, expected) <= TOLERANCE, f"frame {frame}"
        # What must not be taken for it: no anchor, another share.
        assert apart(found, coherence.expect(run, frame, 0.0, notes)) > TOLERANCE
        assert apart(found, coherence.expect(run, frame, share - 0.2, notes)) > TOLERANCE
    wrong = coherence.notes(run, coherence.painting(ANCHOR - 3))
    assert apart(pixels(rendered[3]), coherence.expect(run, 3, share, wrong)) > TOLERANCE


@torch.no_grad()
def test_a_reference_is_noised_to_each_step(coherence):
    """As "reference-only": its latents and one noise, at each step's level, through the U-Net."""
    run = replace(RUN, scheduler="ddim", guidance=4.0)
    picture = init_picture(*SQUARE, 77)
    picture.save(coherence.bench.folder / "reference.png")
    rendered = coherence.render(
        "reference",
        run,
        "--coherence",
        0.9,
        "--reference",
        coherence.bench.folder / "reference.png",
    )
    pipeline = coherence.bench.pipeline(run)
    generator = torch.Generator().manual_seed(SEED)
    image = pipeline.image_processor.preprocess(picture)
    latents = pipeline.vae.encode(image).latent_dist.sample(generator) * pipeline.vae.config.scaling_factor
    noise = torch.randn(latents.shape, generator=generator)
    positive, negative = pipeline.encode_prompt(PROMPT, torch.device("cpu"), 1, True, negative_prompt=NEGATIVE)
    pipeline.scheduler.set_timesteps(run.steps)
    timesteps = pipeline.scheduler.timesteps[run.steps - int(run.steps * run.strength) :]
    notes = {name: [] for name in coherence.layers(run)}
    for name, layer in coherence.layers(run).items():
        layer.set_processor(Noting(notes[name]))
    for timestep in timesteps:
        noisy = pipeline.scheduler.add_noise(latents, noise, timestep[None])
        pipeline.unet(torch.cat([noisy, noisy]), timestep, torch.cat([negative, positive]))
    coherence.restore(run)
    for frame in FRAMES:
        expected = coherence.expect(run, frame, 0.9, notes)
        assert apart(pixels(rendered[frame]), expected) <= TOLERANCE, f"frame {frame}"
        assert apart(pixels(rendered[frame]), coherence.expect(run, frame, 0.0, notes)) > TOLERANCE


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_off_is_byte_equal_to_a_bundle_without_a_bank(coherence, dtype):
    def render(name, *more, **options):
        return [
            path.read_bytes() for _, path in sorted(coherence.render(f"{name}-{dtype}", RUN, "--dtype", dtype, *more, **options).items())
        ]

    plain = render("plain", bundle=coherence.plain_bundle())
    assert render("off") == plain
    # Frames whose share is 0 beside others that see the anchor.
    moved = render("partly", "--coherence", "f < 2 ? 0 : 1")
    assert moved[:2] == plain[:2] and moved[2:] != plain[2:]


@pytest.mark.parametrize("batch", [1, 3])
def test_frames_are_the_same_alone_in_batches_and_in_parts(coherence, batch):
    run = replace(RUN, batch=batch)

    def render(frames):
        more = ("--coherence", "0.2 + 0.2*f", "--strength", "0.5 + 0.1*f")
        rendered = coherence.render(f"moved-{batch}-{frames}", replace(run, mode="exact"), *more, frames=frames)
        return {frame: path.read_bytes() for frame, path in rendered.items()}

    whole = render("0-3")
    assert len(set(whole.values())) == 4
    assert render("0") | render("1-2") | render("3") == whole


def test_a_model_without_a_bank_and_a_wrong_share_are_refused(coherence):
    plain = coherence.plain_bundle()
    for given in (
        ("--coherence", 0.5),
        ("--coherence", "onset"),
        ("--reference", coherence.bench.song),
    ):
        code, message = coherence.refusal(RUN, *given, bundle=plain)
        assert code == 4 and "--attention-bank" in message and "lively-plain" in message, message
    code, message = coherence.refusal(RUN, "--coherence", 1.5)
    assert code == 2 and "coherence" in message
    code, message = coherence.refusal(RUN, "--coherence", 1, "--reference", coherence.bench.folder / "nowhere.png")
    assert code == 3 and "nowhere.png" in message
