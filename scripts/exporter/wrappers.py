"""The networks as modules of positional tensors and one tensor result: the signatures the engine calls.

B is the batch, H and W the picture's size (multiples of 8), h = H/8, w = W/8, C the latent channels, D the text
width. "network" stands for the dtype the graph has been converted to.

    text_encoder(input_ids int64 [B, 77])                                     -> network [B, 77, D]
    vae_encoder(image network [B, 3, H, W], -1..1)                            -> network [B, 2C, h, w]
    denoiser(sample network [B, C, h, w], timestep float32 [B], text [B, 77, D]) -> network [B, C, h, w]
    vae_decoder(latents network [B, C, h, w], divided by the scaling factor)  -> network [B, 3, H, W]

The encoder gives mean and logarithm of the variance side by side, neither clamped nor exponentiated.
"""

import math

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.models.embeddings import Timesteps
from torch import Tensor, nn
from transformers import CLIPTextModel

from .tracing import CastsFollow


class TextEncoder(nn.Module):
    def __init__(self, model: CLIPTextModel):
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor) -> Tensor:
        return self.model(input_ids).last_hidden_state


class VaeEncoder(nn.Module):
    def __init__(self, vae: AutoencoderKL):
        super().__init__()
        self.encoder = vae.encoder
        self.quant_conv = vae.quant_conv if vae.quant_conv is not None else nn.Identity()

    def forward(self, image: Tensor) -> Tensor:
        with CastsFollow(image):
            return self.quant_conv(self.encoder(image))


class VaeDecoder(nn.Module):
    def __init__(self, vae: AutoencoderKL):
        super().__init__()
        self.post_quant_conv = vae.post_quant_conv if vae.post_quant_conv is not None else nn.Identity()
        self.decoder = vae.decoder

    def forward(self, latents: Tensor) -> Tensor:
        with CastsFollow(latents):
            return self.decoder(self.post_quant_conv(latents))


class NeutralTimesteps(nn.Module):
    """Sinusoidal embedding of float32 timesteps in float32, built from its input alone.

    diffusers' own makes its ramp with torch.arange, which freezes the device of the trace into the graph. The
    arithmetic and its order are the same, so the results are equal bit for bit.
    """

    def __init__(self, original: Timesteps):
        super().__init__()
        self.half = original.num_channels // 2
        self.odd = original.num_channels % 2 == 1
        self.flip_sin_to_cos = original.flip_sin_to_cos
        self.downscale_freq_shift = original.downscale_freq_shift
        self.scale = original.scale

    def forward(self, timesteps: Tensor) -> Tensor:
        ramp = torch.ones_like(timesteps[:1].expand(self.half)).cumsum(0) - 1.0
        exponent = -math.log(10000) * ramp
        exponent = exponent / (self.half - self.downscale_freq_shift)
        angles = self.scale * (timesteps[:, None] * torch.exp(exponent)[None, :])
        first, second = torch.sin(angles), torch.cos(angles)
        if self.flip_sin_to_cos:
            first, second = second, first
        embedding = torch.cat([first, second], dim=-1)
        return nn.functional.pad(embedding, (0, 1, 0, 0)) if self.odd else embedding


class Denoiser(nn.Module):
    def __init__(self, unet: UNet2DConditionModel):
        super().__init__()
        self.unet = unet

    def forward(self, sample: Tensor, timestep: Tensor, text: Tensor) -> Tensor:
        with CastsFollow(sample):
            return self.unet(sample, timestep, encoder_hidden_states=text, return_dict=False)[0]
