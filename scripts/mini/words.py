"""The text encoder's first lesson: to tell from a caption what the picture shows.

A denoiser learns what a text encoder says only through the little that text changes in noise; one that can tell scenes
apart before has the denoiser follow the prompt thousands of steps earlier.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import CLIPTextModel, CLIPTokenizer

from . import captions
from .painter import Labels
from .training import autocast, descend, rate

BATCH, PEAK_RATE = 64, 4e-4
# Longer than every caption; what follows the last word carries the summary.
LENGTH = 40
# Of what an elder encoder says, beside the naming of labels.
KEEPING = 20.0
LABELS = ("scene", "palette", "time", "weather", "style")


def tokens(tokenizer: CLIPTokenizer, texts: list[str]) -> Tensor:
    return tokenizer(texts, padding="max_length", truncation=True, return_tensors="pt").input_ids


def learn_words(
    encoder: CLIPTextModel,
    tokenizer: CLIPTokenizer,
    facts: list[Labels],
    rng: np.random.Generator,
    steps: int,
    elder: CLIPTextModel | None = None,
) -> float:
    """Teaches `encoder` in place to name the labels of a caption, at its last word and at the end of the padding;
    gives the share of scenes named rightly in the last hundred steps.

    `elder` is an encoder of the first of these tokens, to which a denoiser listens already: of captions that it
    understands, `encoder` goes on saying the same."""
    device = encoder.device
    names = {label: sorted({getattr(fact, label) for fact in facts}) for label in LABELS}
    heads = nn.ModuleDict({label: nn.Linear(encoder.config.hidden_size, len(found)) for label, found in names.items()})
    pupils = nn.ModuleList([encoder.train(), heads.to(device)])
    optimiser = torch.optim.AdamW(pupils.parameters(), lr=PEAK_RATE, betas=(0.9, 0.99), weight_decay=0.01)
    hits = []
    for step in range(steps):
        some = [facts[row] for row in rng.integers(0, len(facts), BATCH)]
        ids = tokens(tokenizer, [captions.caption(fact, rng) for fact in some])[:, :LENGTH].to(device)
        with autocast(device):
            told = encoder(ids)
            told_before = elder(ids.clamp_max(elder.config.vocab_size - 1)).last_hidden_state if elder else None
        states = (told.pooler_output.float(), told.last_hidden_state[:, -1].float())
        loss = torch.zeros((), device=device)
        for label, found in names.items():
            wanted = torch.tensor([found.index(getattr(fact, label)) for fact in some], device=device)
            for state in states:
                loss = loss + functional.cross_entropy(heads[label](state), wanted)
            if label == "scene":
                hits.append(float((heads[label](states[-1]).argmax(1) == wanted).float().mean()))
        if told_before is not None:
            understood = (ids < elder.config.vocab_size).all(1)[:, None, None]
            loss = loss + KEEPING * ((told.last_hidden_state - told_before).float().square() * understood).mean()
        descend(loss, pupils, rate(step, steps, PEAK_RATE), optimiser)
    return float(np.mean(hits[-100:]))
