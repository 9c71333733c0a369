"""One tiny diffusers folder for every test of the exporter."""

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import torch

# The networks are so small that a second thread only waits for the first.
torch.set_num_threads(1)

from exporter import source
from loading import weights_of
from make_tiny_model import make_tiny_model


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny") / "model"
    assert make_tiny_model(folder) > 30.0
    return folder


@pytest.fixture(scope="session")
def plain(tiny):
    """Its weights."""
    return weights_of(source.load(tiny))


@pytest.fixture
def broken(tiny, tmp_path):
    """A copy of the tiny folder to damage."""
    shutil.copytree(tiny, tmp_path / "source")
    return tmp_path / "source"
