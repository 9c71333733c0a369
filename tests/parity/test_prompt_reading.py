"""Weighted and long prompts, from outside: `spectradiff` against diffusers with embeddings made by hand."""

import subprocess
from unittest import mock

import numpy as np
import pytest
import torch
from PIL import Image
from test_img2img import CONTRAST, FRAMES, SEED, TOLERANCE, Run, apart, program

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
XL = Run("sdxl", "euler", 0.75, guidance=5.0)
XL_TURBO = Run("sdxl", "euler_ancestral", 0.5, guidance=0.0, steps=4)
BOTH = ("--long-prompts", "chunk", "--prompt-weighting", "a1111")


def encoders_of(pipeline):
    first = (pipeline.tokenizer, pipeline.text_encoder)
    return [first, (pipeline.tokenizer_2, pipeline.text_encoder_2)] if hasattr(pipeline, "text_encoder_2") else [first]


def encode(pipeline, tokenizer, encoder, parts, chunks):
    """Tokens of all parts in a row, in chunks of 75 with begin and end, each weighted and brought back to its mean, where
    that is more than noise; the first chunk's pooled text, where there is one."""
    ids, weights = [], []
    for text, weight in parts:
        found = tokenizer(text, add_special_tokens=False).input_ids
        ids += found
        weights += [weight] * len(found)
    made, pooled = [], []
    for i in range(chunks):
        some, heavy = ids[i * ROOM : (i + 1) * ROOM], weights[i * ROOM : (i + 1) * ROOM]
        padding = ROOM - len(some)
        row = [tokenizer.bos_token_id, *some, tokenizer.eos_token_id, *[tokenizer.pad_token_id] * padding]
        output = encoder(torch.tensor([row]), output_hidden_states=True)
        text = output.hidden_states[-2] if hasattr(pipeline, "text_encoder_2") else output.last_hidden_state
        weighted = text * torch.tensor([1.0, *heavy, *[1.0] * (padding + 1)])[None, :, None]
        has_a_mean = text.mean().abs() > 3 * text.std() / text.numel() ** 0.5
        made.append(weighted * (text.mean() / weighted.mean()) if has_a_mean else weighted)
        pooled.append(getattr(output, "text_embeds", None))
    return torch.cat(made, dim=1), pooled[0]


@torch.no_grad()
def embedding(pipeline, parts, chunks=1):
    """What stands for the text: the embedding; for SDXL those of both encoders beside each other, and the pooled text."""
    texts = [encode(pipeline, *encoder, parts, chunks) for encoder in encoders_of(pipeline)]
    whole = torch.cat([text for text, _ in texts], dim=-1)
    return (whole,) if len(texts) == 1 else (whole, texts[-1][1])


def render(bench, name, prompt, *more, run=RUN, frames=f"{FRAMES[0]}-{FRAMES[-1]}", batch=2, negative=NEGATIVE):
    """Pictures by frame, and what was said."""
    bench.model(run.model)
    out = bench.folder / "read" / name
    out.parent.mkdir(exist_ok=True)
    command = [
        program(), "render", bench.song, "-o", out / "%05d.png", "--size", "64x64", "--frames", frames,
        "--model", bench.folder / f"{run.model}-bundle", "--dtype", "float32", "--device", "cpu", "--threads", 1,
        "--batch-size", batch, "--prompt", prompt, "--negative-prompt", negative, "--seed", SEED, "--steps", run.steps,
        "--strength", run.strength, "--guidance", run.guidance, "--scheduler", run.scheduler, *more,
    ]  # fmt: skip
    done = subprocess.run([str(word) for word in command], env=bench.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pictures = {int(path.stem): np.asarray(Image.open(path).convert("RGB")) for path in out.glob("*.png")}
    return pictures, done.stderr


def expect(bench, frame, positive, negative, run=RUN):
    """With these embeddings: SDXL's pipeline has the pooled texts behind them."""
    pipeline = bench.pipeline(run)
    texts = [text for pair in zip(positive, negative) for text in pair]
    with mock.patch.object(pipeline, "encode_prompt", lambda *_, **__: texts):
        return bench.expect(run, frame)


@pytest.mark.parametrize(
    ("name", "prompt", "options", "parts", "chunks"),
    [
        ("weighted", WEIGHTED, ("--prompt-weighting", "a1111"), WEIGHTED_PARTS, 1),
        ("words", WEIGHTED, (), [(WEIGHTED, 1.0)], 1),
        ("cut", LONG, (), [(LONG, 1.0)], 1),
        ("chunks", LONG, ("--long-prompts", "chunk"), [(LONG, 1.0)], 2),
        ("weighted-chunks", f"(fire:1.3) {LONG}", BOTH, [("fire", 1.3), (f" {LONG}", 1.0)], 2),
    ],
)  # fmt: skip
def test_pictures_equal_diffusers_with_embeddings_made_by_hand(bench, name, prompt, options, parts, chunks):
    rendered, said = render(bench, name, prompt, *options)
    pipeline = bench.pipeline(RUN)
    length = len(pipeline.tokenizer(prompt, add_special_tokens=False).input_ids)
    assert (length > ROOM) == (prompt.endswith(LONG)) and length <= 2 * ROOM
    assert ("This was left out" in said) == (name == "cut")
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
        first = [[text[:, :77] for text in texts] for texts in (positive, negative)]
        assert apart(rendered[0], expect(bench, 0, *first)) > TOLERANCE


@pytest.mark.parametrize(
    ("name", "run", "negative", "options", "chunks"),
    [
        ("both", XL, "", BOTH, 2),
        pytest.param("said", XL, NEGATIVE, BOTH, 2, marks=pytest.mark.slow),
        pytest.param("cut", XL, "", ("--prompt-weighting", "a1111"), 1, marks=pytest.mark.slow),
        pytest.param("turbo", XL_TURBO, "", BOTH, 2, marks=pytest.mark.slow),
    ],
)
def test_pictures_of_two_text_encoders_equal_diffusers_with_embeddings_made_by_hand(bench, name, run, negative, options, chunks):
    parts = [("fire", 1.4), (f" {LONG} ", 1.0), ("rain", 0.5)]
    prompt = f"(fire:1.4) {LONG} (rain:0.5)"
    rendered, said = render(bench, f"xl-{name}", prompt, *options, run=run, negative=negative)
    assert ('golden sea at night rain"' in said) == (chunks == 1)
    pipeline = bench.pipeline(run)
    positive = embedding(pipeline, parts, chunks)
    unsaid = [torch.zeros_like(text) for text in positive]
    other = embedding(pipeline, [(negative, 1.0)], chunks) if negative else unsaid
    for frame in FRAMES:
        expected = expect(bench, frame, positive, other, run)
        assert expected.std() > CONTRAST
        assert apart(rendered[frame], expected) <= TOLERANCE, f"frame {frame}"
    if name == "both":
        unweighted, pooled = embedding(pipeline, [(text, 1.0) for text, _ in parts], chunks)
        _, last = embedding(pipeline, [(prompt[len(prompt) // 2 :], 1.0)])
        width = pipeline.text_encoder.config.hidden_size
        half = torch.cat([positive[0][..., :width], unweighted[..., width:]], dim=-1)
        for wrong in ((unweighted, pooled), (half, pooled), (positive[0], last)):
            assert apart(rendered[0], expect(bench, 0, wrong, other, run)) > TOLERANCE


def test_what_is_cut_is_shown_without_its_brackets(bench):
    _, said = render(bench, "cut-weighted", f"{LONG}, (fire:1.3) and rain", "--prompt-weighting", "a1111", frames="0")
    assert "This was left out" in said and 'fire and rain"' in said and "--long-prompts chunk reads all of it" in said


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
