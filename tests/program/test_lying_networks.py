"""Networks whose bytes lie: a hash that fits, an archive whose checksums do not, positions that no table holds."""

import hashlib
import json
import shutil
import struct
import subprocess
import zlib
from types import SimpleNamespace

import numpy as np
import pytest
from bundles import Bundle, trust
from conftest import PROGRAM, ROOT

REACHED = "no-engine.so"  # named by an error of a run that got as far as loading networks
ENGINE = json.loads(subprocess.run([PROGRAM, "doctor", "--json"], capture_output=True).stdout)["engine"]["ok"]


def test_contents_that_fit_no_checksum_of_their_archive_are_refused(program):
    program.environment["SPECTRADIFF_ENGINE"] = str(program.work / REACHED)
    bundle = Bundle(program.work / "model")
    data = bundle.read("denoiser.pt")
    zeros = data.index(bytes(64))
    bundle.write("denoiser.pt", data[:zeros] + b"\1" + data[zeros + 1 :])
    bundle.seal()
    trust(program, bundle)
    for action in ("check", "trust"):
        done = program("model", action, "./model")
        assert done.code == 4 and "denoiser.pt" in done.err and REACHED not in done.err, done


def patched(archive, position, checksum):
    """mini's text encoder with another position in its table of positions, and its archive's checksums mended or not."""
    table = np.arange(77, dtype="<i8").tobytes()
    changed = np.arange(77, dtype="<i8")
    changed[5] = position
    old, new = (struct.pack("<I", zlib.crc32(data)) for data in (table, changed.tobytes()))
    assert archive.count(table) == 1 and old in archive
    archive = archive.replace(table, changed.tobytes())
    return archive.replace(old, new) if checksum else archive


@pytest.mark.skipif(not ENGINE, reason="this build has no torch engine")
@pytest.mark.parametrize("checksum", [True, False], ids=["checksum mended", "checksum left"])
@pytest.mark.parametrize("position", [77, 10**9, -1, -(10**12)])
def test_positions_out_of_range_in_a_trusted_network_are_refused(program, song, position, checksum):
    folder = program.work / "model"
    shutil.copytree(ROOT / "models/mini", folder)
    file = folder / "text_encoder.pt"
    file.write_bytes(patched(file.read_bytes(), position, checksum))
    facts = json.loads((folder / "model.json").read_text())
    facts["networks"]["text_encoder"]["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    (folder / "model.json").write_text(json.dumps(facts))
    trust(program, SimpleNamespace(folder=folder))
    options = ("--size", "64x64", "--steps", "2", "--frames", "0", "-o", "%d.png")
    done = program("render", song, "--model", "./model", *options)
    said = f"looks up row {position} of a table" if checksum else "has the checksum"
    assert done.code == 4 and "text_encoder.pt" in done.err and said in done.err, done
    assert not list(program.work.glob("*.png"))
