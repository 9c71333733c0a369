"""Videos as other programs see them: counts, colours, and sound that keeps to the pictures."""

import json
import subprocess
from fractions import Fraction

import numpy as np
import pytest
from conftest import QUICK, RATE, decode_pictures, decode_sound, first_pts_s, probe, sines, write_wav
from PIL import Image


@pytest.mark.parametrize(
    ("name", "audio"), [("v.mp4", "aac"), ("v.mov", "aac"), ("v.mkv", "pcm_s16le")], ids=["mp4", "mov", "mkv"]
)
@pytest.mark.parametrize("fps", ["15", "29.97"])
def test_a_video_is_what_its_flags_say(program, name, audio, fps):
    write_wav(program.work / "song.wav", np.stack([sines(2.03, 220), sines(2.03, 330)], axis=1))
    done = program("paint", "song.wav", *QUICK, "--fps", fps, "-o", name)
    assert done.code == 0, done
    container, streams = probe(program.work / name)
    video, sound = streams["video"], streams["audio"]
    rate = Fraction(30000, 1001) if fps == "29.97" else Fraction(int(fps))
    frames = -(-round(2.03 * RATE) * rate // RATE)
    assert video["codec_name"] == "h264" and video["pix_fmt"] == "yuv420p"
    assert (video["width"], video["height"]) == (64, 64)
    assert Fraction(video["r_frame_rate"]) == rate
    assert int(video["nb_read_packets"]) == frames
    assert sound["codec_name"] == audio and sound["channels"] == 2 and sound["sample_rate"] == str(RATE)
    assert [video.get(key) for key in ("color_space", "color_primaries", "color_transfer", "color_range")] == ["bt709", "bt709", "bt709", "tv"]
    heard = len(decode_sound(program.work / name, RATE)) / RATE
    assert abs(heard - float(frames / rate)) <= float(1 / rate) + 1e-3
    assert json.loads(container["tags"].get("comment") or container["tags"]["COMMENT"])["bins"] == 8


CLICK_FRAMES = [0, 7, 22]


@pytest.mark.parametrize(
    ("name", "codec", "tolerance"),
    [("v.mp4", "aac", 2), ("v.mp4", "alac", 0), ("v.mov", "aac", 2), ("v.mkv", "flac", 0), ("v.mkv", "aac", RATE // 1000), ("v.mkv", "copy", 0)],
)
@pytest.mark.parametrize("fps", ["15", "30000/1001"])
def test_a_click_is_heard_when_its_picture_is_shown(program, name, codec, tolerance, fps):
    """A click of one sample at the start of a frame is found at that frame's time in the decoded sound.

    AAC begins before sample 0, and Matroska states by how much in whole milliseconds.
    """
    samples = np.zeros(2 * RATE)
    rate = Fraction(fps)
    places = [int(frame * RATE / rate) for frame in CLICK_FRAMES]
    samples[places] = 0.9
    write_wav(program.work / "clicks.wav", samples)
    done = program("paint", "clicks.wav", *QUICK, "--fps", fps, "--audio-codec", codec, "-o", name)
    assert done.code == 0, done
    file = program.work / name
    assert first_pts_s(file, "v:0") == 0
    heard = decode_sound(file, RATE)
    offset = round(first_pts_s(file, "a:0") * RATE)
    for place in places:
        near = np.arange(max(0, place - offset - 1500), min(len(heard), place - offset + 1500))
        loudest = near[np.abs(heard[near]).argmax()] + offset
        assert abs(int(loudest) - place) <= tolerance, (place, loudest, offset)


def test_a_burst_is_painted_in_its_frame_and_no_earlier(program):
    samples = np.zeros(2 * RATE)
    samples[12 * RATE // 15 : 13 * RATE // 15] = sines(1, 500, 3000)[: RATE // 15]
    write_wav(program.work / "burst.wav", samples)
    flags = ["--size", "64x64", "--bins", "16", "--bin-spacing", "seed", "--blur", "0", "--encoder-preset", "ultrafast", "--crf", "10"]
    assert program("paint", "burst.wav", *flags, "-o", "v.mp4").code == 0
    levels = decode_pictures(program.work / "v.mp4", 64, 64).astype(float).mean(axis=(1, 2, 3))
    assert int(levels.argmax()) == 12
    assert levels[11] < levels[12] / 10 and levels[13] < levels[12] / 10


def test_a_part_of_the_song_carries_its_own_sound(program):
    samples = np.zeros(3 * RATE)
    samples[20 * RATE // 15] = 0.9
    write_wav(program.work / "click.wav", samples)
    done = program("paint", "click.wav", *QUICK, "--frames", "18-29", "-o", "v.mkv")
    assert done.code == 0, done
    _, streams = probe(program.work / "v.mkv")
    assert streams["video"]["nb_read_packets"] == "12"
    assert streams["audio"]["codec_name"] == "flac"
    heard = decode_sound(program.work / "v.mkv", RATE)
    assert int(np.abs(heard).argmax()) == 2 * RATE // 15
    assert abs(len(heard) / RATE - 12 / 15) <= 1 / 15


def test_colours_survive_to_two_code_values(program, song):
    """Against the frames as PNG, with the tags that the file itself carries; the codec's own loss is kept small by crf 1."""
    flags = ["--size", "64x64", "--bins", "3", "--blur", "30", "--bin-spacing", "log"]
    assert program("paint", song, *flags, "-o", "%02d.png").code == 0
    assert program("paint", song, *flags, "--crf", "1", "--pixel-format", "yuv444p", "-o", "v.mkv").code == 0
    shown = decode_pictures(program.work / "v.mkv", 64, 64).astype(int)
    assert len(shown) == 15
    painted = np.stack([np.asarray(Image.open(program.work / f"{i:02}.png")) for i in range(15)]).astype(int)
    assert painted.std() > 3
    assert np.abs(shown.mean(axis=(1, 2)) - painted.mean(axis=(1, 2))).max() <= 2


@pytest.mark.parametrize(("fit", "size"), [("cover", "96x48"), ("contain", "96x48"), ("stretch", "96x48")])
def test_output_size_is_what_is_encoded(program, song, fit, size):
    done = program("paint", song, *QUICK, "--invert", "--output-size", size, "--fit", fit, "-o", "v.mp4")
    assert done.code == 0, done
    _, streams = probe(program.work / "v.mp4")
    assert (streams["video"]["width"], streams["video"]["height"]) == (96, 48)
    picture = decode_pictures(program.work / "v.mp4", 96, 48)[7].astype(int)
    bars = np.concatenate([picture[:, :20], picture[:, -20:]], axis=1)
    assert (bars.mean() < 3) == (fit == "contain")


def test_sound_can_be_left_out(program, song):
    assert program("paint", song, *QUICK, "--audio-codec", "none", "-o", "v.mp4").code == 0
    _, streams = probe(program.work / "v.mp4")
    assert set(streams) == {"video"}


def test_an_mp3_is_copied_into_mp4_and_encoded_when_cut(program, tone):
    subprocess.run(["ffmpeg", "-v", "error", "-i", tone, "-c:a", "libmp3lame", program.work / "song.mp3"], check=True)
    assert program("paint", "song.mp3", *QUICK, "-o", "whole.mp4").code == 0
    assert probe(program.work / "whole.mp4")[1]["audio"]["codec_name"] == "mp3"
    assert program("paint", "song.mp3", *QUICK, "--frames", "0-7", "-o", "cut.mp4").code == 0
    assert probe(program.work / "cut.mp4")[1]["audio"]["codec_name"] == "aac"
    refused = program("paint", "song.mp3", *QUICK, "--frames", "0-7", "--audio-codec", "copy", "-o", "copied.mp4")
    assert refused.code in (2, 5) and not (program.work / "copied.mp4").exists(), refused


def test_a_codec_that_the_container_cannot_hold_is_refused_before_any_work(program, song):
    done = program("paint", song, *QUICK, "--audio-codec", "opus", "-o", "v.mov")
    assert done.code in (2, 5) and program.files() == ["song.wav"], done


def test_many_channels_are_mixed_down_with_a_note(program):
    write_wav(program.work / "wide.wav", np.repeat(sines(0.5, 220)[:, None], 12, axis=1) * 0.5)
    done = program("paint", "wide.wav", *QUICK, "-o", "v.mp4")
    assert done.code == 0 and "stereo" in done.err, done
    assert probe(program.work / "v.mp4")[1]["audio"]["channels"] == 2


def test_a_silent_song_makes_a_black_video(program):
    write_wav(program.work / "silent.wav", np.zeros(RATE // 2))
    done = program("paint", "silent.wav", *QUICK, "-o", "v.mp4")
    assert done.code == 0 and "silent" in done.err, done
    assert decode_pictures(program.work / "v.mp4", 64, 64).max() <= 2
