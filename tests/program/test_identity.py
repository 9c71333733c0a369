"""Whether work is done is a question of content: of every file that is read, never of dates, names or what the machine is set to."""

import json
import os
import shutil

import numpy as np
import pytest
from conftest import probe, sines, write_wav
from PIL import Image

SMALL = {"diffusion": False, "size": "64x64", "bins": 8, "marks_per_bin": 4, "encoder_preset": "ultrafast"}
IMAGE = {"painter": "image", "image_fit": "stretch", "blur": 0}


def picture(path, grey):
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.full((64, 64, 3), grey, np.uint8)).save(path, compress_level=0)


def tone_file(path, frequency_hz):
    write_wav(path, sines(1, frequency_hz))


def beats_file(path, seconds):
    path.write_text("".join(f"{seconds * beat:.3f}\n" for beat in range(1, 8)))


# What is read, how it is written one way or another of the same length, and what a job says to read it.
READ = {
    "song": ("song.wav", tone_file, (220, 2200), {}),
    "stem": ("stem.wav", tone_file, (220, 2200), {"analysis_audio": "stem.wav"}),
    "picture": ("in.png", picture, (40, 200), {**IMAGE, "image": "in.png"}),
    "base picture": ("in.png", picture, (40, 200), {"base": "image", "image": "in.png", "base_opacity": 1}),
    "folder of pictures": ("in/00002.png", picture, (40, 200), {**IMAGE, "image": "in"}),
    "pattern of pictures": ("in/00002.png", picture, (40, 200), {**IMAGE, "image": "in/%05d.png"}),
    "beats": ("beats.txt", beats_file, (0.100, 0.125), {"beats": "beats.txt", "blur": "8*beat_phase"}),
}


class Work:
    """Two jobs, of which the first reads what is changed."""

    def __init__(self, program, kind, output):
        self.program, self.output = program, output
        name, self.write, self.values, settings = READ[kind]
        self.file = program.work / name
        (program.work / "fresh").mkdir()
        tone_file(program.work / "song.wav", 440)
        tone_file(program.work / "other.wav", 440)
        for number in range(3):
            picture(program.work / f"in/{number:05}.png", 90)
        self.write(self.file, self.values[0])
        self.job = {"audio": "song.wav", **SMALL, **settings}
        self.beside = {"audio": "other.wav", **SMALL, "output": "beside.mp4"}

    def batch(self, *words, output=None):
        jobs = [{**self.job, "output": output or self.output}, self.beside]
        done = self.program("batch", "-", *words, stdin=json.dumps(jobs).encode())
        return [status for _, status in sorted(line.split("\t")[:2] for line in done.out.splitlines())], done

    def change(self):
        """Other content of the same length."""
        size = self.file.stat().st_size
        self.write(self.file, self.values[1])
        assert self.file.stat().st_size == size

    def made(self, output=None):
        path = self.program.work / (output or self.output)
        return [path.read_bytes()] if path.suffix == ".mp4" else [frame.read_bytes() for frame in sorted(path.parent.glob("*.png"))]


OUTPUTS = ("v.mp4", "out/%05d.png")


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("date", ["older", "newer", "the same"])
@pytest.mark.parametrize("kind", READ)
def test_what_reads_a_changed_file_is_made_again_whatever_its_date(program, kind, date, output):
    work = Work(program, kind, output)
    assert work.batch()[0] == ["done", "done"]
    before = work.made()
    status = work.file.stat()
    work.change()
    moved = {"older": -1000, "newer": 1000, "the same": 0}[date]
    os.utime(work.file, (status.st_atime, status.st_mtime + moved))
    statuses, done = work.batch()
    assert statuses[0] != "skipped" and statuses[1] == "skipped", done
    if statuses[0] != "done":  # a finished output may ask for -y before it is replaced
        assert "-y" in done.err, done
        assert work.batch("-y")[0][0] == "done"
    assert work.batch(output="fresh/" + output.rpartition("/")[2])[0] == ["done", "skipped"]
    assert work.made() == work.made("fresh/" + output.rpartition("/")[2]) != before


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("kind", READ)
def test_what_reads_a_file_that_was_touched_or_copied_is_skipped(program, kind, output):
    work = Work(program, kind, output)
    assert work.batch()[0] == ["done", "done"]
    before = work.made()
    for path in (work.file, program.work / "song.wav"):
        copy = path.with_suffix(".copy")
        shutil.copyfile(path, copy)
        os.replace(copy, path)
        later = path.stat().st_mtime + 1000
        os.utime(path, (later, later))
    statuses, done = work.batch()
    assert done.code == 0 and statuses == ["skipped", "skipped"], done
    assert work.made() == before


def test_a_sweep_looks_at_content_too(program):
    work = Work(program, "picture", "")
    words = ["paint", "song.wav", "--size", "64x64", "--painter", "image", "--image", "in.png", "--sweep", "gamma=0.5,0.6"]
    assert program(*words).out.count("\tdone\t") == 2
    later = work.file.stat().st_mtime + 1000
    os.utime(work.file, (later, later))
    assert program(*words).out.count("\tskipped\t") == 2
    work.change()
    assert program(*words).out.count("\tskipped\t") == 0


def frame_files(program):
    return {path.name: path.stat() for path in sorted((program.work / "out").glob("*.png"))}


@pytest.mark.parametrize("missing", ["one", "the last ones"])
def test_a_set_of_frames_goes_on_where_it_was_stopped(program, missing):
    work = Work(program, "song", "out/%05d.png")
    assert work.batch()[0] == ["done", "done"]
    whole, files = work.made(), frame_files(program)
    gone = [list(files)[4]] if missing == "one" else list(files)[9:]
    for name in gone:
        (program.work / "out" / name).unlink()
    statuses, done = work.batch()
    assert done.code == 0 and statuses == ["done", "skipped"], done
    assert work.made() == whole
    after = frame_files(program)
    kept = [name for name in files if name not in gone]
    assert [after[name].st_mtime_ns for name in kept] == [files[name].st_mtime_ns for name in kept]


def test_a_picture_of_somebody_elses_is_not_taken_for_a_finished_frame(program):
    work = Work(program, "song", "out/%05d.png")
    assert work.batch()[0] == ["done", "done"]
    name = list(frame_files(program))[3]
    picture(program.work / "out" / name, 77)
    statuses, done = work.batch()
    assert statuses[0] != "skipped", done


def test_what_the_machine_is_set_to_changes_no_byte_of_a_video(program, song):
    words = ["render", song, "--no-diffusion", "--size", "64x64", "--bins", "8"]
    for name, machine in {"one": ["--threads", "1"], "two": ["--threads", "2"], "auto": [], "cpu": ["--device", "cpu"]}.items():
        assert program(*words, *machine, "-o", f"{name}.mkv").code == 0
    one = (program.work / "one.mkv").read_bytes()
    for name in ("two", "auto", "cpu"):
        assert (program.work / f"{name}.mkv").read_bytes() == one, name


def values(node):
    if isinstance(node, dict):
        return [value for part in node.values() for value in values(part)]
    if isinstance(node, list):
        return [value for part in node for value in values(part)]
    return [node]


def test_the_tag_of_a_finished_video_leaves_nothing_open(program, song):
    assert program("render", song, "--no-diffusion", "--size", "64x64", "--bins", "8", "-o", "v.mp4").code == 0
    tag = json.loads(probe(program.work / "v.mp4")[0]["tags"]["comment"])
    assert "auto" not in values(tag), tag
    assert program("render", song, "--from", "v.mp4", "-o", "again.mp4").code == 0
    assert (program.work / "again.mp4").read_bytes() == (program.work / "v.mp4").read_bytes()


def test_an_unchanged_plan_gives_the_same_file_and_a_changed_one_says_so(program):
    tone_file(program.work / "song.wav", 440)
    settings = ["--size", "64x64", "--bins", "8", "--marks-per-bin", "4", "--blur", "2*rms", "--encoder-preset", "ultrafast"]
    program("paint", "song.wav", *settings, "-o", "asked.mp4")
    lines = [json.loads(line) for line in program("paint", "song.wav", *settings, "--dry-run").out.splitlines()]

    def rendered(name):
        (program.work / "plan.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        assert program("paint", "song.wav", "--plan", "plan.jsonl", "-o", name).code == 0
        return program.work / name

    assert rendered("planned.mp4").read_bytes() == (program.work / "asked.mp4").read_bytes()
    lines[3]["blur"] = 5.0
    tag = json.loads(probe(rendered("changed.mp4"))[0]["tags"]["comment"])
    assert set(tag) == {"plan", "constants"}
    refused = program("paint", "song.wav", "--from", "changed.mp4", "-o", "again.mp4")
    assert refused.code == 3
    assert "from a plan that somebody had changed" in refused.err


def test_a_plan_of_numbered_pictures_reads_back(program):
    tone_file(program.work / "song.wav", 440)
    settings = ["--size", "64x64", "--bins", "8", "--marks-per-bin", "4", "-o", "asked/%03d.png"]
    plan = program("paint", "song.wav", *settings, "--dry-run").out
    assert set(json.loads(plan.splitlines()[0])["constants"]["video"]) <= {"output_size", "fit", "flash_limit"}
    (program.work / "plan.jsonl").write_text(plan)
    assert program("paint", "song.wav", *settings).code == 0
    assert program("paint", "song.wav", "--plan", "plan.jsonl", "-o", "planned/%03d.png").code == 0
    asked, planned = (sorted((program.work / name).glob("*.png")) for name in ("asked", "planned"))
    assert [picture.read_bytes() for picture in asked] == [picture.read_bytes() for picture in planned] != []
