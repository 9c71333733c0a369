"""--report: one page about a render or a measured video, looked at in a real browser."""

import html
import json
import re
import shutil
import subprocess

import numpy as np
import pytest
from conftest import QUICK, RATE, write_wav

BROWSER = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None)
in_a_browser = pytest.mark.skipif(BROWSER is None, reason="no chromium is installed")


def data_of(page):
    """What the page's script reads."""
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text(), re.DOTALL)[1])


def test_a_page_tells_what_was_painted_how_and_how_to_repeat_it(program, song):
    done = program("paint", song, *QUICK, "--blur", "1 + 3*onset", "-o", "v.mp4", "--report", "page.html")
    assert done.code == 0 and "wrote page.html" in done.err and done.out == "", done
    data = data_of(program.work / "page.html")
    assert data["title"] == "v.mp4" and data["frames"] == 15 and data["fps"] == 15 and data["first"] == 0
    assert len(data["pictures"]) == 15 and all(each["src"].startswith("data:image/jpeg;base64,") for each in data["pictures"])
    assert {"blur = 1 + 3*onset", "change of the picture", "flashes in the last second"} <= {each["name"] for each in data["curves"]}
    assert all(len(each["values"]) == 15 for each in data["curves"])
    assert "64x64" in data["facts"] and "painted, not diffused" in data["facts"]
    settings = {each["key"]: each for each in data["settings"]}
    assert settings["bins"] == {"key": "bins", "value": 8, "origin": "flag"} and settings["fps"]["origin"] == "default"
    assert data["command"].startswith("spectradiff paint song.wav") and "--report page.html" in data["command"]
    assert "--frames A-B -o look-%05d.png" in data["frames_command"] and "--report" not in data["frames_command"]
    names = [each["name"] for each in data["measures"]]
    assert names[0] == "flicker" and "section_contrast" in names


def test_the_command_for_a_moment_renders_that_moment(program, song):
    program("paint", song, *QUICK, "-o", "v.mp4", "--report", "page.html", "-q")
    command = data_of(program.work / "page.html")["frames_command"].replace("A-B", "3-5")
    assert program(*command.split()[1:]).code == 0
    assert [name for name in program.files() if name.startswith("look-")] == [f"look-{i:05d}.png" for i in (3, 4, 5)]


def test_a_render_s_page_names_its_model_and_a_part_its_frames(program, song, fake_model):
    small = ["--model", "fake-model", "--size", "64x64", "--steps", "2", "--frames", "4-9"]
    done = program("render", song, *small, "-o", "f/%05d.png", "--report", "page.html", "--stats", "-q")
    assert done.code == 0 and "flicker " in done.out, done
    data = data_of(program.work / "page.html")
    assert data["title"] == "f" and data["first"] == 4 and data["frames"] == 6
    assert any(fact.startswith("model ") for fact in data["facts"]), data["facts"]


def test_a_measured_video_has_a_page_too(program, song):
    program("paint", song, *QUICK, "-o", "v.mp4", "-q")
    done = program("measure", "v.mp4", song, "--report", "page.html", "--json")
    assert done.code == 0, done
    data = data_of(program.work / "page.html")
    found = done.valid_events()[-1]["measures"]
    assert [each["name"] for each in data["measures"]] == list(found)
    assert data["title"] == "v.mp4" and data["settings"] == [] and data["frames_command"] == ""
    assert len(data["wave"]["peak"]) == 15 and max(data["wave"]["peak"]) > 0.5


def test_a_page_replaces_nothing_unasked(program, song):
    (program.work / "page.html").write_text("mine")
    for command in (["paint", song, *QUICK, "-o", "v.mp4"], ["measure", song]):
        done = program(*command, "--report", "page.html")
        assert done.code in (3, 5) and (program.work / "page.html").read_text() == "mine", done
    assert program("paint", song, *QUICK, "-o", "v.mp4", "--report", "page.html").code == 5
    assert "v.mp4" not in program.files()
    assert program("paint", song, *QUICK, "-o", "v.mp4", "--report", song, "-y").code == 2
    assert program("paint", song, *QUICK, "-o", "v.mp4", "--report", "v.mp4").code == 2
    swept = program("paint", song, *QUICK, "--sweep", "blur=1,2", "--report", "new.html")
    assert swept.code == 2 and "measure each of them" in swept.err, swept
    assert program("paint", song, *QUICK, "-o", "v.mp4", "--report", "page.html", "-y").code == 0
    assert data_of(program.work / "page.html")["title"] == "v.mp4"


def browse(page, *flags, size="1200,1600"):
    """chromium's standard output and what it said."""
    command = [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=4000"]
    command += ["--enable-logging=stderr", "--v=0", f"--user-data-dir={page.parent / 'browser'}", f"--window-size={size}"]
    done = subprocess.run([*command, *flags, page.as_uri()], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


# Uses the page as hand and keyboard do, and leaves what came of it in the document.
HAND = """<script>
const copied = [], faults = [];
window.addEventListener("error", (event) => faults.push(event.message));
Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => copied.push(text) } });
addEventListener("load", async () => {
  const line = document.getElementById("timeline"), box = line.getBoundingClientRect();
  const at = (part) => ({ clientX: box.left + part * box.width, clientY: box.top + 10, bubbles: true });
  const place = () => line.getAttribute("aria-valuetext");
  const places = [];
  line.dispatchEvent(new PointerEvent("pointermove", at(0.5)));
  places.push(place());
  line.dispatchEvent(new MouseEvent("click", at(0.5)));
  for (const [key, shiftKey] of [["ArrowRight", false], ["Home", false], ["ArrowRight", true], ["End", false], ["Enter", false]]) {
    line.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true }));
    places.push(place());
  }
  document.getElementById("command-copy").click();
  await new Promise((done) => setTimeout(done, 50));
  const images = [...document.images].filter((image) => image.src);
  const wide = document.documentElement.scrollWidth > innerWidth;
  const result = { places, copied, faults, images: images.length, broken: images.filter((image) => image.complete && !image.naturalWidth).length, wide };
  document.body.dataset.result = JSON.stringify(result);
});
</script></head>"""


# Wider than a phone.
LONG = "frac(beats/8 + 0*(0.05 + 0.22*loudness^4 + 0.35*beat_phase*loudness + 0.5*build^2 + 1.6*onset))"


@pytest.fixture
def page(program):
    """Of ten seconds with a beat every half a second."""
    t = np.arange(10 * RATE) / RATE
    write_wav(program.work / "song.wav", np.sin(2 * np.pi * 220 * t) * np.exp(-(t % 0.5) / 0.05))
    done = program("paint", "song.wav", *QUICK, "--tempo", "120", "--first-beat", "0", "--hue-start", LONG, "-o", "v.mp4", "--report", "page.html")
    assert done.code == 0, done
    return program.work / "page.html"


@in_a_browser
@pytest.mark.parametrize("size", ["1200,1600", "500,900"])
def test_hand_and_keyboard_find_moments_and_copy_their_frames(page, size):
    tried = page.with_name("tried.html")
    tried.write_text(page.read_text().replace("</head>", HAND, 1))
    document, said = browse(tried, "--dump-dom", size=size)
    result = json.loads(html.unescape(re.search(r'data-result="([^"]*)"', document)[1]))
    assert said == [] and result["faults"] == [] and result["broken"] == 0 and not result["wide"], (result, said)
    assert result["images"] > 5
    assert [int(place.rsplit(" ", 1)[1]) for place in result["places"]] == [75, 76, 0, 7, 149, 149]
    assert result["copied"][:2] == ["--frames 67-83", "--frames 141-149"]
    assert result["copied"][2].startswith("spectradiff paint song.wav")


@in_a_browser
def test_the_page_is_drawn_light_dark_and_on_a_phone(page):
    from PIL import Image

    means = {}
    for name, flags, size in (
        ("light", ["--blink-settings=preferredColorScheme=1"], "1200,1600"),
        ("dark", ["--blink-settings=preferredColorScheme=0"], "1200,1600"),
        ("phone", ["--blink-settings=preferredColorScheme=1"], "500,1600"),
    ):
        picture = page.with_name(f"{name}.png")
        _, said = browse(page, *flags, f"--screenshot={picture}", size=size)
        pixels = np.asarray(Image.open(picture).convert("RGB")).astype(float)
        assert said == [] and pixels.std() > 15, name
        means[name] = pixels.mean()
    assert means["light"] > 180 and means["phone"] > 150 and means["dark"] < 80, means


@pytest.mark.slow
def test_a_page_of_five_minutes_stays_under_three_megabytes(program):
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, 300 * 8000)
    write_wav(program.work / "long.wav", noise, rate=8000)
    done = program("paint", "long.wav", "--size", "200x200", "--encoder-preset", "ultrafast", "--fps", "2", "-o", "v.mp4", "--report", "page.html", "-q")
    assert done.code == 0, done
    assert (program.work / "page.html").stat().st_size < 3_000_000
