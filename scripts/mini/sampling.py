"""DDIM on v, as the program samples with --strength-mode exact: all steps run, from the noise level of the strength."""

import torch
from diffusers import StableDiffusionPipeline
from torch import Tensor

from .training import autocast
from .words import tokens


def exact_timesteps(strength: float, steps: int, trained: int = 1_000) -> list[int]:
    """Where each of `steps` begins; the last leads to the clean picture."""
    start = round(strength * trained) - 1
    count = min(steps, start + 1)
    return [round(start * (1 - k / count)) for k in range(count)]


class Levels:
    """The noise levels of a pipeline's schedule, and DDIM between them; timestep -1 is the clean picture."""

    def __init__(self, pipe: StableDiffusionPipeline, device: torch.device) -> None:
        cumulative = pipe.scheduler.alphas_cumprod.to(device)
        self.alphas = torch.cat([torch.ones(1, device=device), cumulative])

    def at(self, timestep: Tensor) -> Tensor:
        """Cumulative alphas of timesteps [n], to multiply latents by: [n, 1, 1, 1]."""
        return self.alphas[timestep + 1][:, None, None, None]

    def noised(self, clean: Tensor, noise: Tensor, timestep: Tensor) -> Tensor:
        alpha = self.at(timestep)
        return alpha.sqrt() * clean + (1 - alpha).sqrt() * noise

    def step(self, start: Tensor, end: Tensor) -> tuple[Tensor, Tensor]:
        """x_end = keep x_start + turn v, of a step from timestep `start` to `end`."""
        a, b = self.at(start), self.at(end)
        keep = b.sqrt() * a.sqrt() + (1 - b).sqrt() * (1 - a).sqrt()
        return keep, (1 - b).sqrt() * a.sqrt() - b.sqrt() * (1 - a).sqrt()


@torch.no_grad()
def embedded(pipe: StableDiffusionPipeline, texts: list[str]) -> Tensor:
    ids = tokens(pipe.tokenizer, texts).to(pipe.device)
    with autocast(pipe.device):
        return pipe.text_encoder(ids).last_hidden_state


@torch.no_grad()
def predicted(pipe: StableDiffusionPipeline, x: Tensor, timestep: Tensor, text: Tensor, empty: Tensor, guidance: float) -> Tensor:
    """v, guided away from `empty` where guidance is not 1."""
    with autocast(x.device):
        if guidance == 1.0:
            return pipe.unet(x, timestep, text).sample.float()
        v = pipe.unet(torch.cat([x, x]), torch.cat([timestep, timestep]), torch.cat([empty.expand_as(text), text])).sample
    plain, asked = v.float().chunk(2)
    return plain + guidance * (asked - plain)


@torch.no_grad()
def img2img(
    pipe: StableDiffusionPipeline, inits: Tensor, noise: Tensor, text: Tensor, empty: Tensor, strength: float, steps: int, guidance: float
) -> Tensor:
    """Scaled latents painted over the scaled latents `inits`."""
    levels = Levels(pipe, inits.device)
    times = [torch.full((len(inits),), t, device=inits.device) for t in [*exact_timesteps(strength, steps), -1]]
    x = levels.noised(inits, noise, times[0])
    for start, end in zip(times, times[1:], strict=False):
        keep, turn = levels.step(start, end)
        x = keep * x + turn * predicted(pipe, x, start, text, empty, guidance)
    return x
