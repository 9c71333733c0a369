"""Model bundles that are missing, damaged, foreign or hostile, and what `model` says of those that are not.

The numbers are those of the catalogue of bad input. The bundles here are made up, and no engine is there: whatever
is refused is refused before anything of it could run, and a sound bundle gets as far as the missing engine.
"""

import hashlib
import io
import json
import os
import shutil
import zipfile

import pytest
from bundles import Bundle, archive, trust


def bomb():
    """300 MB of zeros in 1.3 MB."""
    buffer = io.BytesIO(archive())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        with file.open("net/code/bomb.py", "w") as entry:
            for _ in range(300):
                entry.write(bytes(1 << 20))
    return buffer.getvalue()


@pytest.fixture
def bundle(program):
    program.environment["SPECTRADIFF_ENGINE"] = str(program.work / "no-engine.so")
    return Bundle(program.work / "model")


def replaced(name, data):
    return lambda b: b.write(name, data)


def edited(name, change):
    return lambda b: b.write(name, change(b.read(name)))


def fact(value, *path):
    def change(b):
        place = b.facts
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


def removed(name):
    return lambda b: (b.folder / name).unlink()


MERGES = b"#version: 0.2\ns e\nse a</w>\n"
REFUSED = {
    "47 no folder": (lambda b: shutil.rmtree(b.folder), "does not exist"),
    "47 no network": (removed("denoiser.pt"), "denoiser.pt, is missing (found: merges.txt"),
    "47 no vocabulary": (removed("vocab.json"), "vocab.json, is missing (found: "),
    "47 no merges": (removed("merges.txt"), "merges.txt, is missing (found: "),
    "48 truncated": (edited("denoiser.pt", lambda data: data[:-40]), "cut short"),
    "48 zero bytes": (replaced("denoiser.pt", b""), "bytes"),
    "48 a picture": (replaced("denoiser.pt", b"\x89PNG\r\n\x1a\n" + bytes(100)), "a PNG picture"),
    "48 a pickle": (replaced("denoiser.pt", b"\x80\x02}q\x00."), "a Python pickle"),
    "48 what torch.save writes": (edited("denoiser.pt", lambda data: data.replace(b"net/code/", b"net/cool/")), "torch.save"),
    "48 another archive": (replaced("denoiser.pt", archive().replace(b"net/", b"xml/").replace(b"data.pkl", b"text.xml")), "some other zip"),
    "50 another family": (fact("lcm", "family"), "the network denoiser takes sample"),
    "50 an unknown family": (fact("sd9", "family"), "family = 'sd9'"),
    "50 an inpainting model": (fact(9, "networks", "denoiser", "inputs", 0, "shape", 1), "sample [batch, 9"),
    "50 latents of 16 channels": (fact(16, "latent", "channels"), "channels = 16"),
    "50 a vocabulary of two encoders": (fact("sdxl", "family"), "tokenizer_2"),
    "50 a schema to come": (fact(2, "schema"), "schema 2"),
    "54 a name outside": (replaced("denoiser.pt", archive(("../../evil.so", b"x"))), "unsafe name"),
    "54 a name that climbs": (replaced("denoiser.pt", archive(("net/code/../../../evil.so", b"x"))), "unsafe name"),
    "54 an absolute name": (replaced("denoiser.pt", archive(("/etc/evil.so", b"x"))), "unsafe name"),
    "54 a file elsewhere": (fact("../denoiser.pt", "networks", "denoiser", "file"), "plain file name"),
    "54 a bomb": (lambda b: b.write("denoiser.pt", bomb()), "more than is sane"),
    "55 merges cut short": (replaced("merges.txt", MERGES[:18]), "1 merges"),
    "55 merges twice": (replaced("merges.txt", MERGES + b"s e\n"), "line 4"),
    "55 merges of another vocabulary": (replaced("merges.txt", MERGES + b"s k\n"), "line 4"),
    "55 a vocabulary cut short": (edited("vocab.json", lambda data: data[:4000]), "vocab.json"),
    "55 a token without an id": (edited("vocab.json", lambda data: data.replace(b'"!": 0, ', b"")), "numbered from 0"),
    "55 a token too many": (edited("vocab.json", lambda data: data.replace(b"{", b'{"sky</w>": 516, ', 1)), "sky</w>"),
    "56 an unknown scheduler": (fact("FancyScheduler", "scheduler", "class"), "class = FancyScheduler"),
    "56 an unknown value": (fact("wavy", "scheduler", "beta_schedule"), "beta_schedule = wavy"),
    "56 an unknown prediction": (fact("flow", "scheduler", "prediction_type"), "prediction_type = flow"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_bundle_that_is_not_sound_exits_4_before_anything_of_it_is_loaded(program, bundle, case):
    damage, words = REFUSED[case]
    damage(bundle)
    if bundle.folder.exists():
        bundle.seal()
    trust(program, bundle)
    done = program("model", "check", "./model")
    assert done.code == 4 and words in done.err and "engine" not in done.err and done.out == "", done


def test_a_sound_bundle_gets_as_far_as_the_engine(program, bundle):
    trust(program, bundle)
    done = program("model", "check", "./model")
    assert done.code == 4 and "no-engine.so" in done.err, done


@pytest.mark.parametrize("name", ["denoiser.pt", "vocab.json", "merges.txt"])
def test_a_file_of_another_hash_is_refused_by_name(program, bundle, name):
    trust(program, bundle)
    data = bytearray(bundle.read(name))
    data[len(data) // 2] ^= 1
    bundle.write(name, bytes(data))
    for words in (["check", "./model"], ["trust", "./model"]):
        done = program("model", *words)
        assert done.code == 4 and name in done.err and "engine" not in done.err, done


@pytest.mark.parametrize(
    "text", [b"", b"{", b"\xff\xfe{}", b"[" * 100_000, b'{"schema": 1, "schema": 1}', b'{"schema": NaN}', b"[]"]
)
def test_a_manifest_that_cannot_be_read_is_refused_by_name(program, bundle, text):
    bundle.write("model.json", text)
    for action in ("info", "check", "trust"):
        done = program("model", action, "./model")
        assert done.code == 4 and "model.json" in done.err, done


def test_an_untrusted_bundle_does_not_run_until_it_is_trusted(program, bundle, song):
    for words in (["model", "check", "./model"], ["render", song, "--model", "./model", "--size", "64x64"]):
        done = program(*words)
        assert done.code == 4 and "on no trust list" in done.err, done
    done = program("model", "trust", "./model", "--json")
    digest = hashlib.sha256(bundle.read("model.json")).hexdigest()
    assert done.json() == {
        "name": "made-up", "sha256": digest, "list": str(program.home / ".local/share/spectradiff/trusted-models"),
    }  # fmt: skip
    assert "no-engine.so" in program("model", "check", "./model").err
    bundle.facts["licence"] = "changed"
    bundle.seal()
    assert "on no trust list" in program("model", "check", "./model").err


def test_a_bundle_that_is_not_sound_cannot_be_trusted(program, bundle):
    bundle.write("denoiser.pt", archive(("../evil", b"x")))
    bundle.seal()
    done = program("model", "trust", "./model", "--json")
    assert done.code == 4 and "unsafe name" in done.err, done
    assert not (program.home / ".local").exists()


def test_the_list_shows_every_bundle_and_what_is_wrong_with_one(program, bundle):
    models = program.work / "models"
    shutil.copytree(bundle.folder, models / "good")
    (models / "bad").mkdir()
    (models / "bad" / "model.json").write_text("{")
    program.environment["SPECTRADIFF_MODEL_PATH"] = str(models)
    bad, good = (m for m in program("model", "list", "--json").json() if m["folder"].startswith(str(models)))
    assert bad["name"] == "bad" and "model.json:1" in bad["problem"]
    assert (good["name"], good["family"], good["trust"], "problem" in good) == ("made-up", "sd1", "", False)
    done = program("model", "list")
    assert done.code == 0 and "not trusted" in done.out and "unusable" in done.out, done


def test_the_facts_of_a_bundle_are_told(program, bundle):
    facts = program("model", "info", "./model", "--json").json()
    assert facts["family"] == "sd1" and facts["trust"] == "" and facts["compiled"] is None
    assert facts["networks"]["denoiser"]["sha256"] == hashlib.sha256(bundle.read("denoiser.pt")).hexdigest()
    assert "none: allow it first with `spectradiff model trust`" in program("model", "info", "./model").out


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_manifest_that_may_not_be_read_is_refused_by_name(program, bundle):
    (bundle.folder / "model.json").chmod(0)
    done = program("model", "info", "./model")
    assert done.code == 4 and "model.json" in done.err, done
