"""Reads a model of a family of Stable Diffusion, a diffusers folder or a single-file checkpoint, from the disk alone.

Weights come from safetensors, or from `.bin` and `.ckpt` files through torch's weights-only reader; nothing in them is
ever executed and nothing is fetched.
"""

import dataclasses
import json
import math
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    ControlNetModel,
    DiffusionPipeline,
    LatentConsistencyModelImg2ImgPipeline,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionXLImg2ImgPipeline,
    UNet2DConditionModel,
)
from diffusers.models.attention_processor import AttnProcessor2_0
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from . import lora
from .checkpoint import VAES, load_checkpoint, load_vae
from .errors import ExportError
from .weights import found_in, load_network, settle

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
PIPELINES = {
    "sd1": StableDiffusionImg2ImgPipeline,
    "sd2": StableDiffusionImg2ImgPipeline,
    "lcm": LatentConsistencyModelImg2ImgPipeline,
    "sdxl": StableDiffusionXLImg2ImgPipeline,
}
UNCHECKED = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
LEFT_OUT = {"sdxl": {"add_watermarker": False}}
# By the names that `render --scheduler` takes.
SCHEDULERS = {
    "ddim": "DDIMScheduler",
    "pndm": "PNDMScheduler",
    "euler": "EulerDiscreteScheduler",
    "euler_ancestral": "EulerAncestralDiscreteScheduler",
    "heun": "HeunDiscreteScheduler",
    "dpmpp_2m": "DPMSolverMultistepScheduler",
    "dpmpp_2m_karras": "DPMSolverMultistepScheduler",
    "unipc": "UniPCMultistepScheduler",
    "lcm": "LCMScheduler",
    "tcd": "TCDScheduler",
}
SCHEDULER_FACTS = {
    "pndm": {"skip_prk_steps": True},
    "dpmpp_2m": {"use_karras_sigmas": False},
    "dpmpp_2m_karras": {"use_karras_sigmas": True},
}
# Each of these adds an input or a branch that no family's signature has.
UNET_EXTRAS = (
    "class_embed_type",
    "num_class_embeds",
    "encoder_hid_dim_type",
    "timestep_post_act",
    "cross_attention_norm",
)

# What a control network shares with the U-Net it was copied from, and what its signature leaves out.
CONTROL_SHAPE = (
    "in_channels",
    "down_block_types",
    "block_out_channels",
    "layers_per_block",
    "cross_attention_dim",
)
CONTROL_FACTS = {
    "conditioning_channels": 3,
    "global_pool_conditions": False,
    "class_embed_type": None,
    "addition_embed_type": None,
}


@dataclasses.dataclass
class Source:
    """A loaded model: eager networks in float32 with fused attention, and the facts that go into model.json."""

    path: Path  # of the configuration and the tokenizers' files
    family: str
    text_encoder: CLIPTextModel
    vae: AutoencoderKL | AutoencoderTiny
    unet: UNet2DConditionModel
    tokenizer: CLIPTokenizer
    scheduler: dict[str, Any]
    text_encoder_2: CLIPTextModelWithProjection | None = None
    tokenizer_2: CLIPTokenizer | None = None
    zeroes_empty_negative: bool = False
    origin: str = ""  # the name of the folder or checkpoint
    swapped_vae: str = ""  # the name of what replaced the model's own VAE
    controlnet: ControlNetModel | None = None
    control_origin: str = ""  # its folder's name
    loras: list[dict[str, Any]] = dataclasses.field(default_factory=list)

    def text_widths(self) -> list[int]:
        """The columns of SDXL's embedding that each of its text encoders fills."""
        return [encoder.config.hidden_size for encoder in (self.text_encoder, self.text_encoder_2)]

    def upcasts_vae(self) -> bool:
        """Whether the VAE overflows in float16. Only SDXL's pipelines ask: elsewhere the flag is a mere default."""
        return self.family == "sdxl" and bool(self.vae.config.get("force_upcast"))


@dataclasses.dataclass(frozen=True)
class Changes:
    """What to do to a model before it is exported."""

    config: Path | None = None  # the diffusers folder that describes a single-file checkpoint
    vae: Path | None = None
    controlnet: Path | None = None
    loras: tuple[lora.Lora, ...] = ()
    scheduler: str | None = None  # of SCHEDULERS, made from the model's own as diffusers' from_config does


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


def read_index(folder: Path) -> dict[str, Any]:
    """model_index.json, or an error that says what the path is instead."""
    if not folder.is_dir():
        raise ExportError(f"{folder} does not exist")
    if not (folder / "model_index.json").is_file():
        if (folder / "model.json").is_file():
            raise ExportError(f"{folder} is a spectradiff bundle already (it holds model.json)")
        raise ExportError(f"{folder} is not a diffusers folder: it has no model_index.json ({found_in(folder)})")
    return read_json(folder / "model_index.json")


def config_folder(path: Path, config: Path | None) -> Path:
    """Where model_index.json is to be: beside the networks of a folder, elsewhere for a single file."""
    if not path.is_file():
        if config is not None:
            raise ExportError(f"--config is for single-file checkpoints; {path} is not a file")
        return path
    if config is None:
        raise ExportError(
            f"{path} is a single file, which holds no configuration; give --config FOLDER, a diffusers folder of the "
            "same family (model_index.json, the parts' config.json, tokenizer and scheduler; weights are not needed)"
        )
    return config


def component_class(index: dict[str, Any], name: str) -> str | None:
    entry = index.get(name)
    return entry[1] if isinstance(entry, list) and len(entry) == 2 else None


def has_controlnet(index: dict[str, Any]) -> bool:
    return component_class(index, "controlnet") == "ControlNetModel"


def components_of(index: dict[str, Any]) -> dict[str, Any]:
    return XL_COMPONENTS if component_class(index, "text_encoder_2") is not None else COMPONENTS


def check_components(folder: Path, index: dict[str, Any], scheduler_given: bool) -> None:
    """Refuse what has not the shape of a family, naming the first thing that differs."""
    pipeline = index.get("_class_name", "none")
    components = components_of(index)
    for name, wanted in components.items():
        found = component_class(index, name)
        if found is None:
            raise ExportError(f"{folder}/model_index.json ({pipeline}) names no {name}; Stable Diffusion has " + ", ".join(components))
        allowed = (wanted,) if isinstance(wanted, str) else wanted
        if allowed is not None and found not in allowed:
            raise ExportError(f"{folder}: {name} is a {found}; supported: {' or '.join(allowed)}")
        if not (folder / name).is_dir():
            raise ExportError(f"{folder}/{name} is missing, though model_index.json names it ({found_in(folder)})")
    scheduler = component_class(index, "scheduler")
    if scheduler not in SCHEDULERS.values() and not scheduler_given:
        known = ", ".join(dict.fromkeys(SCHEDULERS.values()))
        raise ExportError(f"{folder}: the scheduler is a {scheduler}; supported: {known}; --scheduler euler takes another")
    if index.get("requires_aesthetics_score"):
        raise ExportError(f"{folder}/model_index.json: requires_aesthetics_score: refiners are not supported")
    known = {*components, *OPTIONAL_COMPONENTS, *(["controlnet"] if has_controlnet(index) else [])}
    extra = [n for n in index if not n.startswith("_") and n not in known and component_class(index, n) is not None]
    if extra:
        raise ExportError(
            f"{folder}/model_index.json ({pipeline}) also names {', '.join(extra)}; that is not the shape "
            "of Stable Diffusion 1.x, 2.x or XL, which are supported"
        )


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
        raise ExportError(f"{source.path}: the U-Net attends to width {unet.cross_attention_dim}, the text encoder gives {width}")
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


def load_scheduler(folder: Path, class_name: str, name: str | None) -> diffusers.SchedulerMixin:
    scheduler = getattr(diffusers, class_name).from_pretrained(folder, local_files_only=True)
    if name is None:
        return scheduler
    return getattr(diffusers, SCHEDULERS[name]).from_config(scheduler.config, **SCHEDULER_FACTS.get(name, {}))


def make_pipeline(config: Path, index: dict[str, Any], family: str, parts: dict[str, Any], scheduler_name: str | None) -> DiffusionPipeline:
    """diffusers' img2img pipeline of the family; it overwrites clip_sample and steps_offset of old configurations."""
    try:
        scheduler = load_scheduler(config / "scheduler", component_class(index, "scheduler"), scheduler_name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return PIPELINES[family](**parts, scheduler=scheduler, **LEFT_OUT.get(family, UNCHECKED))
    except Exception as error:
        raise ExportError(f"{config}/scheduler cannot be loaded: {error}") from error


def scheduler_facts(scheduler: diffusers.SchedulerMixin) -> dict[str, Any]:
    """The scheduler's configuration with its `class`.

    `defaulted` lists the keys that the source did not state: `from_config` of another class gives those that class's
    own default.
    """
    config = dict(scheduler.config)
    facts = {key: value for key, value in sorted(config.items()) if not key.startswith("_")}
    # JSON has no infinity; where diffusers has one for a default (lambda_min_clipped), it means no limit.
    facts = {key: None if isinstance(value, float) and math.isinf(value) else value for key, value in facts.items()}
    defaulted = sorted(key for key in config.get("_use_default_values", []) if key in facts)
    return {"class": type(scheduler).__name__, **facts, "defaulted": defaulted}


def load_tokenizer(path: Path, name: str) -> CLIPTokenizer:
    try:
        return CLIPTokenizer.from_pretrained(path / name, local_files_only=True)
    except Exception as error:
        raise ExportError(f"{path}/{name} cannot be loaded ({found_in(path / name)}): {error}") from error


def load_networks(path: Path, config: Path, index: dict[str, Any], vae: Path | None) -> dict[str, torch.nn.Module]:
    names = ["text_encoder", "vae", "unet"]
    if "text_encoder_2" in components_of(index):
        names.append("text_encoder_2")
    given = {} if vae is None else {"vae": load_vae(vae, config / "vae")}
    if path.is_file():
        kind = PIPELINES["sdxl" if "text_encoder_2" in names else "sd1"]
        networks = load_checkpoint(path, config, kind, names, given)
    else:
        loaders = {
            "text_encoder": CLIPTextModel,
            "vae": VAES[component_class(index, "vae")],
            "unet": UNet2DConditionModel,
            "text_encoder_2": CLIPTextModelWithProjection,
        }
        networks = {n: load_network(loaders[n], path / n) for n in names if n not in given}
    return {**networks, **given}


def load_controlnet(folder: Path, family: str, unet: UNet2DConditionModel) -> ControlNetModel:
    """ExportError unless it was made for U-Nets of this shape and sees three colours at eight times their size."""
    controlnet = load_network(ControlNetModel, folder)
    settle(controlnet, str(folder))
    controlnet.set_attn_processor(AttnProcessor2_0())
    if family not in ("sd1", "sd2"):
        raise ExportError(f"{folder}: a control network is supported in sd1 and sd2, this model is {family}")
    for key in CONTROL_SHAPE:
        if controlnet.config.get(key) != unet.config.get(key):
            raise ExportError(f"{folder}/config.json: {key} = {controlnet.config.get(key)}, the U-Net has {unet.config.get(key)}")
    for key, value in CONTROL_FACTS.items():
        if controlnet.config.get(key) != value:
            raise ExportError(f"{folder}/config.json: {key} = {controlnet.config.get(key)!r}; {value!r} is supported")
    if len(controlnet.config.conditioning_embedding_out_channels) != 4:
        raise ExportError(f"{folder}/config.json: conditioning_embedding_out_channels has not 4 levels (8x)")
    return controlnet


def load(path: Path, changes: Changes = Changes(), say: Callable[[str], None] = lambda line: None) -> Source:
    """Check and load what is at `path` and apply the changes; ExportError names what is wrong with it."""
    config = config_folder(path, changes.config)
    index = read_index(config)
    check_components(config, index, changes.scheduler is not None)
    for library in (transformers.utils.logging, diffusers.utils.logging):
        library.set_verbosity_error()
        library.disable_progress_bar()
    networks = load_networks(path, config, index, changes.vae)
    is_xl = "text_encoder_2" in networks
    names = ["tokenizer", "tokenizer_2"] if is_xl else ["tokenizer"]
    parts = {**networks, **{name: load_tokenizer(config, name) for name in names}}
    family = family_of(networks["text_encoder"], networks["unet"], is_xl)
    pipeline = make_pipeline(config, index, family, parts, changes.scheduler)
    loras = [lora.fuse(pipeline, entry, say) for entry in changes.loras]
    for name, network in networks.items():
        settle(network, f"{changes.vae if name == 'vae' and changes.vae else path}: {name}")
        if hasattr(network, "set_attn_implementation"):
            network.set_attn_implementation("sdpa")
        elif not isinstance(network, AutoencoderTiny):
            network.set_attn_processor(AttnProcessor2_0())
    source = Source(config, family, **parts, scheduler=scheduler_facts(pipeline.scheduler))
    source.origin = path.resolve().name
    source.loras = loras
    source.swapped_vae = changes.vae.resolve().name if changes.vae else ""
    control = changes.controlnet or (path / "controlnet" if has_controlnet(index) and path.is_dir() else None)
    if control is not None:
        source.controlnet = load_controlnet(control, family, networks["unet"])
        source.control_origin = control.resolve().name
    source.zeroes_empty_negative = is_xl and bool(index.get("force_zeros_for_empty_prompt", True))
    check_networks(source)
    return source
