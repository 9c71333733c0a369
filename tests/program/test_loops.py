"""Loops to share: GIF, WebP and APNG, of a size that fits; and pictures whose background is left out."""

import json
import subprocess

import numpy as np
import pytest
from conftest import QUICK, probe
from PIL import Image

SMALL = ["--size", "64x64", "--bins", "8", "--marks-per-bin", "4"]
LOOPS = ("gif", "webp", "apng")


def frames(file, mode="RGB"):
    """Every picture as Pillow shows it, and for how many ms."""
    with Image.open(file) as loop:
        pictures, durations = [], []
        for index in range(getattr(loop, "n_frames", 1)):
            loop.seek(index)
            pictures.append(np.array(loop.convert(mode)))
            durations.append(loop.info.get("duration", 0))
        return pictures, durations, loop.info.get("loop")


def shown_at(pictures, durations, frame, fps=15):
    """The picture that is seen in the middle of a frame."""
    ends = np.cumsum(durations)
    return pictures[int(np.searchsorted(ends, (frame + 0.5) * 1000 / fps))]


@pytest.mark.parametrize("kind", LOOPS)
def test_a_loop_shows_every_picture_in_time_for_ever(program, song, kind):
    done = program("paint", song, *SMALL, "-o", f"v.{kind}", "--mark-size", "20 + 40*t")
    assert done.code == 0, done
    assert "without sound" in done.err, done
    pictures, durations, loop = frames(program.work / f"v.{kind}")
    assert loop == 0
    assert pictures[0].shape == (64, 64, 3) and sum(durations) == pytest.approx(1000, abs=1)
    if kind == "webp":  # what hardly differs lasts longer instead
        assert 5 <= len(pictures) <= 15
    else:
        assert len(pictures) == 15 and max(durations) - min(durations) <= 10
    assert program.files() == ["song.wav", f"v.{kind}"]


def test_a_loop_of_few_colours_is_exact_and_apng_always(program, song):
    few = ["--painter", "circles", "--greyscale", "--blur", "0", "--duration", "0.4"]
    for kind, arguments in (("gif", few), ("apng", few), ("apng", [])):
        assert program("paint", song, *SMALL, *arguments, "-o", f"v.{kind}", "-y").code == 0
        assert program("paint", song, *SMALL, *arguments, "-o", "f/%d.png", "-y").code == 0
        pictures, _, _ = frames(program.work / f"v.{kind}")
        for index, picture in enumerate(pictures):
            with Image.open(program.work / f"f/{index}.png") as frame:
                assert np.array_equal(picture, np.array(frame)), (kind, index)


def test_a_webp_is_near_to_its_pictures(program, song):
    assert program("paint", song, *SMALL, "-o", "v.webp").code == 0
    assert program("paint", song, *SMALL, "-o", "f/%d.png").code == 0
    pictures, durations, _ = frames(program.work / "v.webp")
    for index in range(15):
        with Image.open(program.work / f"f/{index}.png") as frame:
            error = shown_at(pictures, durations, index).astype(float) - np.array(frame)
        assert 10 * np.log10(255**2 / np.mean(error**2)) > 28, index


@pytest.mark.parametrize("kind", LOOPS)
def test_a_loop_becomes_as_small_as_it_must_and_says_what_gave_way(program, song, kind):
    loop = ["paint", song, "--size", "192x192", "-o", f"v.{kind}", "-y"]
    assert program(*loop).code == 0
    whole = (program.work / f"v.{kind}").stat().st_size
    limit = whole // 3
    done = program(*loop, "--max-bytes", str(limit))
    assert done.code == 0, done
    size = (program.work / f"v.{kind}").stat().st_size
    assert limit // 4 < size <= limit
    pictures, durations, _ = frames(program.work / f"v.{kind}")
    assert f"{pictures[0].shape[1]}x{pictures[0].shape[0]}" in done.err, done
    assert sum(durations) == pytest.approx(1000, abs=1)


def test_a_size_that_nothing_fits_is_refused_with_the_least_there_is(program, song):
    done = program("paint", song, "--size", "256x256", "-o", "v.apng", "--max-bytes", "10k")
    assert done.code == 5 and "bytes at least" in done.err and "--duration" in done.err, done
    assert program.files() == ["song.wav"]


def test_a_gif_is_not_shown_faster_than_browsers_show_one(program, song):
    done = program("paint", song, *SMALL, "--fps", "60", "-o", "v.gif")
    assert done.code == 0 and "30 pictures a second" in done.err, done
    pictures, durations, _ = frames(program.work / "v.gif")
    assert len(pictures) == 30 and min(durations) >= 30 and sum(durations) == pytest.approx(1000, abs=1)


def test_what_is_no_loops_is_said(program, song):
    done = program("paint", song, *SMALL, "-o", "v.gif", "--crf", "20", "--audio-codec", "aac")
    assert done.code == 0, done
    assert "--crf changes nothing" in done.err and "--audio-codec changes nothing: a .gif has no sound" in done.err, done
    done = program("paint", song, *SMALL, "-o", "w.gif", "--video-codec", "h264")
    assert done.code == 2 and "cannot go into .gif" in done.err, done
    done = program("paint", song, *SMALL, "-o", "w.mp4", "--max-bytes", "8M")
    assert done.code == 2 and "--crf" in done.err, done
    done = program("paint", song, *SMALL, "-o", "f/%d.png", "--crf", "20", "--max-bytes", "8M")
    assert done.code == 0 and done.err.count("changes nothing") == 2, done


def test_a_song_is_no_loop(program, long_tone):
    done = program("paint", long_tone, *SMALL, "--fps", "30", "-o", "v.webp")
    assert done.code == 2 and "--duration" in done.err and ".mp4" in done.err, done


def test_a_loop_knows_its_settings(program, song):
    for kind in LOOPS:
        assert program("render", "--no-diffusion", song, *SMALL, "--hue-start", "0.4", "-o", f"v.{kind}").code == 0
        again = program("render", song, "--from", f"v.{kind}", "--print-config")
        assert again.code == 0 and again.json()["hue_start"] == 0.4, again
        job = {"audio": song, "output": f"v.{kind}", "size": "64x64", "bins": 8, "marks_per_bin": 4, "diffusion": False}
        (program.work / "jobs.json").write_text(json.dumps([{**job, "hue_start": 0.4}]))
        assert "already there" in program("batch", "jobs.json").out
        (program.work / "jobs.json").write_text(json.dumps([{**job, "hue_start": 0.5}]))
        other = program("batch", "jobs.json")
        assert other.code == 7 and "hue_start" in other.err + other.out, other


def test_equal_loops_have_equal_bytes(program, song):
    for kind in LOOPS:
        for name in ("a", "b"):
            assert program("paint", song, *SMALL, "--duration", "0.3", "--threads", "1" if name == "a" else "2", "-o", f"{name}.{kind}").code == 0
        a, b = ((program.work / f"{name}.{kind}").read_bytes() for name in "ab")
        assert a == b.replace(b"b." + kind.encode(), b"a." + kind.encode())


CUT_OUT = ["--painter", "circles", "--bins", "12", "--circles-thickness", "3", "--blur", "1", "--gamma", "0.3", "--size", "64x64"]
CUT_OUT += ["--background", "transparent", "--duration", "0.3"]


def pixels(file, width=64, height=64, decoder=()):
    done = subprocess.run(
        ["ffmpeg", "-v", "error", *decoder, "-i", file, "-pix_fmt", "rgba", "-f", "rawvideo", "-"], capture_output=True, check=True
    )
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 4)


def test_what_is_not_painted_is_left_out(program, song):
    """Laid over any ground, the cut-out is the painting over that ground."""
    assert program("paint", song, *CUT_OUT, "-o", "f/%d.png").code == 0
    for ground in (b"#000000", b"#ffffff", b"#2060c0"):
        ground = ground.decode()
        assert program("paint", song, *CUT_OUT, "--background", ground, "-o", "g/%d.png", "-y").code == 0
        for index in range(5):
            with Image.open(program.work / f"f/{index}.png") as cut:
                assert cut.mode == "RGBA"
                under = Image.new("RGBA", cut.size, ground)
                laid = np.array(Image.alpha_composite(under, cut).convert("RGB"), int)
                opacity = np.array(cut)[..., 3]
            assert opacity.min() == 0 and opacity.max() > 150
            with Image.open(program.work / f"g/{index}.png") as whole:
                assert np.abs(laid - np.array(whole, int)).max() <= 6, (ground, index)


@pytest.mark.parametrize(
    ("name", "arguments", "decoder"),
    [
        ("v.mov", [], []),
        ("v.mkv", [], []),
        ("v.webm", [], ["-c:v", "libvpx-vp9"]),
        ("v.mkv", ["--video-codec", "vp9"], ["-c:v", "libvpx-vp9"]),
    ],
)
def test_videos_keep_what_is_left_out(program, song, name, arguments, decoder):
    assert program("paint", song, *CUT_OUT, "-o", "f/%d.png").code == 0
    done = program("paint", song, *CUT_OUT, *arguments, "-o", name)
    assert done.code == 0, done
    shown = pixels(program.work / name, decoder=decoder)
    assert len(shown) == 5
    for index, picture in enumerate(shown):
        with Image.open(program.work / f"f/{index}.png") as frame:
            opacity = np.array(frame)[..., 3].astype(int)
        assert np.abs(picture[..., 3].astype(int) - opacity).mean() < 3, index
    _, streams = probe(program.work / name)
    assert streams["audio"]["codec_type"] == "audio"


@pytest.mark.parametrize("kind", ["webp", "apng"])
def test_loops_keep_what_is_left_out(program, song, kind):
    assert program("paint", song, *CUT_OUT, "-o", "f/%d.png").code == 0
    assert program("paint", song, *CUT_OUT, "-o", f"v.{kind}").code == 0
    pictures, durations, _ = frames(program.work / f"v.{kind}", "RGBA")
    for index in range(5):
        with Image.open(program.work / f"f/{index}.png") as frame:
            opacity = np.array(frame)[..., 3].astype(int)
        assert np.abs(shown_at(pictures, durations, index)[..., 3].astype(int) - opacity).max() <= 1, index


@pytest.mark.parametrize(
    ("command", "arguments", "word"),
    [
        ("render", ["-o", "v.webm"], "--no-diffusion"),
        ("paint", ["-o", "v.mp4"], ".webm"),
        ("paint", ["-o", "v.webm", "--video-codec", "av1"], ".mov"),
        ("paint", ["-o", "v.gif"], ".webp"),
        ("paint", ["-o", "v.webm", "--invert"], "--invert"),
        ("paint", ["-o", "v.webm", "--pixel-format", "yuv444p"], "yuv420p"),
    ],
)
def test_what_cannot_leave_anything_out_is_refused(program, song, command, arguments, word):
    done = program(command, song, *QUICK, "--background", "transparent", *arguments)
    assert done.code == 2 and "background = transparent" in done.err and word in done.err, done
