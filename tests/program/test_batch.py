"""Many jobs in one call: batch files and sweeps."""

import json
import os
import shutil
import signal
import subprocess

import pytest
from conftest import QUICK, TIMEOUT_S, probe

SMALL = {"diffusion": False, "size": "64x64", "bins": 8, "encoder_preset": "ultrafast"}


@pytest.fixture
def songs(program, tone):
    for name in ("a.wav", "b.wav"):
        shutil.copy(tone, program.work / name)


def batch(program, jobs, *words, **options):
    text = jobs if isinstance(jobs, str) else json.dumps(jobs)
    return program("batch", "-", *words, stdin=text.encode(), **options)


def lines(done):
    """[id, status, exit code, output] per job."""
    return [line.split("\t")[:4] for line in done.out.splitlines()]


def job(audio="a.wav", **settings):
    return {"audio": audio, **SMALL, **settings}


FORMS = {
    "array": lambda jobs: json.dumps(jobs, indent=1),
    "lines": lambda jobs: "\n\n".join(json.dumps(one) for one in jobs) + "\n",
    "object": lambda jobs: json.dumps({"defaults": SMALL, "jobs": [{k: v for k, v in one.items() if k not in SMALL} for one in jobs]}),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_batch_is_an_array_an_object_with_defaults_or_json_lines(program, songs, form):
    jobs = [job(), job("b.wav", output="other.mkv", id="second", fps=10)]
    done = batch(program, FORMS[form](jobs))
    assert done.code == 0, done
    assert lines(done) == [["0", "done", "0", "a.mp4"], ["second", "done", "0", "other.mkv"]]
    for name, frames in (("a.mp4", 15), ("other.mkv", 10)):
        _, streams = probe(program.work / name)
        assert int(streams["video"]["nb_read_packets"]) == frames and "audio" in streams


def test_a_batch_gives_the_same_bytes_as_render(program, songs):
    assert batch(program, [job(output="one.mp4", blur="4*onset")]).code == 0
    words = ["--no-diffusion", "--size", "64x64", "--bins", "8", "--encoder-preset", "ultrafast", "--blur", "4*onset"]
    assert program("render", "a.wav", "-o", "two.mp4", *words).code == 0
    assert (program.work / "one.mp4").read_bytes() == (program.work / "two.mp4").read_bytes()


def test_a_video_whose_prompt_is_read_in_pieces_is_known_again(program, songs, fake_model):
    same = {"model": "./fake-model", "diffusion": True, "steps": 2, "batch_size": 2, "frames": "0-3", "long_prompts": "chunk"}
    long = [job(output="v.mp4", prompt="sea " * 200, **{**SMALL, **same})]
    assert [line[1] for line in lines(batch(program, long))] == ["done"]
    assert [line[1] for line in lines(batch(program, long))] == ["skipped"]
    assert [line[1] for line in lines(batch(program, [{**long[0], "prompt": "sea " * 400}], "-y"))] == ["done"]


def test_what_a_late_job_comes_to_is_told_at_its_turn_and_its_values_before(program, songs):
    """Expressions and all that jobs come to together are resolved at their turn; what a value alone says at once."""
    jobs = [job(output=f"f{i}/%d.png", frames="0") for i in range(103)]
    jobs[101] |= {"gamma": "no_such_word + 1"}
    jobs[102] |= {"gamma": -7}
    done = batch(program, jobs)
    assert done.code == 7, done
    told = {line[0]: line[1:3] for line in lines(done)}
    assert told["101"] == ["failed", "2"] == told["102"] and sum(status == "done" for status, _ in told.values()) == 101
    order = [line[0] for line in lines(done)]
    assert order[0] == "102" and order.index("101") == len(order) - 1, order


def test_bad_jobs_are_known_before_the_first_starts_and_do_not_stop_the_others(program, songs):
    (program.work / "noise.wav").write_bytes(b"this is no sound")
    jobs = [job(), job("missing.wav"), job("noise.wav"), job("b.wav", blurr=1), {"output": "x.mp4"}, job("b.wav")]
    done = batch(program, jobs)
    assert done.code == 7
    found = lines(done)
    assert [line[3] for line in found[:4]] == ["missing.mp4", "noise.mp4", "b.mp4", "x.mp4"]  # as far as it is understood
    assert [line[:3] for line in found] == [
        ["1", "failed", "3"], ["2", "failed", "3"], ["3", "failed", "2"], ["4", "failed", "2"],
        ["0", "done", "0"], ["5", "done", "0"],
    ]  # fmt: skip
    assert "did you mean 'blur'" in done.err and "[3] " in done.err
    assert sorted(path.name for path in program.work.glob("*.mp4")) == ["a.mp4", "b.mp4"]


def test_fail_fast_starts_nothing_when_a_job_cannot_work(program, songs):
    done = batch(program, [job(), job("missing.wav"), job("b.wav")], "--fail-fast")
    assert done.code == 7
    assert sorted(line[1] for line in lines(done)) == ["failed", "waiting", "waiting"]
    assert not list(program.work.glob("*.mp4"))


@pytest.mark.parametrize(
    "jobs, words",
    [
        ([job(output="v.mp4"), job("b.wav", output="./v.mp4")], "the same output"),
        ([job(), job()], "the same output"),
        ([job(output="b.wav.mp4"), job(output="b.mp4", sweep={"blur": [1]}), job(output="b-blur-1.mp4")], "the same output"),
        ([job(id="x"), job("b.wav", id="x")], "two jobs have the id"),
        ([job(id=1.5)], "whole number"),
        ([job(id="a\nb")], "whole number"),
        ([], "no jobs"),
        ({"jobs": []}, "no jobs"),
        ({"job": [job()]}, "no jobs"),
        ({"jobs": [job()], "default": {}}, "unknown key"),
        ({"jobs": [job()], "defaults": {"blurr": 1}}, "did you mean"),
        ("nonsense", "stdin"),
        ('{"audio": "a.wav"}\n{"audio": ', "line 2"),
        ("", "stdin"),
    ],
)
def test_what_is_no_batch_is_refused_before_any_work(program, songs, jobs, words):
    done = batch(program, jobs)
    assert done.code == 2 and done.out == "" and words in done.err, done
    assert not list(program.work.glob("*.mp4"))


def test_a_batch_that_would_write_over_a_song_is_refused(program, songs):
    shutil.copy(program.work / "a.wav", program.work / "a.mp4")
    done = batch(program, [job(), job("a.mp4", output="c.mp4")], "-y")
    assert done.code == 2 and "what audio = a.mp4 reads" in done.err


def test_what_is_done_is_skipped_until_settings_or_song_change(program, songs):
    jobs = [job(), job("b.wav")]
    assert batch(program, jobs).code == 0
    before = (program.work / "a.mp4").read_bytes()
    (program.work / "b.mp4").unlink()
    again = batch(program, jobs, "--threads", "1")
    assert (again.code, [line[1] for line in lines(again)]) == (0, ["skipped", "done"])

    changed = batch(program, jobs, "--blur", "7")
    assert changed.code == 7 and changed.out.count("blur") == 2 and "-y replaces it" in changed.err
    assert (program.work / "a.mp4").read_bytes() == before
    later = (program.work / "a.mp4").stat().st_mtime + 10
    os.utime(program.work / "a.wav", (later, later))
    assert [line[1] for line in lines(batch(program, jobs))] == ["skipped", "skipped"]
    assert [line[1] for line in lines(batch(program, jobs, "-y"))] == ["skipped", "skipped"]

    facts = (program.work / "a.wav").stat()
    samples = bytearray((program.work / "a.wav").read_bytes())
    samples[-1000] ^= 0x10
    (program.work / "a.wav").write_bytes(samples)
    os.utime(program.work / "a.wav", ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert "(different: the song)" in batch(program, jobs).err
    assert [line[:2] for line in lines(batch(program, jobs, "-y"))] == [["1", "skipped"], ["0", "done"]]

    (program.work / "a.mp4").write_bytes(b"somebody else's")
    assert lines(batch(program, jobs))[0][:3] == ["0", "failed", "5"]


def test_flags_win_over_jobs_and_jobs_over_defaults_and_config(program, songs):
    (program.work / "c.json").write_text('{"blur": 1, "crf": 1, "gamma": 0.3, "saturation": 0.3}')
    jobs = {"defaults": {**SMALL, "blur": 2, "crf": 2, "gamma": 0.6}, "jobs": [{"audio": "a.wav", "blur": 3, "crf": 3}]}
    done = batch(program, jobs, "--config", "c.json", "--crf", "4", "--json")
    start = next(event for event in done.events() if event["event"] == "start")
    found = {key: start["config"][key] for key in ("blur", "crf", "gamma", "saturation")}
    assert found == {"blur": 3, "crf": 4, "gamma": 0.6, "saturation": 0.3}


def test_events_name_their_job_and_every_job_has_a_result(program, songs):
    done = batch(program, [job(id="one"), job("missing.wav", id="two")], "--json")
    assert done.code == 7
    events = done.events()
    of_jobs = ("start", "analysis", "frame", "encode", "done")
    assert {event["job"] for event in events if event["event"] in of_jobs} == {"one"}
    assert next(event for event in events if event["event"] == "error")["job"] == "two"
    results = {event["job"]: (event["status"], event["exit_code"]) for event in events if event["event"] == "result"}
    assert results == {"one": ("done", 0), "two": ("failed", 3)}
    counts = {key: events[-1][key] for key in ("event", "jobs", "done", "failed")}
    assert counts == {"event": "batch", "jobs": 2, "done": 1, "failed": 1}


def test_a_dry_run_checks_every_job_and_writes_nothing(program, songs):
    before = program.files()
    done = batch(program, [job(), job("missing.wav")], "--dry-run")
    assert done.code == 7 and [line[1] for line in lines(done)] == ["waiting", "failed"]
    assert program.files() == before


def test_a_sweep_makes_a_video_per_value_and_skips_what_is_done(program, songs):
    words = ["paint", "a.wav", *QUICK, "-o", "look.mp4", "--sweep", "blur=0,2.5,2+clamp(onset,0,1)", "--sweep", "fps=5,10"]
    done = program(*words)
    assert done.code == 0, done
    names = [f"look-blur-{blur}-fps-{fps}.mp4" for blur in ("0", "2.5", "2+clamp_onset_0_1_") for fps in (5, 10)]
    assert [line[3] for line in lines(done)] == names
    assert lines(done)[0][0] == "blur=0/fps=5"
    for name in names:
        _, streams = probe(program.work / name)
        assert int(streams["video"]["nb_read_packets"]) == int(name[-6:-4].strip("-"))
    (program.work / names[3]).unlink()
    again = {line[3]: line[1] for line in lines(program(*words))}
    assert again == {name: "done" if name == names[3] else "skipped" for name in names}


def test_a_sweep_of_frames_has_a_folder_per_value(program, songs):
    assert program("paint", "a.wav", *QUICK, "--frames", "0-1", "-o", "f/%03d.png", "--sweep", "blur=0,9").code == 0
    assert (program.work / "f-blur-0" / "001.png").read_bytes() != (program.work / "f-blur-9" / "001.png").read_bytes()


def test_frames_that_are_done_are_skipped_until_settings_song_or_frames_change(program, songs):
    words = ["paint", "a.wav", *QUICK, "--frames", "0-2", "-o", "f/%03d.png", "--sweep", "blur=0,9"]
    assert program(*words).code == 0
    frame = program.work / "f-blur-9" / "001.png"
    again = program(*words)
    assert (again.code, [line[1] for line in lines(again)]) == (0, ["skipped", "skipped"]), again
    changed = program(*words, "--gain", "6")
    assert changed.code == 7 and changed.out.count("was made with other settings") == 2, changed
    later = frame.stat().st_mtime + 10
    os.utime(frame, (later, later))
    os.utime(program.work / "a.wav", (later, later))
    assert [line[1] for line in lines(program(*words))] == ["skipped", "skipped"]
    bytes_of_frame = frame.read_bytes()
    frame.write_bytes(bytes_of_frame[:-20] + bytes(20))
    edited = program(*words)
    assert [line[1] for line in lines(edited)] == ["skipped", "failed"] and "-y replaces it" in edited.err
    assert [line[1] for line in lines(program(*words, "-y"))] == ["skipped", "done"]
    assert frame.read_bytes() == bytes_of_frame
    frame.unlink()
    gone_on = program(*words)
    assert [line[1] for line in lines(gone_on)] == ["skipped", "done"] and "2 of 3 frames there already" in gone_on.err
    assert frame.read_bytes() == bytes_of_frame
    shutil.rmtree(frame.parent)
    frame.parent.mkdir()
    assert lines(program(*words))[1][1] == "done"


def test_a_song_is_heard_once_for_jobs_that_hear_it_alike(program, songs):
    settings = [{"blur": 1}, {"blur": 2}, {"bins": 9}, {"bins": 9, "blur": "chroma_a"}]
    jobs = [job(output=f"{i}.mp4", **one) for i, one in enumerate(settings)] + [job("b.wav", output="4.mp4")]
    done = batch(program, jobs, "-v")
    assert done.code == 0 and done.err.count("was analysed for an earlier job") == 1, done
    for number in (1, 3):
        alone = batch(program, [jobs[number] | {"output": "alone.mp4"}], "-y")
        assert alone.code == 0 and "analysed for" not in alone.err
        assert (program.work / "alone.mp4").read_bytes() == (program.work / f"{number}.mp4").read_bytes()


@pytest.mark.parametrize(
    "sweep", ["strenght=1", "strength", "strength=", "strength=0.5,,0.6", "strength=nan", "strength=2", "painter=piee", "output=a,b", "=1"]
)
def test_a_sweep_that_makes_no_sense_is_refused(program, songs, sweep):
    done = program("paint", "a.wav", "--sweep", sweep)
    assert done.code == 2 and "sweep" in done.err, done


def test_a_sweep_reads_no_song_from_stdin_and_writes_no_stream(program, songs):
    assert program("paint", "-", "--sweep", "blur=1,2", stdin=b"x").code == 2
    done = program("paint", "a.wav", "-o", "-", "--sweep", "blur=1")
    assert done.code == 2 and done.out == "" and "name a file" in done.err, done


def test_an_interrupt_ends_in_order_and_leaves_finished_jobs_whole(program, songs, long_tone):
    jobs = [job(), job(str(long_tone), output="long.mp4", size="512x512"), job("b.wav")]
    (program.work / "jobs.json").write_text(json.dumps(jobs))
    running = program.start("batch", "jobs.json", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout.readline().split(b"\t")[:2] == [b"0", b"done"]
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=TIMEOUT_S)
    assert running.returncode == -signal.SIGINT, err
    assert [line.split(b"\t")[1] for line in out.splitlines()] == [b"waiting", b"waiting"]
    assert program.files() == ["a.mp4", "a.wav", "b.wav", "jobs.json"]
    assert probe(program.work / "a.mp4")[1]["video"]["nb_read_packets"] == "15"


SWEPT_PROMPTS = ["iceland vista, cinematic", 'a "big" sky', "b"]
PROMPT_SWEEPS = [
    'prompt="iceland vista, cinematic","a ""big"" sky",b',
    'prompt="iceland vista, cinematic",a "big" sky,b',
    'prompt=["iceland vista, cinematic", "a \\"big\\" sky", "b"]',
]


@pytest.mark.parametrize("sweep", PROMPT_SWEEPS)
def test_swept_texts_are_quoted_as_in_csv_or_given_as_a_list_of_json(program, songs, sweep):
    done = program("render", "a.wav", *QUICK, "--no-diffusion", "--sweep", sweep, "--dry-run")
    assert [line[0] for line in lines(done)] == [f"prompt={prompt}" for prompt in SWEPT_PROMPTS], done


def test_brackets_of_prompts_are_no_list_of_json(program, songs):
    done = program("render", "a.wav", *QUICK, "--no-diffusion", "--sweep", "prompt=[sea:sky:0.5],b", "--dry-run")
    assert [line[0] for line in lines(done)] == ["prompt=[sea:sky:0.5]", "prompt=b"], done


def test_presets_can_be_swept(program, songs):
    for name, gamma in (("soft", 0.8), ("hard", 2)):
        (program.work / f"{name}.json").write_text(json.dumps({"gamma": gamma, "blur": 1}))
    words = ["paint", "a.wav", *QUICK, "--frames", "0", "-o", "f/%d.png", "--blur", "0"]
    assert program(*words, "--sweep", "preset=./soft.json,./hard.json").code == 0
    for name in ("soft", "hard"):
        assert program(*words[:-4], "-o", f"{name}/%d.png", "--blur", "0", "--preset", f"./{name}.json").code == 0
        swept = program.work / f"f-preset-._{name}.json" / "0.png"
        assert swept.read_bytes() == (program.work / name / "0.png").read_bytes()
    done = program(*words, "--sweep", "preset=./soft.json,no-such-preset")
    assert done.code == 2 and "no-such-preset" in done.err, done


def test_whatever_a_path_holds_a_job_is_one_line_of_five_columns(program, songs):
    names = ["a\tb.mp4", "a\nb.mp4", "a\\b.mp4", "none\n/b.mp4"]
    done = batch(program, [job(output=name) for name in names])
    rows = [line.split("\t") for line in done.out.splitlines()]
    assert all(len(row) == 5 for row in rows), done
    assert {row[0]: row[3] for row in rows} == {"0": "a\\tb.mp4", "1": "a\\nb.mp4", "2": "a\\\\b.mp4", "3": "none\\n/b.mp4"}
    assert (program.work / names[1]).exists()
