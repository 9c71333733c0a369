"""scripts/lib/setup.sh with made-up package managers: what it plans, says and calls; and how results are counted."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Machine:
    """A copy of scripts/ on a machine whose dpkg-query, apt-get and Python say what the test wants and log their calls."""

    def __init__(self, folder):
        self.root = folder / "spectradiff"
        self.bin = folder / "bin"
        self.calls_file = folder / "calls.txt"
        self.bin.mkdir(parents=True)
        shutil.copytree(ROOT / "scripts", self.root / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
        for tool in ["bash", "sed", "grep", "sort", "comm", "tr", "cat", "mkdir", "dirname", "tail", "head", "realpath", "uname", "env"]:
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.installed(self.debian_packages())
        self.script("apt-get", f'echo "apt-get $*" >>{self.calls_file}; echo "Need to get 5,678 kB/12.3 MB of archives."')
        self.known({*self.debian_packages(), *self.debian_packages("debian-tests.txt")})
        self.script("id", "echo 0")
        self.requirements({"torch": "2.13.0+cpu", "numpy": "2.4.6"})

    def debian_packages(self, name="debian.txt"):
        lines = (self.root / "scripts/requirements" / name).read_text().splitlines()
        return [line for line in lines if not line.startswith("#")]

    def script(self, name, body):
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def installed(self, packages):
        listing = "".join(f"installed {name}\\n" for name in packages)
        self.script("dpkg-query", f"printf '{listing}'")

    def known(self, packages):
        """What apt-cache knows."""
        self.script("apt-cache", f'case " {" ".join(packages)} " in *" $2 "*) ;; *) exit 100 ;; esac')

    def requirements(self, versions):
        """The environment .venv, with packages of these versions; torch has a libtorch."""
        self.packages = self.root / "packages"
        shutil.rmtree(self.packages, ignore_errors=True)
        for name, version in versions.items():
            info = self.packages / f"{name}-{version}.dist-info"
            info.mkdir(parents=True)
            (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        if "torch" in versions:
            (self.packages / "torch/lib").mkdir(parents=True)
            (self.packages / "torch/__init__.py").touch()
            (self.packages / "torch/lib/libtorch.so").touch()
        python = self.root / ".venv/bin/python3"
        python.parent.mkdir(parents=True, exist_ok=True)
        python.write_text(
            f'#!/bin/sh\n[ "$1" != -m ] || {{ echo "python3 $*" >>{self.calls_file}; exit 0; }}\n'
            f'PYTHONPATH={self.packages} exec {sys.executable} -S "$@"\n'
        )
        python.chmod(0o755)

    def run(self, commands, **variables):
        script = f"set -euo pipefail; ROOT={self.root}; . $ROOT/scripts/lib/setup.sh; {commands}"
        environment = {"PATH": str(self.bin), "HOME": str(self.root), **variables}
        return subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)

    def set_up(self, **variables):
        return self.run("plan_setup; announce_setup; run_setup; echo torch=$TORCH_DIR", **variables)

    def calls(self):
        return self.calls_file.read_text().splitlines() if self.calls_file.exists() else []


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_where_nothing_is_missing_no_package_manager_is_called(machine):
    result = machine.set_up()
    assert result.returncode == 0, result.stderr
    assert machine.calls() == []
    assert result.stdout == f"torch={machine.packages}/torch\n"


def test_only_missing_debian_packages_are_installed_and_their_size_is_said_first(machine):
    machine.installed([name for name in machine.debian_packages() if name not in {"ccache", "libfftw3-dev"}])
    result = machine.set_up()
    assert "apt installs (12.3 MB to download): ccache libfftw3-dev" in result.stderr
    assert result.stderr.index("apt installs") < result.stderr.index("==> Installing")
    assert [call for call in machine.calls() if " install -y " in call] == [
        "apt-get install -y --no-install-recommends ccache libfftw3-dev"
    ]


def test_packages_for_tests_alone_are_installed_one_by_one_and_for_tests_alone(machine):
    wanted = machine.debian_packages("debian-tests.txt")
    assert "apt" not in machine.set_up().stderr and machine.calls() == []
    result = machine.run("plan_setup --tests; announce_setup; run_setup")
    assert f"apt installs for some of the tests, where it can (about 100 MB to download): {' '.join(sorted(wanted))}" in result.stderr
    installs = [call for call in machine.calls() if " install -y " in call]
    assert installs == [f"apt-get install -y --no-install-recommends {name}" for name in sorted(wanted)]


def test_a_package_for_tests_that_the_system_does_not_have_is_passed_over(machine):
    machine.known(machine.debian_packages())
    assert "apt" not in machine.run("plan_setup --tests; announce_setup; run_setup").stderr and machine.calls() == []


def test_a_package_for_tests_that_cannot_be_installed_leaves_the_rest(machine):
    machine.known([])  # as on a system whose lists were never fetched
    machine.script("apt-get", f'echo "apt-get $*" >>{machine.calls_file}; case "$*" in *chromium*) exit 100 ;; esac')
    result = machine.run("plan_setup --tests; announce_setup; run_setup")
    assert result.returncode == 0 and "chromium-headless-shell cannot be installed" in result.stderr, result.stderr
    assert machine.calls()[0] == "apt-get update" and machine.calls()[-1].endswith(" chromium-headless-shell")


def test_without_root_the_packages_are_named_and_not_installed(machine):
    machine.script("id", "echo 1000")
    machine.installed([])
    result = machine.set_up()
    assert result.returncode == 0, result.stderr
    assert "Ask for these packages" in result.stderr
    assert "apt-get install ccache cmake" in result.stderr
    assert [call for call in machine.calls() if "assume-no" not in call] == []


def test_a_missing_python_package_is_installed_alone(machine):
    machine.requirements({"torch": "2.13.0"})
    result = machine.set_up()
    assert "installs into the Python environment .venv: numpy==" in result.stderr
    assert machine.calls() == ["python3 -m pip install numpy==2.4.6"]


def test_an_older_python_package_is_replaced_by_the_pinned_one(machine):
    machine.requirements({"torch": "2.13.0", "numpy": "2.4.5"})
    machine.set_up()
    assert machine.calls() == ["python3 -m pip install numpy==2.4.6"]


def test_the_cpu_build_of_torch_is_asked_for_where_there_is_no_gpu(machine):
    machine.requirements({"numpy": "2.4.6"})
    machine.script("uname", "echo x86_64")
    result = machine.run("has_nvidia_gpu() { return 1; }; plan_setup; announce_setup; run_setup")
    assert "the CUDA build, which works without a GPU but is about 2.8 GB" in result.stderr
    assert "python3 -m uv pip install" in machine.calls()[1]
    assert "--torch-backend cpu" in machine.calls()[1]


def test_where_pip_is_told_where_to_look_it_is_left_to_it(machine):
    machine.requirements({"numpy": "2.4.6"})
    machine.set_up(PIP_FIND_LINKS="/wheels")
    assert machine.calls()[0].startswith("python3 -m pip install -r")
    assert not any("uv" in call for call in machine.calls())


def test_a_torch_named_by_the_user_comes_before_the_environments_own(machine, tmp_path):
    library = tmp_path / "libtorch/lib"
    library.mkdir(parents=True)
    (library / "libtorch.so").touch()
    assert machine.set_up(SPECTRADIFF_TORCH_DIR=str(library.parent)).stdout == f"torch={library.parent}\n"


def test_a_named_torch_that_is_not_there_ends_the_set_up(machine):
    result = machine.set_up(SPECTRADIFF_TORCH_DIR="/nowhere")
    assert result.returncode != 0
    assert "SPECTRADIFF_TORCH_DIR = /nowhere holds no lib/libtorch.so" in result.stderr


def test_the_scripts_explain_themselves_and_refuse_unknown_arguments():
    for script in ["demo", "test", "lint"]:
        helped = subprocess.run([ROOT / "scripts" / script, "--help"], capture_output=True, text=True, check=False)
        assert helped.returncode == 0
        assert f"./scripts/{script}" in helped.stdout
        refused = subprocess.run([ROOT / "scripts" / script, "--frobnicate"], capture_output=True, text=True, check=False)
        assert refused.returncode != 0
        assert "--frobnicate" in refused.stderr


def count(folder):
    return subprocess.run(
        [sys.executable, ROOT / "scripts/lib/count_results.py", folder], capture_output=True, text=True, check=False
    )


def test_results_of_several_files_are_added_up(tmp_path):
    (tmp_path / "a.xml").write_text('<testsuite><testcase name="x"/><testcase name="y"><skipped/></testcase></testsuite>')
    (tmp_path / "b.xml").write_text('<testsuites><testsuite><testcase name="z"/></testsuite></testsuites>')
    result = count(tmp_path)
    assert result.stdout.splitlines()[-2:] == ["1 skipped", "2 passed, 0 failed"]
    assert result.returncode == 0


def test_a_failure_is_named_and_ends_with_a_failing_status(tmp_path):
    (tmp_path / "a.xml").write_text('<testsuite><testcase name="x"/><testcase name="y"><failure/></testcase></testsuite>')
    result = count(tmp_path)
    assert result.stdout.splitlines()[-2:] == ["failed: a: y", "1 passed, 1 failed"]
    assert result.returncode == 1


def test_no_results_at_all_are_a_failure(tmp_path):
    assert count(tmp_path).returncode == 1
