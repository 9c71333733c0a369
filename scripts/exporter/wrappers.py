"""The networks as modules from positional tensors to one tensor or a tuple: the signatures the engine calls.

B is the batch, H and W the picture's size (multiples of 8), h = H/8, w = W/8, C the latent channels, D the text
width. "network" stands for the dtype the graph has been converted to.

    text_encoder(input_ids int64 [B, 77])                                     -> network [B, 77, D]
    vae_encoder(image network [B, 3, H, W], -1..1)                            -> network [B, 2C, h, w]; tiny: [B, C, h, w]
    denoiser(sample network [B, C, h, w], timestep float32 [B], text [B, 77, D]) -> network [B, C, h, w]
    vae_decoder(latents network [B, C, h, w], divided by the scaling factor)  -> network [B, 3, H, W]

The encoder gives mean and logarithm of the variance side by side, neither clamped nor exponentiated; a tiny one the
latents. LCM's denoiser also takes the guidance scale less 1, float32 [B]. SDXL's also takes the original size, the
crop and the target size, float32 [B, 6], height first; its text encoder takes the ids of both tokenizers in a row,
[B, 154], and gives [B, 78, D], in whose last row the pooled text begins. A denoiser takes texts of any number of rows,
so that long ones can be several in a row; SDXL's finds the pooled text in the last.

    control(sample, timestep, text, pictures network [B, 3, H, W], 0..1, weight float32 [B]) -> residuals, network

Where a model has a control network, its denoiser takes the residuals as further inputs: one for each skip connection of
the U-Net, the earliest first, then the middle's; each is multiplied by the weight.

A denoiser may have a second method, `coherent`: see attention_bank.
"""

import math

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, ControlNetModel, UNet2DConditionModel
from diffusers.models.embeddings import Timesteps
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from . import attention_bank
from .tracing import CastsFollow


class TextEncoder(nn.Module):
    def __init__(self, model: CLIPTextModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor) -> Tensor:
        return self.model(input_ids).last_hidden_state


class XlTextEncoder(nn.Module):
    """Both encoders' last but one hidden states beside each other, the second's pooled text below them."""

    def __init__(self, first: CLIPTextModel, second: CLIPTextModelWithProjection) -> None:
        super().__init__()
        self.first = first
        self.second = second
        self.tokens = first.config.max_position_embeddings
        self.end = second.config.eos_token_id

    def forward(self, input_ids: Tensor) -> Tensor:
        ids = input_ids[:, self.tokens :]
        first = self.first(input_ids[:, : self.tokens], output_hidden_states=True).hidden_states[-2]
        output = self.second.text_model(ids, output_hidden_states=True)
        # The place of the end token; configurations with 2 are older than the key and mean the greatest id.
        end = (ids if self.end == 2 else (ids == self.end).type_as(ids)).argmax(-1)
        last = output.last_hidden_state
        pooled = last.gather(1, end[:, None, None].expand(-1, 1, last.shape[-1]))[:, 0]
        pooled = self.second.text_projection(pooled)
        text = torch.cat([first, output.hidden_states[-2]], dim=-1)
        row = nn.functional.pad(pooled, (0, text.shape[-1] - self.second.config.projection_dim))
        return torch.cat([text, row[:, None]], dim=1)


class VaeEncoder(nn.Module):
    def __init__(self, vae: AutoencoderKL | AutoencoderTiny) -> None:
        super().__init__()
        self.encoder = vae.encoder
        self.quant_conv = getattr(vae, "quant_conv", None) or nn.Identity()

    def forward(self, image: Tensor) -> Tensor:
        with CastsFollow(image):
            return self.quant_conv(self.encoder(image))


class VaeDecoder(nn.Module):
    def __init__(self, vae: AutoencoderKL | AutoencoderTiny) -> None:
        super().__init__()
        self.post_quant_conv = getattr(vae, "post_quant_conv", None) or nn.Identity()
        self.decoder = vae.decoder

    def forward(self, latents: Tensor) -> Tensor:
        with CastsFollow(latents):
            return self.decoder(self.post_quant_conv(latents))


class NeutralTimesteps(nn.Module):
    """Sinusoidal embedding of float32 timesteps in float32, built from its input alone.

    diffusers' own makes its ramp with torch.arange, which freezes the device of the trace into the graph. The
    arithmetic and its order are the same, so the results are equal bit for bit.
    """

    def __init__(self, original: Timesteps) -> None:
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


class SeesAnchors:
    """What a denoiser does where it has an attention bank."""

    unet: UNet2DConditionModel

    def coherent(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        layers = len(attention_bank.self_attentions(self.unet))
        *noisy, share = inputs[:-layers]
        bank = attention_bank.Bank(share, inputs[-layers:])
        with attention_bank.seeing(self.unet, bank):
            prediction = self(*noisy)
        return (prediction, *bank.own)


class Denoiser(SeesAnchors, nn.Module):
    def __init__(self, unet: UNet2DConditionModel) -> None:
        super().__init__()
        self.unet = unet

    def forward(self, sample: Tensor, timestep: Tensor, text: Tensor) -> Tensor:
        with CastsFollow(sample):
            return self.unet(sample, timestep, encoder_hidden_states=text, return_dict=False)[0]


class Control(nn.Module):
    def __init__(self, controlnet: ControlNetModel) -> None:
        super().__init__()
        self.controlnet = controlnet

    def forward(self, sample: Tensor, timestep: Tensor, text: Tensor, pictures: Tensor, weight: Tensor) -> tuple[Tensor, ...]:
        with CastsFollow(sample):
            down, middle = self.controlnet(sample, timestep, text, pictures, return_dict=False)
        share = weight[:, None, None, None].type_as(sample)
        return tuple(residual * share for residual in (*down, middle))


class ControlledDenoiser(nn.Module):
    def __init__(self, unet: UNet2DConditionModel) -> None:
        super().__init__()
        self.unet = unet

    def forward(self, sample: Tensor, timestep: Tensor, text: Tensor, *residuals: Tensor) -> Tensor:
        with CastsFollow(sample):
            return self.unet(
                sample,
                timestep,
                encoder_hidden_states=text,
                down_block_additional_residuals=residuals[:-1],
                mid_block_additional_residual=residuals[-1],
                return_dict=False,
            )[0]


class GuidedDenoiser(SeesAnchors, nn.Module):
    """LCM's: the guidance scale less 1 is embedded as diffusers' get_guidance_scale_embedding does."""

    def __init__(self, unet: UNet2DConditionModel) -> None:
        super().__init__()
        self.unet = unet
        self.half = unet.config.time_cond_proj_dim // 2
        self.fall = -(torch.log(torch.tensor(10000.0)) / (self.half - 1)).item()

    def forward(self, sample: Tensor, timestep: Tensor, text: Tensor, guidance: Tensor) -> Tensor:
        ramp = torch.ones_like(guidance[:1].expand(self.half)).cumsum(0) - 1.0
        angles = (guidance * 1000.0)[:, None] * torch.exp(ramp * self.fall)[None, :]
        embedding = torch.cat([torch.sin(angles), torch.cos(angles)], dim=1).type_as(sample)
        with CastsFollow(sample):
            return self.unet(sample, timestep, timestep_cond=embedding, encoder_hidden_states=text, return_dict=False)[0]


class XlDenoiser(nn.Module):
    def __init__(self, unet: UNet2DConditionModel, pooled_width: int) -> None:
        super().__init__()
        self.unet = unet
        self.pooled_width = pooled_width

    def forward(self, sample: Tensor, timestep: Tensor, text: Tensor, sizes: Tensor) -> Tensor:
        added = {"text_embeds": text[:, -1, : self.pooled_width], "time_ids": sizes}
        with CastsFollow(sample):
            return self.unet(
                sample,
                timestep,
                encoder_hidden_states=text[:, :-1],
                added_cond_kwargs=added,
                return_dict=False,
            )[0]
