"""What is heard: every container, parts of a song, and a stem analysed in the song's place."""

import subprocess

import numpy as np
import pytest
from conftest import QUICK, decode_pictures, probe, sines, write_wav
from PIL import Image

RATE = 44100
PICTURES = ["-f", "lavfi", "-i", "testsrc=s=64x64:r=25:d=1.3"]


def ffmpeg(*words):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *words], check=True)


def samples_of(file, *options):
    """What ffmpeg makes of the sound, [frames][channels]."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-i", file, "-map", "a:0", *options, "-f", "f32le", "-"], capture_output=True, check=True)
    channels = probe(file)[1]["audio"]["channels"]
    return np.frombuffer(done.stdout, "<f4").reshape(-1, channels)


def noise(seconds, channels=2, rate=RATE, seed=1):
    count = round(seconds * rate)
    return np.clip(np.random.default_rng(seed).normal(size=(count, channels)) * 0.1 + sines(seconds, 330, rate=rate)[:, None] * 0.4, -1, 1)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return write_wav(tmp_path_factory.mktemp("songs") / "whole.wav", noise(1.217))


CONTAINERS = {
    "a.m4a": (["-c:a", "aac"], "MP4/MOV, AAC", "aac"),
    "alac.m4a": (["-c:a", "alac"], "ALAC", "alac"),
    "mp3.mp4": (["-c:a", "libmp3lame"], "MP3", "mp3"),
    "film.mp4": ([*PICTURES, "-c:a", "aac"], "AAC", "aac"),
    "film.mkv": ([*PICTURES, "-c:a", "aac"], "Matroska / WebM, AAC", "aac"),
    "film.avi": ([*PICTURES, "-c:a", "libmp3lame"], "AVI", "mp3"),
    "film.ts": ([*PICTURES, "-c:a", "aac"], "MPEG-TS", "aac"),
    "opus.webm": (["-c:a", "libopus"], "Opus", "opus"),
    "opus.mkv": (["-c:a", "libopus"], "Opus", "opus"),
    "vorbis.webm": (["-c:a", "libvorbis"], "Vorbis", "vorbis"),
    "flac.mkv": (["-c:a", "flac"], "FLAC", "flac"),
    "a.wma": (["-c:a", "wmav2"], "Windows Media Audio 2", "aac"),
    "a.ac3": (["-c:a", "ac3"], "AC-3", "ac3"),
    "a.wv": (["-c:a", "wavpack"], "WavPack", "flac"),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_gives_the_samples_that_ffmpeg_gives(program, whole, name):
    options, form, _ = CONTAINERS[name]
    ffmpeg("-i", whole, *options, program.work / name)
    done = program("paint", name, *QUICK, "--audio-codec", "flac", "-o", "v.mkv")
    assert done.code == 0 and "warning" not in done.err and form in done.err, done
    expected = samples_of(program.work / name)
    heard = samples_of(program.work / "v.mkv")
    if name in ("a.m4a", "mp3.mp4", "film.mp4"):  # ffmpeg does not end a packet where the edit list does
        assert abs(len(heard) - round(1.217 * RATE)) <= 45 and len(heard) <= len(expected) < len(heard) + 1152
        expected = expected[: len(heard)]
    assert heard.shape == expected.shape
    assert np.abs(heard - np.clip(expected, -1, 1)).max() < 1e-6
    part = program("paint", name, *QUICK, "--audio-codec", "flac", "--frames", "4-6,9", "-o", "part.mkv")
    assert part.code == 0, part
    rate = int(probe(program.work / name)[1]["audio"]["sample_rate"])
    pieces = np.concatenate([expected[4 * rate // 15 : 7 * rate // 15], expected[9 * rate // 15 : 10 * rate // 15]])
    assert np.abs(samples_of(program.work / "part.mkv") - np.clip(pieces, -1, 1)).max() < 1e-6


@pytest.mark.parametrize("name", ["a.m4a", "alac.m4a", "mp3.mp4", "film.mp4", "film.mkv", "film.avi"])
@pytest.mark.parametrize("fps", ["15", "240"])
def test_packets_are_copied_into_mp4_and_sound_as_before(program, whole, name, fps):
    ffmpeg("-i", whole, *CONTAINERS[name][0], program.work / name)
    done = program("paint", name, *QUICK, "--fps", fps, "-o", "v.mp4")
    assert done.code == 0 and "warning" not in done.err, done
    assert probe(program.work / "v.mp4")[1]["audio"]["codec_name"] == CONTAINERS[name][2]
    assert np.array_equal(samples_of(program.work / "v.mp4"), samples_of(program.work / name))


@pytest.mark.parametrize("name", ["a.m4a", "alac.m4a", "opus.webm", "vorbis.webm", "flac.mkv", "a.ac3"])
def test_packets_are_copied_into_matroska(program, whole, name):
    ffmpeg("-i", whole, *CONTAINERS[name][0], program.work / name)
    done = program("paint", name, *QUICK, "-o", "v.mkv")
    assert done.code == 0 and "warning" not in done.err, done
    assert probe(program.work / "v.mkv")[1]["audio"]["codec_name"] == CONTAINERS[name][2]


def test_of_several_sound_tracks_the_default_one_is_heard_and_named(program, whole):
    write_wav(program.work / "other.wav", noise(1.217, seed=2))
    ffmpeg("-i", program.work / "other.wav", "-i", whole, *PICTURES, "-map", "2", "-map", "0", "-map", "1", "-c:a", "alac", "-disposition:a:0", "0", "-disposition:a:1", "default", program.work / "two.mov")
    done = program("paint", "two.mov", *QUICK, "-o", "v.mp4")
    assert done.code == 0 and "two.mov holds 2 sound tracks; the one that is used is 2 of 2 (alac, 2 channels" in done.err, done
    assert np.array_equal(samples_of(program.work / "v.mp4"), samples_of(whole))


def test_a_film_without_sound_is_no_song(program):
    ffmpeg(*PICTURES, program.work / "mute.mp4")
    done = program("paint", "mute.mp4", *QUICK, "-o", "v.mp4")
    assert done.code == 3 and "there is no sound track in it" in done.err and program.files() == ["mute.mp4"], done


def test_a_film_is_read_from_standard_input(program, whole):
    ffmpeg("-i", whole, *PICTURES, "-c:a", "aac", program.work / "film.mp4")
    done = program("paint", "-", *QUICK, "-o", "v.mp4", stdin=(program.work / "film.mp4").read_bytes())
    assert done.code == 0 and "warning" not in done.err, done
    assert np.array_equal(samples_of(program.work / "v.mp4"), samples_of(program.work / "film.mp4"))


# Parts of a song: 2 s, 30 frames.


@pytest.fixture(scope="module")
def song2(tmp_path_factory):
    return write_wav(tmp_path_factory.mktemp("songs") / "two.wav", noise(2))


def planned(program, song, *options):
    done = program("paint", song, "--dry-run", *options)
    assert done.code == 0, done
    return done.plan()


@pytest.mark.parametrize(
    ("start", "duration", "frames"),
    [
        ("1", "200ms", range(15, 18)),
        ("1s", "3f", range(15, 18)),
        ("0:01", "8820smp", range(15, 18)),
        ("1000ms", "0:00.2", range(15, 18)),
        ("44100smp", "0.2", range(15, 18)),
        ("15f", "0.2s", range(15, 18)),
        ("0:00:01.5", "1:30", range(23, 30)),
        ("1.01", "100ms", range(16, 17)),
    ],
)
def test_a_time_is_written_in_any_of_its_forms(program, song2, start, duration, frames):
    rows = planned(program, song2, "--start", start, "--duration", duration)["rows"]
    assert [row["frame"] for row in rows] == list(frames)
    assert [row["t"] for row in rows] == pytest.approx([frame / 15 for frame in frames], abs=1 / RATE)


@pytest.mark.parametrize(
    ("ranges", "frames"),
    [("12-14", [12, 13, 14]), ("27-", [27, 28, 29]), ("-2", [0, 1, 2]), ("7", [7]), ("5-7,6-8,6", [5, 6, 7, 8]), ("9,3-4", [3, 4, 9])],
)
def test_44_ranges_of_frames_may_overlap_and_come_in_any_order(program, song2, ranges, frames):
    plan = planned(program, song2, f"--frames={ranges}")
    assert [row["frame"] for row in plan["rows"]] == frames and plan["song_frames"] == 30


def test_44_frames_beyond_the_end_are_left_out_with_a_warning(program, song2):
    done = program("paint", song2, *QUICK, "--frames", "28-999", "-o", "%d.png")
    assert done.code == 0 and done.err.count("warning:") == 1 and "30-999 is left out" in done.err, done
    assert program.files() == [".%d.png.frames", "28.png", "29.png"]


@pytest.mark.parametrize("options", [["--frames", "14-12"], ["--frames", "30-40"], ["--frames", "1-2-3"], ["--frames", "x"], ["--frames", "1,,2"], ["--start", "2s"], ["--start", "1", "--frames", "0-3"], ["--duration", "0"]])
def test_44_a_part_that_holds_nothing_is_refused(program, song2, options):
    done = program("paint", song2, *QUICK, *options, "-o", "v.mp4")
    assert done.code == 2 and options[0][2:] in done.err and program.files() == [], done


@pytest.mark.parametrize("fps", ["15", "29.97", "24"])
def test_a_part_holds_exactly_its_samples_and_the_pictures_of_the_whole_song(program, song2, fps):
    options = [*QUICK, "--fps", fps]
    assert program("paint", song2, *options, "-o", "all/%03d.png").code == 0
    part = ["--start", "0.5", "--duration", "0.6", "--frames", "8-10,13-17"]
    rows = planned(program, song2, "--fps", fps, *part)["rows"]
    assert len(rows) >= 3
    assert program("paint", song2, *options, *part, "-o", "part/%03d.png").code == 0
    names = [f"{row['frame']:03}.png" for row in rows]
    assert sorted(path.name for path in (program.work / "part").glob("*.png")) == names
    for name in names:
        assert (program.work / "part" / name).read_bytes() == (program.work / "all" / name).read_bytes()
    assert program("paint", song2, *options, *part, "--audio-codec", "flac", "-o", "part.mkv").code == 0
    expected = np.concatenate([samples_of(song2)[slice(*row["samples"])] for row in rows])
    assert np.array_equal(samples_of(program.work / "part.mkv"), expected)


def test_the_last_frame_may_be_a_partial_one(program):
    write_wav(program.work / "odd.wav", noise(1 + 1 / 40))
    done = program("paint", "odd.wav", *QUICK, "--frames", "15-", "--audio-codec", "flac", "-o", "v.mkv")
    assert done.code == 0, done
    assert np.array_equal(samples_of(program.work / "v.mkv"), samples_of(program.work / "odd.wav")[RATE:])


# A stem analysed, the song heard.


def bursts(seconds, rate, *frames):
    samples = np.zeros(round(seconds * rate))
    for frame in frames:
        begin = frame * rate // 15
        samples[begin : begin + rate // 15] = np.random.default_rng(frame).uniform(-0.9, 0.9, rate // 15)
    return samples


SHARP = ["--size", "64x64", "--bins", "16", "--bin-spacing", "seed", "--blur", "0", "--encoder-preset", "ultrafast", "--crf", "10"]


@pytest.mark.parametrize("rate", [8000, 44100, 48000, 96000])
def test_a_stem_is_seen_and_the_song_is_heard_at_any_rate(program, song2, rate):
    write_wav(program.work / "stem.wav", bursts(2, rate, 7, 22), rate=rate)
    done = program("paint", song2, *SHARP, "--analysis-audio", "stem.wav", "--audio-codec", "flac", "-o", "v.mkv")
    assert done.code == 0 and "warning" not in done.err and "stem.wav" in done.err, done
    levels = decode_pictures(program.work / "v.mkv", 64, 64).astype(float).mean(axis=(1, 2, 3))
    assert len(levels) == 30 and sorted(np.argsort(levels)[-2:]) == [7, 22]
    assert np.sort(levels)[-3] < levels[7] / 10
    assert np.array_equal(samples_of(program.work / "v.mkv"), samples_of(song2))


@pytest.mark.parametrize("seconds", [2 - 1 / 15, 2 - 1 / 100, 2 + 1 / 15])
def test_a_stem_may_be_a_frame_shorter_or_longer(program, song2, seconds):
    write_wav(program.work / "stem.wav", bursts(seconds, 48000, 7), rate=48000)
    done = program("paint", song2, *SHARP, "--analysis-audio", "stem.wav", "-o", "%02d.png")
    assert done.code == 0 and not any("warning" in line and "stem" in line for line in done.err.splitlines()), done
    assert len(list(program.work.rglob("*.png"))) == 30
    levels = [np.asarray(Image.open(program.work / f"{i:02}.png")).mean() for i in range(30)]
    assert int(np.argmax(levels)) == 7


@pytest.mark.parametrize("seconds", [1.9, 2.1])
def test_a_stem_of_another_length_is_refused_with_both_durations(program, song2, seconds):
    write_wav(program.work / "stem.wav", bursts(seconds, RATE, 7))
    done = program("paint", song2, *QUICK, "--analysis-audio", "stem.wav", "-o", "v.mp4")
    assert done.code == 3 and "2.000 s" in done.err and f"{seconds:.3f} s" in done.err and "stem.wav" in done.err, done
    assert program.files() == ["stem.wav"]


def test_one_of_song_and_stem_may_come_from_standard_input(program, song2):
    write_wav(program.work / "stem.wav", bursts(2, RATE, 7))
    data = {"song": song2.read_bytes(), "stem": (program.work / "stem.wav").read_bytes()}
    assert program("paint", "-", *QUICK, "--analysis-audio", "stem.wav", "-o", "a.mkv", stdin=data["song"]).code == 0
    assert program("paint", song2, *QUICK, "--analysis-audio", "-", "-o", "b.mkv", stdin=data["stem"]).code == 0
    assert (program.work / "a.mkv").stat().st_size > 0
    assert np.array_equal(decode_pictures(program.work / "a.mkv", 64, 64), decode_pictures(program.work / "b.mkv", 64, 64))
    for words in (["-", "--analysis-audio", "-"], [song2, "--analysis-audio", "-", "--config", "-"]):
        done = program("paint", *words, *QUICK, "-o", "c.mkv", stdin=b"{}")
        assert done.code == 2 and "stdin" in done.err, done


def test_faults_of_the_stem_are_faults_of_the_input(program, song2):
    done = program("paint", song2, *QUICK, "--analysis-audio", "none.wav", "-o", "v.mp4")
    assert done.code == 3 and "none.wav" in done.err, done
    write_wav(program.work / "stem.wav", np.zeros(2 * RATE))
    done = program("paint", song2, *QUICK, "--analysis-audio", "stem.wav", "-o", "v.mp4")
    assert done.code == 0 and "stem.wav is silent" in done.err, done
    done = program("paint", song2, *QUICK, "--strict", "--analysis-audio", "stem.wav", "-o", "w.mp4")
    assert done.code == 3 and not (program.work / "w.mp4").exists(), done
    done = program("paint", song2, *QUICK, "--analysis-audio", "stem.wav", "-y", "-o", "stem.wav.mkv")
    assert done.code == 0, done
    write_wav(program.work / "same.mp4", np.zeros(2 * RATE))
    done = program("paint", song2, *QUICK, "--analysis-audio", "same.mp4", "-y", "-o", "same.mp4")
    assert done.code == 2 and "same.mp4" in done.err, done
