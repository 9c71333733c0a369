"""Makes a bundle: its networks traced and verified, tokenizer files, model.json; complete or not there at all."""

import contextlib
import dataclasses
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from . import compiled, manifest, trust, verify
from .errors import ExportError
from .networks import DOWNSCALE, MAX_TOKENS, Network, bank_of, is_gaussian, networks_of
from .source import Changes, Source, load
from .tokenizer import export_tokenizer
from .tracing import trace

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
    changes: Changes = Changes()
    compiles: bool = False  # compiled code for the first of `sizes` too
    batch: int | None = None  # for which it is compiled
    compiled_dtype: str | None = None
    bank: bool = False  # the denoiser can see the attention of other pictures
    distilled_guidance: float = 1.0  # the guidance scale that the denoiser gives of itself


def export_network(network: Network, options: Options, folder: Path, say: Say, job: compiled.Job | None = None) -> dict[str, Any]:
    """Trace, save, verify what was saved; gives the manifest's entry. With a job compiled code is made for it as well.
    Leaves the network in another dtype."""
    say(f"{network.name}: tracing")
    dtype = "float32" if network.overflows else options.dtype
    stored = getattr(torch, dtype)
    network.eager.to(stored).to(torch.float32)
    methods = {"forward": network.make_inputs, **network.methods}
    inputs = {method: make(TRACE_WIDTH, TRACE_HEIGHT, TRACE_BATCH, torch.float32) for method, make in methods.items()}
    traced = trace(network.name, network.traceable.eval(), inputs.pop("forward"), **inputs)
    path = folder / f"{network.name}.pt"
    with torch.no_grad():
        traced.to(stored).save(str(path))
    packaged = {}
    if job is not None:
        say(f"{network.name}: compiling for this machine")
        packaged = {"compiled": compiled.package(network, job, folder)}
    todo = [c for c in verify.cases(options.sizes) if c.dtype != "float16" or not network.overflows]
    say(f"{network.name}: comparing with eager, {len(todo)} cases")
    verify.verify(network.name, network.eager, path, methods, todo)
    return {
        "file": path.name,
        "format": "torchscript",
        "sha256": manifest.sha256(path),
        "bytes": path.stat().st_size,
        "dtype": dtype,
        "inputs": network.inputs,
        "outputs": network.outputs,
        **packaged,
    }


def build(source: Source, options: Options, name: str, folder: Path, say: Say) -> str:
    """Fill `folder` with the whole bundle; gives the SHA-256 of its model.json."""
    look = {**few_steps_look(source), **manifest.load_look(options.look)}
    max_length = source.text_encoder.config.max_position_embeddings
    if max_length != MAX_TOKENS:
        raise ExportError(f"the text encoder has {max_length} positions; {MAX_TOKENS} supported")
    tokenizers = {"tokenizer": export_tokenizer(source.path / "tokenizer", source.tokenizer, max_length, folder)}
    if source.tokenizer_2 is not None:
        tokenizers["tokenizer_2"] = export_tokenizer(source.path / "tokenizer_2", source.tokenizer_2, max_length, folder, "second_")
    for entry in (file for tokenizer in tokenizers.values() for file in tokenizer["files"].values()):
        entry["sha256"] = manifest.sha256(folder / entry["file"])
    bank = {"attention_bank": bank_of(source)} if options.bank else {}
    latent = {
        "channels": source.vae.config.latent_channels,
        "downscale": DOWNSCALE,
        "scaling_factor": source.vae.config.scaling_factor,
        "posterior": "gaussian" if is_gaussian(source) else "none",
        **({"force_upcast": True} if source.upcasts_vae() else {}),
    }
    job = None
    if options.compiles:
        job = compiled.job(options.sizes[0], options.batch, options.compiled_dtype, look, source.family, options.distilled_guidance)
    with compiled.workshop(folder) if job is not None else contextlib.nullcontext():
        networks = {n.name: export_network(n, options, folder, say, job) for n in networks_of(source, options.bank)}
    todo = verify.cases(options.sizes)
    facts = {
        "schema": manifest.SCHEMA,
        "name": name,
        "family": source.family,
        "title": name,
        "licence": options.licence or "",
        "notes": manifest.load_notes(options.notes),
        "source": source.origin,
        "exporter": manifest.versions(),
        "networks": networks,
        **({"compiled": compiled.facts(job)} if job is not None else {}),
        **bank,
        **({"distilled_guidance": options.distilled_guidance} if options.distilled_guidance != 1.0 else {}),
        **tokenizers,
        **({"text_widths": source.text_widths()} if source.family == "sdxl" else {}),
        **({"zeroes_empty_negative": True} if source.zeroes_empty_negative else {}),
        "latent": latent,
        "scheduler": source.scheduler,
        "verified": {
            "sizes": [list(size) for size in dict.fromkeys((c.width, c.height) for c in todo)],
            "batches": list(verify.BATCHES),
            "dtypes": list(verify.DTYPES),
        },
        "loras": source.loras,
        **({"vae": source.swapped_vae} if source.swapped_vae else {}),
        **({"controlnet": source.control_origin} if source.controlnet is not None else {}),
        "look": look,
    }
    return manifest.write(folder / "model.json", facts)


def few_steps_look(source: Source) -> dict[str, Any]:
    """Steps and guidance that distilled models were made for, as far as the folder tells."""
    kind = source.scheduler["class"]
    is_turbo = kind in ("EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler") and (
        source.scheduler.get("timestep_spacing") == "trailing" and not source.scheduler.get("rescale_betas_zero_snr")
    )
    if source.family == "lcm":
        return {"steps": 4, "guidance": 8.5}
    return {"steps": 4, "guidance": 1.0} if is_turbo or kind == "TCDScheduler" else {}


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
    """Export the folder or checkpoint `path` to the bundle `out`, which appears only when all of it is verified."""
    out = out.absolute()
    check_out(out, options.overwrite)
    if options.compiles:
        compiled.check_compiler()
    name = manifest.check_name(options.name or out.name)
    say(f"reading {path}")
    source = load(path, options.changes, say)
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
