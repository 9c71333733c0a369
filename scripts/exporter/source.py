"""Reads a diffusers folder of a family of Stable Diffusion, from the disk alone.

Weights come from safetensors, or from `.bin` files through torch's weights-only reader; nothing in the folder is
ever executed and nothing is fetched.
"""

import dataclasses
import json
import math
import warnings
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    LatentConsistencyModelImg2ImgPipeline,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionXLImg2ImgPipeline,
    UNet2DConditionModel,
)
from diffusers.models.attention_processor import AttnProcessor2_0
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from .errors import ExportError

VAES = {"AutoencoderKL": AutoencoderKL, "AutoencoderTiny": AutoencoderTiny}
COMPONENTS = {
    "unet": "UNet2DConditionModel",
    "vae": tuple(VAES),
    "text_encoder": "CLIPTextModel",
    "tokenizer": ("CLIPTokenizer", "CLIPTokenizerFast"),
    "scheduler": None,
}
XL_COMPONENTS = {
    **COMPONENTS,
    "text_encoder_2": "CLIPTextModelWithProjection",
    "tokenizer_2": ("CLIPTokenizer", "CLIPTokenizerFast"),
}
OPTIONAL_COMPONENTS = ("safety_checker", "feature_extractor", "image_encoder")
SCHEDULERS = (
    "DDIMScheduler",
    "PNDMScheduler",
    "EulerDiscreteScheduler",
    "EulerAncestralDiscreteScheduler",
    "HeunDiscreteScheduler",
    "DPMSolverMultistepScheduler",
    "UniPCMultistepScheduler",
    "LCMScheduler",
    "TCDScheduler",
)
# Each of these adds an input or a branch that no family's signature has.
UNET_EXTRAS = (
    "class_embed_type",
    "num_class_embeds",
    "encoder_hid_dim_type",
    "timestep_post_act",
    "cross_attention_norm",
)


@dataclasses.dataclass
class Source:
    """A loaded folder: eager networks in float32 with fused attention, and the facts that go into model.json."""

    path: Path
    family: str
    text_encoder: CLIPTextModel
    vae: AutoencoderKL | AutoencoderTiny
    unet: UNet2DConditionModel
    tokenizer: CLIPTokenizer
    scheduler: dict[str, Any]
    text_encoder_2: CLIPTextModelWithProjection | None = None
    tokenizer_2: CLIPTokenizer | None = None
    zeroes_empty_negative: bool = False


def read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ExportError(f"{path} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ExportError(f"{path} holds {type(value).__name__}, not an object")
    return value


def found_in(folder: Path) -> str:
    names = sorted(entry.name + ("/" if entry.is_dir() else "") for entry in folder.iterdir())
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"found: {shown}" if names else "the folder is empty"


def read_index(folder: Path) -> dict[str, Any]:
    """model_index.json, or an error that says what the path is instead."""
    if folder.is_file():
        raise ExportError(
            f"{folder} is a file; the exporter reads diffusers folders. Convert a single-file checkpoint with "
            "diffusers' from_single_file(...).save_pretrained(FOLDER) first"
        )
    if not folder.is_dir():
        raise ExportError(f"{folder} does not exist")
    if not (folder / "model_index.json").is_file():
        if (folder / "model.json").is_file():
            raise ExportError(f"{folder} is a spectradiff bundle already (it holds model.json)")
        raise ExportError(f"{folder} is not a diffusers folder: it has no model_index.json ({found_in(folder)})")
    return read_json(folder / "model_index.json")


def component_class(index: dict[str, Any], name: str) -> str | None:
    entry = index.get(name)
    return entry[1] if isinstance(entry, list) and len(entry) == 2 else None


def components_of(index: dict[str, Any]) -> dict[str, Any]:
    return XL_COMPONENTS if component_class(index, "text_encoder_2") is not None else COMPONENTS


def check_components(folder: Path, index: dict[str, Any]) -> None:
    """Refuse what has not the shape of a family, naming the first thing that differs."""
    pipeline = index.get("_class_name", "none")
    components = components_of(index)
    for name, wanted in components.items():
        found = component_class(index, name)
        if found is None:
            raise ExportError(
                f"{folder}/model_index.json ({pipeline}) names no {name}; Stable Diffusion has "
                + ", ".join(components)
            )
        allowed = (wanted,) if isinstance(wanted, str) else wanted
        if allowed is not None and found not in allowed:
            raise ExportError(f"{folder}: {name} is a {found}; supported: {' or '.join(allowed)}")
        if not (folder / name).is_dir():
            raise ExportError(f"{folder}/{name} is missing, though model_index.json names it ({found_in(folder)})")
    scheduler = component_class(index, "scheduler")
    if scheduler not in SCHEDULERS:
        raise ExportError(f"{folder}: the scheduler is a {scheduler}; supported: {', '.join(SCHEDULERS)}")
    if index.get("requires_aesthetics_score"):
        raise ExportError(f"{folder}/model_index.json: requires_aesthetics_score: refiners are not supported")
    known = {*components, *OPTIONAL_COMPONENTS}
    extra = [n for n in index if not n.startswith("_") and n not in known and component_class(index, n) is not None]
    if extra:
        raise ExportError(
            f"{folder}/model_index.json ({pipeline}) also names {', '.join(extra)}; that is not the shape "
            "of Stable Diffusion 1.x, 2.x or XL, which are supported"
        )


def load_weights(loader: Any, folder: Path, name: str, **options: Any) -> torch.nn.Module:
    """One network in float32: safetensors first, else `.bin` through the weights-only reader."""
    directory = folder / name
    if not (directory / "config.json").is_file():
        raise ExportError(f"{directory}/config.json is missing ({found_in(directory)})")
    weights = [f.name for f in directory.iterdir() if f.suffix in (".safetensors", ".bin")]
    if not weights:
        raise ExportError(f"{directory} holds no weights (*.safetensors or *.bin; {found_in(directory)})")
    safe = any(f.endswith(".safetensors") for f in weights)
    suffix = ".safetensors" if safe else ".bin"
    plain = any(".fp16" not in f and f.endswith(suffix) for f in weights)
    try:
        network = loader.from_pretrained(
            directory,
            local_files_only=True,
            use_safetensors=safe,
            variant=None if plain else "fp16",
            torch_dtype=torch.float32,
            **options,
        )
    except Exception as error:
        raise ExportError(f"{directory} cannot be loaded ({', '.join(sorted(weights))}): {error}") from error
    network = network.to(torch.float32).eval().requires_grad_(False)
    align(network)
    broken = [key for key, value in network.state_dict().items() if not torch.isfinite(value).all()]
    if broken:
        raise ExportError(f"{directory}: {len(broken)} weights hold NaN or infinity, first {broken[0]}")
    return network


def align(network: torch.nn.Module) -> None:
    """Move the weights out of the mapped file into memory of their own.

    safetensors gives views at any offset; convolutions pick another kernel for unaligned weights and then differ in
    the last bit from the same weights loaded by the engine.
    """
    for tensor in (*network.parameters(), *network.buffers()):
        tensor.data = tensor.data.clone()


def check_networks(source: Source) -> None:
    """Refuse configurations whose extra inputs the exported signatures do not carry."""
    unet, vae, text = source.unet.config, source.vae.config, source.text_encoder.config
    extras = {key: unet[key] for key in UNET_EXTRAS if unet.get(key) is not None}
    if unet.get("addition_embed_type") != ("text_time" if source.family == "sdxl" else None):
        extras["addition_embed_type"] = unet["addition_embed_type"]
    if unet.get("time_cond_proj_dim") is not None and source.family != "lcm":
        extras["time_cond_proj_dim"] = unet["time_cond_proj_dim"]
    for key, value in extras.items():
        raise ExportError(f"{source.path}/unet/config.json: {key} = {value!r} is not supported in {source.family}")
    if unet.in_channels != vae.latent_channels or unet.out_channels != vae.latent_channels:
        raise ExportError(
            f"{source.path}: the U-Net takes {unet.in_channels} and gives {unet.out_channels} channels, the VAE "
            f"has {vae.latent_channels}; inpainting and depth models are not supported"
        )
    width = text.hidden_size + (source.text_encoder_2.config.hidden_size if source.text_encoder_2 else 0)
    if unet.cross_attention_dim != width:
        raise ExportError(
            f"{source.path}: the U-Net attends to width {unet.cross_attention_dim}, the text encoder gives {width}"
        )
    if getattr(text, "use_attention_mask", False):
        raise ExportError(f"{source.path}/text_encoder/config.json: use_attention_mask is not supported")
    if vae.get("shift_factor") or vae.get("latents_mean"):
        raise ExportError(f"{source.path}/vae/config.json: shift_factor and latents_mean are not supported")
    if 2 ** (len(vae.block_out_channels) - 1) != 8:
        raise ExportError(f"{source.path}/vae/config.json: {len(vae.block_out_channels)} blocks; 4 (8x) supported")


def family_of(text_encoder: CLIPTextModel, unet: UNet2DConditionModel, is_xl: bool) -> str:
    """SD 2.x has OpenCLIP's text encoder, which bends with gelu; CLIP's own bends with quick_gelu."""
    if is_xl:
        return "sdxl"
    if unet.config.get("time_cond_proj_dim") is not None:
        return "lcm"
    return "sd2" if text_encoder.config.hidden_act == "gelu" else "sd1"


def pipeline_scheduler(
    source_path: Path, class_name: str, family: str, networks: dict[str, Any]
) -> dict[str, Any]:
    """The scheduler's configuration as diffusers' img2img pipeline leaves it, with `class`.

    The pipeline overwrites clip_sample and steps_offset of old configurations. `defaulted` lists the keys that the
    source did not state: `from_config` of another class gives those that class's own default.
    """
    scheduler_class = getattr(diffusers, class_name)
    scheduler = scheduler_class.from_pretrained(source_path / "scheduler", local_files_only=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if family == "sdxl":
            pipeline = StableDiffusionXLImg2ImgPipeline(**networks, scheduler=scheduler, add_watermarker=False)
        else:
            kinds = {"lcm": LatentConsistencyModelImg2ImgPipeline}
            pipeline = kinds.get(family, StableDiffusionImg2ImgPipeline)(
                **networks,
                scheduler=scheduler,
                safety_checker=None,
                feature_extractor=None,
                requires_safety_checker=False,
            )
    config = dict(pipeline.scheduler.config)
    facts = {key: value for key, value in sorted(config.items()) if not key.startswith("_")}
    # JSON has no infinity; where diffusers has one for a default (lambda_min_clipped), it means no limit.
    facts = {key: None if isinstance(value, float) and math.isinf(value) else value for key, value in facts.items()}
    defaulted = sorted(key for key in config.get("_use_default_values", []) if key in facts)
    return {"class": class_name, **facts, "defaulted": defaulted}


def load_tokenizer(path: Path, name: str) -> CLIPTokenizer:
    try:
        return CLIPTokenizer.from_pretrained(path / name, local_files_only=True)
    except Exception as error:
        raise ExportError(f"{path}/{name} cannot be loaded ({found_in(path / name)}): {error}") from error


def load(path: Path) -> Source:
    """Check and load the folder; ExportError names what is wrong with it."""
    index = read_index(path)
    check_components(path, index)
    for library in (transformers.utils.logging, diffusers.utils.logging):
        library.set_verbosity_error()
        library.disable_progress_bar()
    text_encoder = load_weights(CLIPTextModel, path, "text_encoder", attn_implementation="sdpa")
    vae = load_weights(VAES[component_class(index, "vae")], path, "vae")
    unet = load_weights(UNet2DConditionModel, path, "unet")
    if isinstance(vae, AutoencoderKL):
        vae.set_attn_processor(AttnProcessor2_0())
    unet.set_attn_processor(AttnProcessor2_0())
    networks = {"vae": vae, "text_encoder": text_encoder, "unet": unet, "tokenizer": load_tokenizer(path, "tokenizer")}
    is_xl = "text_encoder_2" in components_of(index)
    if is_xl:
        networks["text_encoder_2"] = load_weights(
            CLIPTextModelWithProjection, path, "text_encoder_2", attn_implementation="sdpa"
        )
        networks["tokenizer_2"] = load_tokenizer(path, "tokenizer_2")
    family = family_of(text_encoder, unet, is_xl)
    try:
        scheduler = pipeline_scheduler(path, component_class(index, "scheduler"), family, networks)
    except Exception as error:
        raise ExportError(f"{path}/scheduler cannot be loaded: {error}") from error
    source = Source(path, family, **networks, scheduler=scheduler)
    source.zeroes_empty_negative = is_xl and bool(index.get("force_zeros_for_empty_prompt", True))
    check_networks(source)
    return source
