"""Networks of the sizes that people run, against oneDNN's own times for their layers and against diffusers, eager.

Loading is left out everywhere.
"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import networks_peer
import real_shapes
import torch
from layers import Counts, OneDnn, count_layers
from networks_peer import PARTS
from torch import nn

if TYPE_CHECKING:
    from run import Bench

# Denoising steps of a picture, and whether they are guided.
PICTURES = {"sd15": (10, True), "sdxs": (1, False)}
WITHIN, FASTER = 1.35, 1.2


def layers_of(name: str, guided: bool) -> dict[str, Counts]:
    """Counted by network. The text encoder's are left out: it runs once for a whole video."""
    size, latent, texts = real_shapes.SIZE, real_shapes.LATENT, 2 if guided else 1

    def vae() -> nn.Module:
        return real_shapes.make_vae(name)

    def denoise(network: nn.Module) -> object:
        text = torch.zeros(texts, real_shapes.TOKENS, real_shapes.text_width(name))
        return network(torch.zeros(texts, 4, latent, latent), torch.ones(texts), text)

    return {
        "vae_encoder": count_layers(vae, lambda network: network.encode(torch.zeros(1, 3, size, size))),
        "denoiser": count_layers(lambda: real_shapes.make_denoiser(name), denoise),
        "vae_decoder": count_layers(vae, lambda network: network.decode(torch.zeros(1, 4, latent, latent))),
    }


def medians(runs: tuple[dict[str, float], ...]) -> dict[str, float]:
    return {part: statistics.median(run[part] for run in runs) for part in runs[0]}


def measure(bench: Bench, name: str, dtype: str) -> None:
    """Rows for every network of the model and for a whole picture."""
    steps, guided = PICTURES[name]
    source, bundle = real_shapes.bundle_of(name, bench.models)
    onednn = OneDnn(bench.build / "bin" / "onednn_peer")
    floor = {part: onednn.time(counts, dtype) for part, counts in layers_of(name, guided).items()}
    ours = networks_peer.Ours(bench.build / "bin" / "spectradiff_networks", bundle, dtype, real_shapes.SIZE, guided)
    peer = networks_peer.Peer(source, dtype, real_shapes.SIZE, guided)
    for warm_up in (ours, peer):
        warm_up.run()
    pairs = [(ours.run(), peer.run()) for _ in range(bench.rounds)]
    ours.close()
    a, b = (medians(runs) for runs in zip(*pairs, strict=True))
    for part in PARTS[1:]:
        label = f"{name} {dtype} {part}" + (", guided" if guided and part == "denoiser" else "")
        bench.row(f"{label}, against oneDNN's layers", f"{a[part]:.2f} s", f"{floor[part]:.2f} s", a[part] / floor[part], "", None)
        bench.row(f"{label}, against diffusers", f"{a[part]:.2f} s", f"{b[part]:.2f} s", b[part] / a[part], "", None)
    least, ours_s, peer_s = (spent["vae_encoder"] + steps * spent["denoiser"] + spent["vae_decoder"] for spent in (floor, a, b))
    label = f"{name} {dtype} picture, {steps} step{'s' * (steps > 1)}"
    within, faster = ours_s / least, peer_s / ours_s
    bench.row(f"{label}, against oneDNN's layers", f"{ours_s:.2f} s", f"{least:.2f} s", within, f"<= {WITHIN}x", within <= WITHIN)
    bench.row(f"{label}, against diffusers", f"{ours_s:.2f} s", f"{peer_s:.2f} s", faster, f">= {FASTER}x", faster >= FASTER)
