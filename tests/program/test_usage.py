"""Names, values and what is refused: exit 2, with words that help."""

import itertools
import json
import os
import subprocess

import pytest
from conftest import PROGRAM, QUICK

COMMANDS = ["render", "paint", "analyze", "batch", "model", "presets", "doctor"]


def test_help_is_on_stdout_with_examples_first(program):
    for command in COMMANDS:
        done = program(command, "--help")
        assert done.code == 0 and done.err == "", done
        assert done.out.lower().lstrip().startswith("example"), command
        assert "spectradiff " + command in done.out


def test_short_help_is_shorter_than_help_and_that_than_help_of_everything(program):
    short, full, everything = (program("render", flag).out for flag in ("-h", "--help", "--help-all"))
    assert 0 < len(short) < len(full) < len(everything)
    for command in COMMANDS:
        assert f"spectradiff {command}" in everything


def test_help_needs_neither_home_nor_locale(program):
    done = program("render", "--help", environment={})
    assert done.code == 0 and "--strength" in done.out, done


def test_json_stays_json_where_a_folders_name_is_no_utf8(program):
    folder = program.home.parent / os.fsdecode(b"b\xff")
    folder.mkdir()
    (folder / "mine.json").write_text('{"blur": 3}')
    environment = {**program.environment, "SPECTRADIFF_PRESET_PATH": str(folder)}
    done = program("presets", "list", "--json", environment=environment)
    assert done.code == 0 and "mine" in [preset["name"] for preset in json.loads(done.out)], done


def test_subjects_in_brackets_are_names_as_they_stand(program):
    done = program("still", "[demos]")
    assert done.code == 3 and "[demos]" in done.err, done


def said_of(option, text):
    """The lines about one option, as one."""
    lines = text[text.index(f"  {option}") :].splitlines()
    more = itertools.takewhile(lambda line: line.startswith(" " * 20), lines[1:])
    return " ".join(line.strip() for line in [lines[0], *more])


def test_help_tells_the_defaults_that_would_run_and_who_brings_them(program):
    text = program("render", "--help").out
    assert said_of("--steps N", text).endswith("(1 to 1000; default 5, from the model mini)")
    assert "default 4, from the model mini" in said_of("--guidance G", text)
    assert "default 256x256, from the model mini" in said_of("--size WxH", text)
    assert "default 90; 240 with --bin-spacing cqt" in said_of("--bins N", text)
    assert said_of("--gamma G", program("paint", "--help").out).endswith("(0.1 to 10; default 0.5)")

    nowhere = program("render", "--model", "nowhere", "--help")
    assert nowhere.code == 0 and said_of("--steps N", nowhere.out).endswith("(1 to 1000; default 50)"), nowhere
    folder = program.home / ".config/spectradiff"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"steps": 7, "bins": 12}')
    (program.work / "p.json").write_text('{"bins": 13}')
    text = program("render", "--preset", "p.json", "--steps", "3", "--help").out
    assert said_of("--steps N", text).endswith(f"default 7, from {folder}/config.json)")
    assert said_of("--bins N", text).endswith("default 13, from the preset p.json)")
    (folder / "config.json").write_text("{")
    assert "--steps" in program("render", "--help").out


def test_help_says_what_an_option_means_to_the_command(program):
    said = {command: " ".join(said_of("-o, --output PATH", program(command, "--help").out).split()) for command in ["render", "try", "still", "sonify", "slow"]}
    assert ".mp4, .mov, .mkv or .webm" in said["render"]
    for command, name in [("try", "the song's name with -looks.png"), ("still", ".png; of several"), ("sonify", "name with .wav"), ("slow", "with its tempo")]:
        assert name in said[command] and ".mp4" not in said[command], said[command]
    for command in ["try", "still"]:
        assert "default 256x256, from the model mini" in said_of("--size WxH", program(command, "-h").out)
    page = program("man").out.replace("\\-", "-")
    assert "of try: the sheet, .png or .jpg" in page and "of sonify: the sound" in page


@pytest.mark.parametrize("command", ["try", "still"])
@pytest.mark.parametrize("flag", ["--sweep", "--dry-run", "--frames", "--start", "--stats", "--crf", "--time-limit"])
def test_what_makes_one_picture_takes_nothing_of_videos(program, command, flag):
    done = program(command, "s.wav", flag, "1")
    assert done.code == 2 and f"{flag} is an option of render" in done.err, done


def test_help_on_what_there_is_none_names_the_topics(program):
    done = program("help", "sharin")
    assert done.code == 2 and "did you mean 'sharing'?" in done.err and "camera, music" in done.err, done


def test_documents_do_not_follow_this_users_settings(program):
    plain = program("man").out
    folder = program.home / ".config/spectradiff"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"steps": 7}')
    environment = {**program.environment, "SPECTRADIFF_BINS": "12", "SPECTRADIFF_MODEL_PATH": "/nowhere"}
    assert program("man", environment=environment).out == plain
    assert "default 4, from the model mini" in plain.replace("\\-", "-")


def test_help_does_not_load_torch(program):
    linked = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True).stdout
    assert "libtorch" not in linked
    done = program("--help", environment={**program.environment, "LD_DEBUG": "files"})
    assert done.code == 0 and "libc.so" in done.err and "libtorch" not in done.err


def test_version_is_said_in_words_and_in_json(program):
    assert program("--version").out.startswith("spectradiff ")
    versions = program("--version", "--json").json()
    assert {"spectradiff", "torch", "libavcodec", "libsndfile", "fftw"} <= {key.lower() for key in versions}


@pytest.mark.parametrize(
    ("words", "named", "suggested"),
    [
        (["render", "x.wav", "--strenght", "0.5"], "--strenght", "--strength"),
        (["paint", "x.wav", "--bin_spacing", "log"], "--bin_spacing", "--bin-spacing"),
        (["paint", "x.wav", "--no-greyscal"], "--no-greyscal", "--no-greyscale"),
        (["paint", "x.wav", "--overwirte"], "--overwirte", "--overwrite"),
        (["rendr", "x.wav"], "rendr", "render"),
        (["model", "lst"], "lst", "list"),
    ],
)
def test_an_unknown_name_is_named_with_the_nearest_known_one(program, words, named, suggested):
    done = program(*words)
    assert done.code == 2, done
    assert named in done.err and f"'{suggested}'" in done.err, done
    assert done.out == ""


@pytest.mark.parametrize(
    "words",
    [
        ["render"],
        ["paint"],
        ["analyze"],
        ["paint", "x.wav", "y.wav"],
        ["paint", "x.wav", "--fps"],
        ["paint", "x.wav", "-Z"],
        ["presets", "show"],
        ["model", "burn"],
        ["--fps", "15"],
        ["paint", "-", "--config", "-"],
        ["paint", "x.wav", "-o", "-", "--json"],
        ["paint", "x.wav", "--progress", "sometimes"],
        ["paint", "x.wav", "-o", "movie.avi"],
        ["paint", "x.wav", "-o", "movie"],
        ["paint", "x.wav", "-o", "%d-%05d.png"],
        ["paint", "x.wav", "-o", "a%05s.png"],
    ],
)
def test_a_wrong_command_line_exits_2_and_says_so_on_stderr_only(program, words):
    done = program(*words)
    assert done.code == 2 and done.out == "" and done.err.startswith("error: "), done


NOT_NUMBERS = ["nan", "NaN", "inf", "-inf", "infinity", "0x1p-1", "0x10", "010", "+1", "1e400", " 1", "1 ", "0,5", ".5", "5.", "1x", "", "one", "1_0", "--1"]


@pytest.mark.parametrize(
    ("option", "text"),
    [("strength", text) for text in NOT_NUMBERS]
    + [(option, text) for option in ("gain", "bins", "fps", "seed", "window") for text in ("nan", "0x10", "010", "+1", "1e400", "1 ", "")],
)
def test_what_is_no_plain_decimal_is_refused(program, option, text):
    done = program("render", "x.wav", "--no-diffusion", f"--{option}={text}", "--print-config")
    assert done.code == 2 and done.out == "", done
    assert option in done.err


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("strength", "1.4"),
        ("strength", "-0.1"),
        ("fps", "0"),
        ("fps", "-3"),
        ("fps", "240.1"),
        ("fps", "1/0"),
        ("bins", "0"),
        ("bins", "4097"),
        ("bins", "15.7"),
        ("bins", "5000000000"),
        ("bins", "99999999999999999999"),
        ("seed", "-1"),
        ("crf", "64"),
        ("blur", "-1"),
        ("size", "101x100"),
        ("size", "8x8"),
        ("size", "512"),
        ("size", "512x512x3"),
        ("size", "0x512"),
        ("size", "-512x512"),
        ("output-size", "101x100"),
        ("window", "-1"),
        ("window", "1:5"),
        ("start", "-1s"),
        ("normalize", "percentile:101"),
        ("normalize", "loud"),
        ("painter", "oil"),
        ("scheduler", "best"),
        ("device", "gpu"),
        ("dtype", "float64"),
        ("steps", "0"),
        ("guidance", "-1"),
    ],
)
def test_a_value_outside_its_range_is_refused_with_the_value_and_the_range(program, option, value):
    done = program("render", "x.wav", "--no-diffusion", f"--{option}={value}", "--print-config")
    assert done.code == 2 and done.out == "", done
    assert value in done.err and option.replace("-", "_") in done.err.replace("-", "_")


def test_a_negative_value_may_stand_after_a_blank(program):
    done = program("paint", "x.wav", "--gain", "-3.5", "--print-config")
    assert done.code == 0 and done.json()["gain"] == -3.5, done


@pytest.mark.parametrize(("text", "rate"), [("29.97", "30000/1001"), ("23.976", "24000/1001"), ("12.5", "25/2"), ("30000/1001", "30000/1001"), ("240", "240/1")])
def test_rates_are_exact(program, text, rate):
    assert program("paint", "x.wav", "--fps", text, "--print-config").json()["fps"] == rate


def test_text_is_taken_as_it_is(program):
    for prompt in ("[a, b]", "a,b", "50% \"neon\" \\ 'x'", "é 日本 😀", "-1", "", "{}", "=", "a\nb"):
        done = program("render", "x.wav", "--no-diffusion", "--prompt", prompt, "--print-config")
        assert done.code == 0 and done.json()["prompt"] == prompt, done


def test_a_value_may_stand_behind_an_equals_sign_whatever_it_begins_with(program):
    def printed(*words):
        return program("render", "x.wav", "--no-diffusion", *words, "--print-config").json()

    assert printed("--prompt=--no-blur")["prompt"] == "--no-blur"
    assert printed("--prompt=a=b")["prompt"] == "a=b"
    assert printed("--prompt=")["prompt"] == ""
    assert printed("--gain=-3")["gain"] == -3
    assert printed("-o=v.mp4")["output"] == printed("-ov.mp4")["output"] == "v.mp4"
    assert printed("-o=-v.mp4")["output"] == "-v.mp4"


def test_invalid_utf8_in_a_prompt_is_refused(program):
    done = program("render", "x.wav", "--no-diffusion", "--prompt", b"\xff\xfe", "--print-config")
    assert done.code == 2, done


def test_a_switch_can_be_undone_and_the_last_one_wins(program):
    def greyscale(*flags):
        return program("paint", "x.wav", *flags, "--print-config").json()["greyscale"]

    assert greyscale() is False
    assert greyscale("--greyscale") is True
    assert greyscale("--preset", "spectral-pie") is True
    assert greyscale("--preset", "spectral-pie", "--no-greyscale") is False
    assert greyscale("--greyscale", "--no-greyscale") is False
    assert greyscale("--no-greyscale", "--greyscale") is True


@pytest.mark.parametrize("flag", ["--greyscale=false", "--greyscale=maybe", "--no-greyscale=true", "--quiet=0", "--overwrite=no"])
def test_a_switch_takes_no_value(program, flag):
    done = program("paint", "x.wav", flag, "--print-config")
    assert done.code == 2, done


def test_the_last_of_two_equal_flags_wins(program):
    assert program("paint", "x.wav", "--bins", "8", "--bins", "9", "--print-config").json()["bins"] == 9


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"strenght": 0.5}', ["strenght", "strength"]),
        ('{"bins": 15.7}', ["bins", "15.7"]),
        ('{"bins": -1}', ["bins", "-1"]),
        ('{"bins": 5000000000}', ["bins", "5000000000"]),
        ('{"bins": true}', ["bins", "true"]),
        ('{"bins": "8"}', ["bins"]),
        ('{"greyscale": 1}', ["greyscale"]),
        ('{"strength": NaN}', [":1:"]),
        ('{"strength": 1e400}', [":1:"]),
        ('{"bins": 8,\n "bins": 9}', ["bins", ":2:"]),
        ('{"bins": 8,}', [":1:"]),
        ('// comment\n{"bins": 8}', [":1:"]),
        ('{"bins": 010}', [":1:"]),
        ("[1]", ["object"]),
        ("", [":1:1"]),
        ("[" * 100000, ["64"]),
        ('{"a":' * 100000, ["64"]),
    ],
)
def test_json_that_would_be_bent_is_refused_with_its_place(program, text, words):
    (program.work / "c.json").write_text(text)
    done = program("paint", "x.wav", "--config", "c.json", "--print-config")
    assert done.code == 2 and done.out == "", done
    for word in ["c.json", *words]:
        assert word in done.err, done


def test_json_larger_than_16_mb_is_refused(program):
    (program.work / "c.json").write_text(" " * (17 << 20))
    assert program("paint", "x.wav", "--config", "c.json", "--print-config").code == 2


def test_print_config_reads_back_as_the_same_settings(program):
    flags = ["--fps", "29.97", "--size", "320x192", "--blur", "3.25", "--gain", "-2", "--bin-spacing", "seed", "--window", "2205smp", "--painter", "pie"]
    flags += ["--autocontrast", "frame", "--start", "1:02.5", "--duration", "3f", "--frames", "12-40,60-", "--output-size", "640x360", "--prompt", "é \"x\""]
    first = program("render", "x.wav", "--no-diffusion", *flags, "--print-config")
    assert first.code == 0 and first.err == "", first
    (program.work / "c.json").write_text(first.out)
    assert program("render", "x.wav", "--config", "c.json", "--print-config").json() == first.json()
    piped = program("render", "x.wav", "--config", "-", "--print-config", stdin=first.bytes)
    assert piped.json() == first.json()


def test_flag_over_environment_over_config_over_preset_over_the_users_file(program):
    user = program.home / ".config/spectradiff"
    user.mkdir(parents=True)
    (user / "config.json").write_text('{"bins": 1, "blur": 1, "gain": 1, "fmin": 101, "fmax": 5001}')
    (program.work / "p.json").write_text('{"bins": 2, "blur": 2, "gain": 2, "fmin": 102}')
    (program.work / "later.json").write_text('{"fmin": 103}')
    (program.work / "c.json").write_text('{"bins": 3, "blur": 3, "gain": 3}')
    environment = {**program.environment, "SPECTRADIFF_BINS": "4", "SPECTRADIFF_BLUR": "4"}
    words = ["paint", "x.wav", "--preset", "p.json", "--preset", "later.json", "--config", "c.json", "--bins", "5", "--print-config"]
    done = program(*words, environment=environment)
    assert {key: done.json()[key] for key in ("bins", "blur", "gain", "fmin", "fmax")} == {"bins": 5, "blur": 4, "gain": 3, "fmin": 103, "fmax": 5001}

    origins = {key: entry["origin"] for key, entry in program(*words, "--origin", environment=environment).json().items()}
    assert origins["bins"] == "flag"
    assert origins["blur"] == "environment"
    assert origins["gain"] == "c.json"
    assert "later.json" in origins["fmin"]
    assert origins["fmax"].endswith("spectradiff/config.json")
    assert origins["seed"] == "default"


def test_a_misspelt_variable_is_warned_of(program):
    given = {"SPECTRADIFF_BINSS": "7", "SPECTRADIFF_SONGS": "somebody else's", "SPECTRADIFF_MODEL_PATH": "/x"}
    done = program("paint", "x.wav", "--print-config", environment={**program.environment, **given})
    assert done.json()["bins"] == 90 and done.err.count("warning: ") == 1, done
    assert "SPECTRADIFF_BINSS" in done.err and "'bins'" in done.err, done


def test_the_users_file_is_found_through_xdg(program):
    folder = program.folder / "xdg/spectradiff"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"bins": 7}')
    environment = {**program.environment, "XDG_CONFIG_HOME": str(folder.parent)}
    assert program("paint", "x.wav", "--print-config", environment=environment).json()["bins"] == 7


def test_a_bad_value_is_refused_wherever_it_comes_from_and_the_place_is_named(program):
    done = program("paint", "x.wav", "--print-config", environment={**program.environment, "SPECTRADIFF_BINS": "0x10"})
    assert done.code == 2 and "SPECTRADIFF_BINS" in done.err, done
    (program.work / "neon.json").write_text('{"strength": 1.4}')
    done = program("paint", "x.wav", "--preset", "neon.json", "--print-config")
    assert done.code == 2 and "strength = 1.4" in done.err and "neon.json" in done.err and "0..1" in done.err, done


def test_presets_are_listed_shown_and_suggested(program):
    names = [entry["name"] for entry in program("presets", "list", "--json").json()]
    assert {"funky", "spectral-pie"} <= set(names)
    listed = program("presets", "list").out
    for name in names:
        assert name in listed
        shown = program("presets", "show", name).json()
        assert program("paint", "x.wav", "--preset", name, "--print-config").code == 0
        assert shown["description"]
    done = program("paint", "x.wav", "--preset", "funkyy", "--print-config")
    assert done.code == 2 and "funkyy" in done.err and "'funky'" in done.err, done
    assert program("presets", "show", "funkyy").code == 2


def test_a_preset_of_the_user_is_found_by_name(program):
    folder = program.home / ".config/spectradiff/presets"
    folder.mkdir(parents=True)
    (folder / "mine.json").write_text('{"description": "mine", "bins": 11}')
    assert program("paint", "x.wav", "--preset", "mine", "--print-config").json()["bins"] == 11


def test_a_preset_that_cannot_be_read_stands_in_nobodys_way(program):
    folder = program.home / ".config/spectradiff/presets"
    folder.mkdir(parents=True)
    (folder / "broken.json").write_text('{"binss": 11}')
    assert program("paint", "x.wav", "--preset", "funky", "--print-config").code == 0
    listed = program("presets", "list")
    assert listed.code == 0 and "unknown key" in listed.out and "funky-smooth" in listed.out, listed
    assert any("binss" in preset.get("problem", "") for preset in program("presets", "list", "--json").json())
    assert "binss" in program("doctor").out
    for words in (["paint", "x.wav", "--preset", "broken", "--print-config"], ["presets", "show", "broken"]):
        done = program(*words)
        assert done.code == 2 and "binss" in done.err, done


def test_a_missing_config_is_a_usage_error(program):
    done = program("paint", "x.wav", "--config", "none.json", "--print-config")
    assert done.code == 2 and "none.json" in done.err, done


def test_numbers_do_not_follow_the_locale(program, song):
    environment = {**program.environment, "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}
    done = program("paint", song, "--blur", "1.5", "--print-config", environment=environment)
    assert done.code == 0 and '"blur": 1.5' in done.out, done
    plan = program("paint", song, *QUICK, "--dry-run", environment=environment)
    assert plan.plan()["frames"] == 15


def test_doctor_reports_in_words_and_in_json(program):
    report = program("doctor", "--json")
    assert report.code in (0, 8), report
    assert {"versions", "engine", "presets"} <= set(report.json())
    said = program("doctor")
    assert said.code == report.code and "h264" in said.out


def test_colour_is_for_terminals_only(program):
    done = program("paint", "none.wav", environment={**program.environment, "TERM": "xterm-256color"})
    assert "\x1b" not in done.err


def test_no_color_and_a_dumb_terminal_are_respected(program):
    def on_terminal(**variables):
        return program.in_terminal("paint", "none.wav", environment=variables)[1]

    assert b"\x1b[" in on_terminal(TERM="xterm")
    assert b"\x1b" not in on_terminal(TERM="xterm", NO_COLOR="1")
    assert b"\x1b" not in on_terminal(TERM="dumb")


def test_every_option_stands_in_json_presets_the_users_file_and_the_environment(program, song):
    user = program.home / ".config" / "spectradiff"
    user.mkdir(parents=True)
    (user / "config.json").write_text('{"quiet": true, "crf": 30, "steps": 9}')
    (program.work / "neon.json").write_text('{"progress": "never", "crf": 20, "blur": 3}')
    (program.work / "c.json").write_text('{"output": "named.mp4", "overwrite": true, "preset": "./neon.json", "blur": 4}')
    environment = {**program.environment, "SPECTRADIFF_BLUR": "5", "SPECTRADIFF_CONFIG": "c.json"}
    found = program("paint", song, "--print-config", "--origin", environment=environment).json()
    assert {key: (found[key]["value"], found[key]["origin"]) for key in ("output", "quiet", "progress", "crf", "blur", "steps")} == {
        "output": ("named.mp4", "c.json"),
        "quiet": (True, str(user / "config.json")),
        "progress": ("never", "preset ./neon.json"),
        "crf": (20, "preset ./neon.json"),
        "blur": (5, "environment"),
        "steps": (9, str(user / "config.json")),
    }
    done = program("paint", song, *QUICK, environment=environment)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert (program.work / "named.mp4").exists()
    assert program("paint", song, *QUICK, "-o", "loud.mp4", "--no-quiet", "--config", "c.json").err != ""


def test_json_events_can_be_asked_for_in_the_environment_and_a_fault_is_one(program, song):
    environment = {**program.environment, "SPECTRADIFF_JSON": "1"}
    done = program("paint", song, "--painter", "piee", environment=environment)
    assert (done.code, done.events()[-1]["event"], done.events()[-1]["exit_code"]) == (2, "error", 2)


@pytest.mark.parametrize("key, value", [("output", '"v.mp4"'), ("overwrite", "true"), ("preset", '"pie"'), ("config", '"c.json"')])
def test_what_belongs_to_one_run_is_refused_in_presets_and_the_users_file(program, song, key, value):
    (program.work / "neon.json").write_text(f'{{"{key}": {value}}}')
    done = program("paint", song, "--preset", "./neon.json")
    assert done.code == 2
    assert key in done.err and f"--{key}" in done.err and f"SPECTRADIFF_{key.upper()}" in done.err
    user = program.home / ".config" / "spectradiff"
    user.mkdir(parents=True)
    (user / "config.json").write_text(f'{{"{key}": {value}}}')
    assert program("paint", song).code == 2
    assert program("doctor").code in (0, 8)


def test_printed_settings_can_be_read_again(program, song):
    printed = program("paint", song, "-o", "v.mp4", "--blur", "3", "--print-config")
    (program.work / "c.json").write_text(printed.out)
    assert program("paint", song, "--config", "c.json", "--print-config").out == printed.out
