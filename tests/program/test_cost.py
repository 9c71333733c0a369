"""What a render will take is said before it begins: pictures, time, and room on the disk."""

import os
import pty
import re
import subprocess

import pytest
from conftest import PROGRAM, TIMEOUT_S
from test_late_endings import MOUNT, small_disk_is_there
from test_resume import command, kept, slowly, start_and_wait_for  # noqa: F401


def cost_line(done):
    return next(line for line in done.err.splitlines() if line.startswith("to make: "))


def cost_event(done):
    return next(event for event in done.valid_events() if event["event"] == "cost")


def stop_after(program, command, frames, **waits):  # noqa: F811
    """A run that was killed when so many frames were there; how many are."""
    running = start_and_wait_for(program, "v.mp4", frames, command, slowly(program, **waits))
    running.kill()
    running.wait()
    return kept(program, "v.mp4")


def test_the_first_run_knows_its_pictures_and_bounds_of_its_bytes(program, command):  # noqa: F811
    done = program(*command, "-o", "v.mp4", "--json")
    assert done.code == 0, done
    assert cost_line(done).startswith("to make: 24 pictures; time: unknown before the first; disk: "), done
    cost = cost_event(done)
    raw = 24 * 64 * 64 * 3
    assert (cost["to_make"], cost["there"], cost["seconds"]) == (24, 0, None)
    assert cost["store_bytes"]["least"] == raw // 4 and raw < cost["store_bytes"]["most"] < 2 * raw
    assert 0 < cost["output_bytes"]["least"] < (program.work / "v.mp4").stat().st_size < cost["output_bytes"]["most"]


def test_a_run_that_goes_on_knows_its_time_and_bytes_and_the_plan_says_the_same(program, command):  # noqa: F811
    there = stop_after(program, command, 8, denoise=0.1)
    dry = program(*command, "-o", "v.mp4", "--dry-run")
    assert dry.code == 0 and len(dry.plan()["rows"]) == 24, dry
    assert kept(program, "v.mp4") == there
    done = program(*command, "-o", "v.mp4", "--json")
    cost = cost_event(done)
    assert (cost["to_make"], cost["there"]) == (24 - there, there)
    assert cost["seconds"] > 0
    assert cost["store_bytes"]["least"] == cost["store_bytes"]["most"] > 0
    for line in (cost_line(dry), cost_line(done)):
        assert line.startswith(f"to make: {24 - there} pictures, {there} are there; time: about 0:0"), line


def test_a_store_of_another_machines_pace_says_nothing_of_time(program, command):  # noqa: F811
    stop_after(program, command, 8, denoise=0.1)
    done = program(*command, "-o", "v.mp4", "--batch-size", "3", "--json")
    assert cost_event(done)["seconds"] is None


def test_what_is_all_there_takes_no_time(program, command):  # noqa: F811
    assert program(*command, "-o", "v.mp4", "--keep-frames").code == 0
    done = program(*command, "-o", "v.mp4", "-y", "--crf", "30")
    assert cost_line(done).startswith("to make: 0 pictures, 24 are there; disk: "), done


def test_time_left_counts_only_what_is_left_to_make(program, command):  # noqa: F811
    """Of 24 frames 12 are reused at once; each batch of two takes 0.5 s (two steps), so about 2 s are left after the third."""
    prompts = [*command, "--prompt-blend", "cut", "--prompts", "p.txt", "-o", "v.mp4"]
    (program.work / "p.txt").write_text("0: sea\n0.5s: hills\n")
    assert program(*prompts, "--keep-frames").code == 0
    (program.work / "p.txt").write_text("0: sea\n0.5s: towers\n")
    main, side = pty.openpty()
    words = [PROGRAM, *prompts, "-y", "--progress", "always"]
    child = subprocess.Popen(words, cwd=program.work, env=slowly(program, denoise=0.25), stderr=side, stdout=subprocess.DEVNULL)
    os.close(side)
    seen = b""
    try:
        while block := os.read(main, 65536):
            seen += block
    except OSError:  # the other side is gone
        pass
    assert child.wait(TIMEOUT_S) == 0
    os.close(main)
    bars = re.findall(r"\[(=*)(#*\.*)\] render (\d+)/(\d+) frames, (\d+) reused(?:, [\d.]+ frames/s)?(?:, 0:(\d\d) left)?", seen.decode())
    assert {(total, reused) for _, _, _, total, reused, _ in bars} == {("12", "12")}, seen
    left = {int(done): int(seconds) for _, _, done, _, _, seconds in bars if seconds}
    assert left[6] in (1, 2), left
    assert all(0 <= len(rest) - len(there) <= 1 for there, rest, *_ in bars)  # half of it was there


def on_a_disk_of(size, program, *words):
    """Exit code, stderr and what is left on a file system of so many bytes, mounted at disk/."""
    (program.work / "disk").mkdir(exist_ok=True)
    script = f'mount -t tmpfs -o size={size} none disk && "$@"; code=$?; ls -a disk; exit $code'
    return subprocess.run([*MOUNT, script, "sh", str(PROGRAM), *words], cwd=program.work, env=program.environment,
                          capture_output=True, text=True, timeout=TIMEOUT_S, check=False)  # fmt: skip


@pytest.mark.skipif(not small_disk_is_there(), reason="no small file system can be mounted here")
def test_a_disk_that_cannot_hold_it_is_refused_before_any_work_and_force_goes_on(program, command):  # noqa: F811
    words = [*command, "-o", "disk/v.mp4"]
    done = on_a_disk_of("72k", program, *words)
    assert done.returncode == 5 and done.stdout.split() == [".", ".."], done
    found = re.search(r"the disk of disk/v.mp4 is too small: \S+ kB \((\d+) bytes\) are needed and \S+ kB \((\d+) bytes\) are free", done.stderr)
    assert found and int(found[1]) > int(found[2]) and "--force" in done.stderr, done
    assert "batch size" not in done.stderr  # no model was loaded for it
    done = on_a_disk_of("16m", program, *words)
    assert done.returncode == 0 and "too small" not in done.stderr, done
    done = on_a_disk_of("72k", program, *words, "--force")
    assert "is too small" in done.stderr and done.returncode in (0, 5), done


@pytest.mark.skipif(not small_disk_is_there(), reason="no small file system can be mounted here")
def test_a_dry_run_warns_of_a_small_disk(program, command):  # noqa: F811
    done = on_a_disk_of("72k", program, *command, "-o", "disk/v.mp4", "--dry-run")
    assert done.returncode == 0 and "is too small" in done.stderr, done
