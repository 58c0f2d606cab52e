"""Networks by name.

`timm:NAME`, `torchvision:NAME` and `pytorchcv:NAME` are models of those libraries without
weights, `package.module:factory` is whatever the factory returns, and `FAMILY:ARCHITECTURE` is an
architecture of one of `gennape.spaces` or, as `package.module:Class:ARCHITECTURE`, of one's own.
"""

import warnings
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import partial
from inspect import signature
from typing import TYPE_CHECKING, Any

from gennape import spaces
from gennape.frontends.errors import FrontendError
from gennape.frontends.inputs import NetworkInputs, TensorSpec
from gennape.frontends.names_in_files import LIBRARIES
from gennape.graph import ComputationGraph
from gennape.utils.optional_imports import (
    ModuleError,
    NoModuleError,
    import_factory,
    import_library,
)

if TYPE_CHECKING:
    from torch.nn import Module

_FORMS = (
    "timm:NAME, torchvision:NAME, pytorchcv:NAME, package.module:factory or FAMILY:ARCHITECTURE"
)
_TORCHVISION_SHAPE = (3, 224, 224)


def graph_of_name(name: str, inputs: NetworkInputs | None = None) -> ComputationGraph:
    """Read the network called `name`.

    Args:
        name: A name in one of the forms of this module.
        inputs: Inputs of the network. Models of timm and pytorchcv know their own, torchvision
            models get (3, 224, 224) unless these are given.

    Raises:
        FrontendError: No such network; suggests near names or what to install.
        ArchitectureError: The family has no such architecture.
    """
    source, separator, rest = name.partition(":")
    if source not in LIBRARIES and (found := spaces.split(name)):
        family = spaces.get(found[0])
        graph: ComputationGraph = family.graph(family.parse(found[1]))
        return graph
    if not separator:
        near = get_close_matches(name, spaces.names(), cutoff=0.8) or [f"timm:{name}"]
        raise FrontendError(f"{name!r} is no file, and names are {_FORMS}; did you mean {near[0]}?")
    if source == "timm":
        make, default = _timm_model(rest), None
    elif source == "torchvision":
        make, default = _torchvision_model(rest), _TORCHVISION_SHAPE
    elif source == "pytorchcv":
        make, default = _pytorchcv_model(rest), None
    else:
        make, default = _factory(source, rest), None
    given = inputs or (None if default is None else _image(default))
    try:
        with warnings.catch_warnings(record=True) as announced:
            graph = _read(partial(_make_on_meta, make), given, name, shapes_only=True)
    except Exception:  # constructors and networks may need values
        return _read(make, given, name)
    for warning in announced:
        if name in str(warning.message):
            warnings.warn(warning.message, stacklevel=2)
    return graph


def _make_on_meta(make: Callable[[], "Module"]) -> "Module":
    """Call `make` where initial weights cost nothing."""
    import torch  # slow to import, and names of families do without

    with torch.device("meta"):
        return make()


def _read(
    make: Callable[[], "Module"],
    inputs: NetworkInputs | None,
    name: str,
    *,
    shapes_only: bool = False,
) -> ComputationGraph:
    """Read what `make` returns; a network may know its input shape."""
    from gennape.frontends.torch import trace_module  # imports torch, see above

    model = make()
    shape = _known_shape(model)
    if inputs is None and shape is not None:
        inputs = _image(shape)
    return trace_module(model, inputs, name, shapes_only=shapes_only)


def _known_shape(model: Any) -> tuple[int, ...] | None:
    """The input shape that a network of timm or pytorchcv states."""
    sides = getattr(model, "in_size", None)
    if isinstance(sides, tuple):
        return (getattr(model, "in_channels", 3), *sides)
    known: Any = getattr(model, "default_cfg", None) or {}
    shape: tuple[int, ...] | None = known.get("input_size")
    return shape


def _image(shape: Sequence[int]) -> NetworkInputs:
    """Return one image of a shape as the input."""
    return NetworkInputs((TensorSpec((1, *shape), is_sample=True),))


def _timm_model(name: str) -> Callable[[], "Module"]:
    timm = _library("timm")
    if not timm.is_model(name):
        raise FrontendError(_unknown("timm", name, timm.list_models()))
    return partial(timm.create_model, name, pretrained=False)


def _torchvision_model(name: str) -> Callable[[], "Module"]:
    models = _library("torchvision").models
    if name not in models.list_models():
        raise FrontendError(_unknown("torchvision", name, models.list_models()))
    builder = models.get_model_builder(name)
    # Detection and segmentation models would otherwise download a backbone.
    options = {"weights", "weights_backbone"} & set(signature(builder).parameters)
    return partial(builder, **dict.fromkeys(options))


def _pytorchcv_model(name: str) -> Callable[[], "Module"]:
    _library("pytorchcv")  # says what to install
    provider = _library("pytorchcv.model_provider")
    known = sorted(provider._models)
    if name not in known:
        raise FrontendError(_unknown("pytorchcv", name, known))
    return partial(provider.get_model, name, pretrained=False)


def _unknown(library: str, name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(f'{library}:{match}' for match in near)}?"
    return f"{library} has no model {name!r}; " + (
        hint if near else f"{library}'s list_models() lists them"
    )


def _library(name: str) -> Any:
    try:
        return import_library(name)
    except ModuleError as error:
        raise FrontendError(str(error)) from error


def _factory(package: str, factory: str) -> Callable[[], "Module"]:
    """Import `factory` from `package`, checked."""
    try:
        make = import_factory(package, factory)
    except NoModuleError as error:
        near = get_close_matches(package, [*spaces.names(), *LIBRARIES], n=1)
        hint = f"did you mean {near[0]}?" if near else "check the name or install it"
        raise FrontendError(f"there is no module or family {package!r}; {hint}") from error
    except ModuleError as error:
        raise FrontendError(str(error)) from error
    return partial(_made, make, f"{package}:{factory}")


def _made(make: Callable[[], Any], name: str) -> "Module":
    """Call a factory.

    Raises:
        FrontendError: It raises, or returns no module.
    """
    try:
        model = make()
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}"
        raise FrontendError(f"{name} failed ({reason}); it must work without arguments") from error
    from torch.nn import Module

    if not isinstance(model, Module):
        raise FrontendError(
            f"{name} returned a {type(model).__name__}; it must return a torch.nn.Module"
        )
    return model
