"""A folder with a song, and bundles of analytic TorchScript, for what export_interpolator.py and export_upscaler.py make."""

import os
import subprocess
import wave

import numpy as np
import torch
from in_process import run_main
from PIL import Image
from test_img2img import program

WIDTH, HEIGHT = 72, 40  # no multiples of 32
QUICK = ["--no-diffusion", "--bins", 8, "--marks-per-bin", 4, "--size", f"{WIDTH}x{HEIGHT}", "--device", "cpu", "--threads", 1]


class PicturePlace:
    def __init__(self, folder):
        self.folder = folder
        self.environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder / "data"), "SPECTRADIFF_MODEL_PATH": str(folder)}
        with wave.open(str(folder / "song.wav"), "wb") as song:
            song.setnchannels(1)
            song.setsampwidth(2)
            song.setframerate(8000)
            t = np.arange(8000) / 8000
            song.writeframes((np.sin(t * 1000 * (1 + t)) * 20000).astype("<i2").tobytes())

    def call(self, *words):
        return subprocess.run(list(map(str, words)), env=self.environment, cwd=self.folder, capture_output=True, text=True)

    def render(self, *words):
        return self.call(program(), "render", "song.wav", *QUICK, *words)

    def refusal(self, *words):
        """The exit code and what was said of a render that leaves nothing behind."""
        done = self.render(*words, "-o", "refused.mkv")
        assert not (self.folder / "refused.mkv").exists()
        return done.returncode, done.stderr

    def trace(self, name, network):
        path = self.folder / f"{name}.pt"
        torch.jit.script(network).save(str(path))
        return path

    def bundle(self, export, name, network, *words):
        """What `export`, an exporter's main, makes of the network."""
        return run_main(export, (self.trace(name, network), self.folder / name, *words), self.environment)

    def frames(self, folder):
        files = sorted((self.folder / folder).glob("*.png"))
        return {int(file.stem): np.asarray(Image.open(file)).astype(int) for file in files}
