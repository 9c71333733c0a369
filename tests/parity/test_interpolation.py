"""Pictures between others by a network: analytic TorchScript stands where FILM or RIFE would."""

import json
import sys

import numpy as np
import pytest
import torch
from picture_place import PicturePlace
from test_img2img import ROOT, program

import export_interpolator

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

KEYS = [0, 4, 8, 12, 14]


class Line(torch.nn.Module):
    """Straight from the one to the other; sides must be multiples of 32."""

    def forward(self, first: torch.Tensor, second: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        if first.shape[2] % 32 != 0 or first.shape[3] % 32 != 0:
            raise RuntimeError("not padded")
        return first + (second - first) * time.view(-1, 1, 1, 1)


class Later(torch.nn.Module):
    """The second picture with red and blue exchanged, whatever the time."""

    def forward(self, first: torch.Tensor, second: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        return second.flip([1]) + 0 * time.view(-1, 1, 1, 1)


class Broken(torch.nn.Module):
    """NaN at a third of the way and more."""

    def forward(self, first: torch.Tensor, second: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        return first + torch.log(1 - 2 * time.view(-1, 1, 1, 1))


class Place(PicturePlace):
    def render(self, *words):
        return super().render("--diffuse-every", 4, *words)

    def bundle(self, name, network, *words):
        return super().bundle(export_interpolator.main, name, network, "--pad-multiple", 32, *words)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("interpolation"))
    for name, network in (("line", Line()), ("later", Later())):
        done = place.bundle(name, network)
        assert done.returncode == 0 and ("whatever the time" in done.stderr) == (name == "later"), done
    return place


def test_a_straight_line_is_a_blend(place):
    assert place.render("-o", "blend/%05d.png").returncode == 0
    done = place.render("--interpolation-model", "line", "-o", "line/%05d.png")
    assert done.returncode == 0, done
    blend, line = place.frames("blend"), place.frames("line")
    assert sorted(line) == sorted(blend) == list(range(15))
    for frame, picture in line.items():
        assert np.abs(picture - blend[frame]).max() <= (0 if frame in KEYS else 1), frame


def test_a_part_shows_the_whole_runs_frames_and_a_video_can_be_repeated(place):
    words = ["--interpolate", "network", "--interpolation-model", "./later"]
    assert place.render(*words, "-o", "later/%05d.png").returncode == 0
    assert place.render(*words, "--frames", "5-9", "-o", "part/%05d.png").returncode == 0
    whole, part = place.frames("later"), place.frames("part")
    assert sorted(part) == [5, 6, 7, 8, 9]
    for frame, picture in part.items():
        assert (picture == whole[frame]).all(), frame
    assert (whole[5] == whole[8][:, :, ::-1]).all()
    assert place.render(*words, "-o", "v.mkv").returncode == 0
    done = place.call(program(), "render", "song.wav", "--from", "v.mkv", "--device", "cpu", "--threads", 1, "-o", "w.mkv")
    assert done.returncode == 0, done
    assert (place.folder / "w.mkv").read_bytes() == (place.folder / "v.mkv").read_bytes()


def test_bundles_are_listed_shown_and_checked(place):
    found = json.loads(place.call(program(), "model", "list", "--json").stdout)
    families = {entry["name"]: entry["family"] for entry in found}
    assert families["line"] == families["later"] == "interpolation"
    assert "interpolator" in place.call(program(), "model", "info", "line").stdout
    done = place.call(program(), "model", "check", "line")
    assert done.returncode == 0 and "are fine" in done.stdout, done


def test_what_cannot_be_used_is_refused_before_any_work(place):
    assert place.bundle("strange", Later(), "--no-trust").returncode == 0
    code, said = place.refusal("--interpolation-model", "strange")
    assert code == 4 and "trust" in said
    code, said = place.refusal("--interpolation-model", "none")
    assert code == 4 and "none" in said
    code, said = place.refusal("--interpolate", "network")
    assert code == 2 and "--interpolation-model" in said
    done = place.call(program(), "render", "song.wav", "--model", "line", "-o", "refused.mkv")
    assert done.returncode == 4 and "--interpolation-model" in done.stderr, done
    code, said = place.refusal("--interpolation-model", ROOT / "models/mini")
    assert code == 4 and "--model" in said
    trace = place.trace("broken", Broken())
    done = place.call(sys.executable, ROOT / "scripts/export_interpolator.py", trace, "broken", "--pad-multiple", 32)
    assert done.returncode == 1 and "export_interpolator.py: " in done.stderr, done
    assert not (place.folder / "broken").exists()
