"""Pictures that are shown: upright as cameras mean them, patterns from their first number, nothing that is hidden."""

import numpy as np
import pytest
from conftest import QUICK, RATE, write_wav
from PIL import Image, ImageOps

ORIENTATION = 0x112  # of EXIF


def corners(path):
    with Image.open(path) as picture:
        right, low = picture.width - 9, picture.height - 9
        places = ((8, 8), (right, 8), (8, low), (right, low))
        return [tuple(round(value / 255) for value in picture.convert("RGB").getpixel(place)) for place in places]


def show(program, song, *words, frames="0"):
    done = program("paint", song, *QUICK, "--painter", "image", "--blur", "0", "--frames", frames, *words, "-o", "out/%d.png")
    assert done.code == 0, done
    return done


def test_a_picture_is_shown_as_it_is_unless_blur_is_asked_for(program, song):
    Image.effect_noise((64, 64), 90).convert("RGB").save(program.work / "p.png")
    shown = ["paint", song, *QUICK[:2], "--painter", "image", "--image", "p.png", "--frames", "0"]
    for name, words in (("as-it-is", []), ("asked", ["--blur", "2"])):
        done = program(*shown, *words, "-o", f"{name}/%d.png")
        assert done.code == 0, done
        with Image.open(program.work / "p.png") as given, Image.open(program.work / name / "0.png") as picture:
            assert (given.tobytes() == picture.tobytes()) == (name == "as-it-is"), name
    assert program("paint", song, "--painter", "image", "--print-config", "--origin").json()["blur"] == {"value": 0.0, "origin": "painter image"}


def test_a_picture_under_a_painting_is_shown_as_it_is_too(program, song):
    Image.effect_noise((64, 64), 90).convert("RGB").save(program.work / "p.png")
    # In silence nothing is painted over it.
    write_wav(program.work / "silence.wav", np.zeros(RATE // 10))
    words = ["paint", "silence.wav", "--size", "64x64", "--painter", "circles", "--base", "image", "--image", "p.png", "--base-opacity", "1", "--frames", "0", "-o", "%d.png"]
    assert program(*words).code == 0
    with Image.open(program.work / "p.png") as given, Image.open(program.work / "0.png") as picture:
        assert given.tobytes() == picture.tobytes()
    assert program(*words, "--print-config", "--origin").json()["blur"] == {"value": 0.0, "origin": "base image"}
    assert program(*words, "--preset", "funky", "--print-config", "--origin").json()["blur"]["origin"] != "base image"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_shown_upright(program, song, orientation):
    photograph = Image.new("RGB", (64, 64))
    for place, colour in (((0, 0), "red"), ((32, 0), "lime"), ((0, 32), "blue"), ((32, 32), "white")):
        photograph.paste(colour, (*place, place[0] + 32, place[1] + 32))
    exif = photograph.getexif()
    exif[ORIENTATION] = orientation
    photograph.save(program.work / "p.jpg", exif=exif, quality=95)
    with Image.open(program.work / "p.jpg") as saved:
        ImageOps.exif_transpose(saved).save(program.work / "upright.png")
    show(program, song, "--image", "p.jpg")
    assert corners(program.work / "out/0.png") == corners(program.work / "upright.png")


def greys(folder):
    return [Image.open(path).getpixel((32, 32))[0] for path in sorted(folder.glob("*.png"))]


@pytest.mark.parametrize("first", [0, 1, 100])
def test_a_pattern_begins_with_its_first_number_and_that_is_said_once(program, song, first):
    (program.work / "in").mkdir()
    for i in range(4):
        Image.new("RGB", (64, 64), (40 * i,) * 3).save(program.work / f"in/{first + i:05}.png")
    done = show(program, song, "--image", "in/%05d.png", frames="0-3")
    assert greys(program.work / "out") == [0, 40, 80, 120]
    assert done.err.count(f"begins with number {first}") == (first > 0), done


def test_hidden_files_are_no_pictures_of_a_folder(program, song):
    (program.work / "in").mkdir()
    for i in range(2):
        Image.new("RGB", (64, 64), (40 + 40 * i,) * 3).save(program.work / f"in/{i}.png")
    for name in ("._0.png", ".hidden.jpg"):
        (program.work / "in" / name).write_bytes(b"no picture")
    show(program, song, "--image", "in", frames="0-1")
    assert greys(program.work / "out") == [40, 80]
