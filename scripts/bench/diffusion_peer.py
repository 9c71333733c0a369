"""diffusers doing what `spectradiff render` does: the same weights, init pictures, prompt, settings, batch, device and threads."""

import dataclasses
import pathlib
import time

import diffusers
import torch
from diffusers import DDIMScheduler, EulerDiscreteScheduler, StableDiffusionImg2ImgPipeline
from diffusers.models.autoencoders import vae
from diffusers.pipelines.stable_diffusion import pipeline_stable_diffusion_img2img
from PIL import Image

diffusers.utils.logging.set_verbosity_error()
diffusers.utils.logging.disable_progress_bar()

SCHEDULERS = {"ddim": DDIMScheduler, "euler": EulerDiscreteScheduler}


@dataclasses.dataclass
class Settings:
    side: int
    steps: int
    strength: float
    guidance: float
    scheduler: str
    seed: int = 42
    prompt: str = "iceland vista, cinematic"
    device: str = "cpu"
    dtype: str = "float32"

    def size_text(self) -> str:
        return f"{self.side}x{self.side}"

    def flags(self) -> list[str | int | float]:
        return ["--size", self.size_text(), "--steps", self.steps, "--strength", self.strength, "--guidance", self.guidance,
                "--scheduler", self.scheduler, "--seed", self.seed, "--prompt", self.prompt, "--device", self.device]  # fmt: skip


def single_precision_noise(
    shape: tuple[int, ...],
    generator: torch.Generator | list[torch.Generator],
    device: torch.device | None = None,
    dtype: torch.dtype | None = None,
    layout: torch.layout | None = None,
) -> torch.Tensor:
    """As ours is drawn: a generator of a CPU gives other numbers in half precision."""
    generators = generator if isinstance(generator, list) else [generator]
    draws = [torch.randn((shape[0] // len(generators), *shape[1:]), generator=one) for one in generators]
    return torch.cat(draws).to(device, dtype)


pipeline_stable_diffusion_img2img.randn_tensor = single_precision_noise
vae.randn_tensor = single_precision_noise


class Peer:
    def __init__(self, model: pathlib.Path, init_folder: pathlib.Path, settings: Settings) -> None:
        dtype = getattr(torch, settings.dtype)
        self.pipeline = StableDiffusionImg2ImgPipeline.from_pretrained(
            model, safety_checker=None, local_files_only=True, low_cpu_mem_usage=False, dtype=dtype
        ).to(settings.device)
        self.pipeline.scheduler = SCHEDULERS[settings.scheduler].from_config(self.pipeline.scheduler.config)
        self.pipeline.set_progress_bar_config(disable=True)
        self.inits = [Image.open(path).convert("RGB") for path in sorted(init_folder.glob("*.png"))]
        self.settings = settings

    def render(self, batch: int) -> list[Image.Image]:
        s = self.settings
        pictures: list[Image.Image] = []
        for first in range(0, len(self.inits), batch):
            inits = self.inits[first : first + batch]
            noise = [torch.Generator("cpu").manual_seed(s.seed) for _ in inits]
            numbers = {"num_inference_steps": s.steps, "strength": s.strength, "guidance_scale": s.guidance}
            pictures += self.pipeline(prompt=[s.prompt] * len(inits), image=inits, generator=noise, **numbers).images
        return pictures

    def seconds(self, batch: int) -> float:
        """For all pictures."""
        begin = time.monotonic()
        self.render(batch)
        return time.monotonic() - begin
