"""slow: a song whose beats last whole frames, held against its own tempo, length and pitch."""

import wave

import numpy as np
import pytest
from conftest import RATE, write_wav


@pytest.fixture
def clicks(program):
    """Twelve seconds of 128 beats a minute, a tone of 440 Hz left and of 660 Hz right."""
    t = np.arange(12 * RATE) / RATE
    beat = np.exp(-((t % (60 / 128)) * 40))
    left, right = (0.4 * np.sin(2 * np.pi * hz * t) * (0.1 + beat) for hz in (440, 660))
    write_wav(program.work / "song.wav", np.stack([left, right], 1))
    return "song.wav"


def read(path):
    with wave.open(str(path), "rb") as file:
        assert file.getsampwidth() == 3
        raw = np.frombuffer(file.readframes(file.getnframes()), np.uint8).reshape(-1, file.getnchannels(), 3).astype(np.int32)
        return (raw[..., 0] | raw[..., 1] << 8 | raw[..., 2] << 16).astype(np.int32) << 8, file.getframerate()


def test_a_beat_lasts_whole_frames_and_the_pitch_stays(program, clicks):
    done = program("slow", clicks, "--fps", "30", "--tempo", "128", "--json")
    assert done.code == 0, done
    event = done.valid_events()[-1]
    assert event["path"] == "song-112.5bpm.wav" and event["tempo_bpm"] == 112.5 and event["frames_per_beat"] == 16
    samples, rate = read(program.work / "song-112.5bpm.wav")
    assert rate == RATE and len(samples) == event["samples"] == round(12 * RATE * 128 / 112.5)
    for channel, hz in ((0, 440), (1, 660)):
        spectrum = np.abs(np.fft.rfft(samples[:, channel] * np.hanning(len(samples))))
        assert np.fft.rfftfreq(len(samples), 1 / RATE)[spectrum.argmax()] == pytest.approx(hz, abs=1)
    # The beats lie where the slower tempo has them.
    level = np.abs(samples[:, 0]).astype(float)
    period = round(RATE * 60 / 112.5)
    folded = level[: len(level) // period * period].reshape(-1, period)[2:-2].mean(0)
    assert folded[: period // 4].mean() > 3 * folded[period // 2 :].mean()


def test_the_tempo_is_heard_where_it_is_not_told(program, clicks):
    done = program("slow", clicks, "--fps", "15", "--frames-per-beat", "8", "-o", "-")
    assert done.code == 0 and done.bytes[:4] == b"RIFF", done
    assert "112.5 bpm instead of 128" in done.err or "112.4" in done.err or "112.6" in done.err, done


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--tempo", "128", "--frames-per-beat", "400"], 2, "56 is allowed"),
        (["--frames-per-beat", "0"], 2, "outside 1..1000"),
        (["--tempo", "128", "-o", "slow.mp3"], 2, ".wav or .flac"),
        (["--tempo", "128", "-o", "song.wav", "-y"], 2, "song.wav"),
    ],
)
def test_what_cannot_be_slowed_is_said(program, clicks, words, code, told):
    done = program("slow", clicks, "--fps", "30", *words)
    assert done.code == code and told in done.err, done


def test_a_drone_has_no_tempo(program):
    write_wav(program.work / "drone.wav", 0.3 * np.sin(np.arange(4 * RATE) / 30))
    done = program("slow", "drone.wav")
    assert done.code == 3 and "--tempo says it" in done.err, done
