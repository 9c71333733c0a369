#!/usr/bin/env python3
"""Judge a trained model: evaluate.py DATA MODEL [--each N] [--steps N] [--guidance G] [--exact] [--sheet OUT.png]

DATA is what make_data.py wrote, MODEL a diffusers folder (train_denoiser.py's RUN/mini). Prompts, seeds and init
pictures were never trained on. Prints one table, each row as it is known; the exit status is 0 only when every row is met. --each is the
number of pictures a scene (default 4). --exact runs all steps of img2img, as --strength-mode exact does, by --sampler: with
--steps 4 --sampler dpmpp_2m as what ships, with --guidance 1 beside it the way to judge train_few_steps.py's RUN/mini.
The judges are made once and kept as DATA/classifier.pt and DATA/palettes.npz.
"""

import argparse
import dataclasses
import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from diffusers import StableDiffusionImg2ImgPipeline, StableDiffusionPipeline
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mini import captions, judge, painter, palettes
from mini.sampling import SAMPLERS, embedded, img2img
from mini.train_vae import frames
from mini.training import Shards, autocast, latents_of, pick_device, quiet, to_tensor

SEED = 30_000_000
BATCH = 8
UNKNOWN = ("xylophone kumquat", "zzqw blorf", "the quick brown fox jumps over the lazy dog", "quarterly tax return", "")
# Pictures a prompt whose distances are compared; held frames, and noises on the way from each.
VARIED, HELD, TRAVELLED = 6, 8, 8
SIZES = ((448, 256), (256, 448), (384, 384), (512, 512))


@dataclasses.dataclass
class Row:
    """One line of the table: what was measured, what is wanted of it."""

    name: str
    found: float
    least: float | None = None
    unit: str = ""

    @property
    def met(self) -> bool:
        return self.least is None or self.found >= self.least


class Model:
    """The two pipelines of one diffusers folder, with the steps and guidance of this evaluation."""

    def __init__(self, folder: Path, steps: int, guidance: float, sampler: str | None) -> None:
        """`sampler`: that of sampling.py which runs all steps; none: diffusers' DDIM, of whose steps img2img runs a share."""
        self.steps, self.guidance, self.sampler = steps, guidance, sampler
        self.text = StableDiffusionPipeline.from_pretrained(folder, local_files_only=True).to(pick_device())
        self.image = StableDiffusionImg2ImgPipeline(**self.text.components, requires_safety_checker=False)
        for pipe in (self.text, self.image):
            pipe.set_progress_bar_config(disable=True)
        self.options = {"num_inference_steps": steps, "guidance_scale": guidance, "output_type": "np"}

    def draw(self, prompts: list[str], seed: int = SEED, size: tuple[int, int] = (256, 256), negative: str = "",
             inits: np.ndarray | None = None, strength: float = 0.75, one_seed: bool = False) -> np.ndarray:  # fmt: skip
        """uint8 pictures, each with a seed of its own or all with one; from `inits` where they are given."""
        made = []
        for start in range(0, len(prompts), BATCH):
            part = prompts[start : start + BATCH]
            options = dict(self.options, prompt=part, negative_prompt=[negative] * len(part))
            seeds = [seed + (0 if one_seed else start + i) for i in range(len(part))]
            options["generator"] = [torch.Generator().manual_seed(number) for number in seeds]
            if self.sampler:
                height, width = (size[1], size[0]) if inits is None else inits.shape[1:3]
                noise = torch.cat([torch.randn(1, 4, height // 8, width // 8, generator=g) for g in options["generator"]])
                some = None if inits is None else inits[start : start + BATCH]
                made.append(self.over(some, part, noise, 1.0 if inits is None else strength, negative))
                continue
            with torch.no_grad(), autocast(self.text.device):
                if inits is None:
                    images = self.text(width=size[0], height=size[1], **options).images
                else:
                    chosen = [Image.fromarray(init) for init in inits[start : start + BATCH]]
                    images = self.image(image=chosen, strength=strength, **options).images
            made.append((images * 255.0).round().astype(np.uint8))
        return np.concatenate(made)

    @torch.no_grad()
    def over(self, inits: np.ndarray | None, prompts: list[str], noise: torch.Tensor, strength: float, negative: str = "") -> np.ndarray:
        """uint8 pictures painted over `inits`, or nothing, all steps run."""
        pipe = self.text
        text, empty = embedded(pipe, prompts), embedded(pipe, [negative])
        latents = torch.zeros_like(noise) if inits is None else latents_of(pipe.vae, inits, pipe.device) * pipe.vae.config.scaling_factor
        given = (latents.to(pipe.device), noise.to(pipe.device), text, empty)
        made = img2img(pipe, *given, strength, self.steps, self.guidance, self.sampler or "ddim")
        with autocast(pipe.device):
            images = pipe.vae.decode(made / pipe.vae.config.scaling_factor).sample.float()
        return ((images.clamp(-1, 1) + 1.0) * 127.5).round().permute(0, 2, 3, 1).cpu().numpy().astype(np.uint8)


def scenes_of(data: Path) -> list[str]:
    """The kinds of scene that the data set shows: those that its model can know."""
    shown = {fact["scene"] for fact in Shards(data / "held-out").facts}
    return [scene for scene in painter.SCENES if scene in shown]


def prompts_for(scenes: list[str], each: int) -> tuple[list[painter.Labels], list[str]]:
    """`each` prompts a scene, in every palette in turn."""
    rng = np.random.default_rng(SEED)
    names, asked = list(palettes.PALETTES), []
    for i, scene in enumerate(scenes):
        for k in range(each):
            palette = names[(i + 5 * k) % len(names)]
            asked.append(painter.Labels(scene, palette, False, "", "", "plain"))
    return asked, [captions.plain_prompt(what, rng) for what in asked]


def percent(hits: list[bool]) -> float:
    return 100.0 * float(np.mean(hits))


def autoencoder_rows(model: Model, data: Path) -> Iterator[Row]:
    from sklearn.datasets import load_sample_images

    vae = model.text.vae.to("cpu")
    scenes = Shards(data / "held-out")
    pictures = to_tensor(np.stack([scenes[i] for i in range(min(len(scenes), 256))]))
    yield Row("autoencoder, unseen scenes", judge.reconstruction(vae, pictures), 29.0, "dB")
    for name, found in painted(data):
        yield Row(f"autoencoder, painter {name}", judge.reconstruction(vae, to_tensor(found)), 26.0, "dB")
    photos = [to_tensor(photo[None, :424]) for photo in load_sample_images().images]
    mean = float(np.mean([judge.reconstruction(vae, photo) for photo in photos]))
    yield Row("autoencoder, photographs", mean, 23.0, "dB")
    vae.to(pick_device())


def painted(data: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Each painter's name and its frames that were never trained on."""
    paths = sorted((data / "extra").glob("painter-held-out-*.npy"))
    for found, path in zip(frames(data, "held-out"), paths, strict=True):
        yield path.stem.split("-")[-1], found


def palette_hits(asked: list[painter.Labels], pictures: np.ndarray, references: dict[str, dict]) -> list[bool]:
    pairs = zip(asked, pictures, strict=True)
    return [judge.nearest_palette(picture, references[what.scene]) == what.palette for what, picture in pairs]


def prompt_rows(model: Model, data: Path, each: int, network: torch.nn.Module, keep: Callable[[np.ndarray], None]) -> Iterator[Row]:
    """Scenes and palettes of txt2img, whose pictures go to `keep`, and of img2img from every painter."""
    asked, prompts = prompts_for(scenes_of(data), each)
    references = judge.kept_references(data / "palettes.npz", scenes_of(data))

    def scene_hits(pictures: np.ndarray) -> float:
        return percent([found == what.scene for found, what in zip(judge.named(network, pictures), asked, strict=True)])

    made = model.draw(prompts)
    keep(made)
    square = scene_hits(made)
    yield Row("txt2img, asked scene", square, 90.0, "%")
    yield Row("txt2img, asked palette", percent(palette_hits(asked, made, references)), 80.0, "%")
    for name, found in painted(data):
        inits = found[np.arange(len(prompts)) % len(found)]
        pictures = model.draw(prompts, inits=inits)
        yield Row(f"img2img 0.75 from {name}, asked scene", scene_hits(pictures), 75.0, "%")
        grey = np.asarray([np.asarray(Image.fromarray(init).convert("L").convert("RGB")) for init in inits])
        hits = palette_hits(asked, model.draw(prompts, inits=grey), references)
        yield Row(f"img2img 0.75 from grey {name}, asked palette", percent(hits), 60.0, "%")
    for size in SIZES:
        found = scene_hits(model.draw(prompts, size=size))
        yield Row(f"txt2img {size[0]}x{size[1]}, asked scene", found, square - 10.0, "%")


def variety_rows(model: Model, data: Path) -> Iterator[Row]:
    """How far the pictures of one prompt lie apart by their seeds, beside painted ones of that prompt; the poorest scene counts."""
    rng = np.random.default_rng(SEED + 1)
    shares = {}
    for number, scene in enumerate(scenes_of(data)):
        asked = [anything(scene, rng) for _ in range(VARIED)]
        real = np.stack([painter.paint(SEED + VARIED * number + i, what) for i, what in enumerate(asked)])
        prompt = captions.plain_prompt(dataclasses.replace(asked[0], natural=False), rng)
        made = model.draw([prompt] * VARIED, seed=SEED + 500_000 + VARIED * number)
        shares[scene] = apart(made) / apart(real)
    poorest = min(shares, key=lambda scene: shares[scene])
    yield Row("seeds tell pictures apart, mean of the scenes", float(np.mean(list(shares.values()))), 0.5)
    yield Row(f"seeds tell pictures apart, poorest scene ({poorest})", shares[poorest], 0.5)


def anything(scene: str, rng: np.random.Generator) -> painter.Labels:
    """A picture of `scene` at any hour and in any weather, in its first palette."""
    kind = painter.SCENES[scene]
    hour, sky = (str(rng.choice(words)) if words else "" for words in (kind.times, kind.weathers))
    return painter.Labels(scene, kind.natural[0], True, hour, sky, "plain")


def apart(pictures: np.ndarray) -> float:
    """Mean absolute difference of all pairs."""
    pairs = itertools.combinations(pictures.astype(np.float32), 2)
    return float(np.mean([np.abs(a - b).mean() for a, b in pairs]))


def judge_rows(data: Path, accuracy: float) -> list[Row]:
    """How often the judges themselves are right, on unseen real pictures."""
    references = judge.kept_references(data / "palettes.npz", scenes_of(data))
    held_out = Shards(data / "held-out")
    hits = []
    for i in range(min(len(held_out), 400)):
        fact = held_out.facts[i]
        if fact["style"] in ("plain", "cinematic"):
            hits.append(judge.nearest_palette(held_out[i], references[fact["scene"]]) == fact["palette"])
    return [
        Row("real pictures, scene named rightly", 100.0 * accuracy, None, "%"),
        Row("real pictures, palette named rightly", percent(hits), None, "%"),
    ]


def word_rows(model: Model, data: Path) -> list[Row]:
    """Unknown words and no words: as smooth and as rich in contrast as real pictures are; a negative prompt acts."""
    scenes = Shards(data / "held-out")
    real = np.stack([scenes[i] for i in range(min(len(scenes), 200))])
    most = np.quantile([judge.roughness(picture) for picture in real], 0.98)
    least = np.quantile([picture.std() for picture in real], 0.02)
    made = model.draw([word for word in UNKNOWN for _ in range(6)])
    clean = percent([judge.roughness(picture) <= most and picture.std() >= least for picture in made])
    prompts = ["a calm sea", "mountains", "a city skyline", "flowers"] * 4
    plain, moved = model.draw(prompts), model.draw(prompts, negative="red, crimson, dark red")
    red = [palettes_distance(picture, "crimson") for picture in plain]
    away = [palettes_distance(picture, "crimson") for picture in moved]
    return [
        Row("unknown and empty prompts, clean", clean, 90.0, "%"),
        Row("negative prompt moves away", percent([b > a for a, b in zip(red, away, strict=True)]), 75.0, "%"),
    ]


def palettes_distance(picture: np.ndarray, name: str) -> float:
    """Distance of a picture's mean hue plane (a*, b*) from that of a palette."""
    target = judge.cielab(palettes.make(name, np.random.default_rng(0), jitter=0.0).table.astype(np.float64)).mean(axis=0)
    return float(np.linalg.norm((judge.sorted_colours(picture).mean(axis=0) - target)[1:]))


def strength_rows(model: Model, data: Path) -> list[Row]:
    """How much of the init picture stays, and how the change between frames follows strength and music."""
    inits = np.concatenate([found[:20] for found in frames(data, "held-out")])
    prompts = [("mountains at dawn", "a nebula", "a city at night", "marble")[i % 4] for i in range(len(inits))]
    alike = {}
    for strength in (0.5, 0.75):
        made = model.draw(prompts, inits=inits, strength=strength, one_seed=True)
        alike[strength] = float(np.mean([judge.likeness(a, b) for a, b in zip(inits, made, strict=True)]))
    frames_made = model.draw(["mountains at dawn"] * len(inits), inits=inits, strength=0.5, one_seed=True)
    music = np.argsort(np.argsort(steps_between(inits)))
    ranks = np.argsort(np.argsort(steps_between(frames_made)))
    follows = float(np.corrcoef(music, ranks)[0, 1])
    grows = growth(model, inits)
    return [
        Row("init picture seen at 0.5 (correlation)", alike[0.5], 0.5),
        Row("init picture gone at 0.75 (1 - correlation)", 1.0 - alike[0.75], 0.5),
        Row("frame change grows with strength, noise travelling", grows, 75.0, "%"),
        Row("frame change follows the music (rank correlation)", follows, 0.4),
    ]


def growth(model: Model, inits: np.ndarray) -> float:
    """Of the steps of videos whose painter's frame is held while the noise travels, those that are larger at 0.75 than at
    0.3: percent. With fixed noise, what changes at 0.3 is the painter's picture itself, which a higher strength hides."""
    hits = []
    for number in range(HELD):
        init = np.repeat(inits[None, number * len(inits) // HELD], TRAVELLED, 0)
        generator = torch.Generator().manual_seed(SEED + number)
        near, far = (torch.randn(1, 4, init.shape[1] // 8, init.shape[2] // 8, generator=generator) for _ in range(2))
        angles = torch.linspace(0.0, 1.0, TRAVELLED)[:, None, None, None]
        noise = angles.cos() * near + angles.sin() * far
        prompts = [("mountains at dawn", "a nebula", "a city at night", "marble")[number % 4]] * TRAVELLED
        low, high = (steps_between(model.over(init, prompts, noise, strength)) for strength in (0.3, 0.75))
        hits += list(high >= low)
    return percent(hits)


def steps_between(pictures: np.ndarray) -> np.ndarray:
    """Mean absolute change from each frame to the next."""
    return np.abs(np.diff(pictures.astype(np.float32), axis=0)).mean(axis=(1, 2, 3))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("model", type=Path, metavar="MODEL")
    parser.add_argument("--each", type=int, default=4, help="pictures a scene (default 4)")
    parser.add_argument("--steps", type=int, default=9, help="denoising steps (default 9)")
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--exact", action="store_true", help="img2img runs all steps, from the strength's own noise level")
    parser.add_argument("--sampler", choices=tuple(SAMPLERS), default="ddim", help="with --exact (default ddim)")
    parser.add_argument("--sheet", type=Path, help="also write the txt2img pictures, a scene a row")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    quiet()
    network, accuracy = judge.trained_classifier(arguments.data, arguments.data / "classifier.pt")
    model = Model(arguments.model, arguments.steps, arguments.guidance, arguments.sampler if arguments.exact else None)

    def write_sheet(made: np.ndarray) -> None:
        if arguments.sheet:
            tiles = made.reshape(-1, arguments.each, 256, 256, 3)
            Image.fromarray(tiles.transpose(0, 2, 1, 3, 4).reshape(-1, arguments.each * 256, 3)).save(arguments.sheet)

    print(f"{arguments.steps} steps{f', exact, {arguments.sampler}' * arguments.exact}, guidance {arguments.guidance}")
    met = True
    for row in itertools.chain(
        judge_rows(arguments.data, accuracy),
        autoencoder_rows(model, arguments.data),
        prompt_rows(model, arguments.data, arguments.each, network, write_sheet),
        word_rows(model, arguments.data),
        strength_rows(model, arguments.data),
        variety_rows(model, arguments.data),
    ):
        wanted = "" if row.least is None else f"at least {row.least:.4g} {row.unit}  {'met' if row.met else 'MISSED'}"
        print(f"{row.name:<55} {row.found:8.2f} {row.unit:<3} {wanted}", flush=True)
        met = met and row.met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
