"""--stats: numbers that a shell loop can choose by."""

import numpy as np
import pytest
from conftest import QUICK, RATE, probe, write_wav

KEYS = ["flicker", "temporal_flickering", "change_onset_correlation", "held_change", "beat_error_s", "flashes_per_s", "level"]
KEYS += ["colour_drift", "beat_alignment", "beat_alignment_recall", "beat_alignment_f", "beat_alignment_z", "beat_alignment_excess"]
KEYS += ["beat_match_error_s", "beat_match_excess_s", "beat_hit", "beat_coverage", "beat_hit_f", "beat_hit_z"]
KEYS += ["beat_hit_excess", "onset_lag_s", "onset_lag_correlation", "fast_flicker", "unexplained_flicker"]
KEYS += ["colour_drift_per_minute", "section_contrast", "motion", "warp_error", "unwarped_change"]
STAGES = ["analyze", "load", "paint", "diffuse", "interpolate", "upscale", "encode", "total"]

#A frame is white where there is sound and black where there is none.
ON_OFF = ["--fps", "10", "--bin-spacing", "seed", "--bins", "8", "--size", "64x64", "--mark-size", "300", "--lightness", "1"]
ON_OFF += ["--attack", "0s", "--release", "0s", "--gamma", "1", "--blur", "0", "--encoder-preset", "ultrafast"]


@pytest.fixture
def strobe(program):
    """Noise in every other frame of ten a second, for three seconds."""
    on = np.arange(3 * RATE) // (RATE // 10) % 2
    write_wav(program.work / "strobe.wav", np.random.default_rng(1).uniform(-0.8, 0.8, 3 * RATE) * on)
    return "strobe.wav"


def printed(out):
    return dict(line.split(" ") for line in out.splitlines())


def test_stats_print_a_name_and_a_value_per_line(program, song):
    done = program("paint", song, *QUICK, "-o", "v.mp4", "--stats", "-q")
    assert done.code == 0, done
    values = printed(done.out)
    assert list(values) == KEYS + [f"seconds_{stage}" for stage in STAGES]
    assert all(value == "null" or np.isfinite(float(value)) for value in values.values()), done


def test_the_done_event_carries_the_stats_with_every_key(program, song):
    for command in (["paint"], ["render", "--no-diffusion"]):
        done = program(*command, song, *QUICK, "-o", "v.mp4", "-y", "--stats", "--json")
        stats = done.events()[-1]["stats"]
        assert sorted(stats) == sorted([*KEYS, "seconds"]) and sorted(stats["seconds"]) == sorted(STAGES), done
    assert "stats" not in program("paint", song, *QUICK, "-o", "v.mp4", "-y", "--json").events()[-1]


def test_pictures_that_strobe_are_counted_and_warned_of(program, strobe):
    done = program("paint", strobe, *ON_OFF, "-o", "v.mp4", "--stats")
    assert done.code == 0 and printed(done.out)["flashes_per_s"] == "5", done
    assert "warning" in done.err and "WCAG" in done.err, done
    events = program("paint", strobe, *ON_OFF, "-o", "v.mp4", "-y", "--stats", "--json").events()
    assert any(event["event"] == "warning" and "flash 5 times" in event["message"] for event in events)
    assert events[-1]["stats"]["change_onset_correlation"] is not None


def test_calm_pictures_bring_no_warning(program, song):
    done = program("paint", song, *QUICK, "-o", "v.mp4", "--stats")
    assert printed(done.out)["flashes_per_s"] == "0" and "WCAG" not in done.err, done


def test_stats_follow_the_selected_frames(program, strobe):
    done = program("paint", strobe, *ON_OFF, "-o", "%05d.png", "--stats", "-q", "--frames", "4-6")
    assert printed(done.out)["flashes_per_s"] == "1", done


def test_a_flash_limit_calms_a_strobe_and_nothing_else(program, strobe):
    limited = program("paint", strobe, *ON_OFF, "-o", "v.mp4", "--stats", "--flash-limit", "3")
    assert limited.code == 0 and float(printed(limited.out)["flashes_per_s"]) <= 3 and "WCAG" not in limited.err, limited
    _, streams = probe(program.work / "v.mp4")
    assert int(streams["video"]["nb_read_packets"]) == 30


def test_a_flash_limit_leaves_calm_frames_byte_for_byte(program, song):
    for name, limit in (("off", "off"), ("on", "3")):
        assert program("paint", song, *QUICK, "-o", f"{name}-%05d.png", "--flash-limit", limit).code == 0
    calm = sorted(program.work.glob("off-*.png"))
    assert len(calm) == 15
    for frame in calm:
        assert frame.read_bytes() == (program.work / frame.name.replace("off", "on")).read_bytes(), frame.name


def test_a_flash_limit_comes_from_json_too_and_is_checked(program, song):
    (program.work / "calm.json").write_text('{"flash_limit": 3}')
    resolved = program("paint", song, "--config", "calm.json", "--print-config").json()
    assert resolved["flash_limit"] == 3
    switched_off = program("paint", song, "--config", "calm.json", "--flash-limit", "off", "--print-config").json()
    assert switched_off["flash_limit"] == "off"
    for value in ("many", "-1", "121", "2.5"):
        assert program("paint", song, "--flash-limit", value).code == 2, value
