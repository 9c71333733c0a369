"""What people type who come from other programs, or in a hurry: the answer is the option that does it here."""

import pytest
from conftest import QUICK
from PIL import Image

HABITS = {
    "--ar": "--aspect", "--aspect_ratio": "--aspect", "--width": "--size", "--height": "--size", "--end": "--duration", "-ss": "--start", "-t": "--duration", "-r": "--fps",
    "-i": "spectradiff render song.wav", "--style": "--preset", "--cfg_scale": "--guidance", "--sampler": "--scheduler",
    "--denoising-strength": "--strength", "-vcodec": "--video-codec", "-an": "--audio-codec none", "--lora": "export_model.py",
}  # fmt: skip


@pytest.mark.parametrize("typed", HABITS)
def test_an_option_of_another_program_is_answered_with_ours(program, song, typed):
    done = program("render", song, typed, "2")
    assert done.code == 2 and HABITS[typed] in done.err and "did you mean" not in done.err, done


def test_a_video_named_without_o_is_answered_with_o(program, song):
    for word in ("out.mp4", "out/%05d.png"):
        done = program("render", song, word)
        assert done.code == 2 and f"-o {word}" in done.err, done
    assert "-o" not in program("analyze", song, "out.mp4").err


def test_a_song_without_a_command_is_answered_with_render(program, song):
    done = program(song)
    assert done.code == 2 and f"spectradiff render {song}" in done.err, done


def test_help_is_a_word_too(program):
    assert program("help", "render").out == program("render", "--help").out
    assert program("help").out == program("--help").out
    assert program("help", "rendr").code == 2


def test_an_address_is_answered_with_a_pipe(program):
    address = "https://www.youtube.com/watch?v=x"
    for words in (["render", address], ["analyze", address], ["paint", address, "--analysis-audio", "a.wav"]):
        done = program(*words)
        assert done.code == 3 and "yt-dlp" in done.err and f"'{address}'" in done.err, done


def test_short_help_shows_about_25_options_in_groups(program):
    text = program("render", "-h").out
    options = [line for line in text.splitlines() if line.startswith("  -")]
    assert 20 <= len(options) <= 30, text
    assert len([line for line in text.splitlines() if line.endswith(":") and not line.startswith(" ")]) >= 5
    for flag in ("--prompt", "--strength", "-o, --output", "--fps", "--preset"):
        assert any(flag in line for line in options), flag
    assert "--csv" in program("analyze", "-h").out and "--prompt" not in program("paint", "-h").out


PAINT = ["paint", *QUICK, "--frames", "0"]
OTHER = ["paint", "--size", "64x64", "--frames", "0"]  # than by the painter hash
IDLE = {
    "an image without its painter": ([*PAINT, "--image", "p.png"], "--image changes nothing", "--painter image"),
    "an option of another painter": ([*PAINT, "--pie-span", "360"], "--pie-span changes nothing", "--painter pie"),
    "folds without a kaleidoscope": ([*PAINT, "--symmetry-folds", "5"], "--symmetry-folds changes nothing", "--symmetry kaleidoscope"),
    "a hue beside a colour map": ([*PAINT, "--colour-map", "magma", "--hue-start", "0.2"], "--hue-start changes nothing", "--colour-map hue"),
    "a fit of what has that shape": ([*PAINT, "--output-size", "32x32", "--fit", "stretch"], "--fit changes nothing", "--output-size 1920x1080"),
    "a base's opacity without one": ([*PAINT, "--base-opacity", "0.5"], "--base-opacity changes nothing", "--base hash"),
    "hues of pictures": ([*OTHER, "--painter", "image", "--image", "real.png", "--hue-start", "0.2"], "--hue-start changes nothing", "their own colours"),
    "hues of the original's dots": ([*OTHER, "--painter", "polar", "--polar-colours", "seed", "--saturation", "0.2"], "--saturation changes nothing", "--polar-colours seed"),
    "a tempo that nothing follows": ([*PAINT, "--tempo", "120"], "--tempo changes nothing", "expressions such as beat"),
    "a middle of no trails": ([*PAINT, "--mesh-centre-x", "0.2"], "--mesh-centre-x changes nothing", "--mesh-rot"),
    "waves of no height": ([*PAINT, "--mesh-warp-scale", "2"], "--mesh-warp-scale changes nothing", "--mesh-warp 1"),
    "a still's size in a film": ([*OTHER, "--painter", "spectrogram", "--spectrogram-still-size", "64x64"], "--spectrogram-still-size changes nothing", "still"),
    "a playhead in a still": ([*OTHER, "--painter", "spectrogram", "--spectrogram-style", "still", "--spectrogram-seconds", "3"], "--spectrogram-seconds changes nothing", "scroll"),
    "an angle of view that is not turned": ([*PAINT, "--fov", "40"], "--fov changes nothing", "--yaw"),
    "a middle of a camera that stands": ([*PAINT, "--centre-x", "0.2"], "--centre-x changes nothing", "--zoom"),
    "a rate of one picture": ([*OTHER, "--painter", "image", "--image", "real.png", "--image-fps", "2"], "--image-fps changes nothing", "pattern"),
    "an end of one picture": ([*OTHER, "--painter", "image", "--image", "real.png", "--image-end", "loop"], "--image-end changes nothing", "pattern"),
    "a range of bins that have their own": ([*PAINT, "--bin-spacing", "seed", "--fmin", "100"], "--fmin changes nothing", "--bin-spacing log"),
    "a past below full bars": ([*OTHER, "--painter", "showcqt", "--cqt-bars", "1", "--cqt-seconds", "3"], "--cqt-seconds changes nothing", "--cqt-bars 0.5"),
    "a signal that nothing reads": ([*PAINT, "--signal", "x=bass"], "--signal x changes nothing", "--blur"),
    "a stem that nothing reads": ([*PAINT, "--stem", "drums=song.wav"], "--stem drums changes nothing", "stem:drums"),
    "kept paintings": ([*PAINT, "--keep-frames"], "--keep-frames changes nothing", "paintings are not kept"),
    "a batch's end of one video": ([*PAINT, "--fail-fast"], "--fail-fast changes nothing", "--sweep"),
    "words where nothing is diffused": (["render", *OTHER[1:], "--no-diffusion", "--prompt", "a castle"], "--prompt changes nothing", "nothing is diffused"),
}
USED = [
    ["--tempo", "120", "--hue-start", "frac(beats)"],
    ["--tempo", "120", "--stats"],
    ["--stem", "drums=song.wav", "--blur", "8*stem:drums"],
    ["--fov", "40", "--yaw", "10"],
    ["--centre-x", "0.2", "--zoom", "1.5"],
    ["--mesh-warp-scale", "2", "--mesh-warp", "1"],
    ["--mesh-centre-x", "0.2", "--mesh-rot", "20"],
    ["--painter", "spectrogram", "--base", "hash", "--spectrogram-seconds", "3"],
    ["--pie-span", "90", "--painter", "pie"],
    ["--mark-size", "9", "--painter", "pie"],
    ["--mark-size", "9"],
    ["--hue-start", "0.2"],
    ["--output-size", "32x64", "--fit", "stretch"],
    ["--base-opacity", "1", "--base", "hash"],
]


@pytest.mark.parametrize("case", IDLE)
def test_what_is_typed_and_changes_nothing_is_named_with_what_is_missing(program, song, case):
    (program.work / "p.png").write_bytes(b"")
    Image.effect_noise((32, 32), 90).convert("RGB").save(program.work / "real.png")
    words, named, missing = IDLE[case]
    done = program(words[0], song, *words[1:], "-o", "%d.png")
    assert done.code == 0 and done.err.count("warning:") == 1, done
    assert named in done.err and missing in done.err, done


@pytest.mark.parametrize("words", USED)
def test_what_is_used_is_not_warned_of(program, song, words):
    done = program("paint", song, *QUICK, "--frames", "0", *words, "-o", "%d.png")
    assert done.code == 0 and "warning" not in done.err, done


def test_an_option_at_the_end_of_the_line_is_asked_for_its_value(program, song):
    done = program("render", song, "--resume")
    assert done.code == 2 and "--resume needs a value: auto, no" in done.err, done
    done = program("render", song, "--fps")
    assert done.code == 2 and "--fps needs a value: R" in done.err, done


def test_settings_of_files_may_hold_more_than_one_job_needs(program, song):
    (program.work / "c.json").write_text('{"pie_span": 90, "image": "p.png"}')
    done = program("paint", song, *QUICK, "--frames", "0", "--config", "c.json", "-o", "%d.png")
    assert done.code == 0 and "warning" not in done.err, done


def test_a_start_behind_the_end_tells_how_long_the_song_is_as_people_say_it(program, song):
    done = program("paint", song, "--start", "9:00", "-o", "v.mp4")
    assert done.code == 2 and "lasts 1.00 s" in done.err, done


@pytest.mark.parametrize("rate", ["29.97", "29.97002997002997", "29.970029970"])
def test_a_rate_that_a_program_printed_is_the_rate_it_had(program, song, rate):
    assert program("paint", song, "--fps", rate, "--print-config").json()["fps"] == "30000/1001"
    assert program("paint", song, "--fps", "23.976023976", "--print-config").json()["fps"] == "24000/1001"


def test_a_number_in_quotes_is_that_number(program, song):
    (program.work / "c.json").write_text('{"blur": "0.5"}')
    assert program("paint", song, "--config", "c.json", "--print-config").json()["blur"] == 0.5


def test_signs_of_other_programs_in_prompts_are_named_once(program, song):
    words = ["render", song, "--size", "64x64", "--frames", "0", "--dry-run", "--prompt"]
    done = program(*words, "a sea <lora:ink:0.8>, [fog:sun:0.5] BREAK calm AND wide", "--negative-prompt", "a BREAK b")
    named = [line for line in done.err.splitlines() if "plain words" in line]
    assert len(named) == 1 and all(word in named[0] for word in ("<lora:ink:0.8>", "[fog:sun:0.5]", "BREAK", "AND")), done
    for prompt in ("CATS AND DOGS", "sand [and] sea", "a <b> c", "breakfast"):
        assert "plain words" not in program(*words, prompt).err, prompt


def test_a_size_that_the_model_does_not_know_is_answered_with_one_that_it_does(program, song):
    done = program("render", song, "--size", "1000x1000", "--frames", "0", "--dry-run")
    assert "knows 64x64" in done.err and "--size 512x512 --output-size 1000x1000" in done.err, done
    done = program("render", song, "--size", "640x360", "--output-size", "1920x1080", "--frames", "0", "--dry-run")
    assert "--size 448x256 --output-size 1920x1080" in done.err, done
    assert "knows" not in program("render", song, "--size", "512x512", "--frames", "0", "--dry-run").err
