"""Shards, half-precision variants, single files, other VAEs and control networks: what the exporter reads beside a plain folder."""

import dataclasses
import json
import os
import shutil
import struct
import sys
import types

import export_model
import numpy
import pytest
import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    ControlNetModel,
    StableDiffusionImg2ImgPipeline,
    UNet2DConditionModel,
)
from exporter import ExportError, bundle, source, verify
from exporter.lora import Lora
from exporter.safetensors_file import check_folder, check_safetensors
from exporter.source import Changes
from loading import assert_same, refusal, weights_of
from make_tiny_model import make_controlnet, make_tiny_model
from original_layout import checkpoint_weights, vae_weights
from safetensors.torch import load_file, save_file
from test_lora import write_lora
from transformers import CLIPTextModel

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

def save_again(folder, name, kind, **options):
    network = kind.from_pretrained(folder / name, local_files_only=True)
    for file in (folder / name).glob("*.safetensors"):
        file.unlink()
    network.save_pretrained(folder / name, **options)


# Shards and variants.


def test_shards_give_the_same_weights_as_one_file(broken, plain):
    save_again(broken, "unet", UNet2DConditionModel, max_shard_size="300KB")
    save_again(broken, "text_encoder", CLIPTextModel, max_shard_size="100KB")
    for name in ("unet", "text_encoder"):
        assert len(list((broken / name).glob("*-of-*.safetensors"))) > 1
    assert_same(weights_of(source.load(broken)), plain)


@pytest.mark.parametrize("shard", ["1GB", "200KB"])
def test_half_precision_variants_are_read_where_there_is_nothing_else(broken, plain, shard):
    for name, kind in (("unet", UNet2DConditionModel), ("vae", AutoencoderKL), ("text_encoder", CLIPTextModel)):
        network = kind.from_pretrained(broken / name, local_files_only=True).half()
        for file in (broken / name).glob("*.safetensors"):
            file.unlink()
        network.save_pretrained(broken / name, variant="fp16", max_shard_size=shard)
    halved = {k: v.half().float() if v.is_floating_point() else v for k, v in plain.items()}
    assert_same(weights_of(source.load(broken)), halved)


def test_a_plain_file_goes_before_its_half_precision_variant(broken, plain):
    unet = UNet2DConditionModel.from_pretrained(broken / "unet", local_files_only=True)
    unet.half().save_pretrained(broken / "unet", variant="fp16")
    assert len(list((broken / "unet").glob("*.safetensors"))) == 2
    assert_same(weights_of(source.load(broken)), plain)


def test_an_index_names_shards_of_its_own_folder_only(broken):
    save_again(broken, "unet", UNet2DConditionModel, max_shard_size="300KB")
    index = broken / "unet" / "diffusion_pytorch_model.safetensors.index.json"
    facts = json.loads(index.read_text())
    key = next(iter(facts["weight_map"]))
    wrong = {"../../x.safetensors": "not a plain file name", "none.safetensors": "is missing", 3: "not a plain"}
    for shard, words in wrong.items():
        facts["weight_map"][key] = shard
        index.write_text(json.dumps(facts))
        assert words in refusal(broken)
    index.write_text("[" * 100_000)
    with pytest.raises(ExportError, match="not an index of shards"):
        check_folder(broken / "unet")


# Single files.


@pytest.fixture(scope="module")
def checkpoint(tiny, tmp_path_factory):
    """The tiny model in one file, and what describes it: its folder without any weights."""
    folder = tmp_path_factory.mktemp("checkpoint")
    save_file(checkpoint_weights(tiny), folder / "tiny.safetensors")
    shutil.copytree(tiny, folder / "config", ignore=shutil.ignore_patterns("*.safetensors"))
    return folder


def test_a_checkpoint_holds_what_diffusers_reads_in_it(checkpoint, tiny, plain):
    changes = Changes(config=checkpoint / "config")
    loaded = source.load(checkpoint / "tiny.safetensors", changes)
    assert_same(weights_of(loaded), plain)
    assert (loaded.origin, loaded.family) == ("tiny.safetensors", "sd1")
    assert loaded.scheduler == source.load(tiny).scheduler
    pipeline = StableDiffusionImg2ImgPipeline.from_single_file(
        str(checkpoint / "tiny.safetensors"), config=str(checkpoint / "config"), local_files_only=True
    )
    assert_same(weights_of(pipeline), plain)


@pytest.mark.slow
@pytest.mark.parametrize("family", ["sd2", "sdxl"])
def test_a_checkpoint_of_another_family_holds_what_its_folder_holds(family, tmp_path):
    make_tiny_model(tmp_path / "tiny", family=family)
    weights = checkpoint_weights(tmp_path / "tiny", family)
    save_file(weights, tmp_path / "tiny.safetensors")
    found = source.load(tmp_path / "tiny.safetensors", Changes(config=tmp_path / "tiny"))
    expected = source.load(tmp_path / "tiny")
    assert (found.family, found.scheduler) == (family, expected.scheduler)
    assert_same(weights_of(found), weights_of(expected))
    if family == "sdxl":
        assert_same(found.text_encoder_2.state_dict(), expected.text_encoder_2.state_dict())


def checkpoint_callback(monkeypatch):
    """A class by the name of Lightning's, which need not be installed where the checkpoint is read."""
    name = "pytorch_lightning.callbacks.model_checkpoint"
    made = type("ModelCheckpoint", (), {"__module__": name})
    for module in ("pytorch_lightning", "pytorch_lightning.callbacks", name):
        monkeypatch.setitem(sys.modules, module, types.ModuleType(module))
    sys.modules[name].ModelCheckpoint = made
    return made


def test_an_old_checkpoint_is_unpickled_as_weights_only(checkpoint, plain, tmp_path, monkeypatch):
    weights = load_file(checkpoint / "tiny.safetensors")
    torch.save({"state_dict": weights, "global_step": 840000}, tmp_path / "tiny.ckpt")
    assert_same(weights_of(source.load(tmp_path / "tiny.ckpt", Changes(config=checkpoint / "config"))), plain)

    # What Lightning and numpy left in the first checkpoints of all.
    left = {"callbacks": {checkpoint_callback(monkeypatch): {"best": numpy.float64(2.5)}}}
    torch.save({"state_dict": weights, **left}, tmp_path / "first.ckpt")
    assert_same(weights_of(source.load(tmp_path / "first.ckpt", Changes(config=checkpoint / "config"))), plain)

    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    torch.save({"state_dict": weights, "callback": Trap()}, tmp_path / "trap.ckpt")
    message = refusal(tmp_path / "trap.ckpt", Changes(config=checkpoint / "config"))
    assert "trap.ckpt cannot be loaded" in message and "it could run code; convert it to safetensors" in message
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    "prefix", ["model.diffusion_model.out", "cond_stage_model.transformer.text_model.final", "first_stage_model.quant"]
)
def test_a_checkpoint_that_lacks_weights_is_refused(checkpoint, tmp_path, prefix):
    weights = {k: v for k, v in load_file(checkpoint / "tiny.safetensors").items() if not k.startswith(prefix)}
    save_file(weights, tmp_path / "part.safetensors")
    message = refusal(tmp_path / "part.safetensors", Changes(config=checkpoint / "config"))
    assert "part.safetensors" in message


def test_a_checkpoint_without_a_vae_is_given_one(checkpoint, tiny, plain, tmp_path):
    weights = {k: v for k, v in load_file(checkpoint / "tiny.safetensors").items() if not k.startswith("first_stage")}
    save_file(weights, tmp_path / "pruned.safetensors")
    config = checkpoint / "config"
    assert "--vae gives it one" in refusal(tmp_path / "pruned.safetensors", Changes(config=config))
    assert_same(weights_of(source.load(tmp_path / "pruned.safetensors", Changes(config=config, vae=tiny))), plain)


def test_a_checkpoint_needs_a_configuration_that_fits_it(checkpoint, tmp_path, tiny):
    file = checkpoint / "tiny.safetensors"
    assert "give --config FOLDER" in refusal(file)
    assert "has no model_index.json" in refusal(file, Changes(config=tmp_path))
    assert "is not a file" in refusal(tiny, Changes(config=checkpoint / "config"))
    shutil.copytree(checkpoint / "config", tmp_path / "wide")
    facts = json.loads((tmp_path / "wide/unet/config.json").read_text())
    (tmp_path / "wide/unet/config.json").write_text(json.dumps({**facts, "in_channels": 9}))
    message = refusal(file, Changes(config=tmp_path / "wide"))
    assert "cannot be loaded with the configuration" in message and message.endswith("torch.Size([32, 4, 3, 3]).")
    shutil.copy(file, tmp_path / "tiny.gguf")
    assert "neither safetensors nor" in refusal(tmp_path / "tiny.gguf", Changes(config=checkpoint / "config"))


# Another scheduler.


def test_another_scheduler_is_made_from_the_models_own_as_diffusers_makes_it(tiny, broken):
    found = source.load(tiny, Changes(scheduler="lcm")).scheduler
    own = source.load(tiny).scheduler
    assert found["class"] == "LCMScheduler" and found["original_inference_steps"] == 50
    assert found["beta_end"] == own["beta_end"] and "beta_end" not in found["defaulted"]
    assert source.load(tiny, Changes(scheduler="dpmpp_2m_karras")).scheduler["use_karras_sigmas"]
    index = json.loads((broken / "model_index.json").read_text())
    (broken / "model_index.json").write_text(json.dumps({**index, "scheduler": ["diffusers", "LMSDiscreteScheduler"]}))
    assert "--scheduler euler takes another" in refusal(broken)
    assert source.load(broken, Changes(scheduler="euler")).scheduler["class"] == "EulerDiscreteScheduler"


# Other VAEs.


@pytest.fixture(scope="module")
def other_vae(tmp_path_factory, tiny):
    """A folder with another KL autoencoder of the same shape under vae/."""
    folder = tmp_path_factory.mktemp("vae")
    torch.manual_seed(11)
    AutoencoderKL.from_config(AutoencoderKL.load_config(tiny / "vae")).save_pretrained(folder / "vae")
    return folder


def test_another_vae_takes_the_place_of_the_models_own(tiny, plain, other_vae, tmp_path):
    expected = {f"vae.{k}": v for k, v in AutoencoderKL.from_pretrained(other_vae / "vae").state_dict().items()}
    assert not torch.equal(expected["vae.quant_conv.weight"], plain["vae.quant_conv.weight"])
    save_file(vae_weights(other_vae), tmp_path / "ft-mse.safetensors")
    torch.save({"state_dict": vae_weights(other_vae)}, tmp_path / "ft-mse.ckpt")
    for given in (other_vae, other_vae / "vae", tmp_path / "ft-mse.safetensors", tmp_path / "ft-mse.ckpt"):
        loaded = source.load(tiny, Changes(vae=given))
        assert_same(weights_of(loaded), {**plain, **expected})
        assert loaded.swapped_vae == given.name


def test_a_tiny_vae_takes_the_place_of_a_kl_one(tiny, tmp_path):
    torch.manual_seed(12)
    vae = AutoencoderTiny()
    vae.save_pretrained(tmp_path / "taesd")
    save_file(vae.state_dict(), tmp_path / "taesd.safetensors")
    for given in (tmp_path / "taesd", tmp_path / "taesd.safetensors"):
        loaded = source.load(tiny, Changes(vae=given))
        assert_same(loaded.vae.state_dict(), vae.state_dict())
        assert not bundle.is_gaussian(loaded)
        assert loaded.vae.config.scaling_factor == 1.0


def test_what_is_no_vae_is_refused(tiny, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "not a VAE's folder" in refusal(tiny, Changes(vae=tmp_path / "empty"))
    assert "supported: AutoencoderKL or AutoencoderTiny" in refusal(tiny, Changes(vae=tiny / "unet"))
    save_file({"x": torch.ones(3)}, tmp_path / "x.safetensors")
    assert "x.safetensors" in refusal(tiny, Changes(vae=tmp_path / "x.safetensors"))
    assert "does not exist" in refusal(tiny, Changes(vae=tmp_path / "nowhere.safetensors"))


def test_a_vae_that_overflows_in_float16_is_stored_in_float32_and_never_run_in_float16(tiny, tmp_path, monkeypatch):
    loaded = source.load(tiny)
    assert loaded.vae.config.force_upcast and not loaded.upcasts_vae()
    assert dataclasses.replace(loaded, family="sdxl").upcasts_vae()
    network = next(n for n in bundle.networks_of(loaded) if n.name == "vae_decoder")
    seen = []
    monkeypatch.setattr(verify, "verify", lambda name, eager, path, inputs, todo: seen.extend(c.dtype for c in todo))
    options = bundle.Options(dtype="float16", sizes=())
    for overflows, stored, dtypes in ((True, "float32", verify.DTYPES[:2]), (False, "float16", verify.DTYPES)):
        seen.clear()
        changed = dataclasses.replace(network, overflows=overflows)
        assert bundle.export_network(changed, options, tmp_path, lambda line: None)["dtype"] == stored
        assert set(seen) == set(dtypes)


# Control networks.


@pytest.fixture(scope="module")
def controlnet(tiny, tmp_path_factory):
    """A folder of its own, as ControlNets are published."""
    unet = UNet2DConditionModel.from_pretrained(tiny / "unet", local_files_only=True)
    folder = tmp_path_factory.mktemp("control") / "canny"
    make_controlnet(unet).save_pretrained(folder)
    return folder


def test_a_control_network_becomes_a_network_whose_residuals_the_denoiser_takes(tiny, controlnet, tmp_path):
    loaded = source.load(tiny, Changes(controlnet=controlnet))
    assert loaded.control_origin == "canny"
    networks = {n.name: n for n in bundle.networks_of(loaded)}
    entries = {
        name: bundle.export_network(networks[name], bundle.Options(sizes=()), tmp_path, lambda line: None)
        for name in ("control", "denoiser")
    }
    residuals = entries["control"]["outputs"]
    assert entries["denoiser"]["inputs"][3:] == residuals
    assert len(residuals) == len(loaded.controlnet.controlnet_down_blocks) + 1

    loaded = source.load(tiny, Changes(controlnet=controlnet))
    control, denoiser = (torch.jit.load(tmp_path / f"{name}.pt") for name in ("control", "denoiser"))
    sample, timestep, text, pictures, _ = networks["control"].make_inputs(72, 136, 2, torch.float32)
    with torch.no_grad():
        added = control(sample, timestep, text, pictures, torch.tensor([0.4, 0.0]))
        found = denoiser(sample, timestep, text, *added)
        down, middle = loaded.controlnet(sample, timestep, text, pictures, conditioning_scale=0.4, return_dict=False)
        expected = loaded.unet(
            sample, timestep, text, down_block_additional_residuals=down, mid_block_additional_residual=middle
        ).sample
        plain = loaded.unet(sample, timestep, text).sample
    torch.testing.assert_close(found[0], expected[0], rtol=0, atol=1e-5)
    torch.testing.assert_close(found[1], plain[1], rtol=0, atol=1e-5)
    assert (expected[0] - plain[0]).abs().max() > 0.01


def test_a_control_network_of_another_model_is_refused(tiny, controlnet, tmp_path):
    for key, value in (
        ("conditioning_channels", 4), ("global_pool_conditions", True), ("cross_attention_dim", 64),
        ("conditioning_embedding_out_channels", [8, 16]),
    ):  # fmt: skip
        folder = tmp_path / key
        ControlNetModel.from_config({**ControlNetModel.load_config(controlnet), key: value}).save_pretrained(folder)
        assert key in refusal(tiny, Changes(controlnet=folder))
    assert "config.json is missing" in refusal(tiny, Changes(controlnet=tiny))
    assert "is not a folder" in refusal(tiny, Changes(controlnet=tiny / "model_index.json"))
    assert "does not exist" in refusal(tiny, Changes(controlnet=tmp_path / "none"))


# Hostile headers.


def safetensors(header, data=bytes(16), length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def tensor(begin, end, dtype="F32", shape=(2,)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


HOSTILE = {
    "header beyond the file": (safetensors({}, b"", length=1 << 40), "header of"),
    "header above 100 MB": (None, "at most are allowed"),
    "too short": (b"\0\0", "header of"),
    "no JSON": (safetensors(b"{"), "not a sound"),
    "deeply nested": (safetensors(b'{"a":' + b"[" * 200_000), "not a sound"),
    "no text": (safetensors(b"\xff\xfe"), "not a sound"),
    "a list": (safetensors([]), "not an object"),
    "overlap": (safetensors({"a": tensor(0, 8), "b": tensor(4, 12)}), "a and b overlap"),
    "out of range": (safetensors({"a": tensor(16, 24)}), "outside the 16"),
    "backwards": (safetensors({"a": tensor(8, 0)}), "outside"),
    "negative": (safetensors({"a": tensor(-8, 0)}), "not two counts"),
    "shape overflows": (safetensors({"a": tensor(0, 16, shape=(1 << 62, 1 << 62))}), "takes"),
    "negative shape": (safetensors({"a": tensor(0, 8, shape=(-1, -2))}), "not a list of counts"),
    "dtype too wide": (safetensors({"a": tensor(0, 8, dtype="F64")}), "takes 16 bytes, the offsets give 8"),
    "dtype unknown": (safetensors({"a": tensor(0, 8, dtype="F128")}), "'F128' is unknown"),
    "dtype no text": (safetensors({"a": tensor(0, 8, dtype=["F32"])}), "not a text"),
    "name twice": (safetensors(b'{"a":%b,"a":%b}' % ((json.dumps(tensor(0, 8)).encode(),) * 2)), "'a' comes twice"),
    "foreign keys": (safetensors({"a": {**tensor(0, 8), "x": 1}}), "not dtype, shape and data_offsets"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_header_is_refused_before_anything_is_loaded(what, tmp_path):
    content, words = HOSTILE[what]
    path = tmp_path / "x.safetensors"
    if content is None:
        with open(path, "wb") as file:
            file.write(struct.pack("<Q", 150_000_000))
            file.truncate(200_000_000)
    else:
        path.write_bytes(content)
    with pytest.raises(ExportError) as caught:
        check_safetensors(path)
    assert words in str(caught.value) and str(path) in str(caught.value)


def test_every_weight_file_is_checked(broken, tmp_path):
    hostile = HOSTILE["overlap"][0]
    path = tmp_path / "x.safetensors"
    path.write_bytes(hostile)
    changes = [(path, Changes(config=broken)), (broken, Changes(vae=path)), (broken, Changes(loras=(Lora(path),)))]
    for given, change in changes:
        assert "overlap" in refusal(given, change)
    (broken / "text_encoder" / "model.safetensors").write_bytes(hostile)
    assert "overlap" in refusal(broken)


def test_sound_files_pass(tiny):
    for path in tiny.rglob("*.safetensors"):
        check_safetensors(path)


# All of it through the command line.


def test_a_checkpoint_with_a_lora_and_another_vae_becomes_a_bundle(checkpoint, other_vae, tmp_path, capsys):
    lora = write_lora(tmp_path / "style.safetensors")
    words = [str(checkpoint / "tiny.safetensors"), str(tmp_path / "out")]
    changes = ["--config", str(checkpoint / "config"), "--vae", str(other_vae), "--lora", f"{lora}:0.25"]
    assert export_model.main([*words, *changes, "--sizes", "64x64", "--no-trust"]) == 0
    facts = json.loads((tmp_path / "out" / "model.json").read_text())
    assert (facts["source"], facts["vae"]) == ("tiny.safetensors", other_vae.name)
    assert [(entry["file"], entry["weight"], len(entry["sha256"])) for entry in facts["loras"]] == [
        ("style.safetensors", 0.25, 64)
    ]
    assert export_model.main([*words, "--lora", "x:inf"]) == 2
    assert "not a finite number" in capsys.readouterr().err
