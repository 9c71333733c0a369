"""cmake/Torch.cmake against made-up torch folders: what it finds, what it refuses, and what it says then."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CMAKE = shutil.which("cmake")

PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(uses_torch LANGUAGES NONE)
include({torch_cmake})
get_target_property(links spectradiff::libtorch INTERFACE_LINK_LIBRARIES)
get_target_property(options spectradiff::libtorch INTERFACE_LINK_OPTIONS)
get_target_property(defines spectradiff::libtorch INTERFACE_COMPILE_DEFINITIONS)
get_target_property(includes spectradiff::libtorch INTERFACE_SYSTEM_INCLUDE_DIRECTORIES)
file(WRITE ${{CMAKE_BINARY_DIR}}/found.txt
  "version=${{SPECTRADIFF_TORCH_VERSION}}\\nroot=${{SPECTRADIFF_TORCH_ROOT}}\\nlinks=${{links}}\\noptions=${{options}}\\n"
  "defines=${{defines}}\\nincludes=${{includes}}\\n")
"""


def make_torch(folder, version="2.13.0", cuda=False, version_header="include/torch/headeronly/version.h"):
    """A folder laid out as torch's wheels are, with empty libraries."""
    lib = folder / "lib"
    lib.mkdir(parents=True)
    for name in ["torch", "torch_cpu", "c10"] + (["torch_cuda", "c10_cuda"] if cuda else []):
        (lib / f"lib{name}.so").touch()
    header = folder / version_header
    header.parent.mkdir(parents=True)
    (folder / "include/torch/csrc/api/include").mkdir(parents=True, exist_ok=True)
    (folder / "include/torch/script.h").touch()
    (folder / "__init__.py").write_text("raise RuntimeError('a configuration must not import torch')\n")
    major, minor, patch = version.split(".")
    header.write_text(
        f"#define TORCH_VERSION_MAJOR {major}\n#define TORCH_VERSION_MINOR {minor}\n#define TORCH_VERSION_PATCH {patch}\n"
        "#define TORCH_VERSION_ABI_TAG 0\n"
    )
    return folder


def make_environment(folder, torch_parent):
    """A virtual environment's python3 that sees TORCH_PARENT, for VIRTUAL_ENV to name."""
    python = folder / "bin/python3"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nPYTHONPATH={torch_parent} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return folder


class Configured:
    def __init__(self, result, build):
        self.ok = result.returncode == 0
        self.output = result.stdout + result.stderr
        self.said = " ".join(self.output.split())
        found = build / "found.txt"
        lines = found.read_text().splitlines() if self.ok else []
        self.found = dict(line.split("=", 1) for line in lines)


@pytest.fixture
def configure(tmp_path):
    """Configures a project that includes Torch.cmake, where no torch is to be found unless the caller names one."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "CMakeLists.txt").write_text(PROJECT.format(torch_cmake=ROOT / "cmake/Torch.cmake"))
    bare = tmp_path / "bare-bin"
    bare.mkdir()
    for tool in ["sh", "env", "true"]:
        (bare / tool).symlink_to(shutil.which(tool))

    def run(*arguments, build="build", **variables):
        environment = {"PATH": str(bare), "HOME": str(tmp_path), **variables}
        # `cmake` may be a wrapper script that needs the full PATH, so the program behind it is asked for first.
        asked = tmp_path / "which.cmake"
        asked.write_text("message(${CMAKE_COMMAND})")
        cmake = subprocess.run([CMAKE, "-P", asked], text=True, capture_output=True)
        result = subprocess.run(
            [cmake.stderr.strip(), "-S", source, "-B", tmp_path / build, "-G", "Unix Makefiles",
             "-DCMAKE_MAKE_PROGRAM=true", *arguments],
            capture_output=True, text=True, env=environment)  # fmt: skip
        return Configured(result, tmp_path / build)

    return run


def test_a_cpu_wheel_named_on_the_command_line_is_used(configure, tmp_path):
    torch = make_torch(tmp_path / "site/torch")
    result = configure(f"-DSPECTRADIFF_TORCH_DIR={torch}")
    assert result.ok, result.output
    assert result.found["version"] == "2.13.0"
    assert result.found["root"] == str(torch)
    assert result.found["includes"] == f"{torch}/include;{torch}/include/torch/csrc/api/include"
    assert result.found["defines"] == "_GLIBCXX_USE_CXX11_ABI=1"
    libraries = ",".join(f"{torch}/lib/lib{name}.so" for name in ["torch", "torch_cpu", "c10"])
    assert result.found["links"] == f"$<LINK_LIBRARY:KEEP,{libraries}>"
    assert "CPU build" in result.output


def test_a_cuda_wheel_needs_no_toolkit_and_reaches_its_nvidia_packages(configure, tmp_path):
    torch = make_torch(tmp_path / "site/torch", cuda=True)
    for package in ["cudnn", "cublas"]:
        (tmp_path / "site/nvidia" / package / "lib").mkdir(parents=True)
    result = configure(f"-DSPECTRADIFF_TORCH_DIR={torch}")
    assert result.ok, result.output
    assert f"{torch}/lib/libtorch_cuda.so,{torch}/lib/libc10_cuda.so" in result.found["links"]
    for folder in [f"{torch}/lib", f"{tmp_path}/site/nvidia/cudnn/lib", f"{tmp_path}/site/nvidia/cublas/lib"]:
        assert f"LINKER:-rpath,{folder}" in result.found["options"].split(";")
    assert "CUDA build" in result.output


def test_a_version_header_in_its_older_place_is_read(configure, tmp_path):
    torch = make_torch(tmp_path / "torch", "2.8.1", version_header="include/torch/csrc/api/include/torch/version.h")
    result = configure(SPECTRADIFF_TORCH_DIR=str(torch))
    assert result.ok, result.output
    assert result.found["version"] == "2.8.1"


def test_the_cache_entry_comes_before_the_environment_variable(configure, tmp_path):
    first, second = make_torch(tmp_path / "first"), make_torch(tmp_path / "second")
    result = configure(f"-DSPECTRADIFF_TORCH_DIR={first}", SPECTRADIFF_TORCH_DIR=str(second))
    assert result.found["root"] == str(first)


def test_the_active_python_environment_is_asked_without_importing_torch(configure, tmp_path):
    torch = make_torch(tmp_path / "site/torch", "2.11.0")
    environment = make_environment(tmp_path / "venv", torch.parent)
    result = configure(VIRTUAL_ENV=str(environment))
    assert result.ok, result.output
    assert result.found["root"] == str(torch)


def test_what_was_found_stays_until_it_is_gone(configure, tmp_path):
    first, second = make_torch(tmp_path / "first/torch"), make_torch(tmp_path / "second/torch")
    first_environment = make_environment(tmp_path / "first-venv", first.parent)
    second_environment = make_environment(tmp_path / "second-venv", second.parent)
    assert configure(VIRTUAL_ENV=str(first_environment)).found["root"] == str(first)
    assert configure(VIRTUAL_ENV=str(second_environment)).found["root"] == str(first)
    shutil.rmtree(first)
    assert configure(VIRTUAL_ENV=str(second_environment)).found["root"] == str(second)


def test_the_source_trees_own_environment_comes_before_the_python_on_the_path(configure, tmp_path):
    own, other = make_torch(tmp_path / "own/torch"), make_torch(tmp_path / "other/torch")
    make_environment(tmp_path / "source/.venv", own.parent)
    on_path = make_environment(tmp_path / "on-path", other.parent)
    (tmp_path / "bare-bin/python3").symlink_to(on_path / "bin/python3")
    assert configure().found["root"] == str(own)
    shutil.rmtree(tmp_path / "source/.venv")
    assert configure(build="afresh").found["root"] == str(other)


REMEDIES = ["./scripts/demo", "-DSPECTRADIFF_TORCH_DIR=", "-DSPECTRADIFF_TORCH=OFF"]


def test_no_torch_at_all_names_the_remedies(configure):
    result = configure()
    assert not result.ok
    for remedy in ["No usable torch was found", *REMEDIES]:
        assert remedy in result.said


def test_a_torch_that_is_too_old_is_refused_with_its_version(configure, tmp_path):
    torch = make_torch(tmp_path / "torch", "2.6.0")
    result = configure(f"-DSPECTRADIFF_TORCH_DIR={torch}")
    assert not result.ok
    for part in ["torch 2.6.0", "2.7 is the oldest", *REMEDIES]:
        assert part in result.said


def test_an_old_torch_in_the_active_environment_is_named_among_what_was_looked_at(configure, tmp_path):
    torch = make_torch(tmp_path / "site/torch", "1.13.1")
    environment = make_environment(tmp_path / "venv", torch.parent)
    result = configure(VIRTUAL_ENV=str(environment))
    assert not result.ok
    assert f"{torch}: it is torch 1.13.1" in result.said


def test_a_named_folder_that_holds_no_torch_is_refused_and_not_passed_over(configure, tmp_path):
    usable = make_torch(tmp_path / "site/torch")
    environment = make_environment(tmp_path / "venv", usable.parent)
    result = configure(f"-DSPECTRADIFF_TORCH_DIR={tmp_path / 'nothing'}", VIRTUAL_ENV=str(environment))
    assert not result.ok
    assert "it has no include/torch/script.h" in result.said


def test_a_build_with_the_old_c_plus_plus_abi_is_refused(configure, tmp_path):
    torch = make_torch(tmp_path / "torch")
    config = torch / "share/cmake/Torch/TorchConfig.cmake"
    config.parent.mkdir(parents=True)
    config.write_text('set(TORCH_CXX_FLAGS "-D_GLIBCXX_USE_CXX11_ABI=0")\n')
    result = configure(f"-DSPECTRADIFF_TORCH_DIR={torch}")
    assert not result.ok
    assert "_GLIBCXX_USE_CXX11_ABI=0" in result.said
