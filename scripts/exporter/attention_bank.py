"""Self-attention that also sees another picture's: what `export_model.py --attention-bank` puts into a denoiser.

The other picture, the anchor, is denoised once; at each step every self-attention layer of the U-Net leaves what came
in, its tokens. A frame at the same step attends twice with its own queries: to itself, and to keys and values that the
layer's weights make of the anchor's tokens. The layer gives

    own + share * (anchor's - own)

so that share 0 is the network without a bank, bit for bit, and at 1 the frame is put together from what the anchor
shows (Text2Video-Zero, arxiv.org/abs/2303.13439, with its first frame). Cross-attention is untouched.

A denoiser with a bank has a second method beside forward, of the same weights:

    coherent(*inputs of forward, share float32 [B], tokens network [B, any, channels] per layer)
        -> prediction network [B, C, h, w], tokens network [B, h * w / scale^2, channels] per layer
"""

import contextlib
import dataclasses
import itertools
import operator
from collections.abc import Iterator

from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention
from torch import Tensor, nn


@dataclasses.dataclass
class Bank:
    """What one call of the U-Net is given, in the order in which its layers run, and what it leaves behind."""

    share: Tensor  # float32 [batch], 0..1
    given: tuple[Tensor, ...]  # per layer: network [batch, tokens of any number, channels]
    own: list[Tensor] = dataclasses.field(default_factory=list)  # per layer: network [batch, tokens, channels]


@dataclasses.dataclass(frozen=True)
class Layer:
    channels: int  # of its tokens
    scale: int  # latents on a token's side
    module: Attention


def self_attentions(unet: UNet2DConditionModel) -> list[Layer]:
    """In the order in which they run."""
    scales = list(itertools.accumulate([2 if block.downsamplers else 1 for block in unet.down_blocks[:-1]], operator.mul, initial=1))
    down, up = zip(unet.down_blocks, scales, strict=True), zip(unet.up_blocks, reversed(scales), strict=True)
    blocks = [*down, (unet.mid_block, scales[-1]), *up]
    return [
        Layer(module.to_q.in_features, scale, module)
        for block, scale in blocks
        for name, module in (block.named_modules() if block is not None else ())
        if name.endswith(".attn1") and isinstance(module, Attention) and not module.is_cross_attention
    ]


class BankProcessor:
    """AttnProcessor2_0 of a self-attention layer, with a bank."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def __call__(self, attn: Attention, hidden_states: Tensor, *_: object, **__: object) -> Tensor:
        bank, batch = self.bank, hidden_states.shape[0]
        seen = bank.given[len(bank.own)]
        bank.own.append(hidden_states)

        def in_heads(values: Tensor) -> Tensor:
            return values.view(batch, -1, attn.heads, values.shape[-1] // attn.heads).transpose(1, 2)

        def attend(query: Tensor, tokens: Tensor) -> Tensor:
            key, value = in_heads(attn.to_k(tokens)), in_heads(attn.to_v(tokens))
            out = nn.functional.scaled_dot_product_attention(query, key, value, dropout_p=0.0, is_causal=False)
            return out.transpose(1, 2).reshape(batch, -1, attn.heads * key.shape[-1])

        query = in_heads(attn.to_q(hidden_states))
        out = attend(query, hidden_states)
        share = bank.share[:, None, None].type_as(out)
        out = out + share * (attend(query, seen) - out)
        return attn.to_out[1](attn.to_out[0](out)) / attn.rescale_output_factor


@contextlib.contextmanager
def seeing(unet: UNet2DConditionModel, bank: Bank) -> Iterator[None]:
    """While entered, the U-Net's self-attention layers see the bank."""
    layers = [layer.module for layer in self_attentions(unet)]
    before = [layer.processor for layer in layers]
    try:
        for layer in layers:
            layer.processor = BankProcessor(bank)
        yield
    finally:
        for layer, processor in zip(layers, before, strict=True):
            layer.processor = processor
