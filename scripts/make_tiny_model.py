#!/usr/bin/env python3
"""Write a tiny diffusers folder of a family of Stable Diffusion with seeded random weights.

    make_tiny_model.py OUT [--family sd1|sd2|turbo|sdxs|lcm|sdxl|control] [--seed N] [--prediction epsilon|v_prediction]
                       [--scheduler CLASS] [--width N]

Every part is made by diffusers' and transformers' own classes, so whatever reads a real checkpoint reads this
one. Random networks paint grey mush, on which any comparison succeeds; the script therefore scales them (the
encoder's latents, the denoiser's output, the decoder's picture) until whole img2img pictures have an 8-bit
standard deviation above 30, prints that figure and fails if it cannot be had.
"""

import argparse
import dataclasses
import itertools
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import diffusers
import numpy as np
import torch
from diffusers import AutoencoderKL, AutoencoderTiny, ControlNetModel, DiffusionPipeline, UNet2DConditionModel
from PIL import Image
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer
from transformers.utils import logging as transformers_logging

START, END = "<|startoftext|>", "<|endoftext|>"
MIN_CONTRAST = 30.0
MAX_TOKENS = 77
TARGET_CONTRAST = 55.0


@dataclasses.dataclass(frozen=True)
class Family:
    """What sets a family apart from Stable Diffusion 1.x."""

    pipeline: str = "StableDiffusion"
    scheduler: str = "PNDMScheduler"
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)  # of the scheduler
    text: dict[str, Any] = dataclasses.field(default_factory=dict)
    unet: dict[str, Any] = dataclasses.field(default_factory=dict)
    scaling_factor: float = 0.18215
    has_tiny_vae: bool = False
    has_controlnet: bool = False
    pads_with: str = "<|endoftext|>"
    steps: int = 6


OPEN_CLIP = {"hidden_act": "gelu"}
LINEAR = {"use_linear_projection": True, "attention_head_dim": [2, 4, 8, 8]}
XL_WIDTH, POOLED_WIDTH, TIME_WIDTH = 40, 24, 8
FAMILIES = {
    "sd1": Family(),
    "sd2": Family(
        scheduler="DDIMScheduler",
        facts={"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"},
        text=OPEN_CLIP,
        unet=LINEAR,
        pads_with="!",
    ),
    "turbo": Family(
        scheduler="EulerDiscreteScheduler",
        facts={"timestep_spacing": "trailing"},
        text=OPEN_CLIP,
        unet=LINEAR,
        pads_with="!",
        steps=4,
    ),
    "sdxs": Family(
        scheduler="EulerDiscreteScheduler",
        facts={"timestep_spacing": "trailing"},
        text=OPEN_CLIP,
        unet=LINEAR,
        scaling_factor=1.0,
        has_tiny_vae=True,
        pads_with="!",
        steps=4,
    ),
    "lcm": Family(pipeline="LatentConsistencyModel", scheduler="LCMScheduler", unet={"time_cond_proj_dim": 32}, steps=4),
    "control": Family(pipeline="StableDiffusionControlNet", has_controlnet=True),
    "sdxl": Family(
        pipeline="StableDiffusionXL",
        scheduler="EulerDiscreteScheduler",
        facts={"timestep_spacing": "leading"},
        unet={
            **LINEAR,
            "cross_attention_dim": 48 + XL_WIDTH,
            "addition_embed_type": "text_time",
            "addition_time_embed_dim": TIME_WIDTH,
            "projection_class_embeddings_input_dim": POOLED_WIDTH + 6 * TIME_WIDTH,
        },
        scaling_factor=0.13025,
    ),
}

# What the byte-pair merges are learnt from: words that prompts for music pictures use.
CORPUS = """
a painting of the sea at night with stars and a red sun over mountains an oil painting of a city in the rain neon
lights glowing in the dark a portrait of a woman with a gas mask in the style of a renaissance master fire and smoke
rising from the burning forest a spectral waveform drawn in gold on black marble crystals floating in deep space
nebula planets and rings a mandala of stained glass abstract geometric pattern highly detailed trending digital art
watercolour of a quiet harbour at dawn blurry low quality ugly deformed text watermark the desert dunes under an
aurora a cathedral made of light and water dreaming machines psychedelic colours vivid cinematic photograph of a
lonely tree in the fog the ocean waves crashing on the shore thunder lightning storm clouds violet blue green
orange yellow white silver shining reflecting mirror lake winter snow summer flowers garden birds flying
""".split()


def byte_alphabet() -> list[str]:
    """GPT-2's printable character for each byte, in the order CLIP's vocabulary lists them."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAC + 1), *range(0xAE, 0xFF + 1)]
    rest = [b for b in range(256) if b not in printable]
    return [chr(b) for b in printable] + [chr(256 + i) for i in range(len(rest))]


def learn_merges(words: list[str], count: int) -> list[tuple[str, str]]:
    """The `count` most frequent byte pairs, greedily, ties broken by spelling."""
    pieces = [[*word[:-1], word[-1] + "</w>"] for word in words]
    merges = []
    while len(merges) < count:
        pairs: dict[tuple[str, str], int] = {}
        for piece in pieces:
            for pair in itertools.pairwise(piece):
                pairs[pair] = pairs.get(pair, 0) + 1
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for piece in pieces:
            i = 0
            while i + 1 < len(piece):
                if (piece[i], piece[i + 1]) == best:
                    piece[i : i + 2] = [best[0] + best[1]]
                i += 1
    return merges


def write_tokenizer(folder: Path, merge_count: int = 320, words: list[str] = CORPUS, pad: str = END) -> None:
    """vocab.json, merges.txt and the two configuration files, laid out as SD 1.x has them."""
    folder.mkdir(parents=True)
    merges = learn_merges(words, merge_count)
    alphabet = byte_alphabet()
    entries = alphabet + [c + "</w>" for c in alphabet] + [a + b for a, b in merges] + [START, END]
    vocab = {entry: i for i, entry in enumerate(dict.fromkeys(entries))}
    (folder / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False), encoding="utf-8")
    lines = ["#version: 0.2", *(f"{a} {b}" for a, b in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_tokenizer_facts(folder, pad)


def write_tokenizer_facts(folder: Path, pad: str = END) -> None:
    """The two configuration files beside vocab.json and merges.txt."""

    def special(content: str, normalized: bool) -> dict:
        return {"content": content, "lstrip": False, "normalized": normalized, "rstrip": False, "single_word": False}

    config = {
        "add_prefix_space": False,
        "bos_token": {"__type": "AddedToken", **special(START, True)},
        "eos_token": {"__type": "AddedToken", **special(END, True)},
        "do_lower_case": True,
        "errors": "replace",
        "model_max_length": MAX_TOKENS,
        "pad_token": pad,
        "tokenizer_class": "CLIPTokenizer",
        "unk_token": {"__type": "AddedToken", **special(END, True)},
    }
    tokens_map = {
        "bos_token": special(START, True),
        "eos_token": special(END, True),
        "pad_token": pad,
        "unk_token": special(END, True),
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    (folder / "special_tokens_map.json").write_text(json.dumps(tokens_map, indent=2) + "\n")


def scheduler_config(class_name: str, facts: dict[str, Any]) -> dict:
    """What SD 1.x's scheduler_config.json states; all else is left to the defaults of whoever reads it."""
    scheduler_class = getattr(diffusers, class_name, None)
    if scheduler_class is None or not issubclass(scheduler_class, diffusers.SchedulerMixin):
        raise SystemExit(f"--scheduler {class_name} is not a scheduler class of diffusers {diffusers.__version__}")
    stated = {
        "_class_name": class_name,
        "_diffusers_version": diffusers.__version__,
        "num_train_timesteps": 1000,
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "steps_offset": 1,
        "set_alpha_to_one": False,
        "skip_prk_steps": True,
        "clip_sample": False,
        "trained_betas": None,
    }
    return {**stated, **facts}


def text_config(tokenizer: CLIPTokenizer, **options: Any) -> CLIPTextConfig:
    facts = {
        "vocab_size": len(tokenizer),
        "hidden_size": 48,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": MAX_TOKENS,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    return CLIPTextConfig(**{**facts, **options})


def make_vae(family: Family, width: int) -> AutoencoderKL | AutoencoderTiny:
    if family.has_tiny_vae:
        channels, blocks = (8, 8, 8, 8), (1, 1, 1, 1)
        return AutoencoderTiny(
            encoder_block_out_channels=channels,
            decoder_block_out_channels=channels,
            num_encoder_blocks=blocks,
            num_decoder_blocks=blocks,
        )
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=tuple(width * channels for channels in (16, 16, 32, 32)),
        latent_channels=4,
        norm_num_groups=4,
        sample_size=64,
        scaling_factor=family.scaling_factor,
    )


def make_networks(tokenizers: list[CLIPTokenizer], family: Family, width: int = 1) -> dict[str, torch.nn.Module]:
    """The networks with torch's default initialisation; pictures' channels are `width` times the least."""
    networks = {"vae": make_vae(family, width), "text_encoder": CLIPTextModel(text_config(tokenizers[0], **family.text))}
    unet = {"attention_head_dim": 4, "cross_attention_dim": 48, **family.unet}
    networks["unet"] = UNet2DConditionModel(
        sample_size=8,
        down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
        block_out_channels=tuple(width * channels for channels in (32, 32, 64, 64)),
        layers_per_block=1,
        norm_num_groups=8,
        **unet,
    )
    if len(tokenizers) > 1:
        config = text_config(tokenizers[1], **OPEN_CLIP, hidden_size=XL_WIDTH, projection_dim=POOLED_WIDTH)
        networks["text_encoder_2"] = CLIPTextModelWithProjection(config)
    return {name: network.eval() for name, network in networks.items()}


def init_picture(width: int, height: int, seed: int) -> Image.Image:
    """A coloured, blurred noise field: the kind of picture the painters make."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (max(height // 8, 2), max(width // 8, 2), 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


def sample_pictures() -> torch.Tensor:
    """[4][3][128][128], -1..1."""
    pictures = [np.asarray(init_picture(128, 128, seed), np.float32) / 127.5 - 1.0 for seed in range(4)]
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)


def scale_rows(conv: torch.nn.Conv2d, rows: slice, measured: torch.Tensor, std: float) -> None:
    """Rescale output channels of `conv` so that what was `measured` becomes centred with deviation `std`."""
    mean = measured.mean(dim=(0, 2, 3))
    gain = std / measured.std(dim=(0, 2, 3)).clamp_min(1e-8)
    conv.weight[rows] *= gain[:, None, None, None]
    conv.bias[rows] = (conv.bias[rows] - mean) * gain


@torch.no_grad()
def make_controlnet(unet: UNet2DConditionModel) -> ControlNetModel:
    """A copy of the U-Net's first half, as training begins with, but what it sees and adds is not nothing."""
    controlnet = ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(8, 8, 16, 16))
    for conv in (*controlnet.controlnet_down_blocks, controlnet.controlnet_mid_block):
        torch.nn.init.normal_(conv.weight, std=1.0 / conv.in_channels**0.5)
    embedding = controlnet.controlnet_cond_embedding
    # Without biases, and as loud behind each layer as before it: else the frame's edge would be all that it sees.
    for conv in (embedding.conv_in, *embedding.blocks, embedding.conv_out):
        torch.nn.init.normal_(conv.weight, std=1.7 / (9 * conv.in_channels) ** 0.5)
        torch.nn.init.zeros_(conv.bias)
    scale_rows(embedding.conv_out, slice(None), embedding((sample_pictures() + 1.0) / 2.0), 1.0)
    return controlnet.eval()


def painting_layer(vae: AutoencoderKL | AutoencoderTiny) -> torch.nn.Conv2d:
    return vae.decoder.layers[-1] if isinstance(vae, AutoencoderTiny) else vae.decoder.conv_out


def calibrate_encoder(vae: AutoencoderKL | AutoencoderTiny, image: torch.Tensor) -> None:
    deviation = 0.9 / vae.config.scaling_factor
    if isinstance(vae, AutoencoderTiny):
        scale_rows(vae.encoder.layers[-1], slice(None), vae.encode(image).latents, deviation)
        return
    channels = vae.config.latent_channels
    moments = vae.encode(image).latent_dist.parameters
    scale_rows(vae.quant_conv, slice(0, channels), moments[:, :channels], deviation)
    scale_rows(vae.quant_conv, slice(channels, None), moments[:, channels:], 1.0)


def calibrate_decoder(vae: AutoencoderKL | AutoencoderTiny, latents: torch.Tensor) -> None:
    decoded = vae.decode(latents / vae.config.scaling_factor).sample
    layer, deviation = painting_layer(vae), TARGET_CONTRAST / 127.5
    if isinstance(vae, AutoencoderTiny):  # paints 0..1
        scale_rows(layer, slice(None), (decoded + 1.0) / 2.0, deviation / 2.0)
        layer.bias += 0.5
    else:
        scale_rows(layer, slice(None), decoded, deviation)


@torch.no_grad()
def calibrate(networks: dict[str, torch.nn.Module]) -> None:
    """Bring latents, predictions and decoded pictures to the scales that trained networks have."""
    vae, unet = networks["vae"], networks["unet"]
    generator = torch.Generator().manual_seed(1)
    image = sample_pictures()

    # Random attention over prompts barely differs between them; larger embeddings make prompts matter.
    encoders = [network for name, network in networks.items() if name.startswith("text_encoder")]
    for encoder in encoders:
        encoder.get_input_embeddings().weight.normal_(0.0, 1.0, generator=generator)

    calibrate_encoder(vae, image)
    latents = torch.randn(4, vae.config.latent_channels, 16, 16, generator=generator)
    ids = torch.randint(0, encoders[0].config.vocab_size, (4, MAX_TOKENS), generator=generator)
    text = torch.cat([encoder(ids, output_hidden_states=True).hidden_states[-1] for encoder in encoders], dim=-1)
    facts = {}
    if unet.config.time_cond_proj_dim is not None:
        facts["timestep_cond"] = torch.randn(4, unet.config.time_cond_proj_dim, generator=generator)
    if len(encoders) > 1:
        pooled = torch.randn(4, POOLED_WIDTH, generator=generator)
        sizes = torch.tensor([[128.0, 128.0, 0.0, 0.0, 128.0, 128.0]]).expand(4, 6)
        facts["added_cond_kwargs"] = {"text_embeds": pooled, "time_ids": sizes}
    predicted = unet(latents, torch.tensor([50.0, 350.0, 650.0, 950.0]), text, **facts).sample
    scale_rows(unet.conv_out, slice(None), predicted, 0.6)
    calibrate_decoder(vae, latents)


def paint_samples(pipeline: DiffusionPipeline, steps: int) -> list[np.ndarray]:
    pictures = []
    negative = {} if pipeline.unet.config.time_cond_proj_dim is not None else {"negative_prompt": "blurry"}
    for strength, guidance in ((0.3, 1.0), (0.75, 7.5), (1.0, 7.5)):
        result = pipeline(
            "a painting of the sea at night",
            image=init_picture(64, 64, 7),
            **negative,
            strength=strength,
            guidance_scale=guidance,
            num_inference_steps=steps,
            generator=torch.Generator().manual_seed(3),
            output_type="np",
        )
        pictures.append(np.round(result.images[0] * 255.0))
    return pictures


@torch.no_grad()
def reach_contrast(pipeline: DiffusionPipeline, steps: int) -> float:
    """Raise the decoder's last layer until the dullest sample picture clears the bar; gives its deviation."""
    conv = painting_layer(pipeline.vae)
    for _ in range(6):
        contrast = min(float(picture.std()) for picture in paint_samples(pipeline, steps))
        if contrast >= MIN_CONTRAST + 10.0:
            break
        conv.weight *= (MIN_CONTRAST + 15.0) / max(contrast, 1.0)
    return min(float(picture.std()) for picture in paint_samples(pipeline, steps))


def make_tiny_model(
    out: Path,
    seed: int = 0,
    prediction: str | None = None,
    scheduler: str | None = None,
    width: int = 1,
    family: str = "sd1",
) -> float:
    """Write the folder `out`, which must not exist or be empty; gives the contrast reached (8-bit deviation)."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SystemExit(f"{out} exists and is not an empty folder; name a new one")
    transformers_logging.disable_progress_bar()
    diffusers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
    kind = FAMILIES[family]
    scheduler = scheduler or kind.scheduler
    facts = {**kind.facts, **({} if prediction in (None, "epsilon") else {"prediction_type": prediction})}
    config = scheduler_config(scheduler, facts)
    (out / "scheduler").mkdir(parents=True)
    (out / "scheduler" / "scheduler_config.json").write_text(json.dumps(config, indent=2) + "\n")
    write_tokenizer(out / "tokenizer", pad=kind.pads_with)
    is_xl = kind.pipeline == "StableDiffusionXL"
    if is_xl:
        write_tokenizer(out / "tokenizer_2", pad="!")
    names = ["tokenizer", "tokenizer_2"] if is_xl else ["tokenizer"]
    tokenizers = {name: CLIPTokenizer.from_pretrained(out / name, local_files_only=True) for name in names}
    torch.manual_seed(seed)
    networks = make_networks(list(tokenizers.values()), kind, width)
    calibrate(networks)
    unchecked = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    pipeline = getattr(diffusers, f"{kind.pipeline.removesuffix('ControlNet')}Img2ImgPipeline")(
        **networks,
        **tokenizers,
        scheduler=getattr(diffusers, scheduler).from_pretrained(out / "scheduler", local_files_only=True),
        **({"add_watermarker": False} if is_xl else unchecked),
    )
    pipeline.set_progress_bar_config(disable=True)
    contrast = reach_contrast(pipeline, kind.steps)
    if contrast <= MIN_CONTRAST:
        raise SystemExit(f"seed {seed}: contrast {contrast:.1f} is not above {MIN_CONTRAST}; try another seed")
    index = {
        "_class_name": f"{kind.pipeline}Pipeline",
        "_diffusers_version": diffusers.__version__,
        "scheduler": ["diffusers", scheduler],
        **{name: ["transformers", "CLIPTokenizer"] for name in names},
    }
    if is_xl:
        index["force_zeros_for_empty_prompt"] = True
    else:
        index |= {"feature_extractor": [None, None], "safety_checker": [None, None], "requires_safety_checker": False}
    if kind.has_controlnet:
        networks["controlnet"] = make_controlnet(networks["unet"])
    for name, network in networks.items():
        network.save_pretrained(out / name, safe_serialization=True)
        index[name] = ["transformers" if name.startswith("text") else "diffusers", type(network).__name__]
    (out / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")
    return contrast


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to write; new or empty")
    parser.add_argument("--seed", type=int, default=0, help="seed of the weights (default 0)")
    parser.add_argument("--family", choices=FAMILIES, default="sd1")
    parser.add_argument("--prediction", choices=("epsilon", "v_prediction"), help="default: the family's")
    parser.add_argument("--scheduler", metavar="CLASS", help="scheduler class of diffusers (default: the family's)")
    parser.add_argument("--width", type=int, default=1, help="factor on the channels of U-Net and VAE (default 1)")
    arguments = parser.parse_args()
    contrast = make_tiny_model(arguments.out, arguments.seed, arguments.prediction, arguments.scheduler, arguments.width, arguments.family)
    size = sum(f.stat().st_size for f in arguments.out.rglob("*") if f.is_file())
    print(f"contrast {contrast:.1f} (8-bit standard deviation), {size / 1e6:.1f} MB", file=sys.stderr)
    print(arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
