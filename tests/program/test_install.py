"""What `cmake --install` and the Debian package hold, and that it works from there."""

import json
import os
import re
import shutil
import subprocess

import pytest
from conftest import PROGRAM, QUICK, ROOT, probe

BUILD = PROGRAM.resolve().parents[1]
HAS_ENGINE = (BUILD / "lib/libspectradiff_torch.so").exists()

pytestmark = [
    pytest.mark.skipif(not (BUILD / "CMakeCache.txt").exists() or shutil.which("cmake") is None, reason="the program is not in its build folder"),
    pytest.mark.skipif("SANITIZE:STRING=a" in (BUILD / "CMakeCache.txt").read_text() if (BUILD / "CMakeCache.txt").exists() else False, reason="sanitizers are not for installing"),
]


def run(*words, **how):
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=300, **how)
    assert done.returncode == 0, f"{words}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    prefix = tmp_path_factory.mktemp("install") / "usr"
    run("cmake", "--install", BUILD, "--prefix", prefix)
    return prefix


def works(program, binary, song):
    """The program paints, analyses and finds what came along, from where it lies."""
    done = subprocess.run([binary, "paint", song, *QUICK, "--preset", "funky", "-o", "v.mp4"], cwd=program.work, env=program.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert probe(program.work / "v.mp4")[1]["video"]["nb_read_packets"] == "15"
    done = subprocess.run([binary, "analyze", song, "--json-out", "-"], cwd=program.work, env=program.environment, capture_output=True)
    assert done.returncode == 0 and json.loads(done.stdout)["frames"] == 15
    presets = json.loads(subprocess.run([binary, "presets", "list", "--json"], env=program.environment, capture_output=True).stdout)
    assert len(presets) >= 14 and all(str(binary.parents[1]) in preset["file"] for preset in presets)


def test_everything_is_installed_in_its_place(installed):
    there = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()}
    wanted = {
        "bin/spectradiff",
        "share/man/man1/spectradiff.1",
        "share/bash-completion/completions/spectradiff",
        "share/zsh/site-functions/_spectradiff",
        "share/fish/vendor_completions.d/spectradiff.fish",
        "share/spectradiff/events.schema.json",
        "share/spectradiff/presets/funky.json",
        "include/spectradiff/session/session.h",
    }
    assert wanted <= there, wanted - there
    assert any(name.endswith("cmake/spectradiff/spectradiffConfig.cmake") for name in there)
    for model in ROOT.glob("models/*/model.json"):
        assert f"share/spectradiff/models/{model.parent.name}/model.json" in there
    assert ("lib/spectradiff/libspectradiff_torch.so" in there) == HAS_ENGINE


def test_the_installed_program_works_from_its_new_place(program, song, installed):
    works(program, installed / "bin/spectradiff", song)


@pytest.mark.skipif(not HAS_ENGINE, reason="built without the engine")
def test_the_installed_engine_finds_the_torch_it_was_built_with(program, installed):
    report = json.loads(subprocess.run([installed / "bin/spectradiff", "doctor", "--json"], env=program.environment, capture_output=True).stdout)
    assert report["engine"]["ok"] and report["engine"]["plugin"].startswith(str(installed.resolve()))


def test_a_project_of_somebody_elses_builds_and_renders_with_the_library(program, song, installed):
    source = ROOT / "examples/minimal.cpp"
    assert len(source.read_text().splitlines()) <= 40
    project = program.folder / "project"
    project.mkdir()
    shutil.copy(source, project)
    (project / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(minimal CXX)\nset(CMAKE_CXX_STANDARD 20)\n"
        "find_package(spectradiff REQUIRED)\nadd_executable(minimal minimal.cpp)\ntarget_link_libraries(minimal spectradiff::spectradiff)\n"
    )
    run("cmake", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={installed}")
    run("cmake", "--build", project / "build")
    assert run(project / "build/minimal", song, "library.mp4", cwd=program.work) == "library.mp4: 15 frames\n"
    container, streams = probe(program.work / "library.mp4")
    assert streams["video"]["nb_read_packets"] == "15" and streams["audio"]["codec_name"] == "aac"
    done = subprocess.run([project / "build/minimal", "none.wav", "x.mp4"], cwd=program.work, capture_output=True, text=True)
    assert done.returncode == 3 and "none.wav" in done.stderr and not (program.work / "x.mp4").exists()


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    for tool in ("cpack", "dpkg-deb", "dpkg-shlibdeps"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    folder = tmp_path_factory.mktemp("package")
    run("cpack", "--config", BUILD / "CPackConfig.cmake", "-G", "DEB", "-B", folder)
    (file,) = folder.glob("*.deb")
    return file


def test_the_package_needs_debians_libraries_only_and_says_what_it_is(package):
    fields = run("dpkg-deb", "-I", package)
    assert "Package: spectradiff\n" in fields and "SPECTRADIFF_TORCH_DIR" in fields
    needs = {need.split()[0] for need in re.search(r"Depends: (.*)", fields)[1].split(",")}
    assert {"libc6", "libsndfile1", "libfftw3-single3", "libcairo2"} <= needs and any(need.startswith("libavcodec") for need in needs)
    known = set(re.findall(r"[a-z][\w.+-]+", run("dpkg-query", "-W", "-f", "${Package} ${Provides}\n")))
    assert needs <= known, needs - known
    assert not any("torch" in need for need in needs)
    contents = run("dpkg-deb", "-c", package)
    assert "./usr/share/man/man1/spectradiff.1.gz" in contents and "./usr/share/doc/spectradiff/copyright" in contents
    assert "libtorch" not in contents and "include/" not in contents and ".a\n" not in contents


def test_the_unpacked_package_paints_and_says_how_to_get_a_libtorch(program, song, package):
    root = program.folder / "root"
    run("dpkg-deb", "-x", package, root)
    binary = root / "usr/bin/spectradiff"
    works(program, binary, song)
    done = subprocess.run([binary, "doctor"], env=program.environment, capture_output=True, text=True)
    assert done.returncode == 8 and "SPECTRADIFF_TORCH_DIR" in done.stdout, done
    if not HAS_ENGINE:
        return
    data = program.home / ".local/share/spectradiff"
    assert re.search(rf"needs libtorch (2[\d.]+); `python3 -m pip install --target {data}/python torch==\1`", done.stdout), done
    (program.work / "empty").mkdir()
    done = subprocess.run([binary, "doctor"], env={**program.environment, "SPECTRADIFF_TORCH_DIR": "empty"}, capture_output=True, text=True)
    assert done.returncode == 8 and "looked for libtorch in empty)" in done.stdout, done
    torch = re.search(r"SPECTRADIFF_TORCH_FOUND:INTERNAL=(.*)|SPECTRADIFF_TORCH_DIR:PATH=(.+)", (BUILD / "CMakeCache.txt").read_text())
    folder = torch[1] or torch[2]
    for given, place in (({"SPECTRADIFF_TORCH_DIR": folder}, None), ({}, data / "libtorch"), ({}, data / "python/torch")):
        if place:
            place.parent.mkdir(parents=True)
            os.symlink(folder, place)
        report = subprocess.run([binary, "doctor", "--json"], env={**program.environment, **given}, capture_output=True)
        assert json.loads(report.stdout)["engine"]["ok"], report
        shutil.rmtree(data, ignore_errors=True)


@pytest.mark.skipif(shutil.which("lintian") is None, reason="lintian is not installed")
def test_lintian_finds_no_error(package):
    done = subprocess.run(["lintian", "--fail-on", "error", "--allow-root", "--suppress-tags", "bogus-mail-host,bogus-mail-host-in-debian-changelog", package], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
