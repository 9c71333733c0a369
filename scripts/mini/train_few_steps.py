#!/usr/bin/env python3
"""Teach a denoiser to need two to four steps and no guidance:

train_few_steps.py DATA MODEL RUN [--substeps N] [--side N] [--rate R] [--minutes M] [--steps N]

MODEL is a diffusers folder, train_denoiser.py's RUN/mini or recover_model.py's OUT: the teacher. The student begins as
its copy and learns to reach in one step of DDIM where the teacher, guided, gets in --substeps, from every noise level.
With --substeps 1 it learns the teacher's guided v itself, and runs with any sampler and any number of steps, each at
half of the calls. What it begins from is what img2img feeds: pictures of the prompt, the painters' frames in colour and
grey, pictures of other prompts, as a chain's last frame is after a change of prompt, and mixtures of them, softened as
chains soften.
RUN/mini is a diffusers folder like the teacher's. Give the same command again to go on; --steps is the length of the
whole training, needed once and kept.
"""

import copy
import sys
from pathlib import Path

import numpy as np
import torch
from diffusers import StableDiffusionPipeline
from torch import Tensor
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mini.muon import optimisers_of
from mini.sampling import Levels, embedded, predicted
from mini.train_denoiser import SAMPLE_EVERY, Batches, cache_frames, cache_latents, sample, write
from mini.training import Ema, autocast, begin, descend, level_weight, options, rate, spread_levels, use_plain_attention

PEAK_RATE = 2e-4
# Timesteps that one step of the student is to span, a third of them all.
SPAN = 334
GUIDANCE = 4.0
# The student begins as good as its teacher: a short warm-up does.
WARM = 20
# The lowest timestep to begin at: below it there is nothing left to learn.
LOWEST = 20
SHOWN_STEPS = 3
NOTE_EVERY = 10
# Of the starts: painters' frames, pictures of other prompts, mixtures of both; the rest are pictures of the prompt.
PAINTED, OTHERS, MIXED = 0.35, 0.15, 0.15
# Of the others and the mixtures, those softened.
SOFTENED = 0.5


def starts(clean: Tensor, painted: Tensor, rng: np.random.Generator) -> Tensor:
    """What the latents `clean` of a batch's captions are replaced by before they are noised."""
    found = painted[torch.from_numpy(rng.integers(0, len(painted), len(clean)))]
    found = functional.interpolate(found, size=clean.shape[2:], mode="bilinear")
    others = clean.roll(1, 0)
    soft = functional.avg_pool2d(functional.pad(others, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    others = torch.where(torch.from_numpy(rng.random(len(clean)) < SOFTENED)[:, None, None, None], soft, others)
    share = torch.from_numpy(rng.random(len(clean))).float()[:, None, None, None]
    mixed = share * found + (1 - share) * others
    kind = torch.from_numpy(rng.random(len(clean)))[:, None, None, None]
    chosen = torch.where(kind < PAINTED + OTHERS + MIXED, mixed, clean)
    chosen = torch.where(kind < PAINTED + OTHERS, others, chosen)
    return torch.where(kind < PAINTED, found, chosen)


def cropped(latents: Tensor, side: int, rng: np.random.Generator) -> Tensor:
    """A square of `side` from anywhere, the same of all; whole where side is 0."""
    if side == 0:
        return latents
    y, x = (int(rng.integers(0, length - side + 1)) for length in latents.shape[2:])
    return latents[:, :, y : y + side, x : x + side]


@torch.no_grad()
def wanted(
    teacher: StableDiffusionPipeline, levels: Levels, noisy: Tensor, start: Tensor, end: Tensor, text: Tensor, empty: Tensor, substeps: int
) -> Tensor:
    """The v with which one step from `start` to `end` arrives where the teacher's guided substeps do."""
    x = noisy
    times = [start + (end - start) * k // substeps for k in range(substeps + 1)]
    for now, then in zip(times, times[1:], strict=False):
        keep, turn = levels.step(now, then)
        x = keep * x + turn * predicted(teacher, x, now, text, empty, GUIDANCE)
    keep, turn = levels.step(start, end)
    return (x - keep * noisy) / turn


def main() -> int:
    parser = options(__doc__, ("DATA", "MODEL", "RUN"), 8, "a hundred")
    parser.add_argument("--substeps", type=int, default=3, help="the teacher's guided steps in one of the student's (default 3)")
    parser.add_argument("--side", type=int, default=0, help="of square crops of the latents (default: whole pictures)")
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help=f"peak learning rate (default {PEAK_RATE})")
    arguments = parser.parse_args()
    device, run = begin(arguments)
    pipe = StableDiffusionPipeline.from_pretrained(arguments.model, local_files_only=True).to(device)
    pipe.set_progress_bar_config(disable=True)
    student = copy.deepcopy(pipe.unet).to(memory_format=torch.channels_last)
    use_plain_attention(student, device)
    levels, empty = Levels(pipe, device), embedded(pipe, [""])
    ema = Ema(student, 0.998)
    muon, adamw = optimisers_of(student, arguments.rate)
    run.resume(student=student, ema=ema.network, muon=muon, adamw=adamw)
    folders = cache_latents(arguments.data, arguments.model / "vae", device, sizes=("full",))
    batches = Batches(arguments.data, folders["full"], pipe.tokenizer, run.rng)
    painted = cache_frames(arguments.data, arguments.model / "vae", device)
    shown = StableDiffusionPipeline(**{**pipe.components, "unet": ema.network}, requires_safety_checker=False)
    shown.set_progress_bar_config(disable=True)
    for step in run.todo():
        clean, ids = batches.batch(arguments.batch)
        clean = cropped(starts(clean, painted, run.rng), arguments.side, run.rng).to(device)
        with torch.no_grad(), autocast(device):
            text = pipe.text_encoder(ids.to(device)).last_hidden_state
        start = (LOWEST + spread_levels(len(clean)) * (len(levels.alphas) - 1 - LOWEST)).long().to(device)
        end = (start - SPAN).clamp_min(-1)
        noisy = levels.noised(clean, torch.randn(clean.shape).to(device), start)
        aim = wanted(pipe, levels, noisy, start, end, text, empty, arguments.substeps)
        with autocast(device):
            v = student(noisy, start, text).sample
        loss = ((v.float() - aim).square() * level_weight(levels.at(start))).mean()
        learning_rate = rate(step, run.steps, arguments.rate, warm=WARM)
        descend(loss, student, learning_rate, muon, adamw)
        ema.update(student, step)
        run.losses.append(loss.detach())
        if (step + 1) % NOTE_EVERY == 0:
            run.note(learning_rate)
        if (step + 1) % SAMPLE_EVERY == 0:
            sample(shown, arguments.run / f"samples-{step + 1:06d}.png", SHOWN_STEPS, 1.0)
    sample(shown, arguments.run / "samples.png", SHOWN_STEPS, 1.0)
    write(shown, arguments.run / "mini", arguments.model / "tokenizer")
    return 0


if __name__ == "__main__":
    sys.exit(main())
