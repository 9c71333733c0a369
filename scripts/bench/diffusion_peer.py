"""diffusers doing what `spectradiff render` does: the same weights, init pictures, prompt, steps, strength, guidance, batch and threads."""

import dataclasses
import pathlib
import time

import diffusers
import torch
from diffusers import DDIMScheduler, StableDiffusionImg2ImgPipeline
from PIL import Image

diffusers.utils.logging.set_verbosity_error()
diffusers.utils.logging.disable_progress_bar()

# Widths of a model that a laptop can run, so that the networks and not the loop around them take the time.
MODEL_ARGUMENTS = ["--width", "3"]


@dataclasses.dataclass
class Settings:
    size: int
    steps: int
    strength: float
    guidance: float
    batch: int
    seed: int
    prompt: str

    def flags(self):
        return ["--steps", self.steps, "--strength", self.strength, "--guidance", self.guidance, "--seed", self.seed, "--prompt", self.prompt]


class Peer:
    def __init__(self, model, init_folder, settings):
        self.pipeline = StableDiffusionImg2ImgPipeline.from_pretrained(model, safety_checker=None, local_files_only=True, low_cpu_mem_usage=False)
        self.pipeline.scheduler = DDIMScheduler.from_config(self.pipeline.scheduler.config)
        self.pipeline.set_progress_bar_config(disable=True)
        self.pictures = [Image.open(path).convert("RGB") for path in sorted(pathlib.Path(init_folder).glob("*.png"))]
        self.settings = settings

    def run(self):
        """Seconds for all pictures."""
        s = self.settings
        begin = time.monotonic()
        for first in range(0, len(self.pictures), s.batch):
            pictures = self.pictures[first : first + s.batch]
            self.pipeline(prompt=[s.prompt] * len(pictures), image=pictures, num_inference_steps=s.steps, strength=s.strength, guidance_scale=s.guidance,
                          generator=[torch.Generator("cpu").manual_seed(s.seed) for _ in pictures])
        return time.monotonic() - begin
