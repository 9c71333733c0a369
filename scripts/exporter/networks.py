"""Each network of a model to export: the eager module, its twin for the trace, what to try it on, its signature."""

import copy
import dataclasses
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor, nn

from . import attention_bank, verify
from .errors import ExportError
from .source import Source
from .wrappers import (
    Control,
    ControlledDenoiser,
    Denoiser,
    GuidedDenoiser,
    NeutralTimesteps,
    TextEncoder,
    VaeDecoder,
    VaeEncoder,
    XlDenoiser,
    XlTextEncoder,
)

MAX_TOKENS = 77
DOWNSCALE = 8

Port = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Network:
    name: str
    eager: nn.Module
    traceable: nn.Module
    make_inputs: verify.InputMaker
    inputs: list[Port]
    outputs: list[Port]
    overflows: bool = False  # in float16: stored in float32, never run in float16
    methods: dict[str, verify.InputMaker] = dataclasses.field(default_factory=dict)  # beside forward


def port(name: str, dtype: str, *shape: int | str) -> Port:
    return {"name": name, "dtype": dtype, "shape": list(shape)}


def with_neutral_timesteps(unet: nn.Module) -> nn.Module:
    """A twin that shares every weight with `unet` and embeds timesteps without a frozen device."""
    twin = copy.copy(unet)
    twin._modules = dict(unet._modules)
    for name in ("time_proj", "add_time_proj"):
        if name in twin._modules:
            twin._modules[name] = NeutralTimesteps(twin._modules[name])
    return twin


def is_gaussian(source: Source) -> bool:
    return isinstance(source.vae, AutoencoderKL)


def text_encoder_of(source: Source) -> nn.Module:
    if source.text_encoder_2 is None:
        return TextEncoder(source.text_encoder)
    return XlTextEncoder(source.text_encoder, source.text_encoder_2)


def denoiser_of(source: Source, unet: nn.Module) -> nn.Module:
    if source.family == "lcm":
        return GuidedDenoiser(unet)
    if source.text_encoder_2 is not None:
        return XlDenoiser(unet, source.text_encoder_2.config.projection_dim)
    return Denoiser(unet) if source.controlnet is None else ControlledDenoiser(unet)


def residual_shapes(unet: UNet2DConditionModel) -> list[tuple[int, int]]:
    """Channels and downscale, from the latents, of a control network's residuals: at each skip connection, in the middle."""
    shapes, scale = [(unet.config.block_out_channels[0], 1)], 1
    for channels, block in zip(unet.config.block_out_channels, unet.down_blocks, strict=True):
        shapes += [(channels, scale)] * len(block.resnets)
        if block.downsamplers:
            scale *= 2
            shapes.append((channels, scale))
    return [*shapes, (unet.config.block_out_channels[-1], scale)]


def bank_of(source: Source) -> list[dict[str, int]]:
    """The manifest's entry: channels of each self-attention layer's tokens, and pixels on a token's side."""
    if source.controlnet is not None or source.text_encoder_2 is not None:
        raise ExportError("--attention-bank is for SD 1.x, 2.x, Turbo and LCM without a control network; leave it out here")
    layers = attention_bank.self_attentions(source.unet)
    if not layers:
        raise ExportError("--attention-bank: the U-Net has no self-attention; leave it out here")
    return [{"channels": layer.channels, "downscale": DOWNSCALE * layer.scale} for layer in layers]


class Shapes:
    """What one model's networks take: ports for the manifest, random tensors of W x H pixels to try them on."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.is_xl = source.text_encoder_2 is not None
        self.channels = source.vae.config.latent_channels
        self.width = source.unet.config.cross_attention_dim
        self.id_count = 2 * MAX_TOKENS if self.is_xl else MAX_TOKENS
        self.tokens = MAX_TOKENS + 1 if self.is_xl else MAX_TOKENS
        self.residuals = [] if source.controlnet is None else residual_shapes(source.unet)
        self.small = ("batch", self.channels, "height/8", "width/8")
        self.picture = ("batch", 3, "height", "width")
        self.text = port("text", "network", "batch", self.tokens, self.width)

    def noisy_ports(self) -> list[Port]:
        return [port("sample", "network", *self.small), port("timestep", "float32", "batch"), self.text]

    def fact_ports(self) -> list[Port]:
        facts = {"lcm": [port("guidance", "float32", "batch")], "sdxl": [port("sizes", "float32", "batch", 6)]}
        return facts.get(self.source.family, [])

    def residual_ports(self) -> list[Port]:
        sides = [(channels, f"/{DOWNSCALE * scale}") for channels, scale in self.residuals]
        return [
            port(f"residual_{i}", "network", "batch", channels, "height" + part, "width" + part) for i, (channels, part) in enumerate(sides)
        ]

    def ids(self, w: int, h: int, batch: int, dtype: torch.dtype) -> tuple[Tensor, ...]:
        return (torch.randint(0, self.source.text_encoder.config.vocab_size, (batch, self.id_count)),)

    def image(self, w: int, h: int, batch: int, dtype: torch.dtype) -> tuple[Tensor, ...]:
        return ((torch.rand(batch, 3, h, w) * 2.0 - 1.0).to(dtype),)

    def latents(self, w: int, h: int, batch: int, dtype: torch.dtype) -> tuple[Tensor, ...]:
        return (torch.randn(batch, self.channels, h // DOWNSCALE, w // DOWNSCALE).to(dtype),)

    def noisy(self, w: int, h: int, batch: int, dtype: torch.dtype) -> tuple[Tensor, ...]:
        timesteps = torch.rand(batch) * (int(self.source.scheduler["num_train_timesteps"]) - 1)
        timesteps[0] = timesteps[0].round()
        # A text of two chunks at one of the batch sizes.
        tokens = self.tokens + (MAX_TOKENS if batch == 3 else 0)
        text = torch.randn(batch, tokens, self.width).to(dtype)
        return (*self.latents(w, h, batch, dtype), timesteps, text)

    def denoised(self, w: int, h: int, batch: int, dtype: torch.dtype) -> tuple[Tensor, ...]:
        facts = {"lcm": (torch.rand(batch) * 10.0,), "sdxl": (torch.rand(batch, 6) * 1024.0,)}
        inputs = (*self.noisy(w, h, batch, dtype), *facts.get(self.source.family, ()))
        sides = [(c, -(-h // (DOWNSCALE * scale)), -(-w // (DOWNSCALE * scale))) for c, scale in self.residuals]
        return (*inputs, *(torch.randn(batch, *side).to(dtype) for side in sides))

    def coherent(self, w: int, h: int, batch: int, dtype: torch.dtype) -> tuple[Tensor, ...]:
        share = torch.rand(batch)
        share[0] = 0.0

        def tokens(layer: attention_bank.Layer) -> Tensor:
            side = DOWNSCALE * layer.scale
            # One token, as the engine gives to anchors themselves, at one of the batch sizes.
            count = 1 if batch == 3 else -(-h // side) * -(-w // side)
            return torch.randn(batch, count, layer.channels).to(dtype)

        layers = attention_bank.self_attentions(self.source.unet)
        return (*self.denoised(w, h, batch, dtype), share, *map(tokens, layers))

    def controlled(self, w: int, h: int, batch: int, dtype: torch.dtype) -> tuple[Tensor, ...]:
        pictures = torch.rand(batch, 3, h, w).to(dtype)
        return (*self.noisy(w, h, batch, dtype), pictures, torch.rand(batch) * 2.0)


def networks_of(source: Source, has_bank: bool = False) -> list[Network]:
    """The four networks, and the control network where there is one, with the signatures of `wrappers`; with a bank the
    denoiser has the method of `attention_bank` too."""
    shapes = Shapes(source)
    text_encoder, encoder, decoder = text_encoder_of(source), VaeEncoder(source.vae), VaeDecoder(source.vae)
    latent, moments = ("moments", 2 * shapes.channels) if is_gaussian(source) else ("latents", shapes.channels)
    networks = [
        Network(
            "text_encoder",
            text_encoder,
            text_encoder,
            shapes.ids,
            [port("input_ids", "int64", "batch", shapes.id_count)],
            [shapes.text],
        ),
        Network(
            "vae_encoder",
            encoder,
            encoder,
            shapes.image,
            [port("image", "network", *shapes.picture)],
            [port(latent, "network", "batch", moments, "height/8", "width/8")],
            source.upcasts_vae(),
        ),
        Network(
            "denoiser",
            denoiser_of(source, source.unet),
            denoiser_of(source, with_neutral_timesteps(source.unet)),
            shapes.denoised,
            [*shapes.noisy_ports(), *shapes.fact_ports(), *shapes.residual_ports()],
            [port("prediction", "network", *shapes.small)],
            methods={"coherent": shapes.coherent} if has_bank else {},
        ),
        Network(
            "vae_decoder",
            decoder,
            decoder,
            shapes.latents,
            [port("latents", "network", *shapes.small)],
            [port("image", "network", *shapes.picture)],
            source.upcasts_vae(),
        ),
    ]
    if source.controlnet is not None:
        inputs = [port("pictures", "network", *shapes.picture), port("weight", "float32", "batch")]
        networks.append(
            Network(
                "control",
                Control(source.controlnet),
                Control(with_neutral_timesteps(source.controlnet)),
                shapes.controlled,
                [*shapes.noisy_ports(), *inputs],
                shapes.residual_ports(),
            )
        )
    return networks
