"""Import of libraries that may be absent or built for other hardware, and of people's own code."""

import sys
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from shlex import quote
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gennape.utils.errors import GennapeError

if TYPE_CHECKING:
    import torch

_EXTRA = ("timm", "torchvision", "pytorchcv")
_TORCHVISION_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "roi_align(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, "
    "SymInt pooled_width, int sampling_ratio, bool aligned) -> Tensor",
    "roi_pool(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, "
    "SymInt pooled_width) -> (Tensor, Tensor)",
    "deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, "
    "SymInt stride_h, SymInt stride_w, SymInt pad_h, SymInt pad_w, SymInt dilation_h, "
    "SymInt dilation_w, SymInt groups, SymInt offset_groups, bool use_mask) -> Tensor",
)
_definitions: list["torch.library.Library"] = []  # an operator lives as long as its library


class ModuleError(GennapeError, ValueError):
    """A module, or something in it, that cannot be imported; says why and what to do."""


class NoModuleError(ModuleError):
    """There is no module of that name."""


class MissingExtraError(GennapeError, ImportError):
    """A library that is not installed; the message says how to install it."""


def require(module: str, feature: str, package: str | None = None) -> Any:
    """Import a module of an optional library.

    Args:
        module: What to import.
        feature: What needs it, for the message.
        package: What to install; the module's own name unless given.

    Raises:
        MissingExtraError: It is not installed; says how to install it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"{feature} needs {module.partition('.')[0]}: pip install {quote(package or module)}"
        ) from error


def import_library(name: str) -> ModuleType:
    """The module called `name`.

    Raises:
        ModuleError: It is not installed or fails to import.
    """
    try:
        return _imported(name)
    except ModuleNotFoundError as error:
        missing = error.name or name
        if missing in _EXTRA:
            raise ModuleError(
                f"{missing} is not installed; run pip install 'gennape[zoo]'"
            ) from error
        if name == missing or name.startswith(f"{missing}."):
            raise NoModuleError(
                f"there is no module {name!r}; check the name or install it"
            ) from error
        raise ModuleError(f"{name} needs {missing}, which is not installed") from error
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}"
        raise ModuleError(f"{name} cannot be imported ({reason})") from error


def import_factory(package: str, name: str) -> Callable[..., Any]:
    """What is called `name` in `package`; packages in the working directory count.

    Raises:
        ModuleError: There is no such package, or nothing of that name to be called.
    """
    sys.path.insert(0, "")
    try:
        found = import_library(package)
    finally:
        sys.path.remove("")
    make = getattr(found, name, None)
    if make is not None and not callable(make):
        raise ModuleError(f"{package}:{name} is a {type(make).__name__} and cannot be called")
    if make is None:
        near = get_close_matches(name, [key for key in vars(found) if key[0] != "_"])
        hint = f"; did you mean {', '.join(near)}?" if near else f"; see what {package} defines"
        raise ModuleError(f"{package} has no factory {name!r}{hint}")
    factory: Callable[..., Any] = make
    return factory


def _imported(name: str) -> ModuleType:
    """Import `name`, with a second attempt if torchvision's operators are missing.

    torchvision built for CUDA cannot load its compiled part beside a CPU torch, and then
    fails because it describes operators that nobody defined. No network needs them to be
    written down, so declaring their signatures is enough.
    """
    try:
        return import_module(name)
    except RuntimeError as error:
        if "operator torchvision::" not in str(error) or _definitions:
            raise
        import torch  # whoever asks for torchvision has it; nobody else waits for it

        library = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
        for schema in _TORCHVISION_SCHEMAS:
            library.define(schema)  # type: ignore[no-untyped-call]
        _definitions.append(library)
        module = import_module(name)
        # Detectors ask whether compiled operators are there; a trace needs only their shapes.
        vars(import_module("torchvision.extension"))["_has_ops"] = lambda: True
        return module
