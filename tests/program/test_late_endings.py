"""Endings while frames are written: a late signal, a preview and a disk that take no more."""

import json
import re
import resource
import shutil
import signal
import subprocess

import pytest
from conftest import PROGRAM, TIMEOUT_S, probe, sines, write_wav
from PIL import Image
from test_endings import limit

MOUNT = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("output", ["v.mp4", "v.mkv"])
def test_a_signal_after_the_last_frame_is_too_late_to_stop_anything(program, number, output):
    write_wav(program.work / "song.wav", sines(4, 220, 1500))
    words = ["paint", "song.wav", "--size", "640x480", "--bins", "8", "--encoder-preset", "veryslow", "--json", "-o", output]
    child = program.start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "frame" and event["frame"] == 59:
            child.send_signal(number)
    err = child.stderr.read()
    assert child.wait(TIMEOUT_S) == 0, err
    assert program.files() == ["song.wav", output]
    _, streams = probe(program.work / output)
    assert streams["video"]["nb_read_packets"] == "60" and "audio" in streams


def test_a_preview_that_can_no_longer_be_written_is_a_warning(program, song):
    def small_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        limit(resource.RLIMIT_FSIZE, 20_000)

    words = ["paint", song, "--size", "64x64", "--painter", "pie", "--fps", "60"]
    assert program(*words, "--preview", "s.png", "-o", "free/%05d.png").code == 0
    assert (program.work / "s.png").stat().st_size > 20_000 > max(path.stat().st_size for path in (program.work / "free").iterdir())
    (program.work / "s.png").unlink()
    done = program(*words, "--preview", "s.png", "-o", "out/%05d.png", preexec_fn=small_files)
    assert done.code == 0 and done.err.count("warning:") == 1 and "s.png" in done.err, done
    assert len(list((program.work / "out").glob("*.png"))) == 60
    if (program.work / "s.png").exists():  # an early one that was still small; whole, as always
        Image.open(program.work / "s.png").load()


def small_disk_is_there():
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*MOUNT, "mount -t tmpfs -o size=64k none /mnt"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not small_disk_is_there(), reason="no small file system can be mounted here")
@pytest.mark.parametrize("output", ["%05d.png", "v.mkv"])
def test_a_full_disk_says_how_many_bytes_are_missing(program, song, output):
    disk = program.work / "disk"
    disk.mkdir()
    run = ["paint", song, "--size", "256x256", "--crf", "0", "-o", f"disk/{output}"]
    script = 'mount -t tmpfs -o size=100k none disk && "$@"; code=$?; ls -a disk | grep -c part; exit $code'
    words = [*MOUNT, script, "sh", str(PROGRAM), *run]
    done = subprocess.run(words, cwd=program.work, env=program.environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 5, done
    assert re.search(r"\d[\d,.]* (bytes|kB|KB|KiB|MB)", done.stderr) and "reproduce" not in done.stderr, done
    assert done.stdout.strip() == "0", done
