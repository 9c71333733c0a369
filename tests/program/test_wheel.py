"""The Python wheel that scripts/wheel builds, installed into a clean environment."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import PROGRAM, QUICK, ROOT, probe

CACHE = PROGRAM.resolve().parents[1] / "CMakeCache.txt"
RELEASE = CACHE.exists() and "SANITIZE:STRING=\n" in CACHE.read_text() and (CACHE.parent / "lib/libspectradiff_torch.so").exists()

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("scikit_build_core") is None, reason="scikit-build-core is not installed"),
    pytest.mark.skipif(not RELEASE, reason="a wheel is of the build with the engine"),
]


def run(*words, timeout=1800, **how):
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=timeout, **how)
    assert done.returncode == 0, f"{words}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def built_with():
    """The torch of the build under test."""
    found = re.search(r"SPECTRADIFF_TORCH_DIR:PATH=(.+)|SPECTRADIFF_TORCH_FOUND:INTERNAL=(.+)", CACHE.read_text())
    return Path(found[1] or found[2])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = {**os.environ, "SPECTRADIFF_TORCH_DIR": str(built_with())}
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT / "scripts/wheel", env=build)
    (file,) = folder.iterdir()
    return file


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """A new Python environment with the wheel, and as its torch the one of the build."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", folder)
    run(folder / "bin/python", "-m", "pip", "install", "--no-deps", "--no-index", wheel)
    (packages,) = folder.glob("lib/python3*/site-packages")
    for package in ("torch", "nvidia"):
        if (built_with().parent / package).exists():
            (packages / package).symlink_to(built_with().parent / package)
    return folder


def test_the_wheel_says_what_it_is_and_holds_no_torch(wheel):
    assert wheel.name.endswith(".whl") and "-py3-none-" in wheel.name
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
        (metadata,) = (file.read(name).decode() for name in names if name.endswith("/METADATA"))
    torch = re.search(r"^torch==(.*)$", (ROOT / "scripts/requirements/torch.txt").read_text(), re.MULTILINE)[1]
    version = re.search(r"project\(spectradiff VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
    assert f"Requires-Dist: torch=={torch}\n" in metadata and f"Version: {version}\n" in metadata
    assert "License-Expression: GPL-3.0-or-later\n" in metadata and any(name.endswith("/licenses/LICENSE") for name in names)
    held = {name.split(".data/data/")[1] for name in names if ".data/data/" in name}
    assert {"bin/spectradiff", "lib/spectradiff/libspectradiff_torch.so", "share/spectradiff/presets/funky.json", "share/man/man1/spectradiff.1"} <= held
    for model in ROOT.glob("models/*/model.json"):
        assert f"share/spectradiff/models/{model.parent.name}/model.json" in held
    assert not any("libtorch" in name or name.endswith((".a", ".h")) for name in held)


def test_the_program_of_the_wheel_paints(program, song, environment):
    run(environment / "bin/spectradiff", "paint", song, *QUICK, "--preset", "funky", "-o", "v.mp4", cwd=program.work, env=program.environment)
    assert probe(program.work / "v.mp4")[1]["video"]["nb_read_packets"] == "15"


@pytest.mark.skipif(not list(ROOT.glob("models/mini/model.json")), reason="no model ships")
def test_the_program_of_the_wheel_renders_with_its_own_model_and_the_torch_beside_it(program, song, environment):
    program.environment["OMP_WAIT_POLICY"] = "passive"
    binary = environment / "bin/spectradiff"
    report = json.loads(run(binary, "doctor", "--json", env=program.environment))
    assert report["engine"]["ok"] and report["engine"]["plugin"] == str(environment / "lib/spectradiff/libspectradiff_torch.so")
    assert str(environment / "share/spectradiff/models/mini") in report["models"], report
    run(binary, "render", song, "--size", "128x128", "--frames", "0-1", "-o", "f/%05d.png", cwd=program.work, env=program.environment)
    assert {"f/00000.png", "f/00001.png"} <= set(program.files())


@pytest.mark.skipif(shutil.which("readelf") is None, reason="readelf is not installed")
def test_the_engine_of_the_wheel_names_no_folder_of_the_machine_that_built_it(environment):
    dynamic = run("readelf", "-d", environment / "lib/spectradiff/libspectradiff_torch.so")
    assert "RUNPATH" not in dynamic and "RPATH" not in dynamic


def test_without_a_torch_it_paints_and_says_how_to_get_one(program, song, wheel, tmp_path):
    run(sys.executable, "-m", "venv", tmp_path / "bare")
    run(tmp_path / "bare/bin/python", "-m", "pip", "install", "--no-deps", "--no-index", wheel)
    binary = tmp_path / "bare/bin/spectradiff"
    run(binary, "paint", song, *QUICK, "-o", "v.mp4", cwd=program.work, env=program.environment)
    done = subprocess.run([binary, "doctor"], env=program.environment, capture_output=True, text=True)
    assert done.returncode == 8 and "pip install --target" in done.stdout and "torch==" in done.stdout, done
