"""Networks of timm, torchvision and pytorchcv, made without weights for a side and classes."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gennape.frontends import FrontendError, graph_of
from gennape.graph import GraphBatch, canonical, store
from gennape.utils.files import atomic_write
from gennape.utils.optional_imports import import_library

if TYPE_CHECKING:
    from torch.nn import Module

_SIDE = 224
_WITH_AUXILIARY_HEADS = ("googlenet", "inception_v3")


class ZooNetwork(NamedTuple):
    """A network at one size of its input.

    Attributes:
        loader: `timm:NAME`, `torchvision:NAME` or `pytorchcv:NAME`.
        side: Height and width of its images; the network's own where None.
        classes: Outputs of its classifier.
    """

    loader: str
    side: int | None
    classes: int

    @property
    def name(self) -> str:
        """A name like no other, such as `timm:resnet18@224/1000`; without `@224` where None."""
        side = "" if self.side is None else f"@{self.side}"
        return f"{self.loader}{side}/{self.classes}"


class SizedModel(NamedTuple):
    """A module and the side of its images."""

    module: "Module"
    side: int


def build_network(task: dict[str, Any]) -> None:
    """Write the canonical graph of a network to a graph store.

    Args:
        task: The fields of a `ZooNetwork`, and the `path` to write to.

    Raises:
        FrontendError: Its library has no such network, or its graph cannot be read.
    """
    path = Path(task.pop("path"))
    network = ZooNetwork(**task)
    batch = replace(canonical_graph(network), names=(network.name,))
    atomic_write(path, lambda partial: store.save(batch, partial))


def canonical_graph(network: ZooNetwork) -> GraphBatch:
    """Make a network and bring its graph into canonical form, a batch of one.

    It is made on meta tensors, or with random weights where its constructor needs values.

    Raises:
        FrontendError: Its library has no such network, or its graph cannot be read.
    """
    import torch  # see above

    source, _, name = network.loader.partition(":")
    make = partial(_LIBRARIES[source], name, network.side, network.classes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with torch.device("meta"):
                model = make()
            return _canonical(model)
        except Exception:  # constructors and networks may need values
            return _canonical(make())


def _canonical(model: SizedModel) -> GraphBatch:
    graph = graph_of(model.module, (3, model.side, model.side))
    return canonical(GraphBatch.of([graph]))


def _timm(name: str, side: int | None, classes: int) -> SizedModel:
    """Make a model of timm; transformers are told the side where it is not their own."""
    timm = import_library("timm")
    if not timm.is_model(name):
        raise FrontendError(f"timm has no model {name!r}")
    known = timm.get_pretrained_cfg(name)
    own = known.input_size[-1] if known else _SIDE
    make = partial(timm.create_model, name, pretrained=False, num_classes=classes)
    if side is not None and side != own:
        try:
            return SizedModel(make(img_size=side), side)
        except TypeError:  # a network of any side
            return SizedModel(make(), side)
    return SizedModel(make(), own)


def _torchvision(name: str, side: int | None, classes: int) -> SizedModel:
    """Make a model of torchvision, without heads that are there for training only."""
    models = import_library("torchvision").models
    if name not in models.list_models(module=models):
        raise FrontendError(f"torchvision has no classifier {name!r}")
    options: dict[str, Any] = {}
    if name in _WITH_AUXILIARY_HEADS:
        options = {"aux_logits": False, "init_weights": False}
    if name.startswith("vit") and side is not None:
        options["image_size"] = side
    builder = models.get_model_builder(name)
    return SizedModel(builder(weights=None, num_classes=classes, **options), side or _SIDE)


def _pytorchcv(name: str, side: int | None, classes: int) -> SizedModel:
    """Make a model of pytorchcv, whose names say their data sets and so their classes."""
    module = import_library("pytorchcv.model_provider").get_model(name, pretrained=False)
    return SizedModel(module, side or module.in_size[0])


_LIBRARIES: dict[str, Callable[[str, int | None, int], SizedModel]] = {
    "timm": _timm,
    "torchvision": _torchvision,
    "pytorchcv": _pytorchcv,
}

LIBRARIES = tuple(_LIBRARIES)
"""Packages that networks of the zoo come from."""
