#!/usr/bin/env python3
"""Record what diffusers' schedulers do, for the coefficient tables of the `diffusion` module to reproduce.

    record_samplers.py OUT.json

Each case runs a real scheduler, made by from_config, on two-number latents with a stand-in for the network, and
records everything that went in and came out. Latents are float64 where the scheduler keeps them so, so that what is
compared is the coefficients and not diffusers' float32 rounding of latents.
"""

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import torch
from diffusers.schedulers import scheduling_euler_ancestral_discrete as euler_module
from diffusers.schedulers import scheduling_lcm as lcm_module
from diffusers.schedulers import scheduling_tcd as tcd_module
from schedulers import FORCED, SCHEDULERS, exact_timesteps, tapered_timesteps

PREDICTIONS = {name: ["epsilon", "v_prediction", "sample"] for name in SCHEDULERS}
PREDICTIONS["pndm"] = PREDICTIONS["euler_ancestral"] = ["epsilon", "v_prediction"]
SPACINGS = ["leading", "trailing", "linspace"]
SD1 = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}
RUNS = [(1, 1.0), (2, 0.5), (4, 0.3), (4, 1.0), (7, 0.75), (7, 1.0), (20, 0.05), (20, 0.6), (50, 0.02), (50, 0.24)]
SIGMAS = [name for name in SCHEDULERS if name not in ("ddim", "pndm", "lcm", "tcd")]
DRAWING = ("ddim", "euler_ancestral", "lcm", "tcd")
STEP_ETA = ("ddim", "tcd")


class Stride:
    """Stands for num_inference_steps where a step's length is not training timesteps // steps."""

    def __init__(self, length: int) -> None:
        self.length = length

    def __rfloordiv__(self, _: int) -> int:
        return self.length


def network(x: torch.Tensor, t: float) -> torch.Tensor:
    return torch.sin(2.0 * x + 0.3) * (0.4 + 0.001 * t) + 0.1 * x


def rounded(values: torch.Tensor) -> list[float]:
    return [float(f"{v:.9g}") for v in values.double().tolist()]


def pipeline_config(scheduler: Any) -> dict[str, Any]:
    """As the exporter writes it."""
    config = {k: v for k, v in scheduler.config.items() if not k.startswith("_")}
    config = {k: v for k, v in config.items() if v is not None and v not in (math.inf, -math.inf)}
    if isinstance(config.get("trained_betas"), np.ndarray):
        config["trained_betas"] = config["trained_betas"].tolist()
    defaulted = sorted(k for k in scheduler.config.get("_use_default_values", []) if k in config)
    return {"class": type(scheduler).__name__, **config, "defaulted": defaulted}


def prepare(name: str, scheduler: Any, case: dict[str, Any]) -> tuple[list[float], list[int]]:
    """The timesteps that run, and for exact runs of whole timesteps the length of every step."""
    steps, strength, train = case["steps"], case["strength"], scheduler.config.num_train_timesteps
    if case["mode"] == "steps":
        if case["shortens"]:
            scheduler.set_timesteps(steps, strength=strength)
            return scheduler.timesteps.tolist(), []
        scheduler.set_timesteps(steps)
        skipped = max(steps - min(int(steps * strength), steps), 0) * scheduler.order
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(skipped)
        return scheduler.timesteps[skipped:].tolist(), []
    scheduler.set_timesteps(steps)
    visited = (tapered_timesteps if case["mode"] == "tapered" else exact_timesteps)(train, strength, steps)
    if name in ("lcm", "tcd"):
        scheduler.set_timesteps(timesteps=visited)
        scheduler.set_begin_index(0)
        return visited, []
    if hasattr(scheduler, "sigmas"):
        sigmas = (((1 - scheduler.alphas_cumprod) / scheduler.alphas_cumprod) ** 0.5).numpy()
        last = sigmas[0] if scheduler.config.get("final_sigmas_type") == "sigma_min" else 0
        if scheduler.config.get("use_flow_sigmas"):
            # A flow's timesteps count from 1, and sigma 1 is kept off infinity as UniPC keeps it.
            sigmas = np.minimum(np.arange(1, train + 1) / train, 1 - 1e-6)
        scheduler.sigmas = torch.from_numpy(np.append(sigmas[visited], last).astype(np.float32))
        told = [t + 1 for t in visited] if scheduler.config.get("use_flow_sigmas") else visited
        scheduler.timesteps = torch.tensor(told, dtype=torch.float32)
        if scheduler.config.get("timestep_type") == "continuous" and scheduler.config.prediction_type == "v_prediction":
            scheduler.timesteps = 0.25 * scheduler.sigmas[:-1].log()
        if name == "heun":
            first, inner, end = scheduler.sigmas[:1], scheduler.sigmas[1:-1], scheduler.sigmas[-1:]
            scheduler.sigmas = torch.cat([first, inner.repeat_interleave(2), end])
            first, rest = scheduler.timesteps[:1], scheduler.timesteps[1:]
            scheduler.timesteps = torch.cat([first, rest.repeat_interleave(2)])
        scheduler.num_inference_steps = len(visited)
        scheduler.set_begin_index(0)
        return scheduler.timesteps.tolist(), []
    lengths = [a - b for a, b in zip(visited, [*visited[1:], visited[-1] - train - 1])]
    if name == "pndm" and len(visited) > 1:
        return [visited[0], visited[1], *visited[1:]], [lengths[0], *lengths]
    return visited, lengths


def record(case: dict[str, Any], scheduler: Any, generator: torch.Generator) -> dict[str, Any]:
    name = case["scheduler"]
    scales = name in ("euler", "euler_ancestral", "heun")
    # The classes that turn latents to float32 in every step.
    dtype = torch.float32 if name in ("euler", "euler_ancestral") or name.startswith("dpmpp") else torch.float64

    def draw() -> torch.Tensor:
        return torch.randn(2, generator=generator, dtype=torch.float32).to(dtype)

    latent, noise = draw(), draw()
    visited, lengths = prepare(name, scheduler, case)
    if name in SIGMAS:
        scheduler.sigmas = scheduler.sigmas.double()
    first = torch.tensor([visited[0]], dtype=torch.float32 if scales else torch.int64)
    x = scheduler.add_noise(latent[None], noise[None], first)[0].to(dtype)
    start, inputs, outputs, draws, samples = x, [], [], [], []
    for k, t in enumerate(visited):
        if lengths:
            scheduler.num_inference_steps = Stride(lengths[k])
        step_noise = draw()
        for module in (euler_module, lcm_module, tcd_module):
            module.randn_tensor = lambda *_, **__: step_noise[None]  # noqa: B023
        t_tensor = torch.tensor(t, dtype=torch.float32 if scales else torch.int64)
        scaled = scheduler.scale_model_input(x, t_tensor)
        output = network(scaled, t)
        extra = {"variance_noise": step_noise[None]} if name == "ddim" else {}
        if name in STEP_ETA:
            extra["eta"] = case["eta"]
        x = scheduler.step(output[None], t_tensor, x[None], **extra).prev_sample[0].to(dtype)
        inputs.append(rounded(scaled))
        outputs.append(rounded(output))
        draws.append(rounded(step_noise))
        samples.append(rounded(x))
        assert all(math.isfinite(v) for v in samples[-1]), (case, k)
    return {
        **case,
        "latent": rounded(latent),
        "noise": rounded(noise),
        "start": rounded(start),
        "timesteps": visited,
        "inputs": inputs if scales else [],
        "outputs": outputs,
        "draws": draws if name in DRAWING else [],
        "samples": samples,
    }


def safe(config: dict[str, Any]) -> dict[str, Any]:
    return {"clip_sample": False, **config}


def cases() -> list[tuple[dict[str, Any], Any]]:
    """Pairs of a case and its scheduler."""
    made: list[tuple[dict[str, Any], Any]] = []

    def add(
        source: str,
        target: str,
        config: dict[str, Any],
        steps: int,
        strength: float,
        mode: str,
        eta: float,
        shortens: bool = False,
    ) -> None:
        known = SCHEDULERS[source]._get_init_keys(SCHEDULERS[source])
        origin = SCHEDULERS[source](**{k: v for k, v in config.items() if k in known})
        for key, value in config.items():
            if key not in known:
                origin.register_to_config(**{key: value})
        scheduler = SCHEDULERS[target].from_config(origin.config, **FORCED.get(target, {}))
        case = {"config": pipeline_config(origin)}
        case |= {"scheduler": target, "steps": steps, "strength": strength, "mode": mode, "eta": eta}
        made.append(({**case, "shortens": shortens}, scheduler))

    run = 0
    for name in SCHEDULERS:
        for prediction in PREDICTIONS[name]:
            for spacing in SPACINGS:
                for mode in ("steps", "exact"):
                    steps, strength = RUNS[run % len(RUNS)]
                    run += 1
                    facts = {**SD1, "prediction_type": prediction, "timestep_spacing": spacing}
                    if name not in SIGMAS:
                        facts["set_alpha_to_one"] = run % 3 == 0
                    add(name, name, safe(facts), steps, strength, mode, 0.0 if run % 2 else 0.7)
    for source in ("ddim", "pndm", "euler", "unipc", "lcm"):
        for target in SCHEDULERS:
            add(source, target, safe(SD1), 7, 0.75, "steps", 0.0)
    for schedule in ("linear", "squaredcos_cap_v2"):
        for name in SCHEDULERS:
            add(name, name, safe({"beta_schedule": schedule}), 5, 0.9, "steps", 1.0)
    betas = [0.01 + 0.004 * i + 0.002 * math.sin(i) for i in range(40)]
    zero = {**SD1, "rescale_betas_zero_snr": True, "timestep_spacing": "trailing", "prediction_type": "v_prediction"}
    for name in SCHEDULERS:
        taught = {"original_inference_steps": 20} if name in ("lcm", "tcd") else {}
        small = {"trained_betas": betas, "num_train_timesteps": 40, **taught}
        add(name, name, safe(small), 9, 0.8, "steps", 0.3)
        if name not in ("pndm", "heun"):
            add(name, name, safe(zero), 6, 1.0, "steps", 0.5)
    add_variants(add)
    chance = np.random.default_rng(3)
    for _ in range(30):
        name = str(chance.choice(list(SCHEDULERS)))
        steps = int(chance.choice([3, 10, 13, 16, 25, 33]))
        strength = round(float(chance.uniform(1.0 / steps + 0.01, 1)), 3)
        facts = {**SD1, "timestep_spacing": str(chance.choice(SPACINGS)), "prediction_type": str(chance.choice(PREDICTIONS[name]))}
        add(name, name, safe(facts), steps, strength, str(chance.choice(["steps", "exact"])), round(float(chance.uniform(0, 1)), 2))
    add_spacings(add)
    for name in SCHEDULERS:
        for steps, strength in ((5, 0.28), (4, 0.56), (6, 1.0), (30, 0.02)):
            add(name, name, safe(SD1), steps, strength, "tapered", 0.5)
    return made


def add_variants(add: Callable[..., None]) -> None:
    """The keys that one class or a few of them have to themselves."""
    for name in ("euler", "heun", "unipc"):
        for spacing in SPACINGS:
            facts = {**SD1, "use_karras_sigmas": True, "timestep_spacing": spacing}
            add(name, name, safe(facts), 8, 0.8, "steps", 0.0)
        add(name, name, safe({**SD1, "use_karras_sigmas": True}), 1, 1.0, "steps", 0.0)
    for name in ("euler", "dpmpp_2m", "unipc"):
        for mode in ("steps", "exact"):
            add(name, name, safe({**SD1, "final_sigmas_type": "sigma_min"}), 16, 0.7, mode, 0.0)
    for facts in (
        {"solver_type": "heun"},
        {"solver_type": "bh1"},
        {"solver_order": 1},
        {"lower_order_final": False},
        {"euler_at_final": True, "final_sigmas_type": "sigma_min"},
        {"lower_order_final": False, "final_sigmas_type": "sigma_min"},
        {"algorithm_type": "deis", "final_sigmas_type": "sigma_min"},
    ):
        add("dpmpp_2m", "dpmpp_2m", safe({**SD1, **facts}), 9, 0.9, "steps", 0.0)
    for facts in (
        {"solver_type": "bh1", "final_sigmas_type": "sigma_min"},
        {"solver_type": "logrho"},
        {"solver_order": 1},
        {"lower_order_final": False, "final_sigmas_type": "sigma_min"},
    ):
        add("unipc", "unipc", safe({**SD1, **facts}), 9, 0.9, "steps", 0.0)
    for name in ("lcm", "tcd"):
        for steps, strength in ((1, 1.0), (4, 0.5), (8, 0.75), (3, 0.31)):
            add(name, name, safe(SD1), steps, strength, "steps", 0.3, shortens=True)
        add(name, name, safe({**SD1, "original_inference_steps": 30}), 4, 0.5, "steps", 0.9)
    add("lcm", "lcm", safe({**SD1, "timestep_scaling": 0.01}), 4, 1.0, "steps", 0.0)


def add_spacings(add: Callable[..., None]) -> None:
    """Spacings of noise levels, EDM's timesteps and flows; what a class does not know is there to be ignored."""
    exponential, beta = {"use_exponential_sigmas": True}, {"use_beta_sigmas": True}
    ends = {"sigma_min": 0.05, "sigma_max": 9.0}
    for name in ("euler", "euler_ancestral", "heun", "dpmpp_2m", "dpmpp_2m_karras", "unipc"):
        spacings = [{**ends, "use_karras_sigmas": True}]
        if name != "dpmpp_2m_karras":
            spacings = [exponential, beta, {**ends, **exponential}, {**ends, **beta, "final_sigmas_type": "sigma_min"}]
        for spacing in spacings:
            add(name, name, safe({**SD1, **spacing}), 7, 0.8, "steps", 0.0)
    for spacing in (exponential, beta):
        add("euler", "dpmpp_2m", safe({**SD1, **ends, **spacing, "timestep_spacing": "trailing"}), 20, 1.0, "steps", 0.0)
        add("euler", "heun", safe({**SD1, **spacing, "final_sigmas_type": "sigma_min"}), 2, 1.0, "steps", 0.0)
        add("unipc", "unipc", safe({**SD1, **spacing}), 1, 1.0, "steps", 0.0)
        add("dpmpp_2m", "dpmpp_2m", safe({**SD1, **spacing}), 6, 0.5, "exact", 0.0)
    for facts in ({}, {"beta_schedule": "squaredcos_cap_v2"}, {"final_sigmas_type": "sigma_min", **exponential}):
        add("dpmpp_2m", "dpmpp_2m", safe({**SD1, "use_lu_lambdas": True, **facts}), 8, 0.9, "steps", 0.0)
    add("dpmpp_2m", "dpmpp_2m_karras", safe({**SD1, "use_lu_lambdas": True}), 8, 0.9, "steps", 0.0)
    for facts in ({}, {"timestep_spacing": "trailing", "final_sigmas_type": "sigma_min"}, {"use_karras_sigmas": True}):
        add("euler", "euler", safe({**SD1, "interpolation_type": "log_linear", **facts}), 8, 0.8, "steps", 0.0)
    edm = {**SD1, **ends, "timestep_type": "continuous", "prediction_type": "v_prediction"}
    for facts in ({}, {"use_karras_sigmas": True}, exponential, {"prediction_type": "epsilon"}):
        add("euler", "euler", safe({**edm, **facts}), 8, 0.8, "steps", 0.0)
    add("euler", "euler", safe(edm), 5, 0.7, "exact", 0.0)
    for name in ("dpmpp_2m", "unipc"):
        for prediction in ("flow_prediction", "epsilon", "v_prediction", "sample"):
            flow = {**SD1, "prediction_type": prediction, "use_flow_sigmas": True, "flow_shift": 3.0}
            add(name, name, safe(flow), 9, 0.8, "steps", 0.0)
            add(name, name, safe(flow), 5, 0.6, "exact", 0.0)
        flow = {**SD1, "prediction_type": "flow_prediction", "use_flow_sigmas": True}
        add(name, name, safe(flow), 4, 1.0, "exact", 0.0)
        add(name, name, safe({**flow, "final_sigmas_type": "sigma_min"}), 16, 1.0, "steps", 0.0)
        add(name, name, safe({**SD1, "prediction_type": "flow_prediction"}), 6, 0.9, "steps", 0.0)
    add("unipc", "unipc", safe({**flow, "use_karras_sigmas": True}), 6, 0.9, "steps", 0.0)


def main() -> None:
    generator = torch.Generator().manual_seed(11)
    recorded = [record(case, scheduler, generator) for case, scheduler in cases()]
    lines = ",\n".join(json.dumps(entry, separators=(",", ":"), allow_nan=False) for entry in recorded)
    Path(sys.argv[1]).write_text(
        f'{{"diffusers":"{diffusers.__version__}","cases":[\n{lines}\n]}}\n', encoding="ascii"
    )


if __name__ == "__main__":
    main()
