"""Codecs, containers, tags and repeated renders, as a user meets them."""

import json
import shutil
import subprocess

import numpy as np
import pytest
from conftest import QUICK, RATE, decode_pictures, decode_sound, first_pts_s, probe, sines, write_wav

TINY = ["--size", "64x64", "--bins", "8", "--marks-per-bin", "4"]


def here(program, codec):
    return program("doctor", "--json").json()["encoders"][codec]


@pytest.mark.parametrize(
    ("codec", "name", "pixel_format"),
    [("hevc", "v.mp4", "yuv420p"), ("vp9", "v.webm", "yuv420p"), ("av1", "v.webm", "yuv420p"),
     ("av1", "v.mp4", "yuv420p"), ("prores", "v.mov", "yuv422p10le"), ("ffv1", "v.mkv", "yuv420p")],
)  # fmt: skip
def test_every_codec_is_written_with_nothing_said(program, song, codec, name, pixel_format):
    if not here(program, codec):
        pytest.skip(f"this libav has no {codec}")
    speed = [] if codec in ("prores", "ffv1") else ["--encoder-preset", "ultrafast"]
    done = program("paint", song, *TINY, *speed, "--video-codec", codec, "-q", "-o", name)
    assert done.code == 0 and done.err == "" and done.out == "", done
    container, streams = probe(program.work / name)
    video = streams["video"]
    assert (video["codec_name"], video["pix_fmt"], video["nb_read_packets"]) == (codec, pixel_format, "15")
    assert video["color_space"] == "bt709" and video["color_range"] == "tv"
    if codec == "hevc":
        assert video["codec_tag_string"] == "hvc1"
    assert len(decode_pictures(program.work / name, 64, 64)) == 15


def test_webm_takes_vp9_and_opus_unless_told_otherwise(program, song):
    if not here(program, "vp9"):
        pytest.skip("this libav has no vp9")
    assert program("paint", song, *QUICK, "-o", "v.webm").code == 0
    _, streams = probe(program.work / "v.webm")
    assert (streams["video"]["codec_name"], streams["audio"]["codec_name"]) == ("vp9", "opus")
    assert streams["audio"]["sample_rate"] == "48000"


def test_a_click_in_webm_is_heard_when_its_picture_is_shown(program):
    if not here(program, "vp9"):
        pytest.skip("this libav has no vp9")
    samples = np.zeros(RATE)
    places = [0, int(7 * RATE / 15)]
    for place in places:
        samples[place : place + 200] = np.hanning(400)[200:] * np.cos(np.arange(200) * 0.3) * 0.9
    write_wav(program.work / "song.wav", samples)
    assert program("paint", "song.wav", *QUICK, "-o", "v.webm").code == 0
    heard = decode_sound(program.work / "v.webm", 48000)
    offset = round(first_pts_s(program.work / "v.webm", "a:0") * 48000)
    for place in places:
        wanted = round(place * 48000 / RATE) - offset
        near = np.arange(max(0, wanted - 1500), wanted + 1500)
        assert abs(int(near[np.abs(heard[near]).argmax()]) - wanted) <= 48
    assert len(heard) == 48000


@pytest.mark.parametrize(("name", "codec"), [("song.opus", "libopus"), ("song.ogg", "libvorbis")])
def test_opus_and_vorbis_are_copied_into_webm_sample_by_sample(program, song, name, codec):
    if not here(program, "vp9"):
        pytest.skip("this libav has no vp9")
    subprocess.run(["ffmpeg", "-v", "error", "-i", program.work / song, "-c:a", codec, program.work / name], check=True)
    assert program("paint", name, *QUICK, "-o", "v.webm").code == 0
    assert probe(program.work / "v.webm")[1]["audio"]["codec_name"] == codec[3:]
    rate = 48000 if codec == "libopus" else RATE
    assert np.array_equal(decode_sound(program.work / "v.webm", rate), decode_sound(program.work / name, rate))


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--video-codec", "prores", "-o", "v.mp4"], "mov, mkv"),
        (["--video-codec", "h264", "-o", "v.webm"], "mp4, mov, mkv"),
        (["--video-codec", "h265", "-o", "v.mp4"], "hevc"),
        (["--video-codec", "ffv1", "--crf", "30", "-o", "v.mkv"], "leave it out"),
        (["--video-codec", "ffv1", "--encoder-preset", "slow", "-o", "v.mkv"], "leave it out"),
        (["--video-codec", "prores", "--pixel-format", "yuv420p", "-o", "v.mov"], "yuv422p10le"),
        (["--crf", "52", "-o", "v.mp4"], "0..51"),
        (["--crf", "64", "-o", "v.webm"], "63"),
        (["--pixel-format", "yuv420p12", "-o", "v.mp4"], "yuv420p10le"),
        (["--audio-codec", "aac", "-o", "v.webm"], "mp4, mov, mkv"),
    ],
)
def test_what_a_codec_cannot_do_is_refused_before_any_work(program, song, flags, said):
    done = program("paint", song, *TINY, *flags)
    assert done.code == 2 and said in done.err, done
    assert program.files() == ["song.wav"]


@pytest.fixture
def tagged(program, tone):
    """song.mp3 with words and a cover."""
    cover = program.work / "cover.png"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=32x32", "-frames:v", "1", cover], check=True)
    words = [item for key, text in TAGS.items() for item in ("-metadata", f"{key}={text}")]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", tone, "-i", cover, "-map", "0", "-map", "1", "-c:a", "libmp3lame", "-c:v", "copy"]
        + ["-disposition:v", "attached_pic", *words, program.work / "song.mp3"],
        check=True,
    )
    return "song.mp3"


TAGS = {"title": "Nebel über dem Fluß", "artist": "霧", "album": "Flüsse", "date": "2021"}


@pytest.mark.parametrize("name", ["v.mp4", "v.mov", "v.mkv", "v.webm"])
def test_the_songs_words_and_cover_come_along(program, tagged, name):
    assert program("paint", tagged, *QUICK, "-o", name).code == 0
    shown = json.loads(
        subprocess.run(["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", program.work / name], capture_output=True, check=True).stdout
    )
    tags = {key.lower(): text for key, text in shown["format"]["tags"].items()}
    assert {
key: tags[key] for key in TAGS} == TAGS
    covers = [s for s in shown["streams"] if s["disposition"]["attached_pic"]]
    assert len(covers) == (1 if name in ("v.mp4", "v.mkv") else 0)
    if covers:
        kept = program.work / "kept.png"
        subprocess.run(["ffmpeg", "-v", "error", "-i", program.work / name, "-map", f"0:{covers[0]['index']}", "-c", "copy", "-f", "image2", "-update", "1", kept], check=True)
        assert kept.read_bytes() == (program.work / "cover.png").read_bytes()


def test_a_render_is_repeated_from_its_video_and_from_a_copy_of_it(program, song):
    flags = [*QUICK, "--painter", "polar", "--fps", "12", "--blur", "rms * 3", "--frames", "2-9", "--threads", "2"]
    assert program("paint", song, *flags, "-o", "old.mp4").code == 0
    subprocess.run(["ffmpeg", "-v", "error", "-i", program.work / "old.mp4", "-c", "copy", program.work / "copy.mkv"], check=True)
    assert program("paint", song, "--from", "old.mp4", "--threads", "2", "-o", "again.mp4").code == 0
    assert (program.work / "again.mp4").read_bytes() == (program.work / "old.mp4").read_bytes()
    assert program("paint", song, "--from", "copy.mkv", "--threads", "2", "-o", "third.mp4").code == 0
    assert (program.work / "third.mp4").read_bytes() == (program.work / "old.mp4").read_bytes()


def test_from_stands_between_preset_and_config_and_leaves_the_machine_out(program, song):
    assert program("paint", song, *QUICK, "--crf", "30", "--threads", "3", "-o", "old.mp4").code == 0
    (program.work / "c.json").write_text('{"bins": 9}')
    (program.work / "p.json").write_text('{"bins": 10, "crf": 31, "blur": 7}')
    shown = program("paint", song, "--from", "old.mp4", "--config", "c.json", "--preset", "./p.json", "--print-config", "--origin").json()
    assert (shown["bins"]["value"], shown["crf"]["value"], shown["blur"]["value"]) == (9, 30, 2)
    assert shown["crf"]["origin"] == "old.mp4" and shown["threads"]["value"] == 0
    assert "from" not in shown


def test_another_codec_leaves_behind_what_it_has_no_use_for(program, song):
    flags = ["--crf", "30", "--encoder-preset", "fast", "--pixel-format", "yuv422p"]
    assert program("paint", song, *TINY, *flags, "--frames", "0-1", "-o", "old.mp4").code == 0
    asked = ["--from", "old.mp4", "--print-config"]
    keys = ("crf", "encoder_preset", "pixel_format")
    for codec, wanted in (("prores", [18, "medium", "yuv422p10le"]), ("ffv1", [18, "medium", "yuv422p"]), ("hevc", [30, "fast", "yuv422p"])):
        shown = program("paint", song, *asked, "--video-codec", codec).json()
        assert [shown[key] for key in keys] == wanted
    done = program("paint", song, "--from", "old.mp4", "--video-codec", "prores", "-o", "v.mov")
    assert done.code == 0 and probe(program.work / "v.mov")[1]["video"]["codec_name"] == "prores", done
    done = program("paint", song, "--from", "old.mp4", "--video-codec", "ffv1", "--crf", "30", "-o", "v.mkv")
    assert done.code == 2 and "crf = 30" in done.err, done


def test_a_video_without_settings_is_refused(program, song):
    shutil.copy(program.work / song, program.work / "other.wav")
    for name in ("other.wav", "none.mp4"):
        done = program("paint", song, "--from", name, "-o", "v.mp4")
        assert done.code == 3 and name in done.err, done


def test_a_model_that_is_not_here_is_exit_4(program, song):
    assert program("paint", song, *QUICK, "-o", "old.mp4").code == 0
    tag = json.dumps({"size": "64x64", "model": "mini", "model_sha256": "0" * 64})
    subprocess.run(["ffmpeg", "-v", "error", "-i", program.work / "old.mp4", "-c", "copy", "-metadata", f"comment={tag}", program.work / "lost.mp4"], check=True)
    done = program("render", song, "--from", "lost.mp4", "-o", "v.mp4")
    assert done.code == 4 and "0" * 64 in done.err, done
    assert program("paint", song, "--from", "lost.mp4", *QUICK, "-o", "v.mp4").code == 0


def test_files_of_an_old_render_are_asked_for_again(program, song):
    shutil.copy(program.work / song, program.work / "stem.wav")
    assert program("paint", song, *QUICK, "--analysis-audio", "stem.wav", "-o", "old.mp4").code == 0
    done = program("paint", song, "--from", "old.mp4", "-o", "v.mp4")
    assert done.code == 0 and "--analysis-audio" in done.err, done
