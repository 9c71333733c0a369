#!/usr/bin/env python3
"""Export a model (SD 1.x, 2.x, Turbo, SDXS, LCM, SDXL) to a bundle that `spectradiff render --model DIR` runs.

    export_model.py SOURCE OUT [--config DIR] [--vae DIR|FILE] [--controlnet DIR] [--lora FILE[:WEIGHT]]...
                               [--scheduler NAME] [--name N] [--sizes 512x512,512x768] [--licence TEXT] [--notes FILE.txt]
                               [--look FILE.json] [--attention-bank] [--distilled-guidance G]
                               [--dtype float32|float16] [--no-trust] [--overwrite]
                               [--format torchscript|aoti] [--batch-size N] [--compile-dtype float32|bfloat16]

SOURCE is a diffusers folder, or a checkpoint in one file (.safetensors, .ckpt) with --config, a diffusers folder of the
same family that says what the file does not: scheduler, tokenizer and the shapes of the networks.

The bundle holds model.json, four TorchScript networks and the tokenizer's files. Each network is compared with
the original at several sizes, batches and precisions; any difference fails the export and leaves nothing behind.
With --attention-bank frames can see an anchor's attention (render --coherence, --reference): the same weights, a second
graph of some hundred kilobytes. --distilled-guidance says that the denoiser was taught to give of itself what guidance G
gives: up to it one call does, and more is counted from there. With --format aoti the bundle also holds the networks
compiled for this machine's CPU (by the C++ compiler, which takes minutes), the first of --sizes and one batch size;
renders of just that use them, all others, and those that see anchors, the TorchScript ones.
Nothing is downloaded. Progress goes to stderr, the bundle's path to stdout.
"""

import argparse
import os
import re
import signal
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
sys.path.insert(0, str(Path(__file__).resolve().parent))


def sizes(text: str) -> tuple[tuple[int, int], ...]:
    found = []
    for part in text.split(","):
        match = re.fullmatch(r"([1-9][0-9]{1,3})x([1-9][0-9]{1,3})", part.strip())
        if not match or any(int(side) % 8 or not 16 <= int(side) <= 4096 for side in match.groups()):
            raise argparse.ArgumentTypeError(f"{part!r} is not WxH with multiples of 8 from 16 to 4096")
        found.append((int(match[1]), int(match[2])))
    return tuple(found)


def distilled_guidance(text: str) -> float:
    value = float(text)
    if not 1.0 <= value <= 100.0:
        raise argparse.ArgumentTypeError(f"{text} is outside 1 to 100")
    return value


def parse_arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, metavar="SOURCE", help="diffusers folder or checkpoint file")
    parser.add_argument("out", type=Path, metavar="OUT", help="bundle to write; new or empty")
    parser.add_argument("--config", type=Path, metavar="DIR",
                        help="diffusers folder that describes a checkpoint file; its weights are not needed")  # fmt: skip
    parser.add_argument("--vae", type=Path, metavar="DIR|FILE", help="another VAE, KL or tiny, for the model's own")
    parser.add_argument("--controlnet", type=Path, metavar="DIR",
                        help="diffusers folder of a ControlNet for SD 1.x or 2.x; see render --control-image")  # fmt: skip
    parser.add_argument("--lora", action="append", default=[], metavar="FILE[:WEIGHT]",
                        help="LoRA to fuse into the weights (WEIGHT 1 unless given); may come again")  # fmt: skip
    parser.add_argument("--scheduler", metavar="NAME",
                        help="the bundle's own from now on, as `render --scheduler` names it: lcm for an LCM-LoRA")  # fmt: skip
    parser.add_argument("--name", help="the model's name (default: OUT's last part)")
    parser.add_argument("--sizes", type=sizes, default=((256, 256),), metavar="WxH,...",
                        help="sizes to verify beside 64x64 and 136x184 (default 256x256)")  # fmt: skip
    parser.add_argument("--licence", metavar="TEXT", help="licence of the weights, shown by `model info`")
    parser.add_argument("--notes", type=Path, metavar="FILE.txt",
                        help="how it was trained and what it cannot do, shown by `model info`")  # fmt: skip
    parser.add_argument("--look", type=Path, metavar="FILE.json", help="default options of this model, flat keys")
    parser.add_argument("--attention-bank", action="store_true",
                        help="for render --coherence and --reference: frames can see an anchor's attention")  # fmt: skip
    parser.add_argument("--distilled-guidance", type=distilled_guidance, default=1.0, metavar="G",
                        help="the guidance scale that the denoiser was distilled from and gives of itself (default 1: none)")  # fmt: skip
    parser.add_argument("--dtype", choices=("float32", "float16"), default="float32", help="of the stored weights")
    parser.add_argument("--format", choices=("torchscript", "aoti"), default="torchscript",
                        help="aoti: networks compiled for this machine beside the TorchScript ones")  # fmt: skip
    parser.add_argument("--batch-size", type=int, choices=range(1, 65), metavar="N",
                        help="frames at a time that --format aoti compiles for (default: what render takes on a CPU)")  # fmt: skip
    parser.add_argument("--compile-dtype", choices=("float32", "bfloat16"),
                        help="precision that --format aoti compiles for (default: what render takes on this CPU)")  # fmt: skip
    parser.add_argument("--no-trust", action="store_true", help="do not add the bundle to your trusted models")
    parser.add_argument("--overwrite", action="store_true", help="replace a bundle at OUT")
    return parser.parse_args(words)


def main(words: list[str] | None = None) -> int:
    arguments = parse_arguments(words)
    if arguments.format != "aoti" and (arguments.batch_size or arguments.compile_dtype):
        print("export_model.py: --batch-size and --compile-dtype go with --format aoti", file=sys.stderr)
        return 2
    from exporter.bundle import ExportError, Options, export
    from exporter.lora import Lora
    from exporter.source import SCHEDULERS, Changes

    if arguments.scheduler is not None and arguments.scheduler not in SCHEDULERS:
        print(f"export_model.py: --scheduler {arguments.scheduler} is not one of {', '.join(SCHEDULERS)}", file=sys.stderr)
        return 2
    try:
        loras = tuple(Lora.parse(text) for text in arguments.lora)
    except ValueError as error:
        print(f"export_model.py: --lora: {error}", file=sys.stderr)
        return 2
    options = Options(
        changes=Changes(
            config=arguments.config,
            vae=arguments.vae,
            controlnet=arguments.controlnet,
            loras=loras,
            scheduler=arguments.scheduler,
        ),
        name=arguments.name,
        sizes=arguments.sizes,
        licence=arguments.licence,
        notes=arguments.notes,
        dtype=arguments.dtype,
        look=arguments.look,
        overwrite=arguments.overwrite,
        trust=not arguments.no_trust,
        compiles=arguments.format == "aoti",
        batch=arguments.batch_size,
        compiled_dtype=arguments.compile_dtype,
        bank=arguments.attention_bank,
        distilled_guidance=arguments.distilled_guidance,
    )
    try:
        out = export(arguments.source, arguments.out, options, lambda line: print(line, file=sys.stderr, flush=True))
    except ExportError as error:
        print(f"export_model.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("export_model.py: interrupted; nothing is left behind", file=sys.stderr)
        return 130
    print(out)
    return 0


if __name__ == "__main__":
    # So that what was begun is cleared away, as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
