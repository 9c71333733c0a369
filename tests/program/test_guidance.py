"""Guidance, and models that were distilled from it, over arithmetic networks."""

import hashlib

import pytest
from bundles import trust
from conftest import QUICK


@pytest.fixture
def pictures(program, song):
    def make(model, folder, guidance, *more):
        trust(program, model)
        done = program(
            "render", song, *QUICK, "--frames", "0-3", "--model", "./fake-model", "--guidance", guidance, "-o", f"{folder}/%05d.png", *more
        )  # fmt: skip
        assert done.code == 0, done
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((program.work / folder).glob("*.png"))], done.err

    return make


def distil(model, guidance):
    model.facts["distilled_guidance"] = guidance
    model.seal()


def test_a_distilled_model_gives_its_guidance_in_one_call_and_more_from_there(program, fake_model, pictures):
    plain, doubled = (pictures(fake_model, f"plain-{g}", g, "--negative-prompt", "fog")[0] for g in ("1", "2"))
    assert not set(plain) & set(doubled)
    distil(fake_model, 4)
    assert pictures(fake_model, "own", "4")[0] == plain
    assert pictures(fake_model, "less", "2.5")[0] == plain
    assert pictures(fake_model, "more", "8", "--negative-prompt", "fog")[0] == doubled
    mixed = pictures(fake_model, "moved", "4 + 4*(f == 2)", "--negative-prompt", "fog")[0]
    assert program("model", "info", "./fake-model", "--json").json()["distilled_guidance"] == 4
    assert mixed == [plain[0], plain[1], doubled[2], plain[3]]


def test_what_changes_nothing_is_said_with_the_guidance_that_would(fake_model, pictures):
    distil(fake_model, 4)
    said = pictures(fake_model, "own", "3", "--negative-prompt", "fog")[1]
    assert "--guidance changes nothing: this model has that much guidance of itself" in said
    assert "--negative-prompt changes nothing: it needs more guidance than this model has of itself; --guidance 8" in said


@pytest.mark.parametrize("wrong", [0.5, 101, "4"])
def test_a_wrong_fact_is_refused_by_its_name(program, song, fake_model, wrong):
    distil(fake_model, wrong)
    trust(program, fake_model)
    done = program("render", song, *QUICK, "--model", "./fake-model", "-o", "none/%05d.png")
    assert done.code == 4 and "distilled_guidance" in done.err, done
