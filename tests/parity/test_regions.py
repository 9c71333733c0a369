"""Parts of the picture that are told prompts of their own: `spectradiff` against diffusers' img2img pipeline whose denoiser's
outputs are blended by masks (as MultiDiffusion does, Bar-Tal and others 2023), written here in NumPy."""

import contextlib
from unittest import mock

import numpy as np
import pytest
import torch
from PIL import Image
from test_img2img import CONTRAST, FRAMES, NEGATIVE, PROMPT, SEED, SQUARE, STEPS, TOLERANCE, Run, apart, program

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

TOLD = {"bottom": ("a field of red poppies, noon", 0.75), "left": ("ice | snow", 1.0)}
CELLS = SQUARE[0] // 8


def smooth(start, end, at):
    share = np.clip((at - start) / (end - start), 0, 1)
    return share * share * (3 - 2 * share)


def masks():
    y, x = (np.indices((CELLS, CELLS)) + 0.5) / CELLS
    return {"bottom": smooth(0.25, 0.75, y), "left": 1 - smooth(0.25, 0.75, x)}


def shares():
    """Of what the whole picture is told, and of every region: [CELLS][CELLS], 1 together."""
    own = [TOLD[name][1] * mask for name, mask in masks().items()]
    most = np.maximum(sum(own), 1)
    return [1 - np.minimum(sum(own), 1), *(part / most for part in own)]


@contextlib.contextmanager
def blended(pipeline, parts):
    """The denoiser's output is that of every text by its share; the negative prompt's is everywhere the same."""
    right = pipeline.unet.forward
    texts = [pipeline.encode_prompt(text, torch.device("cpu"), 1, False)[0] for text, _ in TOLD.values()]
    maps = [torch.from_numpy(part.astype(np.float32)) for part in parts]

    def forward(sample, timestep, encoder_hidden_states, *args, **more):
        call = lambda told: right(sample, timestep, told, *args, **more)
        first = call(encoder_hidden_states)
        outputs = [first[0], *(call(torch.cat([encoder_hidden_states[:-1], text]))[0] for text in texts)]
        return (sum(part * output for part, output in zip(maps, outputs)), *first[1:])

    with mock.patch.object(pipeline.unet, "forward", forward):
        yield


def render(bench, run, out, *more):
    bench.model(run.model)
    bench.call(
        program(), "render", bench.song, "-o", bench.folder / out / "%05d.png", *bench.common(run.size),
        "--model", bench.folder / f"{run.model}-bundle", "--dtype", "float32", "--device", "cpu", "--threads", 1,
        "--batch-size", run.batch, "--prompt", PROMPT, "--negative-prompt", NEGATIVE, "--seed", SEED, "--steps", STEPS,
        "--strength", run.strength, "--guidance", run.guidance, "--scheduler", run.scheduler, *more,
    )  # fmt: skip
    return [np.asarray(Image.open(bench.folder / out / f"{frame:05d}.png").convert("RGB")) for frame in FRAMES]


@pytest.mark.parametrize(
    "run",
    [Run("epsilon", "ddim", 0.75), Run("epsilon", "pndm", 1.0, guidance=1.0), Run("v_prediction", "euler_ancestral", 0.75)],
    ids=str,
)
def test_pictures_equal_diffusers_with_blended_outputs(bench, run):
    prompts = " | ".join(f"{name}={text}".replace("ice |", "ice \\|") for name, (text, _) in TOLD.items())
    amounts = ",".join(f"{name}={amount}" for name, (_, amount) in TOLD.items() if amount != 1)
    words = ["--region-prompts", prompts, "--region-amounts", amounts]
    pictures = render(bench, run, f"regions-{run}", *words)
    whole = bench.render(run)
    others = shares()
    others[1], others[2] = others[2], others[1]
    for frame in FRAMES:
        with blended(bench.pipeline(run), shares()):
            expected = bench.expect(run, frame)
        assert expected.std() > CONTRAST
        assert apart(pictures[frame], expected) <= TOLERANCE, f"frame {frame}"
        assert apart(pictures[frame], whole[frame]) > 2 * TOLERANCE
        with blended(bench.pipeline(run), others):
            assert apart(pictures[frame], bench.expect(run, frame)) > TOLERANCE
