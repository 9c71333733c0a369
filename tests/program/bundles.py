"""Made-up model bundles, and the engine that runs them: lib/libfake_engine.so beside the program, of networks that are plain
arithmetic. The fixture `fake_model` of conftest.py is a bundle that the program then renders with, without libtorch."""

import hashlib
import io
import json
import zipfile

NETWORKS = ("text_encoder", "vae_encoder", "denoiser", "vae_decoder")


def archive(*more):
    """What a TorchScript file looks like from outside."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in (("net/data.pkl", b"w"), ("net/code/__torch__.py", b"pass"), ("net/data/0", bytes(64)), *more):
            file.writestr(name, data)
    return buffer.getvalue()


def vocabulary():
    """CLIP's bytes and two merges: tokens, and lines of merges.txt."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    characters = [chr(b) for b in printable] + [chr(256 + i) for i in range(256 - len(printable))]
    tokens = [*characters, *(c + "</w>" for c in characters), "se", "sea</w>", "<|startoftext|>", "<|endoftext|>"]
    return tokens, ["#version: 0.2", "s e", "se a</w>"]


class Bundle:
    """A sound bundle; each change is followed by the hashes, as a hostile sender would do it."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        tokens, merges = vocabulary()
        self.write("vocab.json", json.dumps({token: i for i, token in enumerate(tokens)}).encode())
        self.write("merges.txt", "\n".join([*merges, ""]).encode())
        for name in NETWORKS:
            self.write(f"{name}.pt", archive())
        small, picture, text = ["batch", 4, "height/8", "width/8"], ["batch", 3, "height", "width"], ["batch", 77, 768]
        ports = {
            "text_encoder": ([("input_ids", ["batch", 77])], [("text", text)]),
            "vae_encoder": ([("image", picture)], [("moments", ["batch", 8, "height/8", "width/8"])]),
            "denoiser": ([("sample", small), ("timestep", ["batch"]), ("text", text)], [("prediction", small)]),
            "vae_decoder": ([("latents", small)], [("image", picture)]),
        }
        sides = {
            name: [[{"name": port, "dtype": "network", "shape": [*shape]} for port, shape in side] for side in both]
            for name, both in ports.items()
        }
        ids = {"bos_token_id": 514, "eos_token_id": 515, "pad_token_id": 515, "unk_token_id": 515}
        self.facts = {
            "schema": 1, "name": "made-up", "family": "sd1", "licence": "CC0", "exporter": {"torch": "2.13.0"},
            "networks": {
                name: {"file": f"{name}.pt", "format": "torchscript", "dtype": "float32", "inputs": sides[name][0], "outputs": sides[name][1]}
                for name in NETWORKS
            },
            "tokenizer": {
                "files": {"vocab": {"file": "vocab.json"}, "merges": {"file": "merges.txt"}},
                "max_length": 77, **ids, "added_tokens": [],
            },
            "latent": {"channels": 4, "downscale": 8, "scaling_factor": 0.18215, "posterior": "gaussian"},
            "scheduler": {"class": "DDIMScheduler", "beta_schedule": "scaled_linear", "clip_sample": False},
            "verified": {"sizes": [[64, 64]], "dtypes": ["float32"]},
        }  # fmt: skip
        self.seal()

    def write(self, name, data):
        (self.folder / name).write_bytes(data)

    def read(self, name):
        return (self.folder / name).read_bytes()

    def seal(self):
        """Hashes and sizes of the files as they are, into model.json."""
        entries = [*self.facts["networks"].values(), *self.facts["tokenizer"]["files"].values()]
        for entry in entries:
            if (self.folder / entry["file"]).is_file():
                data = self.read(entry["file"])
                entry |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        (self.folder / "model.json").write_text(json.dumps(self.facts))


def trust(program, bundle):
    """As if the user had trusted it whatever it holds."""
    data = program.home / ".local/share/spectradiff"
    data.mkdir(parents=True, exist_ok=True)
    file = bundle.folder / "model.json"
    digest = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "0" * 64
    (data / "trusted-models").write_text(f"{digest} made-up\n")
