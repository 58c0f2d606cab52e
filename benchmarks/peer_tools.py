"""Other libraries that count multiply-accumulates, each called as its README shows."""

import logging
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from gennape import graph_of

Count = Callable[[nn.Module, Tensor], int]


def _gennape(module: nn.Module, image: Tensor) -> int:
    return graph_of(module, tuple(image.shape[1:])).macs


def _fvcore(module: nn.Module, image: Tensor) -> int:
    from fvcore.nn import FlopCountAnalysis

    analysis = FlopCountAnalysis(module, image)
    return int(analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False).total())


def _ptflops(module: nn.Module, image: Tensor) -> int:
    from ptflops import get_model_complexity_info

    shape = tuple(image.shape[1:])
    macs, _ = get_model_complexity_info(
        module, shape, as_strings=False, print_per_layer_stat=False, verbose=False
    )
    return int(macs)


def _thop(module: nn.Module, image: Tensor) -> int:
    from thop import profile

    return int(profile(module, (image,), verbose=False)[0])


def _torchinfo(module: nn.Module, image: Tensor) -> int:
    from torchinfo import summary

    return int(summary(module, input_data=image, verbose=0).total_mult_adds)


def _calflops(module: nn.Module, image: Tensor) -> int:
    from calflops import calculate_flops

    found = calculate_flops(module, args=[image], output_as_string=False, print_results=False)
    return int(found[1])


def _flop_counter(module: nn.Module, image: Tensor) -> int:
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module(image)
    return counter.get_total_flops() // 2


TOOLS: dict[str, Count] = {
    "gennape": _gennape,
    "FlopCounterMode": _flop_counter,
    "ptflops": _ptflops,
    "thop": _thop,
    "torchinfo": _torchinfo,
    "calflops": _calflops,
    "fvcore": _fvcore,
}


def onnx_tool_macs(path: Path) -> int:
    """Count an ONNX file by onnx-tool."""
    import onnx_tool

    graph = onnx_tool.Model(str(path), {"verbose": False}).graph
    graph.shape_infer(None)
    graph.profile()
    return int(graph.macs[0])


def silently(count: Callable[..., int], *arguments: Any) -> int | None:
    """Call a counter without what it prints; None where it fails."""
    logging.disable(logging.CRITICAL)
    try:
        with redirect_stdout(StringIO()):
            return count(*arguments)
    except Exception:
        return None
    finally:
        logging.disable(logging.NOTSET)
