"""The rooms and doors of src/README.md hold, and the check that says so can fail."""

from pathlib import Path

import layers
import pytest

ROOT = Path(__file__).resolve().parents[2]

TABLE = """
| layer | module | gives | library |
|---|---|---|---|
| 0 | `base` | errors | nlohmann/json |
| 1 | `image` | pictures | libdeflate |
| 1 | `sound` | samples | libsndfile |
| 2 | `top` | all of it | – |
"""


@pytest.fixture
def tree(tmp_path):
    """A tree of four modules; call it with {path: text} to add files and get the breaches."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src/README.md").write_text(TABLE)

    def breaches(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return layers.breaches(tmp_path)

    return breaches


def test_every_include_keeps_to_the_layers_and_the_doors():
    assert layers.breaches(ROOT) == []


def test_the_table_names_every_module_and_every_door_is_known():
    modules = layers.read_table(ROOT / "src/README.md")
    folders = {path.name for path in (ROOT / "src").iterdir() if path.is_dir()}
    assert folders <= set(modules)
    assert {"base", "render", "cli"} <= set(modules)
    libraries = [library for _, own in modules.values() for library in own]
    assert [library for library in libraries if library not in layers.DOORS] == []
    assert len(libraries) == len(set(libraries)), "a library has two doors"


def test_includes_that_keep_to_the_rules_are_passed(tree):
    assert tree({
        "include/spectradiff/base/json.h": "#include <nlohmann/json.hpp>\n#include <string>\n",
        "src/image/png.h": "#include <vector>\n",
        "src/image/png.cpp": '#include "png.h"\n#include <libdeflate.h>\n#include <unistd.h>\n#include <sys/stat.h>\n',
        "src/top/all.cpp": '#include "spectradiff/image/canvas.h"\n#include <fmt/format.h>\n#include <cmath>\n',
    }) == []  # fmt: skip


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("src/base/error.cpp", '#include "spectradiff/image/canvas.h"', "`base` (layer 0) may not see `image` (layer 1)"),
        ("src/image/canvas.cpp", '#include "spectradiff/sound/clip.h"', "`image` (layer 1) may not see `sound` (layer 1)"),
        ("src/top/all.cpp", "#include <sndfile.h>", "the door of libsndfile is not `top`"),
        ("include/spectradiff/image/png.h", "#include <libdeflate.h>", "shows <libdeflate.h> in a public header"),
        ("include/spectradiff/base/error.h", "#include <nlohmann/json.hpp>", "in a public header"),
        ("src/top/all.cpp", "#include <nlohmann/json.hpp>", "the door of nlohmann/json is not `top`"),
        ("src/top/all.cpp", "#include <boost/any.hpp>", "a library that has no door"),
        ("src/top/all.cpp", '#include "../image/png.h"', "not in its own folder"),
        ("src/top/all.cpp", '  #  include "spectradiff/attic/old.h"', "`attic` is no module"),
        ("src/attic/old.cpp", "", "`attic` is not in the table"),
        ("src/image/detail/deep.cpp", '#include "spectradiff/top/all.h"', "`image` (layer 1) may not see `top`"),
    ],
)
def test_a_planted_breach_is_named(tree, path, text, said):
    found = tree({"src/image/png.h": "", path: text + "\n"})
    assert len(found) == 1
    assert found[0].startswith(path + ": ")
    assert said in found[0]
