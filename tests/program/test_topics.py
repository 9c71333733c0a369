"""help TOPIC: one matter at a time, and nothing in it that is not there."""

import json
import re
import shlex

import pytest

TOPICS = ["camera", "music", "prompts", "models", "sharing", "cluster"]
# Of scripts that are named beside the program.
OTHERS = {"--lora", "--vae", "--controlnet", "--attention-bank"}


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_names_only_options_and_commands_that_exist(program, topic):
    done = program("help", topic)
    assert done.code == 0 and done.err == "" and len(done.out.splitlines()) > 12, done
    assert max(map(len, done.out.splitlines())) <= 120
    known = program("--help-all").out
    for flag in set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", done.out)) - OTHERS - {"--help"}:
        assert re.search(rf"^  (-\w, )?{flag}(?![\w-])", known.replace("[no-]", ""), re.MULTILINE), flag
    commands = re.findall(r"(?<!\.)spectradiff ([a-z]+)", done.out)
    assert commands and all(f"---- {command} ----" in known or command == "help" for command in commands), commands


@pytest.mark.parametrize("topic", TOPICS)
def test_the_commands_of_a_topic_are_understood(program, song, fake_model, topic):
    fake_model.facts["attention_bank"] = [{"channels": 8, "downscale": 8}]
    fake_model.seal()
    (program.work / "story.txt").write_text("0:00: a storm at sea\n")
    (program.work / "scenes.txt").write_text("A: fireworks\n")
    (program.work / "deforum.txt").write_text(json.dumps({"max_frames": 15, "fps": 15, "strength_schedule": "0: (0.5)"}))
    for line in re.findall(r"^  spectradiff ((?:render|paint) .*)$", program("help", topic).out, re.MULTILINE):
        words = [word.replace("./my-model", "fake-model") for word in shlex.split(line)]
        done = program(*words, *(["--model", "fake-model"] if words[0] == "render" else []), "--print-config")
        assert done.code == 0, (line, done)


def test_the_list_of_commands_names_the_topics(program):
    said = program("--help").out
    assert "help TOPIC" in said and all(topic in said for topic in TOPICS)
    assert program("help", "camra").code == 2
