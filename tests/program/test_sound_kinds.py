"""Sounds of every kind that people have: many channels, channels that cancel, joined and damaged files, offsets."""

import subprocess

import numpy as np
import pytest
from conftest import QUICK, decode_pictures, probe, sines, write_wav
from test_bad_input import chunk, wav
from test_song_input import ffmpeg, noise, samples_of

RATE = 48000
PLACES = {"FL": 300, "FR": 500, "FC": 700, "LFE": 60, "BL": 1100, "BR": 1300, "SL": 1100, "SR": 1300, "BC": 1700}
LAYOUTS = {
    "3.0": ["FL", "FR", "FC"],
    "quad": ["FL", "FR", "BL", "BR"],
    "5.0": ["FL", "FR", "FC", "BL", "BR"],
    "5.1": ["FL", "FR", "FC", "LFE", "BL", "BR"],
    "5.1(side)": ["FL", "FR", "FC", "LFE", "SL", "SR"],
}


def a_tone_in_each(path, layout, *codec):
    """A sine of its own in every loudspeaker."""
    tones = "|".join(f"0.3*sin(2*PI*{PLACES[place]}*t)" for place in LAYOUTS[layout])
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc='{tones}':c={layout}:d=1:s={RATE}", *codec, path)


def tones_of(video):
    """The loudest frequency of every channel, by the name of its loudspeaker."""
    sound = probe(video)[1]["audio"]
    samples = samples_of(video)
    power = np.abs(np.fft.rfft(samples[4800:-4800] * np.hanning(len(samples) - 9600)[:, None], axis=0))
    loudest = power.argmax(axis=0) * RATE / (len(samples) - 9600)
    level = np.sqrt(2 * (samples[4800:-4800] ** 2).mean(axis=0))
    return sound.get("channel_layout", ""), loudest, level


CHANNELS = [
    ("5.1", "a.opus", ["-c:a", "libopus", "-b:a", "384k"], "v.mp4", ["--audio-codec", "aac"]),
    ("5.1", "a.opus", ["-c:a", "libopus", "-b:a", "384k"], "v.mkv", ["--frames", "3-11"]),
    ("5.1", "a.ogg", ["-c:a", "libvorbis", "-q", "8"], "v.mp4", []),
    ("5.1", "a.flac", [], "v.mp4", []),
    ("5.1", "a.wav", [], "v.webm", []),
    ("5.1(side)", "a.wav", [], "v.mkv", []),
    ("5.1(side)", "a.ac3", ["-c:a", "ac3", "-b:a", "448k"], "v.mp4", []),
    ("3.0", "a.wav", [], "v.mp4", []),
    ("3.0", "a.flac", [], "v.mp4", []),
    ("3.0", "a.ogg", ["-c:a", "libvorbis", "-q", "8"], "v.mp4", []),
    ("quad", "a.flac", [], "v.mkv", []),
    ("5.0", "a.wav", [], "v.mp4", ["--audio-codec", "alac"]),
]


@pytest.mark.parametrize(("layout", "song", "codec", "video", "options"), CHANNELS, ids=[f"{row[0]} {row[1]} {row[3]}" for row in CHANNELS])
def test_every_channel_is_where_it_was(program, layout, song, codec, video, options):
    a_tone_in_each(program.work / song, layout, *codec)
    done = program("paint", song, *QUICK, *options, "-o", video)
    assert done.code == 0 and "warning" not in done.err, done
    name, loudest, level = tones_of(program.work / video)
    assert name.split("(")[0] in ("", layout.split("(")[0]), name  # ffprobe does not name all
    assert loudest == pytest.approx([PLACES[place] for place in LAYOUTS[layout]], abs=4)
    assert level == pytest.approx([0.3] * len(level), rel=0.3)


def test_channels_that_the_encoder_cannot_hold_are_mixed_down_with_a_note(program):
    a_tone_in_each(program.work / "a.flac", "quad")
    done = program("paint", "a.flac", *QUICK, "--audio-codec", "alac", "-o", "v.mp4")
    assert done.code == 0 and "4 channels (quad) were mixed down to stereo: alac cannot hold them" in done.err, done
    heard = np.abs(np.fft.rfft(samples_of(program.work / "v.mp4")[:RATE], axis=0))
    assert heard.shape[1] == 2 and all(heard[PLACES[place]].max() > 1000 for place in LAYOUTS["quad"])


# Channels that cancel.


def chord(seconds, rate=44100):
    return sines(seconds, 220, 277.18, 329.63, rate=rate) * 0.5


def analysed(program, song, *options):
    done = program("analyze", song, "--json-out", "-", *options)
    assert done.code == 0, done
    return done, done.json()


def test_what_cancels_in_the_mean_is_seen_all_the_same(program):
    one = chord(2)
    write_wav(program.work / "mono.wav", one)
    write_wav(program.work / "cancels.wav", np.stack([one, -one], axis=1))
    done, cancels = analysed(program, "cancels.wav")
    assert "warning" not in done.err
    mono = analysed(program, "mono.wav")[1]
    assert cancels["scalars"]["key"] == mono["scalars"]["key"]
    for name in ("rms", "mid", "chroma_a", "onset"):
        assert cancels["series"][name] == pytest.approx(mono["series"][name], abs=0.02 * max(mono["series"][name]) + 1e-6), name
    for song in ("mono", "cancels"):
        assert program("paint", f"{song}.wav", *QUICK, "-o", f"{song}/%02d.png").code == 0
        assert program("paint", f"{song}.wav", *QUICK, "--audio-codec", "flac", "-o", f"{song}.mkv").code == 0
    seen = [decode_pictures(program.work / f"{song}.mkv", 64, 64).astype(int) for song in ("mono", "cancels")]
    assert seen[0].max() > 60 and np.abs(seen[0] - seen[1]).mean() < 1


def test_a_voice_that_cancels_is_heard_beside_what_does_not(program):
    beat, voice = sines(2, 110), sines(2, 1760)
    write_wav(program.work / "song.wav", 0.4 * np.stack([beat + voice, beat - voice], axis=1))
    write_wav(program.work / "right.wav", 0.4 * np.stack([beat + voice, beat + voice], axis=1))
    bands = ["--series", "bass,mid"]
    heard, right = (analysed(program, song, *bands)[1]["series"] for song in ("song.wav", "right.wav"))
    for name in ("bass", "mid"):
        assert np.median(heard[name]) == pytest.approx(np.median(right[name]), rel=0.02), name


def test_the_seeds_bins_keep_the_mean(program):
    one = chord(1)
    write_wav(program.work / "cancels.wav", np.stack([one, -one], axis=1))
    done = program("analyze", "cancels.wav", "--seed-csv", "-")
    assert done.code == 0 and max(float(value) for value in done.out.replace("\n", ",").split(",") if value) < 1e-3, done


# Songs that were joined, and damaged ones.


def joined(program, name, *codec, seconds=(2, 3)):
    parts = []
    for i, length in enumerate(seconds):
        write_wav(program.work / "part.wav", noise(length, seed=i))
        ffmpeg("-i", program.work / "part.wav", *codec, program.work / f"part-{name}")
        parts.append((program.work / f"part-{name}").read_bytes())
    (program.work / name).write_bytes(b"".join(parts))


@pytest.mark.parametrize(("name", "codec"), [("a.ogg", ["-c:a", "libvorbis"]), ("a.opus", ["-c:a", "libopus"]), ("a.mp3", ["-c:a", "libmp3lame"])])
def test_joined_songs_are_read_to_the_end_of_the_last(program, name, codec):
    joined(program, name, *codec)
    done = program("paint", name, *QUICK, "-o", "v.mkv")
    assert done.code == 0 and "damaged" not in done.err and "early" not in done.err, done
    assert int(probe(program.work / "v.mkv")[1]["video"]["nb_read_packets"]) in range(75, 78)
    assert len(samples_of(program.work / "v.mkv")) / int(probe(program.work / "v.mkv")[1]["audio"]["sample_rate"]) == pytest.approx(5, abs=0.1)


def test_a_joined_song_of_another_rate_is_brought_to_the_first_ones(program):
    for rate, name in ((44100, "a.ogg"), (22050, "b.ogg")):
        write_wav(program.work / "part.wav", sines(1, 440, rate=rate) * 0.5, rate=rate)
        ffmpeg("-i", program.work / "part.wav", "-c:a", "libvorbis", program.work / name)
    (program.work / "ab.ogg").write_bytes((program.work / "a.ogg").read_bytes() + (program.work / "b.ogg").read_bytes())
    done = program("paint", "ab.ogg", *QUICK, "--audio-codec", "flac", "-o", "v.mkv")
    assert done.code == 0, done
    heard = samples_of(program.work / "v.mkv")[:, 0]
    assert len(heard) == pytest.approx(2 * 44100, abs=2000)
    second = np.abs(np.fft.rfft(heard[55000:77050]))
    assert second.argmax() * 44100 / 22050 == pytest.approx(440, abs=4)


def test_joined_flacs_are_a_warning_with_both_durations(program):
    joined(program, "a.flac")
    done = program("paint", "a.flac", *QUICK, "-o", "v.mkv")
    assert done.code == 0 and done.err.count("warning:") == 1, done
    assert "a.flac holds 2 songs" in done.err and "2.00 s of 5.00 s" in done.err, done
    assert len(samples_of(program.work / "v.mkv")) == 2 * 44100
    strict = program("paint", "a.flac", *QUICK, "--strict", "-o", "w.mkv")
    assert strict.code == 3 and "2.00 s of 5.00 s" in strict.err, strict


@pytest.mark.parametrize(("name", "codec", "bytes_lost", "seconds_lost"), [("a.mp3", ["-c:a", "libmp3lame"], 3000, 0.3), ("a.ogg", ["-c:a", "libvorbis", "-page_duration", "200000"], 400, 0.6), ("a.opus", ["-c:a", "libopus", "-page_duration", "200000"], 400, 0.6)])
def test_a_song_goes_on_behind_damage_inside_it(program, name, codec, bytes_lost, seconds_lost):
    write_wav(program.work / "whole.wav", noise(4))
    ffmpeg("-i", program.work / "whole.wav", *codec, program.work / name)
    data = bytearray((program.work / name).read_bytes())
    middle = len(data) // 2
    data[middle : middle + bytes_lost] = b"\xa5" * bytes_lost
    (program.work / name).write_bytes(data)
    done = program("paint", name, *QUICK, "-o", "v.mkv")
    assert done.code == 0 and done.err.count("warning:") == 1 and f"warning: {name} is damaged: " in done.err, done
    assert "moves up" in done.err and "[" not in done.err and "libmpg123" not in done.err, done
    assert 15 * (4 - seconds_lost) <= int(probe(program.work / "v.mkv")[1]["video"]["nb_read_packets"]) <= 60
    strict = program("paint", name, *QUICK, "--strict", "-o", "w.mkv")
    assert strict.code == 3 and "is damaged" in strict.err and not (program.work / "w.mkv").exists(), strict


@pytest.mark.parametrize("bytes_lost", [1, 400, 60_000])
def test_behind_damage_inside_a_flac_everything_stays_in_its_place(program, bytes_lost):
    write_wav(program.work / "whole.wav", noise(8))
    ffmpeg("-i", program.work / "whole.wav", program.work / "a.flac")
    data = bytearray((program.work / "a.flac").read_bytes())
    middle = len(data) // 2
    data[middle : middle + bytes_lost] = bytes(byte ^ 0xA5 for byte in data[middle : middle + bytes_lost])
    (program.work / "a.flac").write_bytes(data)
    done = program("paint", "a.flac", *QUICK, "-o", "v.mkv")
    assert done.code == 0 and done.err.count("warning:") == 1 and "cannot be read and is silent" in done.err, done
    whole, heard = samples_of(program.work / "whole.wav"), samples_of(program.work / "v.mkv")
    assert len(whole) == len(heard)
    wrong = np.flatnonzero((whole != heard).any(axis=1))
    assert 0 < len(wrong) < 8192 + bytes_lost and not heard[wrong].any()
    strict = program("paint", "a.flac", *QUICK, "--strict", "-o", "w.mkv")
    assert strict.code == 3 and "cannot be read and is silent" in strict.err and not (program.work / "w.mkv").exists(), strict


# Where sound begins and ends.


@pytest.mark.parametrize(("film", "codec"), [("film.mp4", "aac"), ("film.mov", "alac"), ("film.mkv", "flac")])
def test_sound_that_begins_after_its_pictures_is_heard_where_it_was(program, film, codec):
    click = np.zeros(44100)
    click[22050:22060] = 0.9
    write_wav(program.work / "click.wav", click)
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x64:r=25:d=1.4", "-itsoffset", "0.176", "-i", program.work / "click.wav", "-c:a", codec, program.work / film)
    done = program("paint", film, "--size", "64x64", "--painter", "image", "--image", film, "--audio-codec", "flac", "-o", "v.mkv")
    assert done.code == 0 and "warning" not in done.err, done
    heard = np.abs(samples_of(program.work / "v.mkv")[:, 0])
    assert np.argmax(heard) / 44100 == pytest.approx(0.676, abs=0.002)


def test_opus_in_webm_is_copied_into_matroska_at_its_time(program):
    click = np.zeros(RATE)
    click[RATE // 2 : RATE // 2 + 20] = 0.9
    write_wav(program.work / "click.wav", click, rate=RATE)
    ffmpeg("-i", program.work / "click.wav", "-c:a", "libopus", program.work / "a.webm")
    done = program("paint", "a.webm", *QUICK, "-o", "v.mkv")
    assert done.code == 0 and probe(program.work / "v.mkv")[1]["audio"]["codec_name"] == "opus", done
    before, after = samples_of(program.work / "a.webm"), samples_of(program.work / "v.mkv")
    assert np.array_equal(before, after)
    times = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "a", "-show_entries", "packet=pts_time", "-of", "csv=p=0", program.work / "v.mkv"], capture_output=True, text=True, check=True)
    packets = [float(line.strip(",")) for line in times.stdout.split()]
    assert packets[:3] == pytest.approx([-0.0065, 0.0135, 0.0335], abs=0.0006)


def test_an_edit_list_ends_the_song(program):
    write_wav(program.work / "ten.wav", noise(10))
    ffmpeg("-i", program.work / "ten.wav", "-c:a", "aac", program.work / "ten.m4a")
    done, analysis = analysed(program, "ten.m4a", "--series", "rms")
    assert analysis["frames"] == 150 and analysis["scalars"]["duration_s"] == 10, done
    done, analysis = analysed(program, "ten.m4a", "--series", "rms", "--fps", "30")
    assert analysis["frames"] == 300


def test_an_odd_chunk_without_its_padding_is_read_over(program):
    tone = (sines(0.5, 440, rate=8000) * 20000).astype("<i2").tobytes()
    odd = chunk(b"LIST", b"INFOISFT\x03\0\0\0abc")[:-1]
    for before in (odd, odd + odd):
        (program.work / "song.wav").write_bytes(wav(tone, before=before))
        done = program("paint", "song.wav", *QUICK, "--audio-codec", "flac", "-y", "-o", "v.mkv")
        assert done.code == 0 and "warning" not in done.err, done
        heard = samples_of(program.work / "v.mkv")[:, 0]
        assert np.array_equal(np.round(heard * 32768).astype(int), np.frombuffer(tone, "<i2"))
