"""What the program makes stays what it was: tests/oracles/record_bytes.py says how the record is taken, and on what it holds."""

import json
import sys

import pytest
from conftest import PROGRAM, ROOT

sys.path.insert(0, str(ROOT / "tests" / "oracles"))
import record_bytes
from bytes_cases import CASES, DIFFUSED, PAINTED, Case

RECORD = json.loads(record_bytes.RECORD.read_text())


def named(kinds: set[str], quick: bool | None = None) -> list[str]:
    return [name for name, case in CASES.items() if case.kind in kinds and quick in (None, case.quick)]


@pytest.fixture(scope="module")
def here(bench: record_bytes.Bench) -> record_bytes.Facts:
    inputs = record_bytes.input_hashes(bench.work)
    return {"machine": record_bytes.machine(), "versions": record_bytes.versions(PROGRAM), "inputs": inputs}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> record_bytes.Bench:
    return record_bytes.Bench(PROGRAM, tmp_path_factory.mktemp("bytes"), threads=2)


class Batch:
    """Diffused cases of one batch, made when the first of them is asked for."""

    def __init__(self, bench: record_bytes.Bench, names: list[str]) -> None:
        self.bench, self.names = bench, names
        self.made: dict[str, record_bytes.Made] = {}

    def __getitem__(self, name: str) -> record_bytes.Made:
        if not self.made:
            self.made = self.bench.make(CASES[name] for name in self.names)
        return self.made[name]


@pytest.fixture(scope="module")
def quick_batch(bench: record_bytes.Bench) -> Batch:
    return Batch(bench, named({DIFFUSED}, quick=True))


@pytest.fixture(scope="module")
def slow_batch(bench: record_bytes.Bench) -> Batch:
    return Batch(bench, named({DIFFUSED}, quick=False))


def skip_elsewhere(case: Case, here: record_bytes.Facts) -> None:
    reason = record_bytes.unlike(case, RECORD, here)
    if reason:
        pytest.skip(f"{reason}; record_bytes.py --against compares with an older program")


def check(name: str, made: record_bytes.Made, here: record_bytes.Facts) -> None:
    same_processor = not record_bytes.other_machine(RECORD["machine"], here["machine"])
    assert record_bytes.differences(RECORD["cases"][name], made, sound=same_processor) == []


def test_every_case_is_in_the_record_and_nothing_else() -> None:
    assert sorted(RECORD["cases"]) == sorted(CASES)
    assert all(name in CASES and reason for name, reason in RECORD["changed"].items())


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.kind != DIFFUSED])
def test_paintings_and_videos_are_the_recorded_ones(bench: record_bytes.Bench, here: record_bytes.Facts, name: str) -> None:
    skip_elsewhere(CASES[name], here)
    check(name, bench.call(CASES[name]), here)


@pytest.mark.parametrize("name", named({DIFFUSED}, quick=True))
def test_diffused_pictures_are_the_recorded_ones(quick_batch: Batch, here: record_bytes.Facts, name: str) -> None:
    skip_elsewhere(CASES[name], here)
    check(name, quick_batch[name], here)


@pytest.mark.slow
@pytest.mark.parametrize("name", named({DIFFUSED}, quick=False))
def test_all_diffused_pictures_are_the_recorded_ones(slow_batch: Batch, here: record_bytes.Facts, name: str) -> None:
    skip_elsewhere(CASES[name], here)
    check(name, slow_batch[name], here)


def test_the_record_says_that_a_part_is_the_wholes_own_frames() -> None:
    assert record_bytes.check_parts(RECORD["cases"]) == []


@pytest.mark.parametrize("settings", [{"blur": 2.1}, {"fmin": 31}, {"frames": "23-25,62"}, {"mark_size": 22.5}])
def test_a_small_change_would_be_found(bench: record_bytes.Bench, settings: record_bytes.Settings) -> None:
    hash_field = CASES["paint hash"]
    changed = Case(f"{hash_field.name} {settings}", PAINTED, {**hash_field.settings, **settings})
    assert record_bytes.differences(RECORD["cases"]["paint hash"], bench.call(changed))


def test_another_frame_rate_or_crf_or_sound_would_be_found(bench: record_bytes.Bench) -> None:
    mkv = CASES["film mkv"]
    was = bench.call(Case("as it is", mkv.kind, mkv.settings, mkv.audio, mkv.output))
    for changed, key in (({"fps": 16}, "pictures"), ({"crf": 19}, "pictures"), ({"start": "1f", "frames": "1-40"}, "sound")):
        now = bench.call(Case(f"changed {changed}", mkv.kind, {**mkv.settings, **changed}, mkv.audio, mkv.output))
        assert was[key] != now[key], changed


def test_a_record_of_another_machine_is_not_compared(here: record_bytes.Facts) -> None:
    elsewhere = {**here, "machine": {**here["machine"], "capability": "AVX2"}}
    assert "AVX2" in record_bytes.unlike(CASES["mini plain"], elsewhere, {**here, "machine": {**here["machine"], "capability": "AVX512"}})
    assert record_bytes.unlike(CASES["paint hash"], elsewhere, here) == ""
    older = {**here, "versions": {**here["versions"], "libavcodec": "1.2.3"}}
    assert "1.2.3" in record_bytes.unlike(CASES["film mkv"], older, here)
