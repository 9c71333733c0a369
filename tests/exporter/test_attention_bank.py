"""A denoiser whose frames see an anchor's attention, against diffusers' own processors given the anchor's tokens."""

import json

import pytest
import torch
from diffusers.models.attention_processor import AttnProcessor2_0
from exporter import ExportError, attention_bank, bundle, source
from make_tiny_model import make_tiny_model

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

WIDTH, HEIGHT = 72, 64


@pytest.fixture(scope="module")
def banked(tiny, tmp_path_factory):
    out = tmp_path_factory.mktemp("banked") / "bundle"
    return bundle.export(tiny, out, bundle.Options(trust=False, bank=True, sizes=((64, 64),)), lambda line: None)


@pytest.fixture(scope="module")
def denoiser(banked):
    return torch.jit.load(banked / "denoiser.pt").eval()


@pytest.fixture(scope="module")
def inputs(tiny):
    """Of a batch of two that sees an anchor: those of forward, shares, tokens."""
    torch.manual_seed(5)
    network = next(n for n in bundle.networks_of(source.load(tiny), True) if n.name == "denoiser")
    *noisy, share, tokens = split(network.methods["coherent"](WIDTH, HEIGHT, 2, torch.float32), 3)
    return noisy, share, tokens


def split(values, count):
    return (*values[:count], values[count], values[count + 1 :])


class SeesTokens(AttnProcessor2_0):
    """diffusers' own, of keys and values from elsewhere: as of a cross-attention to the anchor's tokens."""

    def __init__(self, tokens):
        super().__init__()
        self.tokens = tokens

    def __call__(self, attn, hidden_states, *_, **__):
        return super().__call__(attn, hidden_states, encoder_hidden_states=self.tokens)


@torch.no_grad()
def test_without_an_anchor_the_network_is_the_one_without_a_bank(denoiser, inputs, tiny, tmp_path):
    noisy, share, tokens = inputs
    plain = bundle.export(tiny, tmp_path / "plain", bundle.Options(trust=False, sizes=((64, 64),)), lambda line: None)
    expected = torch.jit.load(plain / "denoiser.pt")(*noisy)
    assert torch.equal(denoiser(*noisy), expected)
    assert torch.equal(denoiser.coherent(*noisy, torch.zeros(2), *tokens)[0], expected)
    one_token = [torch.zeros(2, 1, layer.shape[2]) for layer in tokens]
    assert torch.equal(denoiser.coherent(*noisy, torch.zeros(2), *one_token)[0], expected)
    assert not torch.equal(denoiser.coherent(*noisy, torch.ones(2), *tokens)[0], expected)


@torch.no_grad()
def test_share_one_is_diffusers_with_the_anchors_keys_and_values(denoiser, inputs, tiny):
    noisy, _, tokens = inputs
    unet = source.load(tiny).unet
    for layer, seen in zip(attention_bank.self_attentions(unet), tokens, strict=True):
        layer.module.set_processor(SeesTokens(seen))
    expected = unet(noisy[0], noisy[1], encoder_hidden_states=noisy[2]).sample
    found = denoiser.coherent(*noisy, torch.ones(2), *tokens)[0]
    assert (found - expected).abs().max() < 1e-5 * expected.abs().max()


@torch.no_grad()
def test_tokens_that_are_left_are_those_that_came_into_each_layer(denoiser, inputs, tiny, banked):
    noisy, _, tokens = inputs
    unet = source.load(tiny).unet
    came_in = []
    for layer in attention_bank.self_attentions(unet):
        layer.module.register_forward_pre_hook(lambda module, given: came_in.append(given[0]))
    unet(noisy[0], noisy[1], encoder_hidden_states=noisy[2])
    _, *left = denoiser.coherent(*noisy, torch.zeros(2), *tokens)
    stated = json.loads((banked / "model.json").read_text())["attention_bank"]
    assert len(left) == len(came_in) == len(stated) > 0
    for found, expected, layer in zip(left, came_in, stated):
        assert torch.equal(found, expected)
        count = -(-HEIGHT // layer["downscale"]) * -(-WIDTH // layer["downscale"])
        assert found.shape == (2, count, layer["channels"])


@torch.no_grad()
def test_items_of_a_batch_see_their_own_anchors_by_their_own_shares(denoiser, inputs):
    noisy, _, tokens = inputs
    together = denoiser.coherent(*noisy, torch.tensor([0.25, 0.75]), *tokens)[0]
    for item, share in enumerate((0.25, 0.75)):
        alone = [value[item : item + 1] for value in (*noisy, *tokens)]
        found = denoiser.coherent(*alone[: len(noisy)], torch.tensor([share]), *alone[len(noisy) :])[0]
        assert torch.allclose(found[0], together[item], atol=1e-5)


@pytest.mark.parametrize("family", ["sdxl", "control"])
def test_models_of_other_kinds_are_refused(family, tmp_path):
    make_tiny_model(tmp_path / "source", family=family)
    with pytest.raises(ExportError, match="--attention-bank is for SD 1.x, 2.x, Turbo and LCM without a control network"):
        bundle.export(tmp_path / "source", tmp_path / "out", bundle.Options(trust=False, bank=True), lambda line: None)
    assert not (tmp_path / "out").exists()


def test_lcm_takes_a_bank_too(tmp_path):
    make_tiny_model(tmp_path / "source", family="lcm")
    out = bundle.export(tmp_path / "source", tmp_path / "out", bundle.Options(trust=False, bank=True, sizes=((64, 64),), distilled_guidance=4.0), lambda line: None)
    facts = json.loads((out / "model.json").read_text())
    assert facts["attention_bank"] and facts["distilled_guidance"] == 4.0
