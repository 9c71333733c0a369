#!/usr/bin/env python3
"""Trace small networks with the signatures of a bundle and record what Python makes of them.

    record_networks.py OUT

OUT gets text_encoder.pt, vae_encoder.pt, denoiser.pt, vae_decoder.pt and oracle.pt, a module whose buffers are the
inputs and, per dtype, the results. The pictures pass through diffusers' own VaeImageProcessor. Kernels differ
between processors in the last bits, so this runs beside the test instead of being checked in.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from diffusers.image_processor import VaeImageProcessor
from torch import Tensor, nn

BATCH, TOKENS, WIDTH, CHANNELS, HEIGHT, COLUMNS = 3, 77, 32, 4, 48, 64
SEEDS = (42, 7, 2**63 + 5)


class TextEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(100, WIDTH)
        self.positions = nn.Embedding(TOKENS, WIDTH)
        self.norm = nn.LayerNorm(WIDTH)
        # An integer buffer, as CLIP has it: it must stay one in every dtype.
        self.register_buffer("position_ids", torch.arange(TOKENS)[None])

    def forward(self, ids: Tensor) -> Tensor:
        return self.norm(self.tokens(ids) + self.positions(self.position_ids))


class VaeEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.shrink = nn.Conv2d(3, 32, 8, stride=8)
        self.norm = nn.GroupNorm(4, 32)
        self.out = nn.Conv2d(32, 2 * CHANNELS, 3, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        return 3 * self.out(nn.functional.silu(self.norm(self.shrink(image))))


class Denoiser(nn.Module):
    def __init__(self):
        super().__init__()
        self.inward = nn.Conv2d(CHANNELS, WIDTH, 3, padding=1)
        self.time = nn.Linear(2, WIDTH)
        self.norm = nn.GroupNorm(4, WIDTH)
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.out = nn.Conv2d(WIDTH, CHANNELS, 3, padding=1)

    def forward(self, sample: Tensor, timestep: Tensor, text: Tensor) -> Tensor:
        angle = timestep / 100
        time = self.time(torch.stack([angle.sin(), angle.cos()], 1).type_as(sample))
        x = nn.functional.silu(self.norm(self.inward(sample) + time[:, :, None, None]))
        pixels = x.flatten(2).transpose(1, 2)
        attended = nn.functional.scaled_dot_product_attention(self.query(pixels), self.key(text), self.value(text))
        return self.out(x + attended.transpose(1, 2).unflatten(2, x.shape[2:]))


class VaeDecoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.inward = nn.Conv2d(CHANNELS, 32, 3, padding=1)
        self.out = nn.Conv2d(32, 3 * 64, 3, padding=1)

    def forward(self, latents: Tensor) -> Tensor:
        return 2 * nn.functional.pixel_shuffle(self.out(nn.functional.silu(self.inward(latents))), 8)


def trace(network: nn.Module, path: Path, *inputs: Tensor) -> None:
    torch.jit.save(torch.jit.trace(network.eval(), inputs, check_trace=False), path)


def write_networks(out: Path) -> None:
    torch.manual_seed(0)
    trace(TextEncoder(), out / "text_encoder.pt", torch.zeros(2, TOKENS, dtype=torch.int64))
    trace(VaeEncoder(), out / "vae_encoder.pt", torch.randn(2, 3, 24, 40))
    latents, text = torch.randn(2, CHANNELS, 3, 5), torch.randn(2, TOKENS, WIDTH)
    trace(Denoiser(), out / "denoiser.pt", latents, torch.tensor([1.0, 900.0]), text)
    trace(VaeDecoder(), out / "vae_decoder.pt", latents)


def draw(seed: int) -> Tensor:
    return torch.randn(1, CHANNELS, HEIGHT // 8, COLUMNS // 8, generator=torch.Generator().manual_seed(seed))


def results(out: Path, dtype: torch.dtype, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """Latents stay float32 between the calls; what goes into a network has its dtype."""
    load = lambda name: torch.jit.load(out / f"{name}.pt").eval().to(dtype)  # noqa: E731
    processor = VaeImageProcessor(vae_scale_factor=8)
    found = {}
    found["text"] = text = load("text_encoder")(inputs["ids"])
    negative = text.flip(0)

    pictures = [picture.astype(np.float32) / 255.0 for picture in inputs["pictures"].numpy()]
    image = processor.normalize(processor.numpy_to_pt(np.stack(pictures)))
    # numpy's pictures arrive with their channels last, and convolutions then sum in another order than for planes.
    mean, logvar = load("vae_encoder")(image.to(dtype)).float().contiguous().chunk(2, 1)
    found["mean"] = mean
    found["encoded"] = encoded = mean + torch.exp(0.5 * logvar.clamp(-30.0, 20.0)) * inputs["noise"]

    denoiser = load("denoiser")
    found["denoised"] = denoiser(encoded.to(dtype), inputs["timesteps"], text).float()
    twice = torch.cat([encoded.to(dtype)] * 2)
    both = denoiser(twice, torch.cat([inputs["timesteps"]] * 2), torch.cat([negative, text])).float()
    without, towards = both.chunk(2)
    found["guided"] = without + inputs["guidance"][:, None, None, None] * (towards - without)

    last = encoded.to(dtype).contiguous(memory_format=torch.channels_last)
    decoded = processor.postprocess(load("vae_decoder")(last), output_type="pil")
    found["decoded"] = torch.from_numpy(np.stack([np.asarray(picture) for picture in decoded]))
    return {f"{key}_{str(dtype).removeprefix('torch.')}": value for key, value in found.items()}


@torch.inference_mode()
def record(out: Path) -> None:
    torch.set_num_threads(1)
    torch._C._set_graph_executor_optimize(False)
    generator = torch.Generator().manual_seed(3)
    inputs = {
        "ids": torch.randint(0, 100, (BATCH, TOKENS), generator=generator),
        "pictures": torch.randint(0, 256, (BATCH, HEIGHT, COLUMNS, 3), generator=generator, dtype=torch.uint8),
        "noise": torch.cat([draw(seed) for seed in SEEDS]),
        "timesteps": torch.tensor([999.0, 441.0, 0.0]),
        "guidance": torch.tensor([7.5, 1.5, 3.0]),
    }
    oracle = nn.Module()
    for key, value in inputs.items():
        oracle.register_buffer(key, value.clone())
    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        for key, value in results(out, dtype, inputs).items():
            oracle.register_buffer(key, value.clone())
    torch.jit.save(torch.jit.script(oracle), out / "oracle.pt")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    write_networks(out)
    record(out)


if __name__ == "__main__":
    main()
