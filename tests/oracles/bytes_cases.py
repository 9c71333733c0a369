"""The table of record_bytes.py: what is asked of the program, case by case.

A case's settings are the program's flat keys, as its JSON has them. Paintings hold on every x86-64 processor, videos for one release of
libav, diffused pictures for one instruction set.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

Settings = dict[str, object]

PAINTED, FILMED, DIFFUSED = "painted", "filmed", "diffused"


@dataclass(frozen=True)
class Case:
    name: str
    kind: str  # PAINTED, FILMED, DIFFUSED
    settings: Settings = field(default_factory=dict)
    audio: str = "song.wav"
    output: str = "%05d.png"
    command: str = "paint"  # or render; diffused cases are jobs of a batch, which renders
    quick: bool = False  # of the diffused ones: also looked at when the slow tests are not
    part_of: str = ""  # the case whose frames these are, a part of


PAINT: Settings = {"size": "96x96", "frames": "22-24,61"}
WHOLE: Settings = {"size": "64x64", "frames": "0-40", "encoder_preset": "ultrafast"}
MINI: Settings = {"size": "64x64", "steps": 4, "dtype": "float32", "frames": "22-24", "batch_size": 3, "prompt": "a stormy sea"}
# A look of mini's own that its record was taken with: what is recorded is the program, whatever the look is now.
LOOK: Settings = {
    "scheduler": "ddim", "strength": 0.75, "strength_mode": "steps", "greyscale": True, "attack": "100ms", "release": "2s", "gamma": 0.35, "mark_size": 22,
    "marks_per_bin": 20, "saturation": 0.9, "hue_start": 0.08, "mark_drift": 0, "paint_turn": 0, "paint_zoom": 1,
    "signal": {"hit": "onset - 0.28 | clip 0 1 | integrate"}, "seed_travel": "25*hit", "chain": "none", "diffuse_every": 1, "scenes": "",
    "zoom": 1, "turn": 0, "pan_x": 0, "pan_y": 0, "centre_x": 0.5, "centre_y": 0.5,
}  # fmt: skip

MAPS = ("viridis", "magma", "inferno", "plasma", "cividis", "turbo", "twilight", "grey")
PRESETS = (
    "aurora", "embers", "funky", "funky-smooth", "iris", "kick", "mosaic", "orbit", "reef", "showcqt", "skyline", "spectral-circles",
    "spectral-pie", "spectral-polar", "spectrogram", "visual-sampling",
)  # fmt: skip
SCHEDULERS = (
    "ddim", "pndm", "euler", "euler_ancestral", "heun", "dpmpp_2m", "dpmpp_2m_karras", "unipc", "lcm", "tcd",
)  # fmt: skip

PAINTINGS: dict[str, Settings] = {
    "hash": {},
    "hash squares": {"mark_shape": "square", "mark_size": 12, "mark_taper": 0, "marks_per_bin": 40},
    "pie": {"painter": "pie"},
    "pie whole": {"painter": "pie", "pie_span": 360, "pie_inner": 0.3, "pie_outer": 1.2, "base": "plain"},
    "polar": {"painter": "polar"},
    "polar seed": {"painter": "polar", "polar_colours": "seed", "polar_mirror": False, "polar_petals": 5, "polar_mark": 2.5},
    "circles": {"painter": "circles"},
    "circles scattered": {"painter": "circles", "circles_layout": "scattered", "base": "hash", "circles_thickness": 2},
    "spectrogram": {"painter": "spectrogram", "colour_map": "magma"},
    "spectrogram still": {"painter": "spectrogram", "spectrogram_style": "still", "spectrogram_still_size": "200x150"},
    "spectrogram seconds": {"painter": "spectrogram", "spectrogram_seconds": 2.5, "spectrogram_playhead": 0.8, "spectrogram_coming": 0.1},
    "showcqt": {"painter": "showcqt"},
    "showcqt centred": {"painter": "showcqt", "cqt_bars": 0.8, "cqt_centred": True, "cqt_fade": 3, "bins": 60, "cqt_seconds": 1},
    "image picture": {"painter": "image", "blur": 2, "image": "picture.png"},
    "image folder": {"painter": "image", "blur": 2, "image": "pictures", "image_fit": "contain"},
    "image pattern": {"painter": "image", "blur": 2, "image": "pictures/%03d.png", "image_fps": 2, "image_end": "hold", "image_fit": "stretch"},
    "image video": {"painter": "image", "blur": 2, "image": "clip.mkv"},
    "base image": {"painter": "circles", "blur": 2, "base": "image", "image": "picture.png", "base_opacity": 0.7},
    "base plain": {"painter": "pie", "base": "plain", "background": "#204060"},
    "mirror": {"symmetry": "mirror", "painter": "pie", "pie_span": 90},
    "mosaic": {"symmetry": "mosaic", "rotate": 90},
    "kaleidoscope": {"symmetry": "kaleidoscope", "symmetry_folds": 5, "rotate": 270},
    "turned": {"painter": "pie", "rotate": 180},
    "wide": {"size": "160x80", "painter": "pie"},
    "colours by level": {"colour_by": "level", "hue_start": 0.5, "hue_span": 0.4, "saturation": 0.6, "lightness": 0.6, "gamma": 0.8},
    "sharp": {"blur": 0},
    "blurred": {"blur": 7.5},
    "greyscale inverted": {"greyscale": True, "invert": True},
    "autocontrast frame": {"autocontrast": "frame"},
    "autocontrast song": {"autocontrast": "song", "painter": "circles"},
    "equalized": {"equalize": True},
    "whole post chain": {"blur": 3, "greyscale": True, "invert": True, "autocontrast": "song", "equalize": True},
    "attack and release": {"attack": "50ms", "release": "6f"},
    "blended with the frame before": {"blend_previous": 0.6},
    "seed bins": {"bin_spacing": "seed"},
    "cqt bins": {"bin_spacing": "cqt", "bins": 60},
    "window": {"window": "50ms", "window_shape": "rect"},
    "window samples": {"window": "3000smp", "fmin": 100, "fmax": 5000, "bins": 33},
    "one bin": {"bins": 1},
    "many bins": {"bins": 700, "marks_per_bin": 2},
    "normalized by percentile": {"normalize": "percentile:80", "gain": -3},
    "normalized by loudness": {"normalize": "loudness:-20"},
    "not normalized": {"normalize": "none", "gain": 6, "bin_spacing": "seed"},
    "a stem": {"analysis_audio": "stem.wav"},
    "film fps": {"fps": "24000/1001"},
    "video fps": {"fps": 29.97},
    "sixty fps": {"fps": 60, "frames": "200-202"},
    "a part by time": {"start": "1.5s", "duration": "0.2s", "frames": None},
    "a part in frames": {"start": "31f", "duration": "4f", "frames": None},
}  # fmt: skip

MOVED: dict[str, Settings] = {
    "blur": {"blur": "1 + 9*onset"},
    "marks": {"mark_size": "10 + 20*bass", "marks_per_bin": "5 + 30*rms", "mark_taper": "3*beat_phase"},
    "colours": {"hue_start": "frac(bars/8)", "hue_span": "sin(t)", "saturation": "0.3 + treble",
                "lightness": "0.35 + 0.3*decay(since_beat, 0.15)", "gamma": "0.4 + 0.5*since_onset"},
    "pie": {"painter": "pie", "pie_span": "90 + 200*centroid", "pie_inner": "0.3*peak", "pie_outer": "0.7 + 0.5*square(beats/2)"},
    "polar": {"painter": "polar", "polar_scale": "30 + 60*mid", "polar_arc": "2 + 6*spread", "polar_spacing": "1 + loudness",
              "polar_petals": "6 + 3*sin(bars/4)", "polar_petal_size": "12*onset", "polar_mark": "1 + 3*chroma_a"},
    "circles": {"painter": "circles", "circles_inner": "0.2*harmonic", "circles_outer": "0.5 + 0.5*percussive",
                "circles_thickness": "0.5 + 2*kurtosis"},
    "spectrogram": {"painter": "spectrogram", "spectrogram_seconds": "2 + f/30", "spectrogram_playhead": "0.2 + 0.6*t/dur",
                    "spectrogram_playhead_width": "1 + 5*beat", "spectrogram_coming": "tri(t)"},
    "showcqt": {"painter": "showcqt", "cqt_bars": "0.2 + 0.6*rms", "cqt_seconds": "1 + 3*skewness", "cqt_fade": "2*noise(t*3, 5)"},
    "base and folds": {"painter": "circles", "base": "hash", "base_opacity": "0.2 + 0.6*rand(beat_index, 3)", "symmetry": "kaleidoscope",
                       "symmetry_folds": "3 + beat_index", "blend_previous": "0.5*inout_cubic(beat_phase)"},
    "signals": {"signal": {"kick": "band 40 120 | env 1f 6f | norm 95", "slow": "kick | smooth 200ms | delay 2f | pow 2",
                           "hit": "onset - 0.28 | clip 0 1 | integrate"},
                "mark_size": "12 + 20*kick + 5*slow", "hue_start": "frac(hit)"},
    "stages": {"signal": {"a": "rms | lag 100ms | gate 0.2 | scale 1.5 | offset -0.1 | clip 0 1",
                          "b": "treble | hold 300ms | invert | norm"},
               "lightness": "0.2 + 0.4*a + 0.2*b"},
    "at another time": {"blur": "4*at(rms, -2f) + 3*at(onset, 1beats)", "gamma": "clamp(at(bass, 100ms), 0.2, 1)"},
    "bands": {"mark_size": "8 + 30*band(200,800)", "hue_start": "0.3*mel_20 + 0.2*mfcc_3"},
    "a given tempo": {"tempo": 90, "first_beat": "0.1s", "beats_per_bar": 3, "hue_start": "frac(bars/2)", "blur": "6*beat_phase"},
    "given beats": {"beats": "beats.txt", "hue_start": "frac(beats/4)", "blur": "6*decay(since_beat, 0.1)"},
}  # fmt: skip


def painted() -> Iterator[Case]:
    for name, settings in PAINTINGS.items():
        yield Case(f"paint {name}", PAINTED, {**PAINT, **settings})
    for name in MAPS:
        spread = {"colour_map": name, "painter": "circles" if name < "n" else "hash", "colour_by": "level" if name < "p" else "bin"}
        yield Case(f"colour map {name}", PAINTED, {**PAINT, **spread, "frames": "22,61"})
    for name, settings in MOVED.items():
        yield Case(f"moved {name}", PAINTED, {**PAINT, **settings})
    for name in PRESETS:
        yield Case(f"preset {name}", PAINTED, {**PAINT, "preset": name})
    yield Case("look of mini", PAINTED, {**PAINT, "model": "mini"})
    yield Case("two presets", PAINTED, {**PAINT, "preset": ["iris", "kick"]})
    for fit in ("cover", "contain", "stretch"):
        yield Case(f"fit {fit}", PAINTED, {**PAINT, "output_size": "128x72", "fit": fit, "painter": "pie"})
    yield Case("flash limit", PAINTED, {**PAINT, "frames": "0-40", "preset": "kick", "flash_limit": 2})
    for name in ("mono.wav", "song.mp3", "song.m4a", "song.flac", "song.opus"):
        yield Case(f"song {name}", PAINTED if name in ("mono.wav", "song.flac") else FILMED, PAINT, audio=name)
    for by in ("blend", "motion"):
        every = {**PAINT, "painter": "spectrogram", "spectrogram_seconds": 2, "diffusion": False, "frames": "0-16", "diffuse_every": 4}
        every["interpolate"] = by
        yield Case(f"every fourth {by}", PAINTED if by == "blend" else FILMED, every, command="render")
        yield Case(f"every fourth {by} part", PAINTED if by == "blend" else FILMED, {**every, "frames": "5-6,9,14-16"}, command="render",
                   part_of=f"every fourth {by}")  # fmt: skip
    yield Case("whole", PAINTED, {**PAINT, "frames": "20-29"})
    yield Case("whole part", PAINTED, {**PAINT, "frames": "21,25-27"}, part_of="whole")


FILMS: dict[str, tuple[str, str, Settings]] = {
    "mp4": ("song.wav", "v.mp4", {}),
    "mov": ("song.wav", "v.mov", {}),
    "mkv": ("song.wav", "v.mkv", {}),
    "webm": ("song.wav", "v.webm", {"frames": "0-9"}),
    "prores": ("song.wav", "v.mov", {"video_codec": "prores", "encoder_preset": None, "audio_codec": "alac"}),
    "ffv1": ("song.wav", "v.mkv", {"video_codec": "ffv1", "encoder_preset": None}),
    "hevc": ("song.wav", "v.mp4", {"video_codec": "hevc", "frames": "0-9"}),
    "av1": ("short.wav", "v.mp4", {"video_codec": "av1", "frames": "0-5"}),
    "crf and 444": ("short.wav", "v.mp4", {"crf": 30, "pixel_format": "yuv444p", "encoder_preset": "veryfast", "frames": None}),
    "ten bits": ("short.wav", "v.mkv", {"pixel_format": "yuv420p10le", "frames": "0-9"}),
    "aac copied": ("song.m4a", "v.mp4", {"frames": None, "fps": 5}),
    "mp3 copied": ("song.mp3", "v.mp4", {"frames": None, "fps": 5}),
    "opus copied": ("song.opus", "v.webm", {"frames": None, "fps": 2}),
    "mp3 copied into mkv": ("song.mp3", "v.mkv", {"frames": None, "fps": 5}),
    "flac": ("song.flac", "v.mkv", {"audio_codec": "flac", "frames": None, "fps": 5}),
    "aac cut": ("song.m4a", "v.mp4", {"frames": None, "start": "1s", "duration": "1.5s"}),
    "flac cut": ("song.wav", "v.mkv", {"frames": None, "start": "0.777s", "duration": "40f"}),
    "frames cut": ("song.wav", "v.mkv", {"frames": "10-14,30-31"}),
    "no sound": ("song.wav", "v.mp4", {"audio_codec": "none", "frames": "0-9"}),
    "mono": ("mono.wav", "v.mp4", {"audio_codec": "aac", "audio_bitrate": "96k"}),
    "whole song": ("short.wav", "v.mkv", {"frames": None}),
    "contained": ("short.wav", "v.mkv", {"output_size": "128x72", "fit": "contain", "frames": "0-9"}),
    "stream": ("short.wav", "-", {"frames": "0-9"}),
    "flash limit": ("song.wav", "v.mkv", {"preset": "kick", "flash_limit": 2}),
    "stem": ("song.wav", "v.mkv", {"analysis_audio": "stem.wav"}),
}  # fmt: skip


def filmed() -> Iterator[Case]:
    for name, (audio, output, settings) in FILMS.items():
        yield Case(f"film {name}", FILMED, {**WHOLE, **settings}, audio, output)
    every = {**WHOLE, "frames": None, "diffusion": False, "diffuse_every": 6}
    yield Case("film every sixth", FILMED, every, "short.wav", "v.mkv", "render")


TEXTS: dict[str, Settings] = {
    "lines": {"prompts": "story.txt"},
    "keys": {"prompts": "story.json", "frames": "1,3,15,29,30,40,50"},
    "lines slerp": {"prompts": "story.txt", "prompt_blend": "slerp"},
    "lines cut": {"prompts": "story.txt", "prompt_blend": "cut"},
    "snapped": {"prompts": "story.txt", "prompt_snap": True, "frames": "30,31,61"},
    "weight": {"prompts": "story.txt", "prompt_weight": "smoothstep(0,1,progress)*(1 - onset)"},
    "end": {"end_prompt": "a galaxy", "negative_prompt": "grey", "frames": "0,20,45,89"},
    "end slerp": {"end_prompt": "a galaxy", "prompt_blend": "slerp", "prompt_weight": "bar_phase"},
    "weighted": {"prompt": "a (stormy:1.4) sea, [calm], \\(x\\)", "prompt_weighting": "a1111"},
    "long": {"prompt": "a stormy sea, " * 40, "long_prompts": "chunk"},
    "empty": {"prompt": ""},
    "of the song's choosing": {"prompt": None},
    "of the song's choosing, another seed": {"prompt": None, "seed": 1},
}

DIFFUSIONS: dict[str, Settings] = {
    "strength 0.3": {"strength": 0.3, "steps": 10},
    "strength 1": {"strength": 1},
    "strength 0": {"strength": 0},
    "exact 0.4": {"strength": 0.4, "strength_mode": "exact"},
    "exact moved": {"strength": "0.2 + 0.5*onset + 0.2*rms"},
    "guidance 1": {"guidance": 1},
    "guidance 0": {"guidance": 0},
    "guidance 7.5": {"guidance": 7.5, "negative_prompt": "fog, grey"},
    "guidance moved": {"guidance": "0.5 + 6*beat_phase"},
    "everything moved": {"guidance": "2 + 3*beat_phase", "strength": "0.3 + 0.6*bass", "seed_travel": "bars", "scheduler": "dpmpp_2m"},
    "eta": {"eta": 0.7},
    "eta tcd": {"scheduler": "tcd", "eta": 0.4},
    "seed 7": {"seed": 7},
    "seed increment": {"seed_mode": "increment"},
    "seed random": {"seed_mode": "random"},
    "seed travel": {"seed_travel": 0.4},
    "seed travel on": {"seed_travel": "beats/2", "seed": 3},
    "seed travel increment": {"seed_travel": 0.3, "seed_mode": "increment"},
    "seed travel signal": {"signal": {"hit": "onset - 0.2 | clip 0 1 | integrate"}, "seed_travel": "5*hit", "scheduler": "euler_ancestral"},
    "no travel": {"seed_travel": 0},
    "size 136x184": {"size": "136x184", "frames": "22"},
    "size 256": {"size": "256x256", "frames": "22", "steps": 2, "batch_size": 1},
    "output size": {"output_size": "96x128", "fit": "contain"},
    "flash limit": {"flash_limit": 2, "frames": "20-31", "seed_mode": "random"},
    "painted otherwise": {"painter": "pie", "blur": "6*onset", "greyscale": False, "gamma": 0.5},
    "image": {"painter": "image", "blur": 2, "image": "clip.mkv"},
    "bfloat16": {"dtype": "bfloat16"},
}


def diffused() -> Iterator[Case]:
    def case(name: str, settings: Settings, quick: bool = False, part_of: str = "", output: str = "%05d.png") -> Case:
        look = {} if "preset" in settings else dict(LOOK)
        if isinstance(settings.get("strength"), str):
            look["strength_mode"] = "exact"
        return Case(f"mini {name}", DIFFUSED, {**MINI, **look, **settings}, output=output, command="render", quick=quick, part_of=part_of)

    quick = {"exact moved", "guidance moved", "everything moved", "guidance 1", "seed travel on", "seed random", "flash limit"}
    yield case("plain", {}, quick=True)
    for name in SCHEDULERS:
        yield case(name, {"scheduler": name}, quick=name in ("euler_ancestral", "heun"))
        yield case(f"{name} exact", {"scheduler": name, "strength_mode": "exact", "strength": 0.6, "steps": 3})
    for name, settings in DIFFUSIONS.items():
        yield case(name, settings, quick=name in quick)
    for name, settings in TEXTS.items():
        yield case(f"text {name}", settings, quick=name in ("keys", "lines slerp", "of the song's choosing"))
    for size in (1, 3, 8):
        yield case(f"batch {size}", {"batch_size": size, "frames": "20-29", "seed_travel": "beats"})
        yield case(f"batch {size} part", {"batch_size": size, "frames": "21,24-28", "seed_travel": "beats"}, part_of=f"mini batch {size}")
    for by in ("blend", "motion"):
        every = {"diffuse_every": 3, "interpolate": by, "frames": "20-30"}
        yield case(f"every third {by}", every, quick=by == "blend")
        yield case(f"every third {by} part", {**every, "frames": "22-25,29"}, part_of=f"mini every third {by}")
    for name in ("funky-smooth", "iris", "kick", "spectral-pie", "skyline", "visual-sampling"):
        prompt = None if name in ("iris", "kick", "skyline") else "sea"
        mode = "exact" if name == "kick" else "steps"
        sampling = {"scheduler": LOOK["scheduler"], "strength_mode": mode}
        yield case(f"preset {name}", {"preset": name, "prompt": prompt, "seed": 42, "frames": "30,61", **sampling})
    yield case("film", {"frames": "20-27", "encoder_preset": "ultrafast"}, output="v.mkv")
    yield case("draft", {"draft": True, "size": "128x128", "steps": 9, "diffuse_every": None, "frames": "20-26"})


CASES: dict[str, Case] = {case.name: case for cases in (painted(), filmed(), diffused()) for case in cases}
