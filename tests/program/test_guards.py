"""Nothing that is read is written: every input is held against every output, through links and folders, before any work."""

import json
import os
import shutil

import pytest
from conftest import QUICK, sines, write_wav
from PIL import Image


@pytest.fixture
def inputs(program, song):
    """Everything that a run may read, beside song.wav."""
    work = program.work
    write_wav(work / "stem.wav", sines(1, 300))
    assert program("paint", "song.wav", *QUICK, "-q", "-o", "in.mp4").code == 0
    (work / "d").mkdir()
    for number in range(3):
        Image.new("RGB", (64, 64), (number, 90, 200)).save(work / f"d/{number:05}.png")
    shutil.copy(work / "d/00000.png", work / "p.png")
    (work / "c.json").write_text('{"blur": 1}')
    (work / "preset.json").write_text('{"blur": 1}')
    (work / "prompts.txt").write_text("0:00: sea\n")
    (work / "b.txt").write_text("0.25\n0.5\n0.75\n")
    (work / "jobs.json").write_text('[{"audio": "song.wav", "output": "v.mp4", "diffusion": false, "size": "64x64"}]')
    user = program.home / ".config/spectradiff"
    user.mkdir(parents=True)
    (user / "config.json").write_text('{"blur": 1}')
    (work / "d-link").symlink_to("d")
    (work / "deeper").mkdir()
    (work / "deeper/in.mp4").symlink_to("../in.mp4")
    os.link(work / "in.mp4", work / "in-hard.mp4")
    os.link(work / "p.png", work / "p-hard.png")
    os.link(work / "c.json", work / "c-hard.log")
    return work


PAINT = ["paint", "song.wav", *QUICK]
IMAGE = [*PAINT, "--painter", "image"]
WRITERS = ("--log-file", "-o", "--preview", "--csv", "--json-out", "--plot", "--seed-csv")
WRITTEN = {
    "the log into the song": [*PAINT, "--log-file", "song.wav", "-o", "v.mp4"],
    "the log into the song that is analyzed": ["analyze", "song.wav", "--log-file", "song.wav"],
    "the log into the settings": [*PAINT, "--log-file", "c.json", "--config", "c.json", "-o", "v.mp4"],
    "the log into a hard link of the settings": [*PAINT, "--log-file", "c-hard.log", "--config", "c.json", "-o", "v.mp4"],
    "the log into a preset": [*PAINT, "--log-file", "preset.json", "--preset", "./preset.json", "-o", "v.mp4"],
    "the log into the user's settings": [*PAINT, "--log-file", "../home/.config/spectradiff/config.json", "-o", "v.mp4"],
    "the log into the prompts": ["render", "song.wav", "--no-diffusion", *QUICK, "--log-file", "prompts.txt", "--prompts", "prompts.txt",
                                 "-o", "v.mp4"],
    "the log into the beats": [*PAINT, "--beats", "b.txt", "--log-file", "b.txt", "-o", "v.mp4"],
    "the log into the jobs": ["batch", "jobs.json", "--log-file", "jobs.json"],
    "the log into a job's song": ["batch", "jobs.json", "--log-file", "song.wav"],
    "the log into the video whose settings are taken": [*PAINT, "--from", "in.mp4", "--log-file", "in.mp4", "-o", "v.mp4"],
    "the video into the video that is painted": [*IMAGE, "--image", "in.mp4", "-y", "-o", "in.mp4"],
    "the video through a link": [*IMAGE, "--image", "in.mp4", "-y", "-o", "deeper/in.mp4"],
    "the video through a hard link": [*IMAGE, "--image", "in.mp4", "-y", "-o", "in-hard.mp4"],
    "the video into the stem": [*PAINT, "--analysis-audio", "in.mp4", "-y", "-o", "in.mp4"],
    "the video into the base": [*PAINT, "--base", "image", "--image", "in.mp4", "-y", "-o", "in.mp4"],
    "frames into the folder that is painted": [*IMAGE, "--image", "d", "-y", "-o", "d/%05d.png"],
    "new frames into the folder that is painted": [*IMAGE, "--image", "d", "-o", "d/new-%05d.png"],
    "frames through a link of the folder": [*IMAGE, "--image", "d", "-y", "-o", "d-link/%05d.png"],
    "frames over the pattern's": [*IMAGE, "--image", "d-link/%05d.png", "-y", "-o", "d/%05d.png"],
    "the preview into the picture": [*IMAGE, "--image", "p.png", "--preview", "p.png", "-y", "-o", "v.mp4"],
    "the preview into a hard link of the picture": [*IMAGE, "--image", "p.png", "--preview", "p-hard.png", "-y", "-o", "v.mp4"],
    "the preview into the folder's picture": [*IMAGE, "--image", "d", "--preview", "d/00001.png", "-y", "-o", "v.mp4"],
    "the table into the beats": ["analyze", "song.wav", "--beats", "b.txt", "--csv", "b.txt", "-y"],
    "the numbers into the settings": ["analyze", "song.wav", "--config", "c.json", "--json-out", "c.json", "-y"],
    "the plot into the song": ["analyze", "song.wav", "--plot", "song.wav", "-y"],
    "the seed's table into the song": ["analyze", "song.wav", "--seed-csv", "song.wav", "-y"],
}  # fmt: skip


def contents(work):
    return {str(path.relative_to(work)): path.read_bytes() for path in sorted(work.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("case", WRITTEN)
def test_what_is_read_is_never_written(program, inputs, case):
    before = contents(program.folder)
    done = program(*WRITTEN[case])
    assert done.code == 2, done
    assert contents(program.folder) == before
    written = [path for word, path in zip(WRITTEN[case], WRITTEN[case][1:], strict=False) if word in WRITERS]
    assert any(path in done.err for path in written), done


@pytest.mark.parametrize("reader", [{"painter": "image", "image": "in.mp4"}, {"analysis_audio": "stem.wav"}, {"beats": "b.txt"}])
def test_no_job_of_a_batch_writes_what_another_reads(program, inputs, reader):
    victim = next(value for value in reader.values() if "." in value)
    shutil.copy(inputs / victim, inputs / "read.mp4")
    reader = {key: "read.mp4" if value == victim else value for key, value in reader.items()}
    small = {"diffusion": False, "size": "64x64", "bins": 8, "audio": "song.wav"}
    jobs = [{**small, "output": "read.mp4"}, {**small, **reader, "output": "w.mp4"}]
    before = contents(program.folder)
    done = program("batch", "-", "-y", stdin=json.dumps(jobs).encode())
    assert done.code == 2, done
    assert contents(program.folder) == before


def test_a_video_may_be_rendered_anew_from_its_own_settings(program, inputs):
    before = (inputs / "in.mp4").read_bytes()
    done = program("paint", "song.wav", "--from", "in.mp4", "--blur", "9", "-y", "-o", "in.mp4")
    assert done.code == 0, done
    assert (inputs / "in.mp4").read_bytes() != before


def test_outputs_beside_what_is_read_are_no_fault(program, inputs):
    done = program(*IMAGE, "--image", "d/00000.png", "--log-file", "d.log", "--preview", "d.png", "-o", "out/%05d.png")
    assert done.code == 0, done
    assert program(*PAINT, "--log-file", "d.log", "-y", "-o", "out/%05d.png").code == 0  # a log is added to
