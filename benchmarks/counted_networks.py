"""The networks of `independent_counts.py` and `peers.py`, and what each is given."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from hugging_face import FAMILIES, model_of
from torch import nn

from gennape.frontends.inputs import network_inputs_of
from gennape.frontends.torch.copies import copy_numbers, empty_copy
from gennape.frontends.torch.inputs import call_arguments
from gennape.utils.optional_imports import import_library

LENGTHS = (32, 64)

ONNX_INPUTS: Mapping[str, Mapping[str, str]] = {
    "rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer": {"x": "1x3x320x320"},
    "rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer": {"x": "1x3x48x320"},
    "rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer": {"x": "1x3x48x192"},
    "silero_vad/data/silero_vad": {"input": "1x576", "state": "2x1x128"},
    "silero_vad/data/silero_vad_16k_op15": {"input": "1x576", "state": "2x1x128"},
    "silero_vad/data/silero_vad_16k_sequence": {"input": "10x576"},
    "silero_vad/data/silero_vad_half": {"input": "1x576", "state": "2x1x128"},
    "silero_vad/data/silero_vad_op18_ifless": {"input": "1x576", "state": "2x1x128"},
    "silero_vad/data/silero_vad_openvino_16k": {},
    "nudenet/320n": {"images": "1x3x320x320"},
    "magika/models/standard_v3_3/model": {"bytes": "1x2048:int32"},
    "ddddocr/common": {"input1": "1x1x64x160"},
    "ddddocr/common_old": {"input1": "1x1x64x160"},
    "ddddocr/common_det": {},
}
"""ONNX files in packages of the package index, and the sizes that they leave open."""

ONNX_VALUES: Mapping[str, int] = {"sr": 16000}
"""Inputs that must have a value where a file is run."""


def onnx_files(folder: Path) -> dict[str, tuple[Path, Mapping[str, str]]]:
    """Name the ONNX files of packages in `folder` and of onnx itself, with their inputs."""
    own = Path(import_library("onnx.backend.test").__path__[0]) / "data" / "light"
    found = {f"onnx:{path.stem}": (path, {}) for path in sorted(own.glob("*.onnx"))}
    return found | {
        f"onnx:{file}": (folder / f"{file}.onnx", inputs) for file, inputs in ONNX_INPUTS.items()
    }


PYTORCHCV_INPUTS: Mapping[str, tuple[str, ...]] = {
    "pfpcnet": ("1x1x320x240",),
    "voca8flame": ("1x1x16x29", "1:int64"),
    "nvpattexp116bazel76": ("1x8x16x29", "1:int64"),
    "visemenet20": ("34x8x195", "34x76"),
    "superpointnet": ("1x1x224x320",),
    "raft_things": ("1x3x240x432", "1x3x240x432"),
    "propainter_rfc": ("1x5x2x240x432", "1x5x1x240x432"),
}
"""Models of pytorchcv that are given no image, with the sizes of the library's own tests."""


class Prepared(NamedTuple):
    """A network that was made, and its inputs as `graph_of` takes them."""

    module: nn.Module
    inputs: Any


def names() -> list[str]:
    """Name all networks that are PyTorch modules."""
    models = import_library("torchvision").models  # also where it is built for another device
    from timm_models import SMALLEST

    provider = import_library("pytorchcv.model_provider")
    firsts = {make.__module__: name for name, make in reversed(provider._models.items())}
    return [
        *(f"timm:{name}" for name in SMALLEST.values()),
        *(f"torchvision:{name}" for name in models.list_models()),
        *(f"pytorchcv:{name}" for name in reversed(firsts.values()) if name not in _NO_MODELS),
        *(f"transformers:{family}@{length}" for family in FAMILIES for length in LENGTHS),
    ]


def prepared(name: str, device: str = "meta") -> Prepared:
    """Make a network, without numbers where its constructor allows it."""
    library, _, model = name.partition(":")
    make, inputs = _LIBRARIES[library](model)
    try:
        with torch.device(device):
            module = make()
    except Exception:  # its constructor computes with tensors
        module = make()
    return Prepared(module.eval(), inputs or ((1, *_image_of(module)),))


def tensors(inputs: Any, device: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Make the arguments that stand for `inputs`: zeros, or meta tensors."""
    copy = empty_copy if device == "meta" else partial(copy_numbers, home=torch.device(device))
    arguments = call_arguments(network_inputs_of(inputs), torch.float32, copy)
    return arguments.args, dict(arguments.kwargs)


def _image_of(module: Any) -> tuple[int, ...]:
    """Return the size of one image that a module says it was made for."""
    if hasattr(module, "in_size"):
        return (getattr(module, "in_channels", 3), *module.in_size)
    size: tuple[int, ...] = module.default_cfg["input_size"]
    return size


def _timm(model: str) -> tuple[Callable[[], nn.Module], Any]:
    return partial(import_library("timm").create_model, model), None


def _pytorchcv(model: str) -> tuple[Callable[[], nn.Module], Any]:
    make = partial(import_library("pytorchcv.model_provider").get_model, model)
    return make, PYTORCHCV_INPUTS.get(model)


def _transformers(model: str) -> tuple[Callable[[], nn.Module], Any]:
    family, _, length = model.partition("@")
    inputs = FAMILIES[family].inputs(int(length))
    return partial(model_of, family, int(length)), inputs


def _torchvision(model: str) -> tuple[Callable[[], nn.Module], Any]:
    models = import_library("torchvision").models
    builder = models.get_model_builder(model)
    kind = builder.__module__.split(".")[2]
    options: dict[str, Any] = {"weights": None}
    if kind in ("detection", "segmentation"):
        options["weights_backbone"] = None
    if model in ("googlenet", "inception_v3"):
        options["init_weights"] = False
    size = 299 if "inception" in model else 224
    inputs: Any = ((1, 3, size, size),)
    if kind == "detection":
        inputs = ([(3, 320, 320)],)
    elif kind == "optical_flow":
        inputs = ((1, 3, 128, 128), (1, 3, 128, 128))
    elif kind == "video":
        inputs = ((1, 3, 16, 224, 224),)
    return partial(builder, **options), inputs


_NO_MODELS = ("jasper5x3", "jasperdr10x5_en", "quartznet5x5_en_ls", "propainter_ip", "propainter")
"""Names of pytorchcv's that need librosa, or stand for a step between other networks."""

_LIBRARIES = {
    "timm": _timm,
    "torchvision": _torchvision,
    "pytorchcv": _pytorchcv,
    "transformers": _transformers,
}
