"""Turns a diffusion model into a spectradiff bundle: TorchScript networks, tokenizer files and model.json.

`bundle.export` is the way in. `source` reads a diffusers folder or, through `checkpoint`, a single file, `weights` and
`safetensors_file` look at what is read, `lora` fuses; `wrappers` gives each network a positional signature, `networks`
lists them, `tracing` makes graphs free of dtype and device, `verify` compares them with eager, `compiled` makes code for one
machine, `manifest` writes model.json, `tokenizer` copies the vocabulary and `trust` adds what was made to the user's list.
"""

from .errors import ExportError

__all__ = ["ExportError"]
