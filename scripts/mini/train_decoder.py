#!/usr/bin/env python3
"""Make the decoder of a trained model crisp: train_decoder.py DATA MODEL RUN [--rate R] [--minutes M] [--steps N]

MODEL is a diffusers folder, train_denoiser.py's RUN/mini or recover_model.py's OUT. Its decoder alone is trained on; the
encoder stays, so latents mean what they meant and the denoiser needs nothing. Beside colours and gradients the loss asks
for as much energy in every band and every small window as the original has there, for no value beyond what the original
reaches close by (a ring is just that), for pictures that a small discriminator takes for real, and for latents that
decoding and encoding again bring back. A chain does that at every step, and texture must not grow in it: half of the
latents are those of pictures that were decoded and encoded up to sixteen times, and are to become the originals. Pictures
with film grain are left out: no latent says where a grain lies. RUN/mini is a diffusers folder like MODEL; its decoder's
weights lie half-way from MODEL's to the trained ones, where nearly all of what is crisp remains and the rings hardly show.
Give the same command again to go on; --steps is the length of the whole training, needed once and kept.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from diffusers import StableDiffusionPipeline
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mini.train_denoiser import write
from mini.train_vae import GRADIENT_WEIGHT, SQUARE_WEIGHT, Diet, edge_loss, gradients
from mini.training import Ema, begin, descend, options, psnr, rate

PEAK_RATE, JUDGES_RATE = 3e-4, 1e-3
WARM, NOTE_EVERY = 20, 20
TEXTURE_WEIGHT, RETURN_WEIGHT, RING_WEIGHT = 0.15, 1.0, 3.0
# Of each batch, the share of latents that went through decoder and encoder before, how often at most, and how many are kept.
TRAVELLED, TRIPS, KEPT = 0.5, 16, 64
# Scales of the bands, by halving, and the side and the step of the windows whose energy is compared: in larger ones, the
# energy that a soft edge lacks comes back as ringing beside it. FLOOR is the least energy that counts: four levels of 255.
SCALES, WINDOW, STRIDE, FLOOR = 3, 4, 2, 0.03
# The side of the neighbourhood whose least and greatest values bound a pixel's: an edge's own blur stays inside, its rings do not.
NEIGHBOURS = 3
GRAINY = ("grain",)
RINGS = 24
# How far the written weights lie from MODEL's to the trained.
SHARE = 0.5
# The discriminator judges from this step on; its gradient at the last layer, beside that of all else.
JUDGED_FROM, JUDGED_SHARE = 100, 0.3


def energies(image: Tensor) -> list[Tensor]:
    """Logarithms of the local root mean squares of an image's horizontal, vertical and diagonal differences, and of those of
    its reductions: ripples where the original is flat count as much as edges that are soft."""
    found = []
    for _ in range(SCALES):
        down, right = gradients(image)
        for band in (down, right, right[..., 1:, :] - right[..., :-1, :]):
            found.append(((functional.avg_pool2d(band.square(), WINDOW, STRIDE) + 1e-6).sqrt() + FLOOR).log())
        image = functional.avg_pool2d(image, 2)
    return found


def texture_loss(made: Tensor, wanted: Tensor) -> Tensor:
    pairs = zip(energies(made), energies(wanted), strict=True)
    return torch.stack([functional.l1_loss(a, b) for a, b in pairs]).mean()


def ringing(made: Tensor, wanted: Tensor) -> Tensor:
    """How far values lie beyond the least and the greatest of the original's neighbourhood, in the mean."""
    greatest, negated_least = (functional.max_pool2d(sign * wanted, NEIGHBOURS, 1, NEIGHBOURS // 2) for sign in (1, -1))
    return (functional.relu(made - greatest) + functional.relu(-made - negated_least)).mean()


def spectrum(image: Tensor) -> Tensor:
    """Log energy of each picture's luminance in rings of equal width of spatial frequency: [n, RINGS]."""
    grey = image.mean(1)
    h, w = grey.shape[1:]
    window = torch.hann_window(h, periodic=False)[:, None] * torch.hann_window(w, periodic=False)
    power = torch.fft.rfft2((grey - grey.mean((1, 2), keepdim=True)) * window.to(grey)).abs().square() / (h * w)
    away = torch.hypot(torch.fft.fftfreq(h)[:, None], torch.fft.rfftfreq(w)) * 2 * RINGS
    ring = away.long().clamp_max(RINGS - 1).flatten().to(grey.device)
    sums = torch.zeros(len(grey), RINGS, device=grey.device).index_add(1, ring, power.flatten(1))
    return (sums / torch.bincount(ring, minlength=RINGS) + 1e-6).log()


def spectral_distance(made: Tensor, wanted: Tensor) -> Tensor:
    """Mean distance of two batches' spectra, decibels, over the upper three quarters of the frequencies."""
    return (spectrum(made) - spectrum(wanted)).abs()[:, RINGS // 4 :].mean() * 10.0 / torch.log(torch.tensor(10.0))


class Judge(nn.Module):
    """Says of every patch of 22x22 pixels whether it is painted or decoded."""

    def __init__(self) -> None:
        super().__init__()
        widths, strides = (3, 32, 64, 96), (2, 2, 1)
        layers: list[nn.Module] = []
        for before, after, stride in zip(widths, widths[1:], strides, strict=False):
            layers += [spectral_norm(nn.Conv2d(before, after, 4, stride=stride, padding=1)), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers, spectral_norm(nn.Conv2d(widths[-1], 1, 3, padding=1)))

    def forward(self, image: Tensor) -> Tensor:
        return self.layers(image)


def likeness_loss(made: Tensor, wanted: Tensor) -> Tensor:
    """Everything that compares a decoded picture with the original itself."""
    colours = functional.l1_loss(made, wanted) + SQUARE_WEIGHT * functional.mse_loss(made, wanted)
    return (
        colours
        + GRADIENT_WEIGHT * edge_loss(made, wanted)
        + TEXTURE_WEIGHT * texture_loss(made, wanted)
        + RING_WEIGHT * ringing(made, wanted)
    )


class Travellers:
    """Latents that went through decoder and encoder, beside the pictures that they began as."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.kept: list[tuple[int, Tensor, Tensor]] = []  # trips, latents [4, h, w], picture [3, 8 h, 8 w]

    def board(self, latents: Tensor, wanted: Tensor) -> list[int]:
        """Put kept ones in the place of TRAVELLED of a batch, in place; gives the trips of each item."""
        trips = [0] * len(latents)
        for row in range(round(TRAVELLED * len(latents)) if len(self.kept) >= len(latents) else 0):
            trips[row], latents[row], wanted[row] = self.kept.pop(int(self.rng.integers(len(self.kept))))
        return trips

    def alight(self, trips: list[int], returned: Tensor, wanted: Tensor) -> None:
        """Keep what came back from one more trip; where there is no room, in the place of another."""
        for count, latent, picture in zip(trips, returned.detach(), wanted, strict=True):
            if count + 1 < TRIPS:
                if len(self.kept) == KEPT:
                    self.kept.pop(int(self.rng.integers(KEPT)))
                self.kept.append((count + 1, latent.clone(), picture.clone()))


def judged_weight(likeness: Tensor, judged: Tensor, last: nn.Parameter) -> Tensor:
    """What makes the gradient of `judged` JUDGED_SHARE of that of `likeness` at the weights `last`."""
    ours, theirs = (torch.autograd.grad(loss, last, retain_graph=True)[0].norm() for loss in (likeness, judged))
    return (JUDGED_SHARE * ours / (theirs + 1e-6)).clamp_max(10.0).detach()


def main() -> int:
    parser = options(__doc__, ("DATA", "MODEL", "RUN"), 4, "32")
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help=f"peak learning rate (default {PEAK_RATE})")
    arguments = parser.parse_args()
    device, run = begin(arguments)
    pipe = StableDiffusionPipeline.from_pretrained(arguments.model, local_files_only=True).to(device)
    vae = pipe.vae.to(memory_format=torch.channels_last).requires_grad_(False)
    # In float32: of so few channels, conversions cost more than bfloat16 saves.
    decoder = vae.decoder.requires_grad_(True)
    first = {name: value.clone() for name, value in decoder.state_dict().items()}
    scale = vae.config.scaling_factor
    judge = Judge().to(device, memory_format=torch.channels_last)
    ema = Ema(decoder, 0.995)
    optimiser = torch.optim.AdamW(decoder.parameters(), lr=arguments.rate, betas=(0.9, 0.99), weight_decay=0.0)
    judges = torch.optim.AdamW(judge.parameters(), lr=JUDGES_RATE, betas=(0.5, 0.9), weight_decay=0.0)
    run.resume(decoder=decoder, ema=ema.network, optimiser=optimiser, judge=judge, judges=judges)
    diet = Diet(arguments.data, run.rng, without=GRAINY)
    travellers = Travellers(run.rng)
    for step in run.todo():
        wanted = diet.batch(arguments.batch).to(device, memory_format=torch.channels_last)
        with torch.no_grad():
            posterior = vae.encode(wanted).latent_dist
            latents = posterior.mean + posterior.std * torch.randn(posterior.mean.shape).to(device)
            trips = travellers.board(latents, wanted)
        made = vae.decode(latents).sample
        returned = vae.encode(made).latent_dist.mean
        travellers.alight(trips, returned, wanted)
        likeness = likeness_loss(made, wanted)
        back = scale**2 * functional.mse_loss(returned, latents)
        loss = likeness + RETURN_WEIGHT * back
        learning_rate = rate(step, run.steps, arguments.rate, warm=WARM)
        if step >= JUDGED_FROM:
            judge.requires_grad_(False)
            judged = -judge(made).mean()
            loss = loss + judged_weight(likeness, judged, decoder.conv_out.weight) * judged
            judge.requires_grad_(True)
        descend(loss, decoder, learning_rate, optimiser)
        real, false = judge(wanted), judge(made.detach())
        doubt = functional.relu(1.0 - real).mean() + functional.relu(1.0 + false).mean()
        descend(doubt, judge, rate(step, run.steps, JUDGES_RATE, warm=WARM), judges)
        ema.update(decoder, step)
        run.losses.append(likeness.detach())
        if (step + 1) % NOTE_EVERY == 0:
            made = made.detach()
            seen = {"db": psnr(made, wanted).mean(), "spectrum_db": spectral_distance(made, wanted)}
            seen |= {"rings": ringing(made, wanted), "back": back, "doubt": doubt}
            run.note(learning_rate, **{name: value.item() for name, value in seen.items()})
    trained = ema.network.state_dict()
    vae.decoder.load_state_dict({name: torch.lerp(was, trained[name], SHARE) for name, was in first.items()})
    write(pipe, arguments.run / "mini", arguments.model / "tokenizer")
    return 0


if __name__ == "__main__":
    sys.exit(main())
