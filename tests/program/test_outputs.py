"""Where results go: names, overwriting, folders, and inputs that are refused."""

import os

import pytest
from conftest import QUICK, sines, write_wav
from PIL import Image


def test_the_default_name_is_the_songs_and_never_taken(program, song):
    for name in ("song.mp4", "song-2.mp4", "song-3.mp4"):
        done = program("paint", song, *QUICK)
        assert done.code == 0 and name in done.err, done
        assert (program.work / name).exists()
    assert program.files() == ["song-2.mp4", "song-3.mp4", "song.mp4", "song.wav"]


def test_the_default_name_lies_in_the_current_folder(program, tone):
    assert program("paint", tone, *QUICK).code == 0
    assert program.files() == ["tone.mp4"]


def test_an_existing_output_is_refused_before_any_work(program, song):
    (program.work / "v.mp4").write_text("precious")
    for audio in (song, "none.wav"):
        done = program("paint", audio, *QUICK, "-o", "v.mp4")
        assert done.code == 5 and "v.mp4" in done.err and "-y" in done.err, done
    assert (program.work / "v.mp4").read_text() == "precious"
    assert program("paint", song, *QUICK, "-o", "v.mp4", "-y").code == 0
    assert (program.work / "v.mp4").stat().st_size > 1000
    assert program.files() == ["song.wav", "v.mp4"]


def test_a_failed_run_keeps_the_old_output(program):
    (program.work / "v.mp4").write_text("precious")
    assert program("paint", "none.wav", *QUICK, "-o", "v.mp4", "-y").code == 3
    assert (program.work / "v.mp4").read_text() == "precious"


def test_the_song_is_never_overwritten_by_its_video(program, tone):
    os.link(tone, program.work / "song.mkv")
    done = program("paint", "song.mkv", *QUICK, "-o", "song.mkv", "-y")
    assert done.code in (2, 5), done
    assert (program.work / "song.mkv").read_bytes() == tone.read_bytes()


@pytest.mark.parametrize("name", ["none/v.mp4", "none/more/%05d.png", "song.wav/v.mp4", "song.wav/%05d.png"])
def test_a_missing_folder_exits_5_before_any_work(program, song, name):
    done = program("paint", song, *QUICK, "-o", name)
    assert done.code == 5 and program.files() == ["song.wav"], done


def test_a_folder_is_no_video(program, song):
    (program.work / "v.mp4").mkdir()
    assert program("paint", song, *QUICK, "-o", "v.mp4", "-y").code == 5
    (program.work / "there").mkdir()
    done = program("paint", song, *QUICK, "-o", "there")
    assert done.code == 2 and "this is a folder" in done.err and "there/video.mp4" in done.err, done


def test_frames_are_numbered_by_their_index_in_the_song(program, song):
    done = program("paint", song, *QUICK, "--frames", "3-5,9", "-o", "out/%05d.png")
    assert done.code == 0, done
    assert program.files() == ["out/.%05d.png.frames", *(f"out/{i:05}.png" for i in (3, 4, 5, 9)), "song.wav"]
    assert {Image.open(program.work / "out" / f"{i:05}.png").size for i in (3, 9)} == {(64, 64)}


def test_frames_of_a_part_are_those_of_the_whole_song(program, song):
    assert program("paint", song, *QUICK, "-o", "all/%d.png").code == 0
    assert program("paint", song, *QUICK, "--start", "0.4", "--duration", "3f", "-o", "part/%d.png").code == 0
    assert program.files().count("song.wav") == 1
    parts = sorted((program.work / "part").glob("*.png"))
    assert [part.name for part in parts] == ["6.png", "7.png", "8.png"]
    for part in parts:
        assert part.read_bytes() == (program.work / "all" / part.name).read_bytes()


def test_existing_frames_are_refused_before_any_work(program, song):
    (program.work / "out").mkdir()
    (program.work / "out/00007.png").write_text("precious")
    done = program("paint", song, *QUICK, "-o", "out/%05d.png")
    assert done.code == 5 and "00007.png" in done.err, done
    assert program.files() == ["out/00007.png", "song.wav"]
    assert program("paint", song, *QUICK, "-o", "out/%05d.png", "--frames", "8-9").code == 0
    assert program("paint", song, *QUICK, "-o", "out/%05d.png", "-y").code == 0
    assert Image.open(program.work / "out/00007.png").size == (64, 64)


def test_frames_are_the_same_for_any_number_of_threads(program, song):
    for threads in ("1", "2", "5"):
        assert program("paint", song, *QUICK, "--threads", threads, "-o", f"t{threads}/%02d.png").code == 0
    for i in range(15):
        one = (program.work / f"t1/{i:02}.png").read_bytes()
        assert (program.work / f"t2/{i:02}.png").read_bytes() == one
        assert (program.work / f"t5/{i:02}.png").read_bytes() == one


def test_render_without_diffusion_shows_the_painters_pictures(program, song):
    assert program("paint", song, "--model", "mini", *QUICK, "-o", "painted/%02d.png").code == 0
    done = program("render", song, *QUICK, "--no-diffusion", "-o", "rendered/%02d.png")
    assert done.code == 0, done
    for i in range(15):
        assert (program.work / f"painted/{i:02}.png").read_bytes() == (program.work / f"rendered/{i:02}.png").read_bytes()


@pytest.mark.parametrize("frames", ["15-", "20-30", "9-3", "x", "1-2-3", "-", "1,,2", "nan", "1.5"])
def test_frames_that_are_not_there_are_a_usage_error(program, song, frames):
    done = program("paint", song, *QUICK, f"--frames={frames}", "-o", "v.mp4")
    assert done.code == 2 and program.files() == ["song.wav"], done


def test_a_start_behind_the_end_is_a_usage_error(program, song):
    assert program("paint", song, *QUICK, "--start", "1:00", "-o", "v.mp4").code == 2


INPUTS = {
    "text": b"this is no sound\n" * 100,
    "empty": b"",
    "header only": b"RIFF\x24\x00\x00\x00WAVE",
    "zeros": bytes(5000),
    "noise": os.urandom(5000),
    "truncated flac": b"fLaC\x00\x00\x00\x22" + bytes(20),
}


@pytest.mark.parametrize("kind", INPUTS)
@pytest.mark.parametrize("command", ["paint", "analyze"])
def test_what_is_no_sound_exits_3_and_leaves_nothing(program, kind, command):
    (program.work / "x.wav").write_bytes(INPUTS[kind])
    done = program(command, "x.wav", *([*QUICK, "-o", "v.mp4"] if command == "paint" else []))
    assert done.code == 3 and "x.wav" in done.err and done.out == "", done
    assert program.files() == ["x.wav"]


@pytest.mark.parametrize("command", ["paint", "analyze", "render"])
def test_a_missing_song_exits_3(program, command):
    done = program(command, "none.wav", *(["--no-diffusion"] if command == "render" else []))
    assert done.code == 3 and "none.wav" in done.err and program.files() == [], done


def test_a_folder_is_no_song(program):
    (program.work / "folder").mkdir()
    assert program("paint", "folder", *QUICK).code == 3


@pytest.mark.parametrize(
    "name",
    ["two words.wav", "it's \"quoted\".wav", "new\nline.wav", "-dash.wav", "%05d.wav", "日本 é.wav", "$HOME;`x`.wav", "paint", "a" * 240 + ".wav", "semi:colon,=.wav"],
)
def test_odd_names_are_only_names(program, tone, name):
    (program.work / name).write_bytes(tone.read_bytes())
    done = program("paint", *QUICK, "--", name)
    assert done.code == 0, done
    stem = name.removesuffix(".wav")
    assert program.files() == sorted([name, stem + ".mp4"])
    output = program("paint", *QUICK, f"--output={stem}.mkv", "--", name)
    assert output.code == 0 and (program.work / (stem + ".mkv")).exists(), output


def test_a_link_stays_a_link(program, song):
    (program.work / "real").mkdir()
    (program.work / "real/v.mp4").write_text("old")
    (program.work / "v.mp4").symlink_to("real/v.mp4")
    assert program("paint", song, *QUICK, "-o", "v.mp4").code == 5
    assert program("paint", song, *QUICK, "-o", "v.mp4", "-y").code == 0
    assert (program.work / "v.mp4").is_symlink() and (program.work / "real/v.mp4").stat().st_size > 1000


def test_a_device_is_never_replaced(program, song):
    done = program("paint", song, *QUICK, "-o", "/dev/null", "-y")
    assert done.code in (2, 5), done
    (program.work / "null.mp4").symlink_to("/dev/null")
    done = program("paint", song, *QUICK, "-o", "null.mp4", "-y")
    assert done.code == 5, done
    assert not os.path.isfile("/dev/null")


def test_permissions_follow_the_umask(program, song):
    before = os.umask(0o027)
    try:
        assert program("paint", song, *QUICK, "-o", "v.mp4").code == 0
        assert program("paint", song, *QUICK, "--frames", "0", "-o", "%d.png").code == 0
    finally:
        os.umask(before)
    for name in ("v.mp4", "0.png"):
        assert (program.work / name).stat().st_mode & 0o777 == 0o640


def test_no_home_is_needed(program, song):
    environment = {"PATH": os.environ["PATH"]}
    assert program("paint", song, *QUICK, "-o", "v.mp4", environment=environment).code == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_exits_5_before_any_work(program, song):
    (program.work / "locked").mkdir(mode=0o555)
    assert program("paint", song, *QUICK, "-o", "locked/v.mp4").code == 5


def test_a_very_short_song_is_one_frame(program):
    write_wav(program.work / "short.wav", sines(0.02, 440))
    assert program("paint", "short.wav", *QUICK, "-o", "%d.png").code == 0
    assert program.files() == [".%d.png.frames", "0.png", "short.wav"]


def test_a_default_name_is_replaced_where_that_is_permitted_but_no_song(program, song):
    for _ in range(2):
        assert program("paint", song, *QUICK, "-y").code == 0
    assert program.files() == ["song.mp4", "song.wav"]
    (program.work / song).rename(program.work / "song.mp4")
    done = program("paint", "song.mp4", *QUICK, "-y")
    assert done.code == 2 and "overwrite" in done.err and program.files() == ["song.mp4"], done
    assert program("paint", "song.mp4", *QUICK).code == 0 and program.files() == ["song-2.mp4", "song.mp4"]
