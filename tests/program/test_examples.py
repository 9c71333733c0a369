"""The scripts of examples/, run as they stand. They paint, so that they run where no model is."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from conftest import PROGRAM, QUICK, RATE, ROOT, decode_pictures, decode_sound, probe, sines, write_wav
from PIL import Image

EXAMPLES = ROOT / "examples"


@pytest.fixture
def shell(program):
    """Runs an example with the program on its PATH."""

    def run(*words, code=0, path=None):
        environment = {**program.environment, "PATH": f"{PROGRAM.parent}:{path or os.environ['PATH']}"}
        done = subprocess.run(list(map(str, words)), cwd=program.work, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == code, f"{words}\n{done.stdout}\n{done.stderr}"
        return done

    return run


def frames_in(video):
    return int(probe(video)[1]["video"]["nb_read_packets"])


def test_a_folder_of_songs_becomes_a_folder_of_videos_and_bad_songs_stop_nothing(program, shell):
    songs = program.work / "my songs"
    songs.mkdir()
    for name in ("one.wav", "it's \"two\".wav"):
        write_wav(songs / name, sines(0.5, 440))
    (songs / "three.wav").write_text("no song")
    (songs / "cover.jpg").write_text("no song either")
    words = [EXAMPLES / "batch_folder.sh", songs, "videos", "--no-diffusion", *QUICK]
    done = shell(*words, code=7)
    assert sorted(line.split("\t")[:2] for line in done.stdout.splitlines()) == [["it's \"two\".wav", "done"], ["one.wav", "done"], ["three.wav", "failed"]]
    assert frames_in(program.work / "videos/one.mp4") == 8
    assert shell(*words, code=7).stdout.count("skipped") == 2


@pytest.fixture(params=["parallel", "xargs"])
def tools(request, tmp_path):
    """A PATH for scripts that use GNU parallel, and xargs where it is not; None: the usual one."""
    if request.param == "parallel":
        if shutil.which("parallel") is None:
            pytest.skip("GNU parallel is not installed; the script uses xargs then")
        return None
    path = tmp_path / "tools"  # all that the scripts call, but for GNU parallel
    path.mkdir()
    for name in ("bash", "cp", "mktemp", "nproc", "rm", "xargs"):
        (path / name).symlink_to(shutil.which(name))
    (path / "python3").symlink_to(sys.executable)
    return path


def test_processes_side_by_side_give_the_frames_of_one(program, shell, tools):
    write_wav(program.work / "a song.wav", sines(1, 440))
    words = ["render", "--no-diffusion", *QUICK, "--fps", "30000/1001", "--start", "0.2s", "--crf", "0"]
    words += ["--diffuse-every", "4", "--mark-size", "10 + 10*onset"]
    shell(EXAMPLES / "parallel_frames.sh", "a song.wav", "shards.mkv", "2", *words, path=tools)
    shell("spectradiff", *words, "a song.wav", "-o", "whole.mkv")
    shards, whole = (decode_pictures(program.work / name, 64, 64) for name in ("shards.mkv", "whole.mkv"))
    assert len(shards) == len(whole) == 24 and (shards == whole).all()
    assert (decode_sound(program.work / "shards.mkv", RATE) == decode_sound(program.work / "whole.mkv", RATE)).all()
    assert probe(program.work / "shards.mkv")[1]["video"]["r_frame_rate"] == "30000/1001"
    before = (program.work / "shards.mkv").read_bytes()
    shell(EXAMPLES / "parallel_frames.sh", "a song.wav", "shards.mkv", "2", *words, path=tools, code=5)
    assert (program.work / "shards.mkv").read_bytes() == before
    assert list(program.temporary.iterdir()) == []


def test_shards_side_by_side_give_the_video_of_one_process(program, shell, tools):
    write_wav(program.work / "a song.wav", sines(1, 440))
    words = ["--no-diffusion", *QUICK, "--prompt", "it's two", "--diffuse-every", "4"]
    shell(EXAMPLES / "cluster/parallel.sh", "a song.wav", "a video.mkv", "3", *words, path=tools)
    shell("spectradiff", "render", "a song.wav", "-o", "whole.mkv", *words)
    assert (program.work / "a video.mkv").read_bytes() == (program.work / "whole.mkv").read_bytes()
    assert program.files() == ["a song.wav", "a video.mkv", "whole.mkv"]


def test_the_job_of_kubernetes_runs_every_shard_once():
    """Held against the schema of Kubernetes by hand; here, that its numbers fit each other."""
    yaml = pytest.importorskip("yaml")
    job = yaml.safe_load((EXAMPLES / "cluster/kubernetes.yaml").read_text())
    command = job["spec"]["template"]["spec"]["containers"][0]["command"][-1]
    assert job["spec"]["completionMode"] == "Indexed"
    assert f"--shard $((JOB_COMPLETION_INDEX + 1))/{job['spec']['completions']} " in command


def test_make_renders_what_is_new_and_nothing_twice(program, shell, song):
    words = ["make", "-f", EXAMPLES / "Makefile", "COMMAND=paint", "OPTIONS=" + " ".join(QUICK)]
    assert "spectradiff paint song.wav" in shell(*words).stdout
    assert frames_in(program.work / "song.mp4") == 15
    assert "spectradiff" not in shell(*words).stdout
    (program.work / "settings.json").write_text('{"fps": 10}')
    os.utime(program.work / "song.mp4", (1, 1))
    shell(*words)
    assert frames_in(program.work / "song.mp4") == 10


def test_the_loop_chooses_the_value_whose_pictures_follow_the_onsets(program, shell):
    t = np.arange(4 * RATE) / RATE
    write_wav(program.work / "clicks.wav", 0.8 * np.exp(-((t % 0.8) * 20)) * np.sin(2 * np.pi * 200 * t) * (t > 0.2))
    done = shell(EXAMPLES / "choose_strength.sh", "clicks.wav", "paint", "mark-size", "1", "12", "40")
    assert done.stdout.strip() in ("1", "12", "40")
    rows = [line.split() for line in done.stderr.splitlines()]
    assert rows[0] == ["mark-size", "onsets", "flicker", "flashes/s"] and [row[0] for row in rows[1:]] == ["1", "12", "40"]
    calm = [row for row in rows[1:] if int(row[3]) <= 3] or rows[1:]
    assert done.stdout.strip() == max(calm, key=lambda row: float(row[1]))[0]


def test_numbers_go_to_a_sketch_and_its_pictures_come_back(program, shell, song):
    shell("spectradiff", "analyze", song, "--seed-csv", "magnitudes.csv", "--fps", "5")
    assert len((program.work / "magnitudes.csv").read_text().splitlines()) == 5
    shell(EXAMPLES / "sketch.py", "magnitudes.csv", "frames")
    drawn = [np.asarray(Image.open(program.work / f"frames/{frame:05d}.png")) for frame in range(5)]
    assert drawn[2].shape == (256, 256, 3) and drawn[2].max() > 100
    back = ["--painter", "image", "--image", "frames/%05d.png", "--size", "256x256", "--fps", "5", "--blur", "0"]
    shell("spectradiff", "paint", song, *back, "-o", "init/%05d.png")
    for frame in range(5):
        assert (np.asarray(Image.open(program.work / f"init/{frame:05d}.png")) == drawn[frame]).all()
    plan = shell("spectradiff", "render", song, "--no-diffusion", *back, "--dry-run").stdout
    assert json.loads(plan.splitlines()[0])["frames"] == 5


@pytest.fixture
def engine():
    """The notebook diffuses: where there is no engine it cannot."""
    report = json.loads(subprocess.run([PROGRAM, "doctor", "--json"], capture_output=True, check=False).stdout)
    if not report["engine"]["ok"]:
        pytest.skip("the engine is not built")


@pytest.mark.slow
@pytest.mark.usefixtures("engine")
def test_the_notebook_runs_from_its_first_cell_to_its_last(program, shell):
    t = np.arange(RATE) / RATE
    write_wav(program.work / "song.wav", 0.8 * np.sin(2 * np.pi * 60 * t) * np.exp(-((t % 0.5) * 8)))
    cells = json.loads((EXAMPLES / "notebook.ipynb").read_text())["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    small = code.replace('"256x256"', '"64x64"').replace("LENGTH = 60", "LENGTH = 6")
    assert small != code
    (program.work / "notebook.py").write_text(small)
    shell(sys.executable, "notebook.py")
    rows = [json.loads(line) for line in (program.work / "plan.jsonl").read_text().splitlines()][1:]
    assert len({row["strength"] for row in rows}) > 2 and frames_in(program.work / "edited.mp4") == 6
