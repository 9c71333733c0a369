"""Traces that hold no dtype and no device, so that one file serves every size, batch, precision and machine."""

import warnings
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from .errors import ExportError

# Operators whose constants would tie the graph to the machine or precision it was traced with.
CREATORS = ("aten::arange", "aten::zeros", "aten::ones", "aten::full", "aten::empty", "aten::randn", "aten::eye")

# Where x_like(...) takes the dtype it makes, if it is not x's.
LIKE_DTYPE = {"aten::zeros_like": 1, "aten::ones_like": 1, "aten::empty_like": 1, "aten::full_like": 2}


class CastsFollow(TorchFunctionMode):
    """While entered, `.to(some float dtype)` becomes `.type_as(anchor)`.

    diffusers writes `t_emb.to(dtype=sample.dtype)`; a trace freezes the dtype of the moment, type_as does not.
    """

    def __init__(self, anchor: Tensor) -> None:
        super().__init__()
        self.anchor = anchor

    def __torch_function__(
        self, function: Callable[..., Any], types: Iterable[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if function is torch.Tensor.to and torch.jit.is_tracing():
            wanted = kwargs.get("dtype", args[1] if len(args) > 1 else None)
            if isinstance(wanted, torch.dtype) and wanted.is_floating_point:
                return args[0].type_as(self.anchor)
        return function(*args, **kwargs)


def nodes_of(block: torch._C.Block) -> Iterable[torch._C.Node]:
    for node in block.nodes():
        yield node
        for inner in node.blocks():
            yield from nodes_of(inner)


def frozen_facts(graph: torch._C.Graph) -> list[str]:
    """What in the inlined graph is tied to a dtype or a device, one line each; empty when it is neutral.

    Constants of no dimension are plain numbers to every device.
    """
    found = []
    for node in nodes_of(graph):
        kind = node.kind()
        inputs = [value.toIValue() if value.node().kind() == "prim::Constant" else None for value in node.inputs()]
        devices = [value for value in inputs if isinstance(value, torch.device)]
        tables = [value for value in inputs if isinstance(value, Tensor) and value.dim() > 0]
        text = str(node).strip().split(" # ")[0]
        if devices:
            found.append(f"device {devices[0]} in {text}")
        elif tables:
            found.append(f"a tensor {tuple(tables[0].shape)} in {text}")
        elif kind in CREATORS:
            found.append(f"new tensor in {text}")
        elif kind == "aten::to" or (kind in LIKE_DTYPE and inputs[LIKE_DTYPE[kind]] is not None):
            found.append(f"dtype in {text}")
    return found


def trace(name: str, module: nn.Module, inputs: tuple[Tensor, ...], **methods: tuple[Tensor, ...]) -> torch.jit.ScriptModule:
    """Trace `module` on `inputs` (float32), and those of its methods that have inputs; ExportError when a graph is tied
    to a dtype or a device."""
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace_module(module, {"forward": inputs, **methods}, check_trace=False, strict=True)
    for method in ("forward", *methods):
        graph = getattr(traced, method).inlined_graph
        torch._C._jit_pass_dce(graph)
        frozen = frozen_facts(graph)
        if frozen:
            raise ExportError(f"the trace of {name} holds {len(frozen)} frozen facts, first: {frozen[0]}")
    return traced
