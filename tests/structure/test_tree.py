"""Facts about the tree as a whole: sizes, words that have no place in it, format, one target per module."""

import os
import re
import subprocess
import sys
from pathlib import Path

import layers
import pytest

ROOT = Path(__file__).resolve().parents[2]
LARGEST_FILE_BYTES = 50 << 20
LONGEST_HEADER, LONGEST_SOURCE = 200, 500
# Files that may be longer, and why.
LONGER = {}
# Paths of one machine, hosts of package registries, and talk about the making of a file instead of what it does.
MISPLACED = re.compile(
    rb"[/](work|farm|root)/|[/]home/[a-z]+/|\bpypi\.(org|python)|deb\.debian\.[o]rg|download\.pytorch|files\.pythonhosted"
    rb"|[D]EVELOPERS\.md|\bissue #\d|/\.[l]ibrary/"
)


def tracked_files():
    """What is in git, and what would be added to it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    names = sorted(set(listed.stdout.decode().split("\0")) - {""})
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def too_long(path, lines):
    limit = LONGEST_HEADER if path.suffix == ".h" else LONGEST_SOURCE
    return path.suffix in {".h", ".cpp", ".py", ".cmake", ".sh"} and lines >= limit


def test_no_file_is_larger_than_fifty_megabytes():
    assert [str(path) for path in tracked_files() if path.stat().st_size > LARGEST_FILE_BYTES] == []


def test_a_shallow_clone_takes_less_than_60_megabytes(tmp_path):
    tracked_files()
    clone = ["git", "clone", "--quiet", "--bare", "--depth", "1", f"file://{ROOT}", tmp_path / "clone"]
    subprocess.run(clone, check=True, capture_output=True)
    assert sum(path.stat().st_size for path in (tmp_path / "clone").rglob("*") if path.is_file()) < 60_000_000


def test_headers_stay_under_200_lines_and_sources_under_500():
    found = []
    for path in tracked_files():
        name = str(path.relative_to(ROOT))
        lines = path.read_bytes().count(b"\n")
        if too_long(path, lines) and name not in LONGER:
            found.append(f"{name}: {lines} lines")
    assert found == []


def test_every_exception_to_the_lengths_is_still_needed():
    needed = {str(p.relative_to(ROOT)) for p in tracked_files() if too_long(p, p.read_bytes().count(b"\n"))}
    assert [name for name in LONGER if name not in needed] == []


def test_no_file_names_a_machine_path_or_a_registry_host():
    found = []
    for path in tracked_files():
        word = MISPLACED.search(path.read_bytes())
        if word:
            found.append(f"{path.relative_to(ROOT)}: {word[0].decode()}")
    assert found == []


@pytest.mark.parametrize("text", [b"/work" + b"/main", b"https://py" + b"pi.org/simple", b"/home" + b"/someone/x", b"see issue " + b"#3"])
def test_a_misplaced_word_would_be_found(text):
    assert MISPLACED.search(b"see " + text)


def test_files_of_cplusplus_and_scripts_in_python_are_formatted_and_annotated():
    environment = {**os.environ, "VIRTUAL_ENV": sys.prefix}
    result = subprocess.run([ROOT / "scripts/lint", "--format"], env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-2000:]


def target_of(module):
    """(whether src/<module>/CMakeLists.txt declares the module's target, the modules that it links)."""
    path = ROOT / "src" / module / "CMakeLists.txt"
    text = re.sub(r"#.*", "", path.read_text()) if path.exists() else ""
    program = r"|add_executable\(\s*spectradiff\b" if module == "cli" else ""
    declared = re.search(rf"spectradiff_module\(\s*{module}\b|add_library\(\s*spectradiff_{module}\b{program}", text)
    depends = re.findall(r"\bDEPENDS\b(.*?)(?:PRIVATE|SOURCES|\))", text, re.DOTALL)
    linked = {name for block in depends for name in block.split()} | set(re.findall(r"\bspectradiff::(\w+)", text))
    return bool(declared), linked - {module, "libtorch"}


def test_every_module_has_one_target_that_links_lower_layers_only():
    modules = layers.read_table(ROOT / "src/README.md")
    found = []
    for module, (layer, _) in modules.items():
        declared, linked = target_of(module)
        if not declared:
            found.append(f"src/{module}/CMakeLists.txt declares no target for {module}")
        for other in sorted(linked):
            if other not in modules or modules[other][0] >= layer:
                found.append(f"{module} links {other}, which is no lower layer")
    assert found == []


def test_the_root_adds_every_module_in_layer_order():
    modules = layers.read_table(ROOT / "src/README.md")
    listed = re.search(r"set\(SPECTRADIFF_MODULES ([^)]*)\)", (ROOT / "CMakeLists.txt").read_text())[1].split()
    assert sorted(listed) == sorted(modules)
    assert [modules[name][0] for name in listed] == sorted(modules[name][0] for name in listed)
