"""Weighted and long prompts, from outside: `spectradiff` against diffusers with embeddings made by hand."""

import subprocess
from unittest import mock

import numpy as np
import pytest
import torch
from PIL import Image
from test_img2img import CONTRAST, FRAMES, SEED, STEPS, TOLERANCE, Run, apart, program

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

ROOM = 75
WEIGHTED = "a (quiet:1.4) sea at [night], ((neon)) lights (and \\(red\\) stars:0.5)"
WEIGHTED_PARTS = [
    ("a ", 1.0), ("quiet", 1.4), (" sea at ", 1.0), ("night", 1 / 1.1), (", ", 1.0), ("neon", 1.1 * 1.1),
    (" lights ", 1.0), ("and (red) stars", 0.5),
]  # fmt: skip
LONG = ", ".join(f"the {colour} sea at night" for colour in ("red", "blue", "green", "violet", "golden") * 3)
NEGATIVE = "blurry, grey"
RUN = Run("epsilon", "ddim", 0.75, guidance=5.0)


@torch.no_grad()
def embedding(pipeline, parts, chunks=1):
    """Tokens of all parts in a row, in chunks of 75 with begin and end, each weighted and brought back to its mean."""
    tokenizer = pipeline.tokenizer
    ids, weights = [], []
    for text, weight in parts:
        found = tokenizer(text, add_special_tokens=False).input_ids
        ids += found
        weights += [weight] * len(found)
    made = []
    for i in range(chunks):
        some, heavy = ids[i * ROOM : (i + 1) * ROOM], weights[i * ROOM : (i + 1) * ROOM]
        padding = ROOM - len(some)
        row = [tokenizer.bos_token_id, *some, tokenizer.eos_token_id, *[tokenizer.pad_token_id] * padding]
        text = pipeline.text_encoder(torch.tensor([row])).last_hidden_state
        weighted = text * torch.tensor([1.0, *heavy, *[1.0] * (padding + 1)])[None, :, None]
        made.append(weighted * (text.mean() / weighted.mean()))
    return torch.cat(made, dim=1)


def render(bench, name, prompt, *more, frames=f"{FRAMES[0]}-{FRAMES[-1]}", batch=2, negative=NEGATIVE):
    """Pictures by frame, and what was said."""
    bench.model(RUN.model)
    out = bench.folder / "read" / name
    out.parent.mkdir(exist_ok=True)
    command = [
        program(), "render", bench.song, "-o", out / "%05d.png", "--size", "64x64", "--frames", frames,
        "--model", bench.folder / f"{RUN.model}-bundle", "--dtype", "float32", "--device", "cpu", "--threads", 1,
        "--batch-size", batch, "--prompt", prompt, "--negative-prompt", negative, "--seed", SEED, "--steps", STEPS,
        "--strength", RUN.strength, "--guidance", RUN.guidance, "--scheduler", RUN.scheduler, *more,
    ]  # fmt: skip
    done = subprocess.run([str(word) for word in command], env=bench.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pictures = {int(path.stem): np.asarray(Image.open(path).convert("RGB")) for path in out.iterdir()}
    return pictures, done.stderr


def expect(bench, frame, positive, negative):
    pipeline = bench.pipeline(RUN)
    with mock.patch.object(pipeline, "encode_prompt", lambda *_, **__: (positive, negative)):
        return bench.expect(RUN, frame)


@pytest.mark.parametrize(
    ("name", "prompt", "options", "parts", "chunks"),
    [
        ("weighted", WEIGHTED, ("--prompt-weighting", "a1111"), WEIGHTED_PARTS, 1),
        ("words", WEIGHTED, (), [(WEIGHTED, 1.0)], 1),
        ("cut", LONG, (), [(LONG, 1.0)], 1),
        ("chunks", LONG, ("--long-prompts", "chunk"), [(LONG, 1.0)], 2),
        (
            "weighted-chunks", f"(fire:1.3) {LONG}", ("--long-prompts", "chunk", "--prompt-weighting", "a1111"),
            [("fire", 1.3), (f" {LONG}", 1.0)], 2,
        ),
    ],
)  # fmt: skip
def test_pictures_equal_diffusers_with_embeddings_made_by_hand(bench, name, prompt, options, parts, chunks):
    rendered, said = render(bench, name, prompt, *options)
    pipeline = bench.pipeline(RUN)
    length = len(pipeline.tokenizer(prompt, add_special_tokens=False).input_ids)
    assert (length > ROOM) == (prompt.endswith(LONG)) and length <= 2 * ROOM
    assert ("this was cut" in said) == (name == "cut")
    positive = embedding(pipeline, parts, chunks)
    negative = embedding(pipeline, [(NEGATIVE, 1.0)], chunks)
    for frame in FRAMES:
        expected = expect(bench, frame, positive, negative)
        assert expected.std() > CONTRAST
        assert apart(rendered[frame], expected) <= TOLERANCE, f"frame {frame}"
    if name == "weighted":
        unweighted = embedding(pipeline, [(text, 1.0) for text, _ in parts], chunks)
        assert apart(rendered[0], expect(bench, 0, unweighted, negative)) > TOLERANCE
    if name == "chunks":
        assert apart(rendered[0], expect(bench, 0, positive[:, :77], negative[:, :77])) > TOLERANCE


def test_what_is_cut_is_shown_without_its_brackets(bench):
    _, said = render(bench, "cut-weighted", f"{LONG}, (fire:1.3) and rain", "--prompt-weighting", "a1111", frames="0")
    assert "this was cut" in said and 'fire and rain"' in said


def test_frames_of_long_prompts_are_the_same_alone_in_batches_and_in_shards(bench):
    options = ("--long-prompts", "chunk", "--end-prompt", "a forest", "--prompt-weighting", "a1111")
    whole, _ = render(bench, "whole", f"(fire:1.3) {LONG}", *options)
    one_by_one, _ = render(bench, "one", f"(fire:1.3) {LONG}", *options, frames="2", batch=2)
    assert (whole[2] == one_by_one[2]).all()
    assert apart(whole[2], whole[0]) > TOLERANCE


def test_a_weight_that_is_no_number_is_a_usage_error(bench):
    bench.model(RUN.model)
    command = [
        program(), "render", bench.song, "-o", bench.folder / "no.mp4", "--model", bench.folder / f"{RUN.model}-bundle",
        "--size", "64x64", "--prompt", "(a:1.2.3)", "--prompt-weighting", "a1111", "--steps", 1, "--strength", 1,
    ]  # fmt: skip
    done = subprocess.run([str(word) for word in command], env=bench.environment, capture_output=True, text=True)
    assert done.returncode == 2 and '"1.2.3"' in done.stderr
    assert not (bench.folder / "no.mp4").exists()
