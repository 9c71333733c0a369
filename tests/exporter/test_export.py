"""The exporter, from a tiny diffusers folder to a bundle, and everything it must refuse."""

import copy
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import torch
from exporter import ExportError, bundle, compiled, manifest, source, tokenizer, tracing, trust, verify, wrappers
from exporter.networks import Network
from make_tiny_model import make_tiny_model
from torch._inductor.exc import CppCompileError
from transformers import CLIPTokenizer

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

FEW_CASES = [verify.Case(64, 64, 1, "float32"), verify.Case(136, 184, 2, "float32"), verify.Case(64, 64, 2, "bfloat16")]


@pytest.fixture(scope="module")
def exported(tiny, tmp_path_factory):
    """One export through the command line; (bundle, finished process, data folder)."""
    out = tmp_path_factory.mktemp("bundles") / "tiny-sd"
    data = tmp_path_factory.mktemp("data")
    look = out.parent / "look.json"
    prompts = [{"prompt": "a sea of glass", "energy": 0.2, "brightness": 1}]
    look.write_text(json.dumps({"size": "256x256", "strength": 0.5, "prompts": prompts}))
    notes = out.parent / "notes.txt"
    notes.write_text("Random weights.\n")
    command = [sys.executable, ROOT / "scripts/export_model.py", tiny, out, "--sizes", "128x72", "--look", look]
    command += ["--notes", notes]
    environment = {**os.environ, "XDG_DATA_HOME": str(data), "OMP_NUM_THREADS": "1"}
    process = subprocess.run([*command, "--licence", "CC0"], env=environment, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    return out, process, data


@pytest.fixture
def networks(tiny):
    return {network.name: network for network in bundle.networks_of(source.load(tiny))}


def edit(path, **changes):
    facts = json.loads(path.read_text())
    facts.update(changes)
    path.write_text(json.dumps(facts))


def refusal(path, out=None, **options):
    with pytest.raises(ExportError) as caught:
        bundle.export(path, out or path.parent / "out", bundle.Options(trust=False, **options), lambda line: None)
    assert not (path.parent / "out").exists()
    assert not [p for p in path.parent.iterdir() if ".part-" in p.name]
    return str(caught.value)


def test_only_the_bundles_path_goes_to_stdout(exported):
    out, process, _ = exported
    assert process.stdout == f"{out}\n"
    assert "denoiser: comparing with eager" in process.stderr


def test_manifest_is_strict_ascii_json_with_two_spaces(exported):
    text = (exported[0] / "model.json").read_bytes().decode("ascii")
    facts = json.loads(text, parse_constant=lambda name: pytest.fail(name))
    assert text == json.dumps(facts, indent=2) + "\n"
    assert list(facts) == [
        "schema", "name", "family", "title", "licence", "notes", "source", "exporter", "networks", "tokenizer", "latent",
        "scheduler", "verified", "loras", "look",
    ]  # fmt: skip


def test_manifest_states_what_the_engine_needs(exported):
    facts = json.loads((exported[0] / "model.json").read_text())
    assert (facts["schema"], facts["name"], facts["family"], facts["licence"]) == (1, "tiny-sd", "sd1", "CC0")
    assert facts["notes"] == "Random weights."
    assert facts["exporter"]["torch"] == torch.__version__.split("+")[0]
    assert facts["latent"] == {"channels": 4, "downscale": 8, "scaling_factor": 0.18215, "posterior": "gaussian"}
    assert facts["look"]["prompts"][0]["prompt"] == "a sea of glass"
    assert [128, 72] in facts["verified"]["sizes"] and [136, 184] in facts["verified"]["sizes"]
    assert facts["verified"]["batches"] == [1, 2, 3, 4]
    assert "bfloat16" in facts["verified"]["dtypes"]
    denoiser = facts["networks"]["denoiser"]
    assert [port["name"] for port in denoiser["inputs"]] == ["sample", "timestep", "text"]
    assert denoiser["inputs"][1] == {"name": "timestep", "dtype": "float32", "shape": ["batch"]}


def test_every_file_named_has_the_hash_and_size_stated(exported):
    out = exported[0]
    facts = json.loads((out / "model.json").read_text())
    entries = [*facts["networks"].values(), *facts["tokenizer"]["files"].values()]
    for entry in entries:
        data = (out / entry["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"]
        assert entry.get("bytes", len(data)) == len(data)
    assert {p.name for p in out.iterdir()} == {"model.json", *(entry["file"] for entry in entries)}


def test_scheduler_is_recorded_as_the_pipeline_leaves_it(broken, exported):
    facts = json.loads((exported[0] / "model.json").read_text())["scheduler"]
    assert (facts["class"], facts["steps_offset"], facts["clip_sample"]) == ("PNDMScheduler", 1, False)
    assert "timestep_spacing" in facts["defaulted"] and "beta_start" not in facts["defaulted"]
    config = broken / "scheduler" / "scheduler_config.json"
    edit(config, _class_name="DDIMScheduler", steps_offset=0, clip_sample=True, prediction_type="v_prediction")
    edit(broken / "model_index.json", scheduler=["diffusers", "DDIMScheduler"])
    facts = source.load(broken).scheduler
    assert (facts["class"], facts["steps_offset"], facts["clip_sample"]) == ("DDIMScheduler", 1, False)
    assert facts["prediction_type"] == "v_prediction"


def test_manifests_hash_is_added_to_the_trusted_models_once(exported, monkeypatch):
    out, _, data = exported
    digest = hashlib.sha256((out / "model.json").read_bytes()).hexdigest()
    trusted = data / "spectradiff" / "trusted-models"
    assert trusted.read_text() == f"{digest} tiny-sd\n"
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    assert "already" in trust.add(digest, "tiny-sd")
    assert trusted.read_text() == f"{digest} tiny-sd\n"


def test_trust_without_a_home_is_a_note(monkeypatch, tmp_path):
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("HOME")
    assert "no home folder" in trust.add("0" * 64, "x")
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    assert "not added" in trust.add("0" * 64, "x")


def test_exported_files_hold_no_dtype_and_no_device(exported):
    for path in sorted(exported[0].glob("*.pt")):
        assert tracing.frozen_facts(torch.jit.load(path).inlined_graph) == [], path.name


def test_one_file_serves_every_size_batch_and_dtype(exported, networks):
    for name, network in networks.items():
        cases = [verify.Case(200, 72, 3, "float32"), verify.Case(96, 96, 5, "bfloat16")]
        verify.verify(name, network.eager, exported[0] / f"{name}.pt", {"forward": network.make_inputs}, cases)


@torch.no_grad()
def test_encoder_gives_mean_and_logarithm_of_variance_unclamped(exported, tiny):
    vae = source.load(tiny).vae
    vae.quant_conv.bias[4:] += 100.0
    image = torch.rand(1, 3, 64, 64) * 2 - 1
    moments = wrappers.VaeEncoder(vae)(image)
    assert torch.equal(moments, vae.encode(image).latent_dist.parameters)
    assert moments[:, 4:].max() > 20.0


@torch.no_grad()
def test_neutral_timesteps_equal_diffusers_bit_for_bit(networks):
    unet = networks["denoiser"].eager.unet
    timesteps = torch.cat([torch.arange(1000.0), torch.rand(100) * 999])
    assert torch.equal(wrappers.NeutralTimesteps(unet.time_proj)(timesteps), unet.time_proj(timesteps))


def test_tokenizer_files_and_ids_are_those_of_the_source(exported, tiny):
    facts = json.loads((exported[0] / "model.json").read_text())["tokenizer"]
    reference = CLIPTokenizer.from_pretrained(tiny / "tokenizer", local_files_only=True)
    assert (facts["bos_token_id"], facts["eos_token_id"]) == (reference.bos_token_id, reference.eos_token_id)
    assert facts["pad_token_id"] == facts["eos_token_id"] and facts["max_length"] == 77
    assert {t["content"] for t in facts["added_tokens"]} == {"<|startoftext|>", "<|endoftext|>"}
    for name in ("vocab.json", "merges.txt"):
        assert (exported[0] / name).read_bytes() == (tiny / "tokenizer" / name).read_bytes()


def test_tokenizer_json_alone_gives_the_same_vocabulary(tiny, tmp_path):
    reference = CLIPTokenizer.from_pretrained(tiny / "tokenizer", local_files_only=True)
    reference.save_pretrained(tmp_path / "saved")
    for name in ("vocab.json", "merges.txt"):
        (tmp_path / "saved" / name).unlink(missing_ok=True)
    (tmp_path / "out").mkdir()
    loaded = CLIPTokenizer.from_pretrained(tmp_path / "saved", local_files_only=True)
    facts = tokenizer.export_tokenizer(tmp_path / "saved", loaded, 77, tmp_path / "out")
    assert facts["pad_token_id"] == reference.pad_token_id
    original = json.loads((tiny / "tokenizer" / "vocab.json").read_text())
    assert json.loads((tmp_path / "out" / "vocab.json").read_text()) == original
    assert (tmp_path / "out" / "merges.txt").read_text() == (tiny / "tokenizer" / "merges.txt").read_text()


def test_same_seed_makes_the_same_model_and_another_seed_another(tiny, tmp_path):
    make_tiny_model(tmp_path / "again")
    make_tiny_model(tmp_path / "other", seed=1)
    weights = "unet/diffusion_pytorch_model.safetensors"
    assert (tmp_path / "again" / weights).read_bytes() == (tiny / weights).read_bytes()
    assert (tmp_path / "other" / weights).read_bytes() != (tiny / weights).read_bytes()


def test_float16_weights_take_half_the_room_and_verify(networks, tmp_path):
    sizes = {}
    for dtype in ("float32", "float16"):
        options = bundle.Options(dtype=dtype, sizes=())
        entry = bundle.export_network(networks["text_encoder"], options, tmp_path, lambda line: None)
        assert entry["dtype"] == dtype
        sizes[dtype] = entry["bytes"]
    assert sizes["float16"] < 0.7 * sizes["float32"]


# Faults that the export must find.


def test_a_frozen_cast_fails_the_trace_and_the_comparison(networks, tmp_path, monkeypatch):
    network = networks["denoiser"]
    monkeypatch.setattr(
        tracing.CastsFollow, "__torch_function__", lambda self, function, types, args=(), kwargs=None:
        function(*args, **(kwargs or {})),
    )  # fmt: skip
    inputs = network.make_inputs(184, 136, 2, torch.float32)
    with pytest.raises(ExportError, match="denoiser holds .* frozen facts.*dtype"):
        tracing.trace("denoiser", network.traceable, inputs)
    monkeypatch.setattr(tracing, "frozen_facts", lambda graph: [])
    tracing.trace("denoiser", network.traceable, inputs).save(str(tmp_path / "d.pt"))
    with pytest.raises(ExportError, match="bfloat16"):
        verify.verify("denoiser", network.eager, tmp_path / "d.pt", {"forward": network.make_inputs}, FEW_CASES)


@pytest.mark.parametrize(
    "freeze",
    [
        lambda x: x + torch.zeros(1, device=x.device),
        lambda x: x + torch.arange(3),
        lambda x: x.to(x.device),
        lambda x: x.to(torch.float64),
        lambda x: x * torch.tensor([1.0, 2.0, 3.0]),
        lambda x: torch.ones_like(x, dtype=torch.float32) * x,
    ],
)
def test_whatever_ties_a_graph_to_a_machine_or_precision_fails_the_trace(freeze):
    class Module(torch.nn.Module):
        def forward(self, x):
            return freeze(x * 2)

    with pytest.raises(ExportError, match="frozen facts"):
        tracing.trace("toy", Module(), (torch.rand(3),))


def test_a_frozen_device_fails_the_trace(networks):
    network = networks["denoiser"]
    with pytest.raises(ExportError, match="frozen facts.*(device|new tensor)"):
        tracing.trace("denoiser", network.eager, network.make_inputs(184, 136, 2, torch.float32))


def test_a_trace_at_an_even_size_fails_at_an_odd_one(networks, tmp_path):
    network = networks["denoiser"]
    traced = tracing.trace("denoiser", network.traceable, network.make_inputs(64, 64, 2, torch.float32))
    traced.save(str(tmp_path / "d.pt"))
    with pytest.raises(ExportError, match="136x184"):
        verify.verify("denoiser", network.eager, tmp_path / "d.pt", {"forward": network.make_inputs}, FEW_CASES)


def test_a_changed_weight_fails_the_comparison(exported, networks, tmp_path):
    network = networks["vae_decoder"]
    traced = torch.jit.load(exported[0] / "vae_decoder.pt")
    with torch.no_grad():
        next(iter(traced.parameters())).flatten()[0] += 1e-3
    traced.save(str(tmp_path / "v.pt"))
    with pytest.raises(ExportError, match="vae_decoder at 64x64, batch 1, float32: the trace differs"):
        verify.verify("vae_decoder", network.eager, tmp_path / "v.pt", {"forward": network.make_inputs}, FEW_CASES)


def test_a_failed_comparison_leaves_nothing_behind(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(verify, "difference", lambda eager, traced: 1e-7)
    shutil.copytree(tiny, tmp_path / "source")
    assert "the trace differs from eager by 1e-07" in refusal(tmp_path / "source")


# Sources that are not what the exporter reads.


def test_what_is_not_a_diffusers_folder_is_refused_with_what_was_found(tmp_path, exported):
    assert "does not exist" in refusal(tmp_path / "nowhere")
    (tmp_path / "file.safetensors").write_text("x")
    assert "give --config" in refusal(tmp_path / "file.safetensors")
    (tmp_path / "empty").mkdir()
    assert "the folder is empty" in refusal(tmp_path / "empty")
    (tmp_path / "empty" / "notes.txt").write_text("x")
    assert "found: notes.txt" in refusal(tmp_path / "empty")
    with pytest.raises(ExportError, match="a spectradiff bundle already"):
        source.load(exported[0])


def test_missing_parts_are_named(broken):
    index = (broken / "model_index.json").read_text()
    edit(broken / "model_index.json", unet=[None, None])
    assert "names no unet" in refusal(broken)
    (broken / "model_index.json").write_text("{")
    assert "is not JSON" in refusal(broken)
    (broken / "model_index.json").write_text(index)
    (broken / "vae" / "diffusion_pytorch_model.safetensors").rename(broken / "weights")
    assert "vae holds no weights" in refusal(broken)
    shutil.rmtree(broken / "vae")
    assert "vae is missing" in refusal(broken)


def test_damaged_weights_are_refused(broken):
    weights = broken / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    assert "unet/diffusion_pytorch_model.safetensors is not a sound safetensors file" in refusal(broken)


def test_pickled_weights_that_run_code_are_refused(broken, tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    (broken / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    torch.save({"conv_in.weight": Trap()}, broken / "unet" / "diffusion_pytorch_model.bin")
    assert "unet cannot be loaded" in refusal(broken)
    assert not (tmp_path / "sprung").exists()


def test_unsupported_classes_are_named_with_the_supported_ones(broken):
    index = json.loads((broken / "model_index.json").read_text())
    for part, name in (("text_encoder", "T5EncoderModel"), ("vae", "VQModel"), ("scheduler", "DDPMScheduler")):
        (broken / "model_index.json").write_text(json.dumps({**index, part: ["x", name]}))
        message = refusal(broken)
        assert name in message and "supported" in message
    more = {**index, "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"]}
    (broken / "model_index.json").write_text(json.dumps(more))
    assert "text_encoder_2" in refusal(broken)


def test_networks_with_other_inputs_are_refused(tiny):
    loaded = source.load(tiny)
    loaded.unet = copy.copy(loaded.unet)
    loaded.unet._internal_dict = type(loaded.unet.config)({**loaded.unet.config, "in_channels": 9})
    with pytest.raises(ExportError, match="takes 9 and gives 4 channels"):
        source.check_networks(loaded)
    loaded.unet._internal_dict = type(loaded.unet.config)({**loaded.unet.config, "time_cond_proj_dim": 256})
    with pytest.raises(ExportError, match="time_cond_proj_dim = 256"):
        source.check_networks(loaded)


def test_an_output_that_is_not_empty_is_refused_unless_it_is_a_bundle_to_overwrite(tiny, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    bundle.check_out(out, overwrite=False)
    (out / "letter.txt").write_text("mine")
    for overwrite in (False, True):
        with pytest.raises(ExportError, match="not empty|no model.json"):
            bundle.check_out(out, overwrite)
    (out / "model.json").write_text("{}")
    bundle.check_out(out, overwrite=True)
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "new").write_text("")
    bundle.put_in_place(tmp_path / "part", out)
    assert [p.name for p in tmp_path.rglob("*")] == ["out", "new"]


def test_compiled_code_is_for_what_a_render_on_this_cpu_takes_by_itself(monkeypatch):
    monkeypatch.setattr(compiled, "cpu_words", lambda: {"avx512f", "avx512_bf16"})
    job = compiled.job((448, 256), None, None, {}, "sd1")
    assert (job.batch, job.dtype, job.guided, job.batch_of("denoiser"), job.batch_of("vae_decoder")) == (8, "bfloat16", True, 16, 8)
    monkeypatch.setattr(compiled, "cpu_words", lambda: {"avx2"})
    job = compiled.job((512, 512), None, None, {"guidance": 1.0}, "sd1")
    assert (job.batch, job.dtype, job.guided, job.batch_of("control"), job.batch_of("text_encoder")) == (2, "float32", False, 2, 1)
    job = compiled.job((64, 64), 3, "float32", {"guidance": 8.5}, "lcm")
    assert (job.guided, job.batch_of("denoiser")) == (True, 3)
    assert compiled.facts(job)["cpu_flags"] == ["avx2"]
    assert not compiled.job((64, 64), 1, "float32", {"guidance": 4.0}, "sd1", distilled_guidance=4.0).guided
    assert compiled.job((64, 64), 1, "float32", {"guidance": 8.0}, "sd1", distilled_guidance=4.0).guided


def test_compiled_code_needs_a_compiler_and_says_so_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr("torch._inductor.config.cpp.cxx", (str(tmp_path / "none"),))
    assert "g++" in refusal(tmp_path / "no-model", tmp_path / "out", compiles=True)


def test_what_the_compiler_says_is_told(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise CppCompileError(["g++", "a.cpp"], "In file included from a.cpp:\na.h:1:10: fatal error: omp.h: No such file")

    monkeypatch.setattr("torch._inductor.aoti_compile_and_package", fail)
    layer = torch.nn.Linear(2, 2)
    network = Network("denoiser", layer, layer, lambda *_: (torch.ones(1, 2),), [], [])
    with pytest.raises(ExportError, match="denoiser cannot be compiled: a.h:1:10: fatal error: omp.h"):
        compiled.package(network, compiled.job((64, 64), 1, "float32", {}, "sd1"), tmp_path)


def test_settings_of_compiled_code_need_the_format(tiny, tmp_path):
    command = [sys.executable, ROOT / "scripts/export_model.py", tiny, tmp_path / "out", "--batch-size", "2"]
    process = subprocess.run(command, capture_output=True, text=True)
    assert process.returncode == 2 and "--format aoti" in process.stderr


def test_names_and_looks_are_checked(tmp_path):
    with pytest.raises(ExportError, match="not allowed"):
        manifest.check_name("../x")
    look = tmp_path / "look.json"
    for text in ('{"strength": NaN}', '{"a": 1, "a": 2}', "[1]", '{"painter": {"x": 1}}', "{"):
        look.write_text(text)
        with pytest.raises(ExportError, match="--look"):
            manifest.load_look(look)


def test_sizes_that_are_not_multiples_of_eight_are_usage_errors(tiny, tmp_path):
    command = [sys.executable, ROOT / "scripts/export_model.py", tiny, tmp_path / "o", "--sizes", "100x100"]
    process = subprocess.run(command, capture_output=True, text=True)
    assert process.returncode == 2 and "'100x100' is not WxH" in process.stderr and process.stdout == ""


@pytest.mark.slow
@pytest.mark.parametrize("sent, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_export_leaves_nothing_behind(tiny, tmp_path, sent, code):
    command = [sys.executable, ROOT / "scripts/export_model.py", tiny, tmp_path / "out", "--sizes", "64x64"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if "comparing" in line:
                process.send_signal(sent)
                break
        said = process.stderr.read()
    assert process.returncode == code and "Traceback" not in said, said
    assert list(tmp_path.iterdir()) == []
