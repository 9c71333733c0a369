"""Reads a diffusers folder of the Stable Diffusion 1.x shape, from the disk alone.

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
from diffusers import AutoencoderKL, StableDiffusionImg2ImgPipeline, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor2_0
from transformers import CLIPTextModel, CLIPTokenizer

from .errors import ExportError

SD1_COMPONENTS = {
    "unet": "UNet2DConditionModel",
    "vae": "AutoencoderKL",
    "text_encoder": "CLIPTextModel",
    "tokenizer": ("CLIPTokenizer", "CLIPTokenizerFast"),
    "scheduler": None,
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
# Each of these adds an input or a branch that the four-network contract of SD 1.x has no room for.
UNET_EXTRAS = (
    "addition_embed_type",
    "class_embed_type",
    "num_class_embeds",
    "encoder_hid_dim_type",
    "time_cond_proj_dim",
    "timestep_post_act",
    "cross_attention_norm",
)


@dataclasses.dataclass
class Source:
    """A loaded folder: eager networks in float32 with fused attention, and the facts that go into model.json."""

    path: Path
    family: str
    text_encoder: CLIPTextModel
    vae: AutoencoderKL
    unet: UNet2DConditionModel
    tokenizer: CLIPTokenizer
    tokenizer_folder: Path
    scheduler: dict[str, Any]


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


def check_components(folder: Path, index: dict[str, Any]) -> None:
    """Refuse what is not Stable Diffusion 1.x by its shape, naming the first thing that differs."""
    pipeline = index.get("_class_name", "none")
    for name, wanted in SD1_COMPONENTS.items():
        found = component_class(index, name)
        if found is None:
            raise ExportError(
                f"{folder}/model_index.json ({pipeline}) names no {name}; Stable Diffusion 1.x has "
                + ", ".join(SD1_COMPONENTS)
            )
        allowed = (wanted,) if isinstance(wanted, str) else wanted
        if allowed is not None and found not in allowed:
            raise ExportError(f"{folder}: {name} is a {found}; supported: {' or '.join(allowed)}")
        if not (folder / name).is_dir():
            raise ExportError(f"{folder}/{name} is missing, though model_index.json names it ({found_in(folder)})")
    scheduler = component_class(index, "scheduler")
    if scheduler not in SCHEDULERS:
        raise ExportError(f"{folder}: the scheduler is a {scheduler}; supported: {', '.join(SCHEDULERS)}")
    known = {*SD1_COMPONENTS, *OPTIONAL_COMPONENTS}
    extra = [n for n in index if not n.startswith("_") and n not in known and component_class(index, n) is not None]
    if extra:
        raise ExportError(
            f"{folder}/model_index.json ({pipeline}) also names {', '.join(extra)}; that is not the Stable "
            "Diffusion 1.x shape, the only one supported so far"
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
    for key in UNET_EXTRAS:
        if unet.get(key) is not None:
            raise ExportError(f"{source.path}/unet/config.json: {key} = {unet[key]!r} is not supported yet")
    if unet.in_channels != vae.latent_channels or unet.out_channels != vae.latent_channels:
        raise ExportError(
            f"{source.path}: the U-Net takes {unet.in_channels} and gives {unet.out_channels} channels, the VAE "
            f"has {vae.latent_channels}; inpainting and depth models are not supported"
        )
    if unet.cross_attention_dim != text.hidden_size:
        raise ExportError(
            f"{source.path}: the U-Net attends to width {unet.cross_attention_dim}, the text encoder gives "
            f"{text.hidden_size}"
        )
    if getattr(text, "use_attention_mask", False):
        raise ExportError(f"{source.path}/text_encoder/config.json: use_attention_mask is not supported")
    if vae.get("shift_factor") or vae.get("latents_mean"):
        raise ExportError(f"{source.path}/vae/config.json: shift_factor and latents_mean are not supported")
    if 2 ** (len(vae.block_out_channels) - 1) != 8:
        raise ExportError(f"{source.path}/vae/config.json: {len(vae.block_out_channels)} blocks; 4 (8x) supported")


def pipeline_scheduler(source_path: Path, class_name: str, networks: dict[str, Any]) -> dict[str, Any]:
    """The scheduler's configuration as diffusers' img2img pipeline leaves it, with `class`.

    The pipeline overwrites clip_sample and steps_offset of old configurations. `defaulted` lists the keys that the
    source did not state: `from_config` of another class gives those that class's own default.
    """
    scheduler_class = getattr(diffusers, class_name)
    scheduler = scheduler_class.from_pretrained(source_path / "scheduler", local_files_only=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline = StableDiffusionImg2ImgPipeline(
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


def load(path: Path) -> Source:
    """Check and load the folder; ExportError names what is wrong with it."""
    index = read_index(path)
    check_components(path, index)
    for library in (transformers.utils.logging, diffusers.utils.logging):
        library.set_verbosity_error()
        library.disable_progress_bar()
    text_encoder = load_weights(CLIPTextModel, path, "text_encoder", attn_implementation="sdpa")
    vae = load_weights(AutoencoderKL, path, "vae")
    unet = load_weights(UNet2DConditionModel, path, "unet")
    vae.set_attn_processor(AttnProcessor2_0())
    unet.set_attn_processor(AttnProcessor2_0())
    try:
        tokenizer = CLIPTokenizer.from_pretrained(path / "tokenizer", local_files_only=True)
    except Exception as error:
        raise ExportError(f"{path}/tokenizer cannot be loaded ({found_in(path / 'tokenizer')}): {error}") from error
    networks = {"vae": vae, "text_encoder": text_encoder, "unet": unet, "tokenizer": tokenizer}
    try:
        scheduler = pipeline_scheduler(path, component_class(index, "scheduler"), networks)
    except Exception as error:
        raise ExportError(f"{path}/scheduler cannot be loaded: {error}") from error
    source = Source(path, "sd1", text_encoder, vae, unet, tokenizer, path / "tokenizer", scheduler)
    check_networks(source)
    return source
