"""Muon: momentum whose matrices are made orthogonal (Jordan et al., 2024), for all but the ends of a network.

torch.optim.Muon takes matrices only; a convolution's weights are one here, [out, in x height x width].
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

# Newton-Schulz: five steps of this quintic bring all singular values near 1.
STEPS, QUINTIC = 5, (3.4445, -4.7750, 2.0315)
# Times the root of a matrix's longer side, an update is as large as one of AdamW.
LIKE_ADAMW = 0.2


def orthogonal(matrix: Tensor) -> Tensor:
    """Nearly the orthogonal factor of a matrix.

    Every step is x -> p x with p = a + b g + c g g, of g = x x', which then is p g p: so only the first g and the last
    product know the longer side.
    """
    wide = matrix.shape[0] <= matrix.shape[1]
    x = matrix if wide else matrix.T
    x = x / (x.norm() + 1e-7)
    gram = x @ x.T
    whole = one = torch.eye(len(x), device=x.device)
    a, b, c = QUINTIC
    for step in range(STEPS):
        factor = a * one + b * gram + c * gram @ gram
        whole = factor @ whole if step else factor
        gram = factor @ gram @ factor
    return whole @ x if wide else (whole @ x).T


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, made orthogonal; decoupled weight decay. Learning rates are those of AdamW."""

    def __init__(self, weights: Iterable[nn.Parameter], lr: float, momentum: float = 0.95, weight_decay: float = 0.01) -> None:
        super().__init__(weights, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for weight in group["params"]:
                mean = self.state[weight].setdefault("mean", torch.zeros_like(weight))
                mean.lerp_(weight.grad, 1.0 - group["momentum"])
                update = weight.grad.lerp(mean, group["momentum"]).flatten(1)
                scale = LIKE_ADAMW * max(update.shape) ** 0.5
                weight.mul_(1.0 - group["lr"] * group["weight_decay"])
                weight.add_(orthogonal(update).reshape(weight.shape), alpha=-group["lr"] * scale)


def optimisers_of(network: nn.Module, lr: float) -> tuple[Muon, torch.optim.AdamW]:
    """Muon for every matrix but embeddings and the first and last convolution, AdamW for the rest."""
    ends = ("embedding", "conv_in", "conv_out")
    named = list(network.named_parameters())
    matrices = [weight for name, weight in named if weight.ndim >= 2 and not any(end in name for end in ends)]
    taken = {id(weight) for weight in matrices}
    rest = [weight for _, weight in named if id(weight) not in taken]
    return Muon(matrices, lr), torch.optim.AdamW(rest, lr=lr, betas=(0.9, 0.99), weight_decay=0.01)
