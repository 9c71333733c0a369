"""Networks of the sizes that people run, against oneDNN's own times for their layers and against diffusers, eager. Loading is left out everywhere."""

import statistics

import networks_peer
import real_shapes
import torch
from layers import OneDnn, count_layers
from networks_peer import PARTS

# Denoising steps of a picture, and whether they are guided.
PICTURES = {"sd15": (10, True), "sdxs": (1, False)}
WITHIN, FASTER = 1.35, 1.2


def layers_of(name, guided):
    """Counted by network. The text encoder's are left out: it runs once for a whole video."""
    size, latent, texts = real_shapes.SIZE, real_shapes.LATENT, 2 if guided else 1
    text = lambda: torch.zeros(texts, real_shapes.TOKENS, real_shapes.text_width(name))
    vae = lambda: real_shapes.make_vae(name)
    return {
        "vae_encoder": count_layers(vae, lambda network: network.encode(torch.zeros(1, 3, size, size))),
        "denoiser": count_layers(
            lambda: real_shapes.make_denoiser(name),
            lambda network: network(torch.zeros(texts, 4, latent, latent), torch.ones(texts), text()),
        ),
        "vae_decoder": count_layers(vae, lambda network: network.decode(torch.zeros(1, 4, latent, latent))),
    }


def medians(runs):
    return {part: statistics.median(run[part] for run in runs) for part in runs[0]}


def measure(bench, name, dtype):
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
    a, b = (medians(runs) for runs in zip(*pairs))
    for part in PARTS[1:]:
        label = f"{name} {dtype} {part}" + (", guided" if guided and part == "denoiser" else "")
        bench.row(f"{label}, against oneDNN's layers", f"{a[part]:.2f} s", f"{floor[part]:.2f} s", a[part] / floor[part], "", None)
        bench.row(f"{label}, against diffusers", f"{a[part]:.2f} s", f"{b[part]:.2f} s", b[part] / a[part], "", None)
    picture = lambda spent: spent["vae_encoder"] + steps * spent["denoiser"] + spent["vae_decoder"]
    label = f"{name} {dtype} picture, {steps} step{'s' * (steps > 1)}"
    bench.row(f"{label}, against oneDNN's layers", f"{picture(a):.2f} s", f"{picture(floor):.2f} s", picture(a) / picture(floor), f"<= {WITHIN}x",
              picture(a) <= WITHIN * picture(floor))  # fmt: skip
    bench.row(f"{label}, against diffusers", f"{picture(a):.2f} s", f"{picture(b):.2f} s", picture(b) / picture(a), f">= {FASTER}x",
              picture(b) >= FASTER * picture(a))  # fmt: skip
