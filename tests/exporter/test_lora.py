"""LoRAs of every naming: fused as their formula and diffusers say, or refused."""

from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionImg2ImgPipeline
from exporter import source
from exporter.lora import Lora
from exporter.source import Changes
from loading import refusal, weights_of
from safetensors.torch import save_file

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

ADAPTED = {
    "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q": (32, 32),
    "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_k": (64, 48),
    "text_encoder.text_model.encoder.layers.1.self_attn.out_proj": (48, 48),
}
RANK, ALPHA = 4, 2.0


def matrices():
    generator = torch.Generator().manual_seed(5)
    return {
        name: (torch.randn(RANK, wide, generator=generator), torch.randn(high, RANK, generator=generator))
        for name, (high, wide) in ADAPTED.items()
    }


def kohya(name, down, up):
    stem = name.replace("text_encoder.", "lora_te.").replace("unet.", "lora_unet.").replace(".", "_")
    return {f"{stem}.lora_down.weight": down, f"{stem}.lora_up.weight": up, f"{stem}.alpha": torch.tensor(ALPHA)}


def peft(name, down, up):
    return {f"{name}.lora_A.weight": down, f"{name}.lora_B.weight": up}


def diffusers_names(name, down, up):
    if name.startswith("text_encoder"):
        return {f"{name}.lora_linear_layer.down.weight": down, f"{name}.lora_linear_layer.up.weight": up}
    return {f"{name}.lora.down.weight": down, f"{name}.lora.up.weight": up}


NAMINGS = {"kohya": (kohya, ALPHA / RANK), "peft": (peft, 1.0), "diffusers": (diffusers_names, 1.0)}


def write_lora(path, naming="kohya", names=tuple(ADAPTED)):
    parts = [NAMINGS[naming][0](name, *pair) for name, pair in matrices().items() if name in names]
    save_file({k: v for part in parts for k, v in part.items()}, path)
    return path


@pytest.mark.parametrize("naming", NAMINGS)
def test_a_lora_is_fused_as_its_formula_and_diffusers_say(tiny, plain, tmp_path, naming):
    file = write_lora(tmp_path / "style.safetensors", naming)
    said = []
    loaded = source.load(tiny, Changes(loras=(Lora(file, 0.7),)), said.append)
    found = weights_of(loaded)
    assert found.keys() == plain.keys()
    adapted = {f"{n.replace('text_model.', '')}.weight": pair for n, pair in matrices().items()}
    for key, value in plain.items():
        if key not in adapted:
            assert torch.equal(found[key], value), key
            continue
        down, up = adapted[key]
        expected = value + 0.7 * NAMINGS[naming][1] * (up @ down)
        assert (expected - value).abs().max() > 0.1
        torch.testing.assert_close(found[key], expected, rtol=1e-5, atol=1e-5)
    assert [(entry["file"], entry["weight"]) for entry in loaded.loras] == [("style.safetensors", 0.7)]
    assert "fused into 3 layers of unet, text_encoder with weight 0.7" in said[0] and len(said) == 1

    pipeline = StableDiffusionImg2ImgPipeline.from_pretrained(tiny, local_files_only=True)
    pipeline.load_lora_weights(str(tmp_path), weight_name=file.name)
    pipeline.fuse_lora(lora_scale=0.7)
    pipeline.unload_lora_weights()
    for key, value in weights_of(pipeline).items():
        torch.testing.assert_close(found[key], value, rtol=0, atol=0)


def test_a_lora_of_the_text_encoder_needs_no_out_proj_and_may_have_an_alpha_per_layer(tiny, plain, tmp_path):
    generator = torch.Generator().manual_seed(6)
    places = {f"text_encoder.text_model.encoder.layers.1.self_attn.{part}_proj": 1.0 + i for i, part in enumerate("qkv")}
    tensors, expected = {}, dict(plain)
    for place, alpha in places.items():
        down, up = (torch.randn(*shape, generator=generator) for shape in ((RANK, 48), (48, RANK)))
        stem = place.replace("text_encoder.", "lora_te_").replace(".", "_")
        tensors |= kohya(place, down, up) | {f"{stem}.alpha": torch.tensor(alpha)}
        key = f"{place.replace('text_model.', '')}.weight"
        expected[key] = plain[key] + 0.7 * alpha / RANK * (up @ down)
    save_file(tensors, tmp_path / "words.safetensors")
    said = []
    found = weights_of(source.load(tiny, Changes(loras=(Lora(tmp_path / "words.safetensors", 0.7),)), said.append))
    for key, value in expected.items():
        torch.testing.assert_close(found[key], value, rtol=1e-5, atol=1e-5)
    assert "fused into 3 layers of text_encoder" in said[0] and len(said) == 1


def test_several_loras_add_up(tiny, plain, tmp_path):
    one, two = (write_lora(tmp_path / f"{i}.safetensors", "peft", (name,)) for i, name in enumerate(list(ADAPTED)[:2]))
    loaded = source.load(tiny, Changes(loras=(Lora(one), Lora(two, -0.5), Lora(one, -1.0))))
    found = weights_of(loaded)
    first, second = (f"{name}.weight" for name in list(ADAPTED)[:2])
    torch.testing.assert_close(found[first], plain[first], rtol=0, atol=1e-5)
    down, up = matrices()[list(ADAPTED)[1]]
    torch.testing.assert_close(found[second], plain[second] - 0.5 * (up @ down), rtol=1e-5, atol=1e-5)
    assert [entry["weight"] for entry in loaded.loras] == [1.0, -0.5, -1.0]


def test_a_lora_of_another_model_is_refused(tiny, tmp_path):
    def load(tensors):
        save_file(tensors, tmp_path / "other.safetensors")
        return refusal(tiny, Changes(loras=(Lora(tmp_path / "other.safetensors"),)))

    place = "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
    assert "does not fit this model" in load(peft(place, torch.ones(4, 320), torch.ones(320, 4)))
    elsewhere = place.replace("blocks.0.attn1", "blocks.9.attn1")
    assert "does not fit this model" in load(peft(elsewhere, torch.ones(4, 32), torch.ones(32, 4)))
    assert "is no LoRA" in load({"conv.weight": torch.ones(3)})
    assert "LoHa" in load({"lora_unet_conv_in.hada_w1_a": torch.ones(3), **peft(place, torch.ones(4, 32), torch.ones(32, 4))})
    assert "does not exist" in refusal(tiny, Changes(loras=(Lora(tmp_path / "none.safetensors"),)))


def test_a_weight_follows_the_last_colon():
    assert Lora.parse("a.safetensors:0.8") == Lora(Path("a.safetensors"), 0.8)
    assert Lora.parse("a.safetensors") == Lora(Path("a.safetensors"), 1.0)
    assert Lora.parse("take:two.safetensors:-1") == Lora(Path("take:two.safetensors"), -1.0)
    assert Lora.parse("take:two.safetensors") == Lora(Path("take:two.safetensors"), 1.0)
    with pytest.raises(ValueError, match="not a finite number"):
        Lora.parse("a.safetensors:nan")
