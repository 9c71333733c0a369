#!/usr/bin/env python3
"""Teach a denoiser to need few steps and no guidance: train_few_steps.py DATA MODEL RUN [--minutes M] [--steps N]

MODEL is train_denoiser.py's RUN/mini, the teacher. The student begins as its copy and learns to reach in one step of
DDIM where the teacher, guided, gets in three: from noised pictures and noised frames of the painters, at every noise
level. RUN/mini is a diffusers folder like the teacher's. Give the same command again to go on; --steps is the length
of the whole training, needed once and kept.
"""

import copy
import sys
from pathlib import Path

import torch
from diffusers import StableDiffusionPipeline
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mini.train_denoiser import NOTE_EVERY, SAMPLE_EVERY, Batches, cache_frames, cache_latents, sample, write
from mini.training import (
    Ema,
    autocast,
    begin,
    descend,
    level_weight,
    options,
    rate,
    spread_levels,
    use_plain_attention,
)
from mini.words import tokens

PEAK_RATE = 1e-4
# Steps of a whole schedule that the student is to need, and the teacher's in each of them.
STUDENT_STEPS, SUBSTEPS = 4, 3
GUIDANCE = 4.0
# Of the noised pictures, those that are frames of the painters.
PAINTED = 0.4


class Teacher:
    """A frozen pipeline, and where its guided DDIM steps lead."""

    def __init__(self, pipe: StableDiffusionPipeline) -> None:
        self.pipe = pipe
        cumulative = pipe.scheduler.alphas_cumprod.to(pipe.device)
        # Of timestep t at index t + 1; index 0 is the clean picture.
        self.alphas = torch.cat([torch.ones(1, device=pipe.device), cumulative])
        empty = tokens(pipe.tokenizer, [""]).to(pipe.device)
        self.empty = self.text(empty)

    @torch.no_grad()
    def text(self, ids: Tensor) -> Tensor:
        with autocast(ids.device):
            return self.pipe.text_encoder(ids).last_hidden_state

    def rotation(self, start: Tensor, end: Tensor) -> tuple[Tensor, Tensor]:
        """x_end = keep x_start + turn v, of a DDIM step from timestep `start` to `end` (-1: clean)."""
        a, b = (self.alphas[t + 1][:, None, None, None] for t in (start, end))
        keep = b.sqrt() * a.sqrt() + (1 - b).sqrt() * (1 - a).sqrt()
        return keep, (1 - b).sqrt() * a.sqrt() - b.sqrt() * (1 - a).sqrt()

    @torch.no_grad()
    def wanted(self, noisy: Tensor, start: Tensor, end: Tensor, text: Tensor) -> Tensor:
        """The v with which one step from `start` to `end` arrives where guided substeps do."""
        x, both = noisy, torch.cat([self.empty.expand_as(text), text])
        times = [start + (end - start) * k // SUBSTEPS for k in range(SUBSTEPS + 1)]
        for now, then in zip(times, times[1:], strict=False):
            with autocast(x.device):
                v = self.pipe.unet(torch.cat([x, x]), torch.cat([now, now]), both).sample
            plain, asked = v.float().chunk(2)
            keep, turn = self.rotation(now, then)
            x = keep * x + turn * (plain + GUIDANCE * (asked - plain))
        keep, turn = self.rotation(start, end)
        return (x - keep * noisy) / turn


def main() -> int:
    arguments = options(__doc__, ("DATA", "MODEL", "RUN"), 8, "a hundred").parse_args()
    device, run = begin(arguments)
    pipe = StableDiffusionPipeline.from_pretrained(arguments.model, local_files_only=True).to(device)
    pipe.set_progress_bar_config(disable=True)
    student = copy.deepcopy(pipe.unet).to(memory_format=torch.channels_last)
    use_plain_attention(student, device)
    teacher = Teacher(pipe)
    ema = Ema(student, 0.999)
    optimiser = torch.optim.AdamW(student.parameters(), lr=PEAK_RATE, betas=(0.9, 0.99), weight_decay=0.0)
    run.resume(student=student, ema=ema.network, optimiser=optimiser)
    folders = cache_latents(arguments.data, arguments.model / "vae", device)
    batches = Batches(arguments.data, folders["full"], pipe.tokenizer, run.rng)
    painted = cache_frames(arguments.data, arguments.model / "vae", device)
    shown = StableDiffusionPipeline(**{**pipe.components, "unet": ema.network}, requires_safety_checker=False)
    shown.set_progress_bar_config(disable=True)
    span = pipe.scheduler.config.num_train_timesteps // STUDENT_STEPS
    for step in run.todo():
        clean, ids = batches.batch(arguments.batch)
        if clean.shape[1:] == painted.shape[1:]:
            swap = torch.from_numpy(run.rng.random(len(clean)) < PAINTED)
            clean[swap] = painted[torch.from_numpy(run.rng.integers(0, len(painted), int(swap.sum())))]
        clean, text = clean.to(device), teacher.text(ids.to(device))
        # One whole step from any level, from the lowest to the clean picture.
        start = (span - 1 + spread_levels(len(clean)) * (STUDENT_STEPS - 1) * span).long().to(device)
        alpha = teacher.alphas[start + 1][:, None, None, None]
        noisy = alpha.sqrt() * clean + (1 - alpha).sqrt() * torch.randn(clean.shape).to(device)
        wanted = teacher.wanted(noisy, start, start - span, text)
        with autocast(device):
            v = student(noisy, start, text).sample
        loss = ((v.float() - wanted).square() * level_weight(alpha)).mean()
        learning_rate = rate(step, run.steps, PEAK_RATE)
        descend(loss, student, learning_rate, optimiser)
        ema.update(student, step)
        run.losses.append(loss.detach())
        if (step + 1) % NOTE_EVERY == 0:
            run.note(learning_rate)
        if (step + 1) % SAMPLE_EVERY == 0:
            sample(shown, arguments.run / f"samples-{step + 1:06d}.png", STUDENT_STEPS, 1.0)
    sample(shown, arguments.run / "samples.png", STUDENT_STEPS, 1.0)
    write(shown, arguments.run / "mini", arguments.model / "tokenizer")
    return 0


if __name__ == "__main__":
    sys.exit(main())
