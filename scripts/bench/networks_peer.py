"""diffusers' networks, eager, called as its img2img pipeline calls them: the same weights and threads as ours.

Ours run in `spectradiff_networks`.
"""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import diffusers
import torch
from diffusers import StableDiffusionImg2ImgPipeline

diffusers.utils.logging.set_verbosity_error()
diffusers.utils.logging.disable_progress_bar()

PARTS = ("text_encoder", "vae_encoder", "denoiser", "vae_decoder")


class Ours:
    """A process that runs every network of a bundle once when asked."""

    def __init__(self, program: Path, bundle: Path, dtype: str, side: int, guided: bool) -> None:
        command = [str(word) for word in (program, bundle, dtype, side, "guided" if guided else "plain")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self) -> dict[str, float]:
        """Seconds by network."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return dict(zip(PARTS, map(float, self.process.stdout.readline().split()), strict=True))

    def close(self) -> None:
        self.process.communicate()


class Peer:
    def __init__(self, model: Path, dtype: str, side: int, guided: bool) -> None:
        pipeline = StableDiffusionImg2ImgPipeline.from_pretrained(model, safety_checker=None, local_files_only=True)
        self.pipeline = pipeline.to(getattr(torch, dtype))
        self.processor = self.pipeline.image_processor
        self.texts = 2 if guided else 1
        self.picture = torch.full((1, 3, side, side), 0.5)

    @torch.no_grad()
    def run(self) -> dict[str, float]:
        """Seconds by network."""
        pipeline, dtype = self.pipeline, self.pipeline.unet.dtype
        seconds: dict[str, float] = {}

        def timed(part: str, work: Callable[[], Any]) -> Any:
            begin = time.monotonic()
            result = work()
            seconds[part] = time.monotonic() - begin
            return result

        ids = torch.ones(1, 77, dtype=torch.int64)
        text = timed("text_encoder", lambda: torch.cat([pipeline.text_encoder(ids)[0] for _ in range(self.texts)]))
        encoded = timed("vae_encoder", lambda: pipeline.vae.encode(self.processor.preprocess(self.picture).to(dtype)))
        latents = encoded.latents if hasattr(encoded, "latents") else encoded.latent_dist.mode()
        batch = torch.cat([latents] * self.texts)
        predicted = timed("denoiser", lambda: pipeline.unet(batch, torch.tensor(500), encoder_hidden_states=text, return_dict=False)[0])

        def decode() -> None:
            self.processor.postprocess(pipeline.vae.decode(predicted[:1], return_dict=False)[0], output_type="pil")

        timed("vae_decoder", decode)
        return seconds
