#!/usr/bin/env python3
"""Train denoiser and text encoder together:

train_denoiser.py DATA VAE RUN [--from MODEL] [--half-size SHARE] [--minutes M] [--steps N] [--threads T] [--rate R]

DATA is what make_data.py wrote, VAE the autoencoder's folder (train_vae.py's RUN/vae). The latents of the pictures,
of the same at half their size and of the painters' frames are computed once and kept under DATA/latents. Training
begins with the small ones, where a picture costs a quarter, and goes on with the full ones (--half-size); a share of the pictures
begins as a painter's frame, as img2img begins. RUN holds the checkpoint, curve.csv, samples-*.png and, after every
session, RUN/mini: a whole diffusers folder with the averaged weights, for scripts/export_model.py. Give the same
command again to go on. --steps is the length of the whole training, needed once and kept.

With --from, training goes on from a diffusers folder (RUN/mini of another training, or recover_model.py's OUT): its
tokens stay, words that the captions have gained become tokens beside them.
"""

import hashlib
import json
import os
import shutil
import sys
from itertools import product
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import make_tiny_model

from mini import captions, vocabulary
from mini.make_data import SIZES, save_whole
from mini.muon import optimisers_of
from mini.painter import Labels
from mini.train_vae import frames
from mini.training import (
    Ema,
    autocast,
    begin,
    descend,
    halved,
    latents_of,
    level_weight,
    options,
    rate,
    spread_levels,
    use_plain_attention,
)
from mini.words import learn_words, tokens

MERGES = 4_000
TEXT_WIDTH, TEXT_LAYERS = 192, 4
# Of the text encoder alone, before all others.
WORD_STEPS = 700
PEAK_RATE = 7e-4
# Beyond the empty captions that captions.py gives.
DROP = 0.03
# Of the pictures, those that begin as a painter's frame, and the lowest timestep at which such a frame is noised.
FROM_FRAMES, FRAMES_FROM = 0.35, 600
# Of all steps, those before the learning rate falls.
HELD = 0.65
LUMINANCE = np.array([0.299, 0.587, 0.114])
NOTE_EVERY, SAMPLE_EVERY = 50, 2_000
SAMPLE_PROMPTS = (
    "an iceland vista, cinematic lighting", "a cyberpunk android, moody and foggy", "a gas mask and helmet", "abstract art",
    "a neon city at night", "a stormy sea", "aurora over snow", "a nebula in blue and gold", "fire", "underwater coral",
    "pink flowers", "purple crystals", "stained glass", "ink in water", "a green fractal", "a tunnel of light",
    "a synthwave grid", "a forest in autumn", "a desert at dawn", "a portrait of a robot in teal and orange",
    "a red planet with rings", "a jellyfish", "an eye in emerald green", "",
)  # fmt: skip
SCHEDULER = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "v_prediction",
    "timestep_spacing": "trailing",
    "rescale_betas_zero_snr": True,
    "clip_sample": False,
    "set_alpha_to_one": True,
    "steps_offset": 1,
}


class Denoiser(nn.Module):
    """The U-Net and the text encoder, trained as one."""

    def __init__(self, tokenizer: CLIPTokenizer) -> None:
        super().__init__()
        self.text_encoder = CLIPTextModel(
            CLIPTextConfig(
                vocab_size=len(tokenizer),
                hidden_size=TEXT_WIDTH,
                intermediate_size=4 * TEXT_WIDTH,
                num_hidden_layers=TEXT_LAYERS,
                num_attention_heads=TEXT_WIDTH // 32,
                max_position_embeddings=make_tiny_model.MAX_TOKENS,
                bos_token_id=tokenizer.bos_token_id,
                eos_token_id=tokenizer.eos_token_id,
                pad_token_id=tokenizer.pad_token_id,
                # Through backward, plain matrix products are quicker on a CPU than fused attention.
                attn_implementation="eager",
            )
        )
        self.unet = UNet2DConditionModel(
            sample_size=32,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
            block_out_channels=(80, 144, 224),
            layers_per_block=1,
            attention_head_dim=(5, 6, 7),  # diffusers' name; the numbers are those of heads
            cross_attention_dim=TEXT_WIDTH,
            norm_num_groups=8,
        )

    def forward(self, noisy: Tensor, timesteps: Tensor, ids: Tensor) -> Tensor:
        return self.unet(noisy, timesteps, self.text_encoder(ids).last_hidden_state).sample


def make_tokenizer(folder: Path) -> CLIPTokenizer:
    """Byte-level BPE of the captions' words, written once."""
    if not folder.exists():
        part = folder.with_name(f"{folder.name}.part-{os.getpid()}")
        make_tiny_model.write_tokenizer(part, MERGES, captions.tokenizer_words())
        os.replace(part, folder)
    return CLIPTokenizer.from_pretrained(folder, local_files_only=True)


def begin_from(model: Denoiser, source: Path, tokenizer_folder: Path) -> CLIPTextModel:
    """Fill `model`, made for a tokenizer that vocabulary.grow made of `source`'s, with the weights of `source`; gives
    the text encoder of `source`."""
    pipe = StableDiffusionPipeline.from_pretrained(source, local_files_only=True)
    model.unet.load_state_dict(pipe.unet.state_dict())
    state = pipe.text_encoder.state_dict()
    name = next(key for key in state if key.endswith("token_embedding.weight"))
    state[name] = vocabulary.grown_embedding(state[name], source / "tokenizer", tokenizer_folder)
    model.text_encoder.load_state_dict(state)
    return pipe.text_encoder.eval().requires_grad_(False)


def latents_folder(data: Path, vae_folder: Path) -> Path:
    """Where the latents that this very autoencoder makes of the data are kept."""
    weights = next(vae_folder.glob("*.safetensors"))
    return data / "latents" / hashlib.sha256(weights.read_bytes()).hexdigest()[:12]


def cache_latents(data: Path, vae_folder: Path, device: torch.device, sizes: tuple[str, ...] = ("half", "full")) -> dict[str, Path]:
    """Folders with the scaled latents of every training picture, and at half size of its mirror image too:
    float16 [n, 1 or 2, 4, h, w] a shard."""
    folders = {size: latents_folder(data, vae_folder) / size for size in sizes}
    vae = AutoencoderKL.from_pretrained(vae_folder, local_files_only=True).to(device).eval()
    for size, path in product(folders, sorted((data / "train").glob("*.npy"))):
        kept = folders[size] / path.name
        if kept.exists():
            continue
        pictures = np.load(path, mmap_mode="r")
        pictures = halved(pictures) if size == "half" else pictures
        sides = (pictures, pictures[:, :, ::-1]) if size == "half" else (pictures,)
        latents = torch.stack([latents_of(vae, side, device) for side in sides], 1) * vae.config.scaling_factor
        save_whole(kept, latents.half().numpy())
    return folders


def cache_frames(data: Path, vae_folder: Path, device: torch.device) -> Tensor:
    """Scaled latents of the painters' frames in colour and in grey, float32 [n, 4, h, w]; kept like cache_latents'."""
    kept = latents_folder(data, vae_folder) / "frames.npy"
    if not kept.exists():
        vae = AutoencoderKL.from_pretrained(vae_folder, local_files_only=True).to(device).eval()
        coloured = np.concatenate(frames(data, "train"))
        grey = np.repeat((coloured @ LUMINANCE)[..., None].round().astype(np.uint8), 3, -1)
        latents = latents_of(vae, np.concatenate([coloured, grey]), device) * vae.config.scaling_factor
        save_whole(kept, latents.half().numpy())
    return torch.from_numpy(np.load(kept)).float()


class Batches:
    """Random latents of one shape with fresh captions, from one folder of cache_latents."""

    def __init__(self, data: Path, latents: Path, tokenizer: CLIPTokenizer, rng: np.random.Generator) -> None:
        self.tokenizer, self.rng, self.sets = tokenizer, rng, []
        for width, height in SIZES:
            paths = sorted(latents.glob(f"{width}x{height}-*.npy"))
            if paths:
                facts = [fact for path in paths for fact in json.loads((data / "train" / path.name).with_suffix(".json").read_text())]
                self.sets.append((np.concatenate([np.load(path) for path in paths]), [as_labels(fact) for fact in facts]))
        count = np.array([len(latent) for latent, _ in self.sets], np.float64)
        self.shares = count / count.sum()

    def batch(self, size: int) -> tuple[Tensor, Tensor]:
        latents, facts = self.sets[int(self.rng.choice(len(self.sets), p=self.shares))]
        rows = self.rng.integers(0, len(latents), size)
        texts = ["" if self.rng.random() < DROP else captions.caption(facts[row], self.rng) for row in rows]
        chosen = latents[rows, self.rng.integers(0, latents.shape[1], size)]
        return torch.from_numpy(chosen).float(), tokens(self.tokenizer, texts)


def as_labels(fact: dict) -> Labels:
    return Labels(**{key: fact[key] for key in Labels.__dataclass_fields__})


def towards_frames(noise: Tensor, clean: Tensor, painted: Tensor, steps: Tensor, alphas: Tensor, rng: np.random.Generator) -> Tensor:
    """The noise with which a share of the latents `clean` lie on the way of img2img from a painter's frame to them.

    img2img noises a frame p at a timestep s: sqrt(a) p + sqrt(1 - a) n. That is `clean` under the noise
    n + sqrt(a / (1 - a)) (p - clean), and DDIM from there to `clean` keeps this noise at every later timestep.
    """
    chosen = torch.from_numpy(rng.random(len(clean)) < FROM_FRAMES).to(clean.device)
    begun = steps.clamp_min(FRAMES_FROM).float()
    begun = begun + torch.from_numpy(rng.random(len(clean))).float().to(clean.device) * (len(alphas) - 1 - begun)
    alpha = alphas[begun.long()]
    shift = (chosen * (alpha / (1 - alpha)).sqrt())[:, None, None, None]
    found = painted[torch.from_numpy(rng.integers(0, len(painted), len(clean)))].to(clean.device)
    return noise + shift * (functional.interpolate(found, size=clean.shape[2:], mode="bilinear") - clean)


def objective(model: nn.Module, alphas: Tensor, latents: Tensor, ids: Tensor, noise: Tensor, steps: Tensor) -> Tensor:
    """Weighted mean square of v's error at the noise levels of `steps`."""
    alpha = alphas[steps][:, None, None, None]
    noisy = alpha.sqrt() * latents + (1 - alpha).sqrt() * noise
    wanted = alpha.sqrt() * noise - (1 - alpha).sqrt() * latents
    with autocast(latents.device):
        predicted = model(noisy, steps, ids)
    return ((predicted.float() - wanted).square() * level_weight(alpha)).mean()


def pipeline(model: Denoiser, vae_folder: Path, tokenizer: CLIPTokenizer, device: torch.device) -> StableDiffusionPipeline:
    vae = AutoencoderKL.from_pretrained(vae_folder, local_files_only=True).to(device).eval()
    made = StableDiffusionPipeline(
        vae=vae, text_encoder=model.text_encoder, tokenizer=tokenizer, unet=model.unet, scheduler=DDIMScheduler(**SCHEDULER),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
    made.set_progress_bar_config(disable=True)
    return made


@torch.no_grad()
def sample(pipe: StableDiffusionPipeline, out: Path, steps: int = 16, guidance: float = 4.0) -> None:
    """A sheet of SAMPLE_PROMPTS, always from the same noise."""
    noise = torch.randn(len(SAMPLE_PROMPTS), 4, 32, 32, generator=torch.Generator().manual_seed(1))
    pictures = []
    for start in range(0, len(SAMPLE_PROMPTS), 8):
        with autocast(pipe.device):
            pictures += pipe(
                list(SAMPLE_PROMPTS[start : start + 8]), num_inference_steps=steps, guidance_scale=guidance,
                width=256, height=256, latents=noise[start : start + 8].to(pipe.device), output_type="np",
            ).images.tolist()  # fmt: skip
    tiles = (np.asarray(pictures) * 255).round().astype(np.uint8).reshape(3, 8, 256, 256, 3)
    Image.fromarray(tiles.transpose(0, 2, 1, 3, 4).reshape(768, 2048, 3)).save(out)


def write(pipe: StableDiffusionPipeline, folder: Path, tokenizer_folder: Path) -> None:
    """The whole diffusers folder; the tokenizer's files are the ones written at the start."""
    shutil.rmtree(folder, ignore_errors=True)
    pipe.save_pretrained(folder)
    shutil.rmtree(folder / "tokenizer")
    shutil.copytree(tokenizer_folder, folder / "tokenizer")
    print(folder, flush=True)


def main() -> int:
    parser = options(__doc__, ("DATA", "VAE", "RUN"), 16, "hundreds")
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help=f"peak learning rate (default {PEAK_RATE})")
    at_half = "of all steps, those on pictures of half the size, in batches twice as large (default 0.4; 0 with --from)"
    parser.add_argument("--half-size", type=float, metavar="SHARE", help=at_half)
    parser.add_argument("--from", dest="source", type=Path, metavar="MODEL", help="diffusers folder to go on from")
    arguments = parser.parse_args()
    device, run = begin(arguments)
    tokenizer_folder = arguments.run / "tokenizer"
    if arguments.source:
        vocabulary.grow(arguments.source / "tokenizer", tokenizer_folder, vocabulary.words_of_captions())
    tokenizer = make_tokenizer(tokenizer_folder)
    half_size = (0.0 if arguments.source else 0.4) if arguments.half_size is None else arguments.half_size
    folders = cache_latents(arguments.data, arguments.vae, device, sizes=("half", "full") if half_size else ("full",))
    painted = cache_frames(arguments.data, arguments.vae, device)
    model = Denoiser(tokenizer)
    elder = begin_from(model, arguments.source, tokenizer_folder).to(device) if arguments.source else None
    model = model.to(device, memory_format=torch.channels_last)
    use_plain_attention(model.unet, device)
    ema = Ema(model, 0.9995)
    muon, adamw = optimisers_of(model, arguments.rate)
    run.resume(model=model, ema=ema.network, muon=muon, adamw=adamw)
    batches = {size: Batches(arguments.data, folder, tokenizer, run.rng) for size, folder in folders.items()}
    if run.step == 0:
        facts = [fact for _, of_size in batches["full"].sets for fact in of_size]
        named = learn_words(model.text_encoder, tokenizer, facts, run.rng, min(WORD_STEPS, run.steps), elder)
        print(f"the text encoder names {100 * named:.0f} % of the scenes", flush=True)
        ema.network.load_state_dict(model.state_dict())
    pipe = pipeline(ema.network, arguments.vae, tokenizer, device)
    alphas = pipe.scheduler.alphas_cumprod.to(device)
    for step in run.todo():
        size, share = ("half", 2) if step < half_size * run.steps else ("full", 1)
        clean, ids = (tensor.to(device) for tensor in batches[size].batch(share * arguments.batch))
        steps = (spread_levels(len(clean)) * len(alphas)).long().clamp_max(len(alphas) - 1).to(device)
        noise = towards_frames(torch.randn(clean.shape).to(device), clean, painted, steps, alphas, run.rng)
        loss = objective(model, alphas, clean, ids, noise, steps)
        learning_rate = rate(step, run.steps, arguments.rate, HELD)
        descend(loss, model, learning_rate, muon, adamw)
        ema.update(model, step)
        run.losses.append(loss.detach())
        if (step + 1) % NOTE_EVERY == 0:
            run.note(learning_rate)
        if (step + 1) % SAMPLE_EVERY == 0:
            sample(pipe, arguments.run / f"samples-{step + 1:06d}.png")
    sample(pipe, arguments.run / "samples.png")
    write(pipe, arguments.run / "mini", tokenizer_folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
