"""Which module may include what, read from the table of src/README.md, and the breaches of it in a tree."""

import re
from pathlib import Path

# A library of the table to what its headers' names begin with.
DOORS = {
    "spdlog": ["spdlog/"],
    "nlohmann/json": ["nlohmann/"],
    "OpenSSL libcrypto": ["openssl/"],
    "stb_image_write": ["stb_image_write.h"],
    "libdeflate": ["libdeflate.h"],
    "libav*": ["libavcodec/", "libavfilter/", "libavformat/", "libavutil/", "libswresample/", "libswscale/"],
    "libsndfile": ["sndfile.h", "sndfile.hh"],
    "libsoxr": ["soxr.h"],
    "Rubber Band": ["rubberband/"],
    "OpenCV": ["opencv2/"],
    "utf8proc": ["utf8proc.h"],
    "zlib": ["zlib.h"],
    "FFTW3": ["fftw3.h"],
    "libebur128": ["ebur128.h"],
    "libtorch": ["ATen/", "c10/", "torch/"],
    "muParser": ["muParser.h", "muParserDef.h"],
    "Cairo": ["cairo.h", "cairo-ft.h", "cairo/"],
    "fontconfig": ["fontconfig/"],
    "SQLite": ["sqlite3.h"],
    "CLI11": ["CLI/"],
}

# Not libraries: C's and the operating system's own headers. C++'s have neither dot nor slash in their names.
SYSTEM = re.compile(r"^[a-z_0-9]+$|^(sys|linux)/[a-z_0-9]+\.h$|^(dlfcn|errno|fcntl|fenv|fnmatch|immintrin|poll|pthread|pwd|sched|signal|spawn|stdlib|string|termios|time|unistd)\.h$")
ANYWHERE = re.compile(r"^fmt/")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
OWN = "spectradiff/"
# The one public header that shows its library, on purpose: a strict reader over it.
OPEN_DOORS = {("base/json.h", "nlohmann/json")}


def read_table(readme):
    """{module: (layer, [library, …])} from rows `| layer | `module` | gives | library |`."""
    modules = {}
    for line in Path(readme).read_text().splitlines():
        row = re.match(r"\|\s*(\d+)\s*\|\s*`(\w+)`\s*\|.*\|([^|]*)\|\s*$", line)
        if row:
            libraries = [name.strip() for name in row[3].split(",")]
            modules[row[2]] = (int(row[1]), [name for name in libraries if name and not name.startswith("–")])
    return modules


def library_of(header):
    for library, prefixes in DOORS.items():
        if any(header == prefix or (prefix.endswith("/") and header.startswith(prefix)) for prefix in prefixes):
            return library
    return None


def sources(root):
    """(path, module, path inside the module, whether it is a public header) of every C++ file of the product."""
    for top, public in [(root / "include/spectradiff", True), (root / "src", False)]:
        for path in sorted(top.rglob("*")):
            inside = path.relative_to(top)
            if path.suffix in {".h", ".hpp", ".cpp"} and len(inside.parts) > 1:
                yield path, inside.parts[0], "/".join(inside.parts), public


def breach(modules, path, module, inside, public, quote, header):
    """What is wrong with this one include, or None."""
    layer, libraries = modules[module]
    if header.startswith(OWN):
        other = header[len(OWN) :].split("/")[0]
        if other not in modules:
            return f"includes {header}, and `{other}` is no module"
        if other != module and modules[other][0] >= layer:
            return f"includes {header}: `{module}` (layer {layer}) may not see `{other}` (layer {modules[other][0]})"
        return None
    if quote == '"':
        here = path.parent / header
        if ".." not in header and (here.exists() or here.with_name(f"{here.name}.in").exists()):
            return None
        return f'includes "{header}", which is not in its own folder'
    if SYSTEM.match(header) or ANYWHERE.match(header):
        return None
    library = library_of(header)
    if library is None:
        return f"includes <{header}> of a library that has no door"
    if library not in libraries:
        return f"includes <{header}>: the door of {library} is not `{module}`"
    if public and (inside, library) not in OPEN_DOORS:
        return f"shows <{header}> in a public header"
    return None


def breaches(root):
    """One line for every include that breaks the rules."""
    modules = read_table(root / "src/README.md")
    found = []
    for path, module, inside, public in sources(root):
        name = path.relative_to(root)
        if module not in modules:
            found.append(f"{name}: `{module}` is not in the table of src/README.md")
            continue
        for quote, header in INCLUDE.findall(path.read_text()):
            problem = breach(modules, path, module, inside, public, quote, header)
            if problem:
                found.append(f"{name}: {problem}")
    return found
