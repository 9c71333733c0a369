#!/usr/bin/env python3
"""The picture that diffusers' own img2img pipeline makes: the oracle of whole pictures.

    img2img.py MODEL INIT.png OUT.png --prompt TEXT [--negative-prompt TEXT] [--seed N] [--steps N] [--strength S]
               [--guidance G] [--scheduler NAME] [--eta E] [--strength-mode steps|exact]
               [--control FILE.png] [--control-weight W]

MODEL is the diffusers folder that the bundle was exported from. Everything runs in float32 on the CPU with
torch.Generator("cpu").manual_seed(seed), one generator per picture.

`--strength-mode steps` is the family's own img2img pipeline, untouched. `exact` starts at the noise level that the
strength names and runs every step from there: the pipeline with those timesteps where the scheduler takes them; for
the others EXACT holds their updates in float64 over explicit pairs of timesteps. `fault` (see FAULTS) makes a wrong picture on
purpose, so that a comparison can show that it would notice.
"""

import argparse
import contextlib
import json
import math
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from unittest import mock

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import diffusers
import numpy as np
import torch
from diffusers import (
    DiffusionPipeline,
    LatentConsistencyModelImg2ImgPipeline,
    StableDiffusionControlNetImg2ImgPipeline,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionXLImg2ImgPipeline,
)
from diffusers.models.autoencoders import vae as vae_module
from diffusers.pipelines.stable_diffusion import pipeline_stable_diffusion_img2img as pipeline_module
from PIL import Image
from schedulers import FORCED, SCHEDULERS, exact_timesteps

FAULTS = ("timestep_off_by_one", "draws_swapped", "posterior_mean", "channels_swapped")


@dataclass(frozen=True)
class Request:
    prompt: str
    negative_prompt: str = ""
    seed: int = 42
    steps: int = 50
    strength: float = 0.75
    guidance: float = 7.5
    eta: float = 0.0
    strength_mode: str = "steps"
    fault: str | None = None
    control: Image.Image | None = None  # of models with a control network
    control_weight: float = 1.0


def pipeline_class(folder: Path) -> type[DiffusionPipeline]:
    """The family's own."""
    name = json.loads((folder / "model_index.json").read_text())["_class_name"]
    if name.startswith("StableDiffusionXL"):
        return StableDiffusionXLImg2ImgPipeline
    if name.startswith("LatentConsistencyModel"):
        return LatentConsistencyModelImg2ImgPipeline
    if name.startswith("StableDiffusionControlNet"):
        return StableDiffusionControlNetImg2ImgPipeline
    return StableDiffusionImg2ImgPipeline


def load_pipeline(folder: Path, scheduler: str) -> DiffusionPipeline:
    """The folder's pipeline with the named scheduler made from the configuration that the pipeline left."""
    diffusers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
    kind = pipeline_class(folder)
    unchecked = {"safety_checker": None, "requires_safety_checker": False}
    options = {"add_watermarker": False} if kind is StableDiffusionXLImg2ImgPipeline else unchecked
    pipeline = kind.from_pretrained(folder, local_files_only=True, torch_dtype=torch.float32, **options)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = SCHEDULERS[scheduler].from_config(pipeline.scheduler.config, **FORCED.get(scheduler, {}))
    return pipeline


@contextlib.contextmanager
def planted(fault: str | None, pipeline: StableDiffusionImg2ImgPipeline) -> Iterator[None]:
    """Make the pipeline wrong in one known way."""
    with contextlib.ExitStack() as stack:
        if fault == "timestep_off_by_one":
            right = pipeline.unet.forward
            late = lambda sample, timestep, *args, **kwargs: right(sample, timestep + 1, *args, **kwargs)
            stack.enter_context(mock.patch.object(pipeline.unet, "forward", late))
        elif fault == "draws_swapped":
            randn, kept = vae_module.randn_tensor, []

            def first(*args, **kwargs):
                kept.append(randn(*args, **kwargs))
                return randn(*args, **kwargs)

            stack.enter_context(mock.patch.object(vae_module, "randn_tensor", first))
            stack.enter_context(mock.patch.object(pipeline_module, "randn_tensor", lambda *a, **k: kept.pop()))
        elif fault == "posterior_mean":
            distribution = vae_module.DiagonalGaussianDistribution
            sample = distribution.sample

            def mean(self, generator=None):
                sample(self, generator)
                return self.mean

            stack.enter_context(mock.patch.object(distribution, "sample", mean))
        yield


class Levels:
    """Cumulated alphas by timestep in float64, the scheduler's final one where there is no timestep left."""

    def __init__(self, scheduler):
        self.alphas = scheduler.alphas_cumprod.double()
        final = getattr(scheduler, "final_alpha_cumprod", None)
        self.final = 1.0 if final is None else float(final)

    def alpha(self, timestep: int | None) -> float:
        return self.final if timestep is None else float(self.alphas[timestep])

    def sigma(self, timestep: int | None) -> float:
        if timestep is None:
            return 0.0
        alpha = self.alpha(timestep)
        return math.sqrt((1.0 - alpha) / alpha)


def to_epsilon(output: torch.Tensor, sample: torch.Tensor, alpha: float, prediction: str) -> torch.Tensor:
    if prediction == "epsilon":
        return output
    return math.sqrt(alpha) * output + math.sqrt(1.0 - alpha) * sample


def exact_ddim(levels, timesteps, latents, noise, predict, draw, prediction, eta):
    alpha = levels.alpha(timesteps[0])
    x = math.sqrt(alpha) * latents + math.sqrt(1.0 - alpha) * noise
    for now, then in zip(timesteps, [*timesteps[1:], None]):
        alpha, after = levels.alpha(now), levels.alpha(then)
        epsilon = to_epsilon(predict(x, now), x, alpha, prediction)
        original = (x - math.sqrt(1.0 - alpha) * epsilon) / math.sqrt(alpha)
        deviation = eta * math.sqrt((1.0 - after) / (1.0 - alpha) * (1.0 - alpha / after))
        x = math.sqrt(after) * original + math.sqrt(1.0 - after - deviation**2) * epsilon
        if eta > 0.0:
            x = x + deviation * draw()
    return x


def exact_pndm(levels, timesteps, latents, noise, predict, draw, prediction, eta):
    """Linear multistep (PLMS) without a Runge-Kutta start; the first pair is walked twice, as diffusers does."""

    def move(x, output, now, then):
        alpha, after = levels.alpha(now), levels.alpha(then)
        epsilon = to_epsilon(output, x, alpha, prediction)
        divisor = alpha * math.sqrt(1.0 - after) + math.sqrt(alpha * (1.0 - alpha) * after)
        return math.sqrt(after / alpha) * x - (after - alpha) / divisor * epsilon

    alpha = levels.alpha(timesteps[0])
    x = math.sqrt(alpha) * latents + math.sqrt(1.0 - alpha) * noise
    pairs = list(zip(timesteps, [*timesteps[1:], None]))
    past = [predict(x, timesteps[0])]
    if len(pairs) == 1:
        return move(x, past[0], *pairs[0])
    tried = move(x, past[0], *pairs[0])
    x = move(x, (predict(tried, timesteps[1]) + past[0]) / 2.0, *pairs[0])
    weights = {2: (3, -1), 3: (23, -16, 5), 4: (55, -59, 37, -9)}
    for now, then in pairs[1:]:
        past = [predict(x, now), *past][:4]
        shares = weights[len(past)]
        x = move(x, sum(w * output for w, output in zip(shares, past)) / sum(shares), now, then)
    return x


def exact_euler_ancestral(levels, timesteps, latents, noise, predict, draw, prediction, eta):
    x = latents + levels.sigma(timesteps[0]) * noise
    for now, then in zip(timesteps, [*timesteps[1:], None]):
        sigma, after = levels.sigma(now), levels.sigma(then)
        output = predict(x / math.sqrt(sigma**2 + 1.0), now)
        if prediction == "epsilon":
            original = x - sigma * output
        else:
            original = output * (-sigma / math.sqrt(sigma**2 + 1.0)) + x / (sigma**2 + 1.0)
        up = math.sqrt(max(after**2 * (sigma**2 - after**2) / sigma**2, 0.0))
        down = math.sqrt(max(after**2 - up**2, 0.0))
        x = x + (x - original) / sigma * (down - sigma) + up * draw()
    return x


EXACT = {
    diffusers.DDIMScheduler: exact_ddim,
    diffusers.PNDMScheduler: exact_pndm,
    diffusers.EulerAncestralDiscreteScheduler: exact_euler_ancestral,
}


@torch.no_grad()
def exact_picture(pipeline: StableDiffusionImg2ImgPipeline, init: Image.Image, request: Request) -> Image.Image:
    """Every step from the noise level that the strength names; draws in the pipeline's order."""
    generator = torch.Generator("cpu").manual_seed(request.seed)
    guided = request.guidance > 1.0
    positive, negative = pipeline.encode_prompt(
        request.prompt, torch.device("cpu"), 1, guided, negative_prompt=request.negative_prompt
    )
    image = pipeline.image_processor.preprocess(init)
    scale = pipeline.vae.config.scaling_factor
    latents = pipeline.vae.encode(image).latent_dist.sample(generator) * scale

    def draw() -> torch.Tensor:
        return torch.randn(latents.shape, generator=generator).double()

    def predict(x: torch.Tensor, timestep: int) -> torch.Tensor:
        x = x.float()
        if not guided:
            return pipeline.unet(x, timestep, positive).sample.double()
        both = pipeline.unet(torch.cat([x, x]), timestep, torch.cat([negative, positive])).sample.double()
        without, with_prompt = both.chunk(2)
        return without + request.guidance * (with_prompt - without)

    scheduler = pipeline.scheduler
    if request.strength > 0.0:
        timesteps = exact_timesteps(scheduler.config.num_train_timesteps, request.strength, request.steps)
        run = EXACT[type(scheduler)]
        prediction = scheduler.config.prediction_type
        noise = draw()
        latents = run(
            Levels(scheduler), timesteps, latents.double(), noise, predict, draw, prediction, request.eta
        ).float()
    decoded = pipeline.vae.decode(latents / scale).sample
    return pipeline.image_processor.postprocess(decoded, output_type="pil")[0]


def img2img(pipeline: StableDiffusionImg2ImgPipeline, init: Image.Image, request: Request) -> np.ndarray:
    """The diffused picture, [height][width][3] uint8."""
    init = init.convert("RGB")
    if request.fault == "channels_swapped":
        init = Image.fromarray(np.asarray(init)[:, :, ::-1].copy())
    with planted(request.fault, pipeline):
        is_exact = request.strength_mode == "exact"
        if request.strength == 0.0 or (is_exact and type(pipeline.scheduler) in EXACT):
            return np.asarray(exact_picture(pipeline, init, request))
        run = {"strength": request.strength, "num_inference_steps": request.steps}
        if is_exact:
            train = pipeline.scheduler.config.num_train_timesteps
            run = {"strength": 1.0, "timesteps": exact_timesteps(train, request.strength, request.steps)}
        if not isinstance(pipeline, LatentConsistencyModelImg2ImgPipeline):
            # XL's takes a text that is there and empty for one to encode.
            run |= {"negative_prompt": request.negative_prompt or None, "eta": request.eta}
        if request.control is not None:
            run |= {"control_image": request.control, "controlnet_conditioning_scale": request.control_weight}
        result = pipeline(
            request.prompt,
            image=init,
            **run,
            guidance_scale=request.guidance,
            generator=torch.Generator("cpu").manual_seed(request.seed),
            output_type="pil",
        )
    return np.asarray(result.images[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, metavar="MODEL")
    parser.add_argument("init", type=Path, metavar="INIT.png")
    parser.add_argument("out", type=Path, metavar="OUT.png")
    parser.add_argument("--prompt", required=True)
    parser.add_argument("--negative-prompt", default="")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--strength", type=float, default=0.75)
    parser.add_argument("--guidance", type=float, default=7.5)
    parser.add_argument("--scheduler", choices=sorted(SCHEDULERS), default="pndm")
    parser.add_argument("--eta", type=float, default=0.0)
    parser.add_argument("--strength-mode", choices=("steps", "exact"), default="steps")
    parser.add_argument("--control", type=Image.open, help="what the model's control network sees")
    parser.add_argument("--control-weight", type=float, default=1.0)
    parser.add_argument("--fault", choices=FAULTS)
    arguments = parser.parse_args()
    request = Request(**{field.name: getattr(arguments, field.name) for field in fields(Request)})
    pipeline = load_pipeline(arguments.model, arguments.scheduler)
    picture = img2img(pipeline, Image.open(arguments.init), request)
    Image.fromarray(picture).save(arguments.out)
    print(f"{arguments.out}: 8-bit standard deviation {picture.std():.1f}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
