"""Pictures enlarged by a network: analytic TorchScript stands where ESRGAN would."""

import json
import sys

import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter
from picture_place import HEIGHT, QUICK, WIDTH, PicturePlace
from test_img2img import ROOT, program
from torch.nn import functional

import export_interpolator
import export_upscaler

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Swapped(torch.nn.Module):
    """Every pixel nine times, red and blue exchanged; sides must be multiples of 16."""

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        if pictures.shape[2] % 16 != 0 or pictures.shape[3] % 16 != 0:
            raise RuntimeError("not padded")
        return functional.interpolate(pictures.flip([1]), scale_factor=3.0, mode="nearest")


class Convolved(torch.nn.Module):
    """As ESRGAN and its kin are built: a convolution and a pixel shuffle, which take pictures of their weights' dtype alone."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(3)
        self.layer = torch.nn.Conv2d(3, 12, 3, padding=1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return functional.pixel_shuffle(self.layer(pictures), 2) + 0.5


class Broken(torch.nn.Module):
    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return functional.interpolate(pictures, scale_factor=2.0) / 0


class Same(torch.nn.Module):
    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return pictures


class Between(torch.nn.Module):
    def forward(self, first: torch.Tensor, second: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        return first + (second - first) * time.view(-1, 1, 1, 1)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = PicturePlace(tmp_path_factory.mktemp("upscaling"))
    for name, network, words in (("swapped", Swapped(), ("--pad-multiple", 16)), ("convolved", Convolved(), ("--dtypes", "float32,bfloat16"))):
        done = place.bundle(export_upscaler.main, name, network, *words)
        assert done.returncode == 0, done
    assert place.render("-o", "plain/%05d.png").returncode == 0
    return place


def enlarged(pictures):
    return np.repeat(np.repeat(pictures[:, :, ::-1], 3, axis=0), 3, axis=1)


def test_a_named_network_enlarges_every_frame(place):
    done = place.render("--upscale", "swapped", "-o", "large/%05d.png")
    assert done.returncode == 0, done
    plain, large = place.frames("plain"), place.frames("large")
    assert sorted(large) == sorted(plain) == list(range(15))
    for frame, picture in large.items():
        assert (picture == enlarged(plain[frame])).all(), frame


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1), ("bfloat16", 4)])
def test_a_convolution_is_what_torch_makes_of_it(place, dtype, tolerance):
    folder = f"convolved-{dtype}"
    done = place.render("--upscale", "./convolved", "--dtype", dtype, "--frames", "3,11", "-o", f"{folder}/%05d.png")
    assert done.returncode == 0, done
    plain, large = place.frames("plain"), place.frames(folder)
    assert sorted(large) == [3, 11]
    for frame, picture in large.items():
        with torch.inference_mode():
            inputs = torch.from_numpy(plain[frame]).permute(2, 0, 1)[None].float() / 255
            wanted = (Convolved()(inputs).clamp(0, 1) * 255).round()[0].permute(1, 2, 0).numpy()
        assert picture.shape == (2 * HEIGHT, 2 * WIDTH, 3) and wanted.std() > 5
        assert np.abs(picture - wanted).max() <= tolerance, frame


def test_the_network_that_ships_gives_what_torch_gives_and_sharper_edges_than_lanczos(place):
    done = place.render("--upscale", ROOT / "models/mini-upscaler", "--frames", "3,11", "-o", "shipped/%05d.png")
    assert done.returncode == 0, done
    network = torch.jit.load(ROOT / "models/mini-upscaler/upscaler.pt")
    plain, large = place.frames("plain"), place.frames("shipped")
    for frame, picture in large.items():
        with torch.inference_mode():
            inputs = torch.from_numpy(plain[frame]).permute(2, 0, 1)[None].float() / 255
            wanted = (network(inputs).clamp(0, 1) * 255).round()[0].permute(1, 2, 0).numpy()
        assert picture.shape == (4 * HEIGHT, 4 * WIDTH, 3)
        assert np.abs(picture - wanted).max() <= 1, frame
    edge = np.full((40, 64, 3), 40, np.uint8)
    edge[:, 32:] = 200
    soft = Image.fromarray(edge).filter(ImageFilter.GaussianBlur(1.5))
    lanczos = np.asarray(soft.resize((256, 160), Image.Resampling.LANCZOS)).astype(int)
    with torch.inference_mode():
        made = network(torch.from_numpy(np.array(soft)).permute(2, 0, 1)[None].float() / 255)[0].permute(1, 2, 0).numpy() * 255
    steepest = [np.abs(np.diff(picture[40:120, :, 1], axis=1)).max(axis=1).mean() for picture in (made, lanczos)]
    assert steepest[0] > 1.5 * steepest[1], steepest


def test_it_works_where_the_output_is_larger_than_the_pictures(place):
    def reds(*words):
        done = place.render("--frames", "6", *words)
        assert done.returncode == 0, done
        return place.frames(words[-1].split("/")[0])[6]

    plain = place.frames("plain")[6]
    double = reds("--upscale", "swapped", "--output-size", f"{2 * WIDTH}x{2 * HEIGHT}", "-o", "double/%05d.png")
    assert double.shape == (2 * HEIGHT, 2 * WIDTH, 3)
    # The network was at work, red being blue, and Lanczos brought its picture to the size asked for.
    assert abs(double[..., 0].mean() - plain[..., 2].mean()) < 1 < abs(double[..., 0].mean() - plain[..., 0].mean())
    same = reds("--upscale", "swapped", "--output-size", f"{WIDTH}x{HEIGHT}", "-o", "unchanged/%05d.png")
    assert (same == plain).all()
    left = reds("--output-size", f"{2 * WIDTH}x{2 * HEIGHT}", "-o", "left/%05d.png")
    assert abs(left[..., 0].mean() - plain[..., 0].mean()) < 1


def test_parts_assembled_and_videos_and_plans_repeated_are_the_same_bytes(place):
    words = ["--upscale", "swapped", "--output-size", "200x112", "--blur", "1 + 2*rms"]
    assert place.render(*words, "-o", "whole.mkv").returncode == 0
    whole = (place.folder / "whole.mkv").read_bytes()
    for part in ("1/2", "2/2"):
        done = place.render(*words, "--shard", part, "-o", "parts.mkv")
        assert done.returncode == 0, done
    stores = sorted(place.folder.glob("parts.mkv.*-of-2.spectradiff"))
    done = place.call(program(), "assemble", *stores, "--threads", 1, "-o", "parts.mkv")
    assert done.returncode == 0, done
    assert (place.folder / "parts.mkv").read_bytes() == whole
    machine = ["--device", "cpu", "--threads", 1]
    done = place.call(program(), "render", "song.wav", "--from", "whole.mkv", *machine, "-o", "again.mkv")
    assert done.returncode == 0, done
    assert (place.folder / "again.mkv").read_bytes() == whole
    plan = place.call(program(), "render", "song.wav", *QUICK, *words, "-o", "planned.mkv", "--dry-run").stdout
    assert "upscale_sha256" in plan
    (place.folder / "plan.jsonl").write_text(plan)
    done = place.call(program(), "render", "song.wav", "--plan", "plan.jsonl", *machine, "-o", "planned.mkv")
    assert done.returncode == 0, done
    assert (place.folder / "planned.mkv").read_bytes() == whole


def test_bundles_are_listed_and_checked(place):
    found = {entry["name"]: entry["family"] for entry in json.loads(place.call(program(), "model", "list", "--json").stdout)}
    assert found["swapped"] == "upscaling"
    done = place.call(program(), "model", "check", "swapped")
    assert done.returncode == 0 and "are fine" in done.stdout, done


def test_what_cannot_be_used_is_refused_before_any_work(place):
    assert place.bundle(export_upscaler.main, "strange", Swapped(), "--pad-multiple", 32, "--no-trust").returncode == 0
    code, said = place.refusal("--upscale", "strange")
    assert code == 4 and "trust" in said
    code, said = place.refusal("--upscale", "nowhere")
    assert code == 4 and "nowhere" in said
    code, said = place.refusal("--upscale", ROOT / "models/mini")
    assert code == 4 and "--model" in said
    assert place.bundle(export_interpolator.main, "between", Between()).returncode == 0
    code, said = place.refusal("--upscale", "between")
    assert code == 4 and "--interpolation-model" in said
    done = place.call(program(), "render", "song.wav", "--model", "swapped", "-o", "refused.mkv")
    assert done.returncode == 4 and "--upscale" in done.stderr, done
    for name, network in (("broken", Broken()), ("same", Same())):
        done = place.call(sys.executable, ROOT / "scripts/export_upscaler.py", place.trace(name, network), name)
        assert done.returncode == 1 and "export_upscaler.py: " in done.stderr, done
        assert not (place.folder / name).exists()
