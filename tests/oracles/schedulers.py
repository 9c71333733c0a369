"""Which of diffusers' schedulers a name stands for, and the timesteps of exact and tapered strength."""

import math

import diffusers

SCHEDULERS = {
    "ddim": diffusers.DDIMScheduler,
    "pndm": diffusers.PNDMScheduler,
    "euler": diffusers.EulerDiscreteScheduler,
    "euler_ancestral": diffusers.EulerAncestralDiscreteScheduler,
    "heun": diffusers.HeunDiscreteScheduler,
    "dpmpp_2m": diffusers.DPMSolverMultistepScheduler,
    "dpmpp_2m_karras": diffusers.DPMSolverMultistepScheduler,
    "unipc": diffusers.UniPCMultistepScheduler,
    "lcm": diffusers.LCMScheduler,
    "tcd": diffusers.TCDScheduler,
}
FORCED = {
    "pndm": {"skip_prk_steps": True},
    "dpmpp_2m": {"use_karras_sigmas": False},
    "dpmpp_2m_karras": {"use_karras_sigmas": True},
}


def exact_timesteps(train_steps: int, strength: float, steps: int) -> list[int]:
    """round(t0 (1 - k/n)) for k = 0..n-1, with t0 = round(strength T) - 1 and n = min(steps, t0 + 1)."""
    start = round(strength * train_steps) - 1
    count = min(steps, start + 1)
    return [round(start * (1 - k / count)) for k in range(count)]


def tapered_timesteps(train_steps: int, strength: float, steps: int) -> list[int]:
    """t0 u (s + (1 - s) u), rounded, of strength s and u = 1 - k/n for k = 0..n-1, with n = min(ceil(steps sqrt(s)), t0 + 1)."""
    start = round(strength * train_steps) - 1
    count = min(math.ceil(steps * math.sqrt(strength)), start + 1)
    left = [1 - k / count for k in range(count)]
    return [max(round(start * u * (strength + (1 - strength) * u)), count - 1 - k) for k, u in enumerate(left)]
