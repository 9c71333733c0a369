"""Sizes as people say them: --aspect, and names for --output-size."""

import json

import pytest
from conftest import probe


def resolved(program, *arguments):
    done = program(*arguments, "--print-config")
    assert done.code == 0, done
    found = done.json()
    return found["size"], found["output_size"]


@pytest.mark.parametrize(
    ("aspect", "sizes"),
    [
        ("16:9", ("448x256", "1920x1080")),
        ("9:16", ("256x448", "1080x1920")),
        ("1:1", ("256x256", "1080x1080")),
        ("4:5", ("256x256", "1080x1350")),
    ],
)
def test_an_aspect_is_a_size_that_the_model_knows_and_1080_lines(program, song, aspect, sizes):
    assert resolved(program, "render", song, "--aspect", aspect) == sizes
    quiet = program("render", song, "--aspect", aspect, "--dry-run")
    assert quiet.code == 0 and "knows" not in quiet.err, quiet


def test_painting_without_a_model_keeps_its_area(program, song):
    width, height = map(int, resolved(program, "paint", song, "--aspect", "16:9")[0].split("x"))
    assert width % 8 == height % 8 == 0 and width / height == pytest.approx(16 / 9, abs=0.03)
    assert width * height == pytest.approx(512 * 512, rel=0.03)


def test_what_is_said_beside_an_aspect_wins(program, song):
    assert resolved(program, "render", song, "--aspect", "9:16", "--output-size", "720p") == ("256x448", "720x1280")
    assert resolved(program, "render", song, "--aspect", "16:9", "--size", "256x256") == ("256x256", "1920x1080")
    (program.work / "tall.json").write_text(json.dumps({"aspect": "9:16", "output_size": "4k"}))
    assert resolved(program, "render", song, "--preset", "tall.json") == ("256x448", "2160x3840")
    assert resolved(program, "render", song, "--preset", "tall.json", "--aspect", "auto")[0] == "256x256"
    assert resolved(program, "render", song, "--preset", "tall.json", "--aspect", "1:1") == ("256x256", "1080x1080")


def test_sizes_have_names(program, song):
    for name, size in (("720p", "1280x720"), ("1080p", "1920x1080"), ("1440p", "2560x1440"), ("4k", "3840x2160")):
        assert resolved(program, "paint", song, "--output-size", name)[1] == size
    done = program("paint", song, "--output-size", "720q")
    assert done.code == 2 and "720q" in done.err and "1080p" in done.err, done
    done = program("paint", song, "--aspect", "21:9")
    assert done.code == 2 and "16:9" in done.err, done


def test_the_video_has_that_shape(program, song):
    done = program("paint", song, "--aspect", "9:16", "--output-size", "480p", "--bins", "8", "--encoder-preset", "ultrafast", "-o", "v.mp4")
    assert done.code == 0, done
    _, streams = probe(program.work / "v.mp4")
    assert (streams["video"]["width"], streams["video"]["height"]) == (480, 854)


def test_the_advice_for_a_size_that_the_model_does_not_know_is_right(program, song):
    done = program("render", song, "--size", "1000x1000", "--dry-run")
    words = done.err.split("--size ")[1].split()
    advice = ["--size", words[0], words[1], words[2]]
    assert words[2].startswith("1000x1000"), done
    followed = program("render", song, *advice, "--dry-run")
    assert followed.code == 0 and "knows" not in followed.err, followed
