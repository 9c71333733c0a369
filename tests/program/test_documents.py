"""The manual page and the completions: what they hold, and what real readers and shells make of them."""

import os
import re
import shutil
import subprocess

import pytest
from conftest import PROGRAM

SHELLS = {"bash": "spectradiff.bash", "zsh": "_spectradiff", "fish": "spectradiff.fish"}


def needs(tool):
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed")


def flags(program):
    """Every option of every command, as --help has it."""
    found = set(re.findall(r"^  (?:-\w, )?(--[\w\[\]-]+)", program("--help-all").out, re.MULTILINE))
    return {flag.replace("[no-]", "") for flag in found}


@pytest.fixture
def manual(program):
    (program.work / "spectradiff.1").write_bytes(program("man").bytes)
    return program.work / "spectradiff.1"


def test_what_is_installed_is_what_the_program_says_now(program):
    folder = PROGRAM.resolve().parents[1] / "documents"
    assert (folder / "spectradiff.1").read_bytes() == program("man").bytes
    for shell, file in SHELLS.items():
        assert (folder / file).read_bytes() == program("completion", shell).bytes


def test_the_manual_names_every_option_command_and_exit_code(program, manual):
    text = manual.read_text().replace("\\-", "-")
    assert len(flags(program)) > 100
    for name in flags(program):
        assert name in text, name
    for word in ("render", "batch", "doctor", "completion", "143", "since_beat", "SPECTRADIFF_MODEL_PATH"):
        assert word in text


@needs("mandoc")
def test_mandoc_finds_nothing_to_complain_about(manual):
    done = subprocess.run(["mandoc", "-Tlint", "-W", "warning", manual], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout == "", done.stdout


@needs("groff")
def test_groff_sets_the_page_without_a_warning(manual):
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-P-c", manual], capture_output=True)
    assert done.returncode == 0 and done.stderr == b"", done.stderr
    page = re.sub(r".\x08", "", done.stdout.decode())
    assert "--strength S ◇" in page and "spectradiff render song.wav --prompt" in page


def offered(program, shell, *words):
    """What `shell` offers for the last word, which is being typed."""
    path = {**program.environment, "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}", "TERM": "dumb"}
    script = program.work / SHELLS[shell]
    script.write_bytes(program("completion", shell).bytes)
    if shell == "bash":
        # As bash splits them: "=" is a word of its own.
        split = [part for word in ("spectradiff", *words) for part in re.split("(=)", word)]
        if split[-1] == "" and split[-2] == "=":
            split.pop()
        command = f'source {script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _spectradiff; printf "%s\\n" "${{COMPREPLY[@]}}"'
        call = ["bash", "--norc", "-c", command, "bash", *split]
    elif shell == "fish":
        command = f"source {script}; complete -C '{' '.join(('spectradiff', *words))}' | string split -f1 \\t"
        call = ["fish", "--no-config", "-c", command]
    else:
        call = ["zsh", "-f", "-c", ZSH, "zsh", str(program.work), " ".join(("spectradiff", *words))]
    done = subprocess.run(call, capture_output=True, text=True, cwd=program.work, env=path, timeout=60)
    assert done.stderr == "", done
    return done.stdout.split()


# A shell within the shell, on a pseudo-terminal; every match is reported by a wrapped compadd.
ZSH = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT=; fpath=($1 \$fpath); autoload -U compinit && compinit -u -D"
zpty -w shell 'compadd() { local -a found; builtin compadd -O found "$@"; print -l -- "<"${^found}">"; builtin compadd "$@" }'
zpty -w shell 'zstyle ":completion:*" list-prompt ""; LISTMAX=10000; bindkey "^I" list-choices; print READY-NOW'
zpty -r -m shell line '*READY-NOW*READY-NOW*'
zpty -n -w shell "$2"$'\t'
for ((i = settled = 0; i < 300 && settled < 5; i++)); do
  while zpty -r -t shell line; do said+=$line; done
  [[ $said == *'<'*'>'* ]] && ((settled++))
  sleep 0.1
done
print -r -- $said | grep -ao '<[^<>]*>' | tr -d '<>' | sort -u
zpty -d shell
"""

EVERYWHERE = [pytest.param(shell, marks=needs(shell)) for shell in SHELLS]


@pytest.mark.parametrize("shell", EVERYWHERE)
def test_a_shell_completes_commands_options_and_values(program, shell):
    (program.work / "tune.wav").write_bytes(b"")
    assert {"paint", "presets"} <= set(offered(program, shell, "p"))
    assert set(offered(program, shell, "paint", "tune.wav", "--painte")) <= {"--painter", "--painter="} != set()
    assert set(offered(program, shell, "paint", "--painter", "s")) == {"showcqt", "spectrogram"}
    assert {"funky", "funky-smooth"} <= set(offered(program, shell, "paint", "--preset", "funky"))
    assert "tune.wav" in offered(program, shell, "paint", "tu")
    assert "trust" in offered(program, shell, "model", "t")


@needs("bash")
def test_bash_completes_what_stands_behind_an_equals_sign(program):
    assert offered(program, "bash", "paint", "--painter=p") == ["pie", "polar"]
    assert "log" in offered(program, "bash", "paint", "--bin-spacing=")
    assert "--no-greyscale" in offered(program, "bash", "paint", "--no-grey")
    assert offered(program, "bash", "doctor", "--painter") == []


def test_bash_and_its_checker_read_the_script(program):
    script = program("completion", "bash").bytes
    assert subprocess.run(["bash", "-n"], input=script, capture_output=True).stderr == b""


def test_completion_of_an_unknown_shell_is_refused(program):
    done = program("completion", "bsh")
    assert done.code == 2 and "'bash'" in done.err, done
