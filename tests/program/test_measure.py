"""measure: numbers about any video and its song, held against NumPy."""

import subprocess

import numpy as np
import pytest
from conftest import QUICK, RATE, decode_pictures, write_wav

FPS = 20
SIDE = 72  # a cell of the program's grid is one pixel
BEATS_S = np.arange(0.5, 6, 0.5)


def write_video(path, pictures, fps=FPS, sound=None, codec=("-c:v", "ffv1", "-pix_fmt", "gbrp")):
    """pictures: [frames][height][width][3], uint8; lossless unless `codec` says otherwise."""
    _, height, width, _ = pictures.shape
    extra = ["-i", sound, "-c:a", "pcm_s16le"] if sound else []
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(fps)]
    subprocess.run([*command, "-i", "-", *extra, *codec, path], input=pictures.tobytes(), check=True)
    return path.name


def flashes(delay_frames=0, seconds=6, fps=FPS):
    """Lit on every beat, fading within 0.3 s."""
    lit = np.zeros(seconds * fps)
    for frame in np.round(BEATS_S * fps).astype(int) + delay_frames:
        since = np.arange(len(lit) - frame)
        lit[frame:] = np.maximum(lit[frame:], np.exp(-since / fps / 0.3))
    values = np.round(255 * lit).astype(np.uint8)
    return np.broadcast_to(values[:, None, None, None], (len(values), SIDE, SIDE, 3))


@pytest.fixture
def clicks(program):
    """song.wav with a click on each beat, and the beats as a file."""
    t = np.arange(6 * RATE) / RATE
    since = np.min(np.where(t[:, None] >= BEATS_S, t[:, None] - BEATS_S, 9), axis=1)
    write_wav(program.work / "song.wav", np.sin(2 * np.pi * 1000 * t) * np.exp(-since / 0.01) * (since < 0.05))
    (program.work / "beats.txt").write_text("".join(f"{beat}\n" for beat in BEATS_S))
    return "song.wav"


def measures(program, *arguments):
    done = program("measure", *arguments, "--json")
    assert done.code == 0, done
    return done.valid_events()[-1]["measures"]


def lab_of(pictures):
    """CIE 1976 L*a*b* under D65, [frames][height][width][3], from sRGB whose light has 16 bits."""
    values = np.arange(256) / 255
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    linear = np.round(light * 65535)[pictures] / 65535
    rows = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    xyz = linear @ np.array(rows).T / np.array([0.95047, 1, 1.08883])
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def event_times(pictures):
    """Maxima of the smoothed change within 0.15 s that exceed the median by one absolute deviation."""
    change = np.linalg.norm(np.diff(lab_of(pictures), axis=0), axis=-1).mean((1, 2)) / 100
    sigma = FPS / 30
    at = np.arange(len(change))
    weights = np.exp(-(((at[:, None] - at) / sigma) ** 2) / 2) * (abs(at[:, None] - at) <= np.ceil(4 * sigma))
    smooth = weights @ change / weights.sum(1)
    threshold = np.median(smooth) + max(np.median(abs(smooth - np.median(smooth))), 0.001)
    reach = int(0.15 * FPS + 1e-9)
    peaks = [i for i in at[1:] if smooth[i] > threshold and smooth[i] == smooth[max(0, i - reach) : i + reach + 1].max()]
    return (np.array(peaks) + 1) / FPS


def aist_alignment(events, beats, sigma=0.05):
    """calculate_beat_scores.py of AIST++ (3 frames of 60 a second)."""
    return np.mean([np.exp(-np.min((event - beats) ** 2) / (2 * sigma**2)) for event in events])


def vbench_flickering(pictures):
    """temporal_flickering.py of VBench: 255 less the mean absolute difference, in 255."""
    differences = [np.mean(abs(a.astype(float) - b)) for a, b in zip(pictures[1:], pictures[:-1], strict=True)]
    return (255 - np.mean(differences)) / 255


def test_alignment_and_flickering_are_those_of_their_authors(program, clicks):
    random = np.random.default_rng(5)
    pictures = random.integers(0, 60, (6 * FPS, SIDE, SIDE, 3), dtype=np.uint8) + (flashes(1) // 2)
    pictures[random.random(len(pictures)) < 0.1] //= 2
    video = write_video(program.work / "v.mkv", pictures)
    assert (decode_pictures(program.work / video, SIDE, SIDE) == pictures).all()
    found = measures(program, video, clicks, "--beats", "beats.txt")
    events = event_times(pictures)
    assert len(events) > 8
    assert found["beat_alignment"] == pytest.approx(aist_alignment(events, BEATS_S), abs=1e-6)
    assert found["beat_alignment_recall"] == pytest.approx(aist_alignment(BEATS_S, events), abs=1e-6)
    assert found["temporal_flickering"] == pytest.approx(vbench_flickering(pictures), abs=1e-6)


def test_a_flash_on_every_beat_is_full_marks_and_one_200_ms_late_none(program, clicks):
    on_beat = measures(program, write_video(program.work / "on.mkv", flashes()), clicks, "--beats", "beats.txt")
    assert on_beat["beat_alignment_f"] == pytest.approx(1, abs=1e-9) and on_beat["onset_lag_s"] == 0
    assert on_beat["beat_hit_f"] == 1 and on_beat["beat_match_error_s"] == pytest.approx(0, abs=1e-9)
    assert on_beat["beat_hit_z"] > 1.5  # of two blocks only
    late = measures(program, write_video(program.work / "late.mkv", flashes(FPS // 5)), clicks, "--beats", "beats.txt")
    assert late["beat_alignment"] < 0.01 and late["onset_lag_s"] == pytest.approx(0.2)


def test_the_video_s_own_sound_is_taken_where_no_song_is_named(program, clicks):
    video = write_video(program.work / "v.mkv", flashes(), sound=program.work / clicks)
    assert measures(program, video, "--beats", "beats.txt") == measures(program, video, clicks, "--beats", "beats.txt")


def test_a_part_of_the_song_is_held_against_that_part(program, clicks):
    video = write_video(program.work / "part.mkv", flashes()[2 * FPS : 5 * FPS])
    refused = program("measure", video, clicks)
    assert refused.code == 3 and "--start T says where it begins" in refused.err, refused
    found = measures(program, video, clicks, "--beats", "beats.txt", "--start", "2")
    assert found["beat_alignment"] == pytest.approx(1, abs=1e-9) and found["onset_lag_s"] == 0
    shifted = measures(program, video, clicks, "--beats", "beats.txt", "--start", "2.2")
    assert shifted["beat_alignment"] < 0.01
    behind = program("measure", video, clicks, "--start", "7")
    assert behind.code == 2 and "lasts 6.00 s" in behind.err, behind


def test_every_word_is_explained_and_is_that_of_stats(program, clicks):
    done = program("paint", clicks, *QUICK, "-o", "v.mp4", "--stats", "-q")
    stats = dict(line.split(" ") for line in done.out.splitlines())
    told = program("measure", "v.mp4", clicks)
    rows = [line.split(None, 2) for line in told.out.splitlines()]
    assert [name for name, *_ in rows] == [name for name in stats if not name.startswith("seconds_")]
    assert all(len(row) == 3 and len(row[2]) > 7 for row in rows), told
    assert "90 frames at 15 fps" in told.err and "BPM" in told.err, told
    # The codec changes little of the painted pictures.
    values = {name: value for name, value, _ in rows}
    assert float(values["level"]) == pytest.approx(float(stats["level"]), abs=0.02)


def test_a_video_without_sound_is_measured_by_its_pictures(program):
    video = write_video(program.work / "v.mkv", flashes())
    done = program("measure", video, "--json")
    warning, found = done.valid_events()
    assert done.code == 0 and "has no sound" in warning["message"], done
    assert found["measures"]["beat_alignment"] is None and found["measures"]["fast_flicker"] > 0.01
    assert found["song"] is None and found["frames"] == 6 * FPS and found["fps"] == f"{FPS}/1"


def test_a_few_frames_are_enough_for_what_can_be_said_of_them(program):
    video = write_video(program.work / "v.mkv", flashes()[9:12])
    found = measures(program, video)
    assert found["flicker"] > 0 and found["section_contrast"] is None and found["fast_flicker"] is None


@pytest.mark.parametrize(("name", "codec"), [("v.gif", []), ("v.webm", ["-c:v", "libvpx-vp9"]), ("v.mov", ["-c:v", "mpeg4"])])
def test_pictures_keep_their_rate_in_other_containers(program, name, codec):
    write_video(program.work / name, flashes(), codec=codec)
    done = program("measure", name, "-q", "--json").valid_events()[-1]
    assert done["frames"] == 6 * FPS and done["fps"] == f"{FPS}/1"


def test_what_is_no_video_or_no_song_ends_with_code_3(program, clicks):
    video = write_video(program.work / "v.mkv", flashes())
    write_video(program.work / "one.png", flashes()[:1], codec=[])
    (program.work / "text.mp4").write_text("no video at all")
    for arguments, words in [
        (["song.wav"], "no pictures"),
        (["one.png"], "one picture"),
        (["text.mp4"], "text.mp4"),
        (["missing.mp4"], "missing.mp4"),
        ([video, "text.mp4"], "text.mp4"),
        ([video, "missing.wav"], "missing.wav"),
        ([video, "one.png"], "one.png"),
    ]:
        done = program("measure", *arguments)
        assert done.code == 3 and words in done.err and done.out == "", (arguments, done)


def test_operands_and_options_are_checked(program, clicks):
    for arguments, words in [
        ([], "measure needs a video"),
        (["v.mp4", "song.wav", "more.wav"], "more.wav"),
        (["v.mp4", "--prompt", "x"], "--prompt is an option of render"),
        (["v.mp4", "--start", "soon"], "soon"),
    ]:
        done = program("measure", *arguments)
        assert done.code == 2 and words in done.err, (arguments, done)
    done = program("measure", "song.wav", "--log-file", "song.wav")
    assert done.code == 2 and "song.wav" in done.err, done


def test_an_animated_webp_is_measured_where_libav_reads_it_and_otherwise_it_is_said_what_is(program, song):
    assert program("paint", song, *QUICK, "-o", "v.webp").code == 0
    done = program("measure", "v.webp", song)
    if done.code != 0:
        assert done.code == 3 and "v.webp is an animated WebP" in done.err and "GIF and APNG are read" in done.err, done
    for name in ("v.gif", "v.apng"):
        assert program("paint", song, *QUICK, "-o", name).code == 0
        assert program("measure", name, song, "--start", "0").code == 0
