"""Makes a bundle: four networks traced and verified, tokenizer files, model.json; complete or not there at all."""

import copy
import dataclasses
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from . import manifest, trust, verify
from .errors import ExportError
from .source import Source, load
from .tokenizer import export_tokenizer
from .tracing import trace
from .wrappers import Denoiser, NeutralTimesteps, TextEncoder, VaeDecoder, VaeEncoder

MAX_TOKENS = 77
DOWNSCALE = 8
# The trace is made on a batch of two at an odd latent size, where the U-Net passes explicit upsample sizes.
TRACE_WIDTH, TRACE_HEIGHT, TRACE_BATCH = 184, 136, 2

Say = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Options:
    """What `scripts/export_model.py` was asked for."""

    name: str | None = None
    sizes: tuple[tuple[int, int], ...] = ((256, 256),)
    licence: str | None = None
    notes: Path | None = None
    dtype: str = "float32"
    look: Path | None = None
    overwrite: bool = False
    trust: bool = True


@dataclasses.dataclass(frozen=True)
class Network:
    """One network to export: the eager module, its twin for the trace, its inputs, and its signature."""

    name: str
    eager: nn.Module
    traceable: nn.Module
    make_inputs: verify.InputMaker
    inputs: list[dict[str, Any]]
    outputs: list[dict[str, Any]]


def port(name: str, dtype: str, *shape: int | str) -> dict[str, Any]:
    return {"name": name, "dtype": dtype, "shape": list(shape)}


def with_neutral_timesteps(unet: nn.Module) -> nn.Module:
    """A twin that shares every weight with `unet` and embeds timesteps without a frozen device."""
    twin = copy.copy(unet)
    twin._modules = {**unet._modules, "time_proj": NeutralTimesteps(unet.time_proj)}
    return twin


def sd1_networks(source: Source) -> list[Network]:
    """The four networks of Stable Diffusion 1.x with the signatures of `wrappers`."""
    channels = source.vae.config.latent_channels
    width = source.text_encoder.config.hidden_size
    vocabulary = source.text_encoder.config.vocab_size
    train_steps = int(source.scheduler["num_train_timesteps"])

    def ids(w: int, h: int, batch: int, dtype: torch.dtype) -> tuple[Tensor, ...]:
        return (torch.randint(0, vocabulary, (batch, MAX_TOKENS)),)

    def image(w: int, h: int, batch: int, dtype: torch.dtype) -> tuple[Tensor, ...]:
        return ((torch.rand(batch, 3, h, w) * 2.0 - 1.0).to(dtype),)

    def latents(w: int, h: int, batch: int, dtype: torch.dtype) -> tuple[Tensor, ...]:
        return (torch.randn(batch, channels, h // DOWNSCALE, w // DOWNSCALE).to(dtype),)

    def noisy(w: int, h: int, batch: int, dtype: torch.dtype) -> tuple[Tensor, ...]:
        timesteps = torch.rand(batch) * (train_steps - 1)
        timesteps[0] = timesteps[0].round()
        return (*latents(w, h, batch, dtype), timesteps, torch.randn(batch, MAX_TOKENS, width).to(dtype))

    small = ("batch", channels, "height/8", "width/8")
    picture = ("batch", 3, "height", "width")
    text = ("batch", MAX_TOKENS, width)
    text_encoder, encoder, decoder = TextEncoder(source.text_encoder), VaeEncoder(source.vae), VaeDecoder(source.vae)
    return [
        Network(
            "text_encoder",
            text_encoder,
            text_encoder,
            ids,
            [port("input_ids", "int64", "batch", MAX_TOKENS)],
            [port("text", "network", *text)],
        ),
        Network(
            "vae_encoder",
            encoder,
            encoder,
            image,
            [port("image", "network", *picture)],
            [port("moments", "network", "batch", 2 * channels, "height/8", "width/8")],
        ),
        Network(
            "denoiser",
            Denoiser(source.unet),
            Denoiser(with_neutral_timesteps(source.unet)),
            noisy,
            [
                port("sample", "network", *small),
                port("timestep", "float32", "batch"),
                port("text", "network", *text),
            ],
            [port("prediction", "network", *small)],
        ),
        Network(
            "vae_decoder",
            decoder,
            decoder,
            latents,
            [port("latents", "network", *small)],
            [port("image", "network", *picture)],
        ),
    ]


def export_network(network: Network, options: Options, folder: Path, say: Say) -> dict[str, Any]:
    """Trace, save, verify what was saved; gives the manifest's entry. Leaves the network in another dtype."""
    say(f"{network.name}: tracing")
    stored = getattr(torch, options.dtype)
    network.eager.to(stored).to(torch.float32)
    inputs = network.make_inputs(TRACE_WIDTH, TRACE_HEIGHT, TRACE_BATCH, torch.float32)
    traced = trace(network.name, network.traceable.eval(), inputs)
    path = folder / f"{network.name}.pt"
    with torch.no_grad():
        traced.to(stored).save(str(path))
    todo = verify.cases(options.sizes)
    say(f"{network.name}: comparing with eager, {len(todo)} cases")
    verify.verify(network.name, network.eager, path, network.make_inputs, todo)
    return {
        "file": path.name,
        "format": "torchscript",
        "sha256": manifest.sha256(path),
        "bytes": path.stat().st_size,
        "dtype": options.dtype,
        "inputs": network.inputs,
        "outputs": network.outputs,
    }


def build(source: Source, options: Options, name: str, folder: Path, say: Say) -> str:
    """Fill `folder` with the whole bundle; gives the SHA-256 of its model.json."""
    look = manifest.load_look(options.look)
    max_length = source.text_encoder.config.max_position_embeddings
    if max_length != MAX_TOKENS:
        raise ExportError(f"the text encoder has {max_length} positions; {MAX_TOKENS} supported")
    tokenizer = export_tokenizer(source.tokenizer_folder, source.tokenizer, max_length, folder)
    for entry in tokenizer["files"].values():
        entry["sha256"] = manifest.sha256(folder / entry["file"])
    latent = {
        "channels": source.vae.config.latent_channels,
        "downscale": DOWNSCALE,
        "scaling_factor": source.vae.config.scaling_factor,
        "posterior": "gaussian",
    }
    networks = {n.name: export_network(n, options, folder, say) for n in sd1_networks(source)}
    todo = verify.cases(options.sizes)
    facts = {
        "schema": manifest.SCHEMA,
        "name": name,
        "family": source.family,
        "title": name,
        "licence": options.licence or "",
        "notes": manifest.load_notes(options.notes),
        "source": source.path.resolve().name,
        "exporter": manifest.versions(),
        "networks": networks,
        "tokenizer": tokenizer,
        "latent": latent,
        "scheduler": source.scheduler,
        "verified": {
            "sizes": [list(size) for size in dict.fromkeys((c.width, c.height) for c in todo)],
            "batches": list(verify.BATCHES),
            "dtypes": list(verify.DTYPES),
        },
        "loras": [],
        "look": look,
    }
    return manifest.write(folder / "model.json", facts)


def check_out(out: Path, overwrite: bool) -> None:
    if not out.exists() and not out.is_symlink():
        return
    if not out.is_dir():
        raise ExportError(f"{out} exists and is not a folder")
    if any(out.iterdir()) and not overwrite:
        raise ExportError(f"{out} exists and is not empty; give --overwrite to replace it")
    if overwrite and any(out.iterdir()) and not (out / "model.json").is_file():
        raise ExportError(f"{out} holds no model.json: --overwrite replaces bundles only")


def put_in_place(folder: Path, out: Path) -> None:
    """Rename the finished folder to `out`, moving a replaced bundle aside first."""
    if not out.exists():
        os.rename(folder, out)
        return
    old = out.with_name(f".{out.name}.old-{secrets.token_hex(4)}")
    os.rename(out, old)
    try:
        os.rename(folder, out)
    except OSError:
        os.rename(old, out)
        raise
    shutil.rmtree(old)


def export(path: Path, out: Path, options: Options, say: Say) -> Path:
    """Export the diffusers folder `path` to the bundle `out`. Nothing appears at `out` unless all is verified."""
    out = out.absolute()
    check_out(out, options.overwrite)
    name = manifest.check_name(options.name or out.name)
    say(f"reading {path}")
    source = load(path)
    folder = out.with_name(f".{out.name}.part-{secrets.token_hex(4)}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir()
        digest = build(source, options, name, folder, say)
        put_in_place(folder, out)
    except OSError as error:
        raise ExportError(f"{out} cannot be written: {error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.trust:
        say(trust.add(digest, name))
    return out
