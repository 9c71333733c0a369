"""Sound files that lie, break off, hold nonsense or are no sound at all: each is read, read with a warning, or refused.

The numbers are those of the catalogue of bad input. A case's outcome is one of
A  it completes, without a warning;
W  it completes with one clear warning;
R  exit 3, a message that names the file and says what to do, and nothing left behind.
"""

import os
import socket
import struct
import subprocess

import numpy as np
import pytest
from conftest import PROGRAM, QUICK, TIMEOUT_S, decode_pictures, decode_sound, probe, sines, write_wav

RATE = 8000
SANITIZED = any(key in os.environ for key in ("ASAN_OPTIONS", "TSAN_OPTIONS"))
REMEDIES = ("ffmpeg -i", "--", "name a", "name a sound file", "give '-'", "save the song", "sound file")


def chunk(name, body, size=None, order="<"):
    return name + struct.pack(order + "I", len(body) if size is None else size) + body + b"\0" * (len(body) % 2)


def wav(data=b"", *, tag=1, channels=1, rate=RATE, bits=16, size=None, align=None, extra=b"", form=b"RIFF", before=b"", after=b""):
    order = ">" if form == b"RIFX" else "<"
    align = max(1, channels * bits // 8) & 0xFFFF if align is None else align
    layout = struct.pack(order + "HHIIHH", tag, channels, rate & 0xFFFFFFFF, rate * align & 0xFFFFFFFF, align, bits)
    body = b"WAVE" + before + chunk(b"fmt ", layout + extra, order=order) + chunk(b"data", data, size, order) + after
    return form + struct.pack(order + "I", len(body) & 0xFFFFFFFF) + body


def extensible(bits, mask):
    guid = bytes.fromhex("0100000000001000800000aa00389b71")
    return struct.pack("<HHI", 22, bits, mask) + guid


def long_wav(form, data, stated=None):
    """RF64 or BW64: the sizes stand in a ds64 chunk."""
    stated = len(data) if stated is None else stated
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 72 + stated, stated, stated // 2, 0))
    layout = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, RATE, RATE * 2, 2, 16))
    return form + b"\xff" * 4 + b"WAVE" + ds64 + layout + b"data" + b"\xff" * 4 + data


TONE = sines(0.5, 440, rate=RATE)
INT16 = (TONE * 20000).astype("<i2").tobytes()


def floats(values, kind="<f4"):
    return np.asarray(values).astype(kind).tobytes()


def spoiled(places, value, count=4000):
    samples = np.resize(TONE, count).astype("f4")
    samples[:places] = value
    return wav(floats(samples), tag=3, bits=32)


def int24():
    return b"".join(struct.pack("<i", int(v * 8e6))[:3] for v in TONE)


READ = {
    "08 a size that means unknown": wav(INT16, size=0xFFFFFFFF),
    "14 8 bit": wav(((TONE + 1) * 100).astype("u1").tobytes(), bits=8),
    "14 24 bit": wav(int24(), bits=24),
    "14 32 bit": wav((TONE * 2e9).astype("<i4").tobytes(), bits=32),
    "14 float": wav(floats(TONE), tag=3, bits=32),
    "14 double": wav(floats(TONE, "<f8"), tag=3, bits=64),
    "14 mu-law": wav(bytes(range(256)) * 16, tag=7, bits=8),
    "14 extensible": wav(INT16, tag=0xFFFE, extra=extensible(16, 4)),
    "14 24 in 32 bit": wav((TONE * 2e9).astype("<i4").tobytes(), tag=0xFFFE, bits=32, extra=extensible(24, 4)),
    "14 RIFX": wav((TONE * 20000).astype(">i2").tobytes(), form=b"RIFX"),
    "14 5.1": wav(np.repeat((TONE * 20000).astype("<i2"), 6).tobytes(), channels=6, tag=0xFFFE, extra=extensible(16, 0x3F)),
    "14 12 bit in 16": wav(INT16, bits=12, align=2),
    "14 64 bit": wav((TONE * 2e18).astype("<i8").tobytes(), bits=64),
    "14 block align 0": wav(INT16, align=0),
    "14 400 kB of LIST": wav(INT16, before=chunk(b"LIST", b"INFO" + b"\0" * 400000)),
    "14 an ID3 tag in front": b"ID3\x04\0\0\0\0\0\x0a" + b"\0" * 10 + wav(INT16),
    "14 a chunk behind": wav(INT16, after=chunk(b"LIST", b"INFO")),
    "15 BW64": long_wav(b"BW64", INT16),
    "16 RF64 without its sizes": b"RF64\xff\xff\xff\xffWAVE" + wav(INT16)[12:],
    "16 RF64": long_wav(b"RF64", INT16),
    "19 denormals": wav(floats(TONE * 1e-3) + floats(np.full(4000, 1e-42)), tag=3, bits=32),
}

WARNED = {
    "05 one sample": (wav(b"\0\x60"), "very short: 1 sample"),
    "06 cut in the data": (wav(INT16[:4000], size=8000), "0.25 s of 0.50 s"),
    "06 BW64 cut in the data": (long_wav(b"BW64", INT16[:4000], 8000), "0.25 s of 0.50 s"),
    "07 cut within a sample": (wav(INT16[:4001], size=8000), "0.25 s of 0.50 s"),
    "09 a size of 0": (wav(INT16, size=0), "0.50 s of it follow"),
    "10 a size too small": (wav(INT16, size=4000), "after the 0.25 s"),
    "17 few NaN": (spoiled(20, np.nan), "20 samples taken as 0, being no number"),
    "17 few infinite": (spoiled(20, np.inf), "20 samples taken as 0, being no number"),
    "18 eight times full scale": (wav(floats(TONE * 10), tag=3, bits=32), "peaks at 8"),
    "20 digital silence": (wav(bytes(8000)), "silent"),
    "21 DC only": (wav(np.full(4000, 8000, "<i2").tobytes()), "silent"),
}

REFUSED = {
    "01 empty": (b"", "empty"),
    "02 four bytes": (b"RIFF", "cut off in its header"),
    "03 text": (b"Not a song.\n" * 100, "a text file"),
    "03 HTML": (b"<!DOCTYPE html><html><body>404</body></html>", "an HTML page"),
    "03 ZIP": (b"PK\x03\x04" + bytes(range(256)) * 8, "a ZIP archive"),
    "03 PNG": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a PNG picture"),
    "03 JPEG": (b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(500), "a JPEG picture"),
    "03 zeros": (bytes(10000), "a file of zeros"),
    "03 noise": (np.random.default_rng(1).bytes(20000), "cannot be read as sound"),
    "04 header only": (wav(), "holds no audio"),
    "11 0 channels": (wav(INT16, channels=0), "0 channels"),
    "12 1024 channels": (wav(bytes(20480), channels=1024), "1024 channels"),
    "12 65535 channels": (wav(bytes(131070), channels=65535, align=0), "65535 channels"),
    "13 rate 0": (wav(INT16, rate=0), "0 Hz"),
    "13 rate negative": (wav(INT16, rate=-44100), "4294923196 Hz"),
    "13 rate 1": (wav(INT16, rate=1), "--any-sample-rate"),
    "13 rate 4e9": (wav(INT16, rate=4000000000), "4000000000 Hz"),
    "14 0 bit": (wav(INT16, bits=0, align=2), "ffmpeg -i"),
    "14 an unknown codec": (wav(INT16, tag=0x1234), "ffmpeg -i"),
    "14 two data chunks": (wav(b"", after=b"")[:-8] + chunk(b"LIST", b"INFO", 0xFFFFFF00), "ffmpeg -i"),
    "17 many NaN": (spoiled(400, np.nan), "10.0 %"),
    "28 IMA ADPCM with blocks of 1 byte": (wav(INT16, tag=0x11, bits=4, align=1, extra=struct.pack("<HH", 2, 65535)), "holds no audio"),
    "28 MS ADPCM without blocks": (wav(INT16, tag=2, bits=4, align=0, extra=struct.pack("<HH", 2, 0)), "ffmpeg -i"),
}


def painted(program, name="song.wav", *options, **how):
    return program("paint", *options, *QUICK, "-y", "-o", "v.mkv", "--", name, **how)


def refused(program, done, name, words, kept):
    assert done.code == 3 and done.out == "", done
    assert name in done.err and words in done.err, done
    assert done.err.count("error:") == 1 and "warning" not in done.err, done
    assert program.files() == kept and list(program.temporary.iterdir()) == []


@pytest.mark.parametrize("case", READ)
def test_what_is_whole_is_read_without_a_word(program, case):
    (program.work / "song.wav").write_bytes(READ[case])
    done = painted(program)
    assert done.code == 0 and "warning" not in done.err, done
    assert probe(program.work / "v.mkv")[1]["video"]["nb_read_packets"] == {"14 mu-law": "8", "19 denormals": "15"}.get(case, "8")


@pytest.mark.parametrize("case", WARNED)
def test_what_can_be_mended_is_read_with_one_warning(program, case):
    data, words = WARNED[case]
    (program.work / "song.wav").write_bytes(data)
    done = painted(program)
    warnings = 2 if case.startswith("05") else 1  # one sample is silence as well
    assert done.code == 0 and words in done.err and done.err.count("warning:") == warnings, done
    assert "song.wav" in done.err
    shown = decode_pictures(program.work / "v.mkv", 64, 64)
    assert len(shown) == (1 if case.startswith("05") else 4 if words.endswith("0.50 s") or case.startswith("10") else 8)
    if "silent" in words:
        assert shown.max() <= 2


@pytest.mark.parametrize("case", WARNED)
def test_strict_refuses_what_could_be_mended(program, case):
    (program.work / "song.wav").write_bytes(WARNED[case][0])
    refused(program, painted(program, "song.wav", "--strict"), "song.wav", WARNED[case][1], ["song.wav"])


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_song_is_refused_and_leaves_nothing(program, case):
    data, words = REFUSED[case]
    (program.work / "song.wav").write_bytes(data)
    done = painted(program)
    refused(program, done, "song.wav", words, ["song.wav"])
    piped = painted(program, "-", stdin=data)
    refused(program, piped, "standard input", words, ["song.wav"])


def test_08_an_unknown_size_through_a_pipe_takes_no_memory_for_it(program):
    import resource

    limit = {} if SANITIZED else {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_AS, (3 << 29, 3 << 29))}
    done = painted(program, "-", stdin=wav(INT16, size=0xFFFFFFFF), **limit)
    assert done.code == 0 and "warning" not in done.err, done
    assert probe(program.work / "v.mkv")[1]["video"]["nb_read_packets"] == "8"


def test_13_an_odd_sample_rate_is_read_when_asked_for(program):
    for rate in (4000, 768000):
        (program.work / "song.wav").write_bytes(wav(INT16 * 8, rate=rate))
        assert "--any-sample-rate" in painted(program).err
        done = program("analyze", "song.wav", "--any-sample-rate", "--json")
        assert done.code == 0, done
        (analysis,) = (event for event in done.events() if event["event"] == "analysis")
        assert analysis["sample_rate_hz"] == rate
    done = painted(program, "song.wav", "--any-sample-rate", "--frames", "0")
    assert done.code == 0, done


def sparse(path, header, data_bytes):
    path.write_bytes(header)
    os.truncate(path, len(header) + data_bytes)


def test_16_a_file_of_more_than_4_gib_is_held_to_its_true_length(program):
    stated = (5 << 30) + 2
    sparse(program.work / "song.wav", long_wav(b"RF64", b"", stated), stated)
    refused(program, painted(program), "song.wav", "--max-duration", ["song.wav"])
    done = program("paint", "song.wav", "--max-duration", "200:00:00", "--fps", "1/1000", "--dry-run", "--frames", "0")
    assert done.code == 0 and done.plan()["song_frames"] == -(-stated // 2 // (1000 * RATE)), done


def test_18_the_sound_of_a_file_on_another_scale_comes_down_to_full_scale(program):
    (program.work / "song.wav").write_bytes(wav(floats(TONE * 10), tag=3, bits=32))
    assert painted(program).code == 0
    heard = decode_sound(program.work / "v.mkv", RATE)
    assert np.abs(heard).max() == pytest.approx(1, abs=1e-5)
    assert np.abs(heard - TONE / np.abs(TONE).max()).max() < 1e-4


def test_22_a_song_of_ten_hours_is_refused_by_a_limit_that_can_be_raised(program):
    size = 10 * 3600 * RATE
    sparse(program.work / "song.wav", wav(bits=8, size=size), size)
    refused(program, painted(program), "song.wav", "longer than 6:00:00, the limit that --max-duration sets", ["song.wav"])
    done = program("paint", "song.wav", "--max-duration", "10:00:00", "--dry-run", "--frames", "0-3")
    assert done.code == 0 and done.plan()["song_frames"] == 10 * 3600 * 15, done
    short = program("analyze", "song.wav", "--max-duration", "90s")
    assert short.code == 3 and "0:01:30" in short.err, short
    assert program("analyze", "song.wav", "--max-duration", "3f").code == 2


def encoded(program, name, *codec, seconds=2):
    write_wav(program.work / "whole.wav", sines(seconds, 220, 1500, rate=44100), rate=44100)
    subprocess.run(["ffmpeg", "-v", "error", "-i", program.work / "whole.wav", *codec, program.work / name], check=True)
    (program.work / "whole.wav").unlink()
    return bytearray((program.work / name).read_bytes())


@pytest.mark.parametrize(("name", "codec"), [("a.flac", []), ("a.ogg", ["-c:a", "libvorbis", "-page_duration", "100000"]), ("a.mp3", ["-c:a", "libmp3lame"]), ("a.m4a", ["-c:a", "aac", "-movflags", "faststart"])])
def test_23_a_file_cut_in_its_middle_is_read_to_the_cut_with_a_warning(program, name, codec):
    data = encoded(program, name, *codec)
    (program.work / name).write_bytes(data[: len(data) * 6 // 10])
    done = painted(program, name)
    assert done.code == 0 and 6 <= int(probe(program.work / "v.mkv")[1]["video"]["nb_read_packets"]) <= 22, done
    if name != "a.ogg":  # nothing in an Ogg file states its length
        assert done.err.count("warning:") == 1 and name in done.err, done


DAMAGED = {"a.flac": [], "a.ogg": ["-c:a", "libvorbis", "-page_duration", "100000"], "a.mp3": ["-c:a", "libmp3lame"], "a.m4a": ["-c:a", "aac"], "a.webm": ["-c:a", "libopus"]}


@pytest.mark.parametrize("name", DAMAGED)
def test_23_damage_in_the_middle_is_a_warning_and_no_end(program, name):
    data = encoded(program, name, *DAMAGED[name])
    middle = len(data) // 2
    data[middle : middle + 3000] = b"\xa5" * 3000
    (program.work / name).write_bytes(data)
    done = painted(program, name)
    assert done.code == 0 and done.err.count("warning: ") == 1 and f"warning: {name}" in done.err, done
    assert all(line.startswith(("spectradiff", "warning", " ")) or name in line or "v.mkv" in line for line in done.err.splitlines()), done.err
    frames = int(probe(program.work / "v.mkv")[1]["video"]["nb_read_packets"])
    assert 8 <= frames <= 30
    refused(program, painted(program, name, "--strict", "-y"), name, "--strict", sorted([name, "v.mkv"]))


def ogg_checksum(page):
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = value << 1 ^ (0x104C11DB7 if value >> 31 else 0)
    return value


def test_24_an_ogg_without_its_end_is_counted(program):
    data = encoded(program, "a.ogg", "-c:a", "libvorbis")
    last = data.rfind(b"OggS")
    data[last + 5] &= ~4  # the flag of the last page
    data[last + 22 : last + 26] = bytes(4)
    data[last + 22 : last + 26] = struct.pack("<I", ogg_checksum(data[last:]))
    (program.work / "a.ogg").write_bytes(data)
    done = painted(program, "a.ogg")
    assert done.code == 0 and "warning" not in done.err, done
    assert probe(program.work / "v.mkv")[1]["video"]["nb_read_packets"] in ("30", "31")


def test_25_what_cannot_be_read_at_all_is_refused_at_once(program):
    (program.work / "folder.wav").mkdir()
    os.mkfifo(program.work / "pipe.wav")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(program.work / "socket.wav"))
    for name, words in (("folder.wav", "folder"), ("pipe.wav", "give '-'"), ("socket.wav", ""), ("/dev/zero", "a device"), ("none.wav", "No such file")):
        refused(program, painted(program, name), name, words, [])


def test_25_an_unreadable_file_is_refused(program):
    path = program.work / "song.wav"
    path.write_bytes(wav(INT16))
    path.chmod(0)
    become = {}
    if os.geteuid() == 0:  # nothing is unreadable for root
        reachable = subprocess.run([PROGRAM, "--version"], preexec_fn=lambda: os.setuid(65534), capture_output=True, check=False)
        if reachable.returncode != 0:
            pytest.skip("another user cannot start the program here")
        become = {"preexec_fn": lambda: os.setuid(65534)}
    done = program("analyze", "song.wav", **become)
    assert done.code == 3 and "song.wav: Permission denied" in done.err, done


def test_25_an_endless_pipe_of_zeros_ends_early(program):
    with open("/dev/zero", "rb") as zeros:
        done = subprocess.run([PROGRAM, "analyze", "-"], stdin=zeros, capture_output=True, cwd=program.work, env=program.environment, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 3 and b"a file of zeros" in done.stderr and list(program.temporary.iterdir()) == []


def test_27_no_standard_input_is_no_song(program):
    refused(program, painted(program, "-"), "standard input", "empty", [])
    closed = subprocess.run(["sh", "-c", 'exec "$0" paint - -o v.mkv <&-', PROGRAM], capture_output=True, cwd=program.work, env=program.environment, timeout=TIMEOUT_S, check=False)
    assert closed.returncode == 3 and b"standard input" in closed.stderr and program.files() == [], closed


NAMES = [b"two words.wav", b"it's \"quoted\".wav", b"line\nbreak.wav", b"-dash.wav", b"\xff\xfe.wav", b"http:x.wav", b"a%d.wav", "日本語.wav".encode(), b"n" * 251 + b".wav"]


@pytest.mark.parametrize("name", NAMES, ids=[repr(name[:16]) for name in NAMES])
@pytest.mark.parametrize("kind", ["RIFF", "BW64"])
def test_29_a_name_is_a_name(program, name, kind):
    path = os.fsencode(program.work) + b"/" + name
    with open(path, "wb") as file:
        file.write(wav(INT16) if kind == "RIFF" else long_wav(b"BW64", INT16))
    done = program("paint", *QUICK, "--", name)
    assert done.code == 0 and "warning" not in done.err, done
    assert sorted(os.listdir(os.fsencode(program.work))) == sorted([name, name[:-4] + b".mp4"])
