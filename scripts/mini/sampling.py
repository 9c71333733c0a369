"""DDIM and DPM-Solver++ 2M on v, as the program samples with --strength-mode exact: all steps run, from the noise level of
the strength."""

from collections.abc import Callable

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


def ddim(levels: Levels, times: list[Tensor], x: Tensor, v_of: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """From x at times[0] to times[-1], each an equal timestep of all items [n]."""
    for start, end in zip(times, times[1:], strict=False):
        keep, turn = levels.step(start, end)
        x = keep * x + turn * v_of(x, start)
    return x


def dpmpp_2m(levels: Levels, times: list[Tensor], x: Tensor, v_of: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """The same by DPM-Solver++ 2M (Lu et al., 2022), times[-1] the clean picture, to which the last step is of first order."""
    alphas = [levels.at(t).clamp_min(2.0**-24) for t in times[:-1]]
    half_log_snr = [0.5 * (a / (1 - a)).log() for a in alphas]
    before = torch.zeros_like(x)
    for k, (now, alpha) in enumerate(zip(times, alphas, strict=False)):
        clean = alpha.sqrt() * x - (1 - alpha).sqrt() * v_of(x, now)
        if k + 1 == len(alphas):
            return clean
        step = half_log_snr[k + 1] - half_log_snr[k]
        lean = 0.0 if k == 0 else 0.5 * step / (half_log_snr[k] - half_log_snr[k - 1])
        then = alphas[k + 1]
        x = ((1 - then) / (1 - alpha)).sqrt() * x - then.sqrt() * torch.expm1(-step) * (clean + lean * (clean - before))
        before = clean
    return x


SAMPLERS = {"ddim": ddim, "dpmpp_2m": dpmpp_2m}


@torch.no_grad()
def img2img(
    pipe: StableDiffusionPipeline, inits: Tensor, noise: Tensor, text: Tensor, empty: Tensor, strength: float, steps: int, guidance: float,
    sampler: str = "ddim",
) -> Tensor:  # fmt: skip
    """Scaled latents painted over the scaled latents `inits`."""
    levels = Levels(pipe, inits.device)
    times = [torch.full((len(inits),), t, device=inits.device) for t in [*exact_timesteps(strength, steps), -1]]
    noisy = levels.noised(inits, noise, times[0])
    return SAMPLERS[sampler](levels, times, noisy, lambda x, now: predicted(pipe, x, now, text, empty, guidance))
