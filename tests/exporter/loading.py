"""What a loaded model holds, and what the exporter says of one that it does not take."""

import pytest
import torch
from exporter import ExportError, source

NETWORKS = ("unet", "vae", "text_encoder")


def weights_of(loaded):
    return {f"{n}.{k}": v for n in NETWORKS for k, v in getattr(loaded, n).state_dict().items()}


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        assert torch.equal(found[key], value), key


def refusal(*arguments, **keywords):
    with pytest.raises(ExportError) as caught:
        source.load(*arguments, **keywords)
    return str(caught.value)
