"""Architecture families.

`get("nasbench101")` gives a family; `names()` lists those that come with the package. A family of
one's own has the name `package.module:Class`, and goes wherever the name of a family does.
"""

from difflib import get_close_matches
from typing import Any

from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.checking import check_family
from gennape.spaces.hiaml import HiAML
from gennape.spaces.inception import Inception
from gennape.spaces.metaqnn import MetaQNN
from gennape.spaces.mnasnet import MnasNet
from gennape.spaces.nasbench101 import NASBench101
from gennape.spaces.nasbench201 import NASBench201
from gennape.spaces.nasbench301 import NASBench301
from gennape.spaces.nasbench_mr import NASBenchMR
from gennape.spaces.ofa_mobilenetv3 import OFAMobileNetV3
from gennape.spaces.ofa_proxylessnas import OFAProxylessNAS
from gennape.spaces.ofa_resnet50 import OFAResNet50
from gennape.spaces.own import own_family
from gennape.spaces.transnas_macro import TransNASMacro
from gennape.spaces.transnas_micro import TransNASMicro
from gennape.spaces.two_path import TwoPath
from gennape.spaces.vitbench_pit import ViTBenchPiT

__all__ = [
    "ArchitectureError",
    "HiAML",
    "Inception",
    "MetaQNN",
    "MnasNet",
    "NASBench101",
    "NASBench201",
    "NASBench301",
    "NASBenchMR",
    "OFAMobileNetV3",
    "OFAProxylessNAS",
    "OFAResNet50",
    "SearchSpace",
    "TransNASMacro",
    "TransNASMicro",
    "TwoPath",
    "ViTBenchPiT",
    "check_family",
    "get",
    "names",
    "split",
]

_FAMILIES: dict[str, type[SearchSpace[Any]]] = {
    space.name: space
    for space in (
        NASBench101,
        NASBench201,
        NASBench301,
        OFAProxylessNAS,
        OFAMobileNetV3,
        OFAResNet50,
        HiAML,
        Inception,
        TwoPath,
        MnasNet,
        TransNASMicro,
        TransNASMacro,
        NASBenchMR,
        MetaQNN,
        ViTBenchPiT,
    )
}


def names() -> list[str]:
    """Names of all families that come with the package."""
    return list(_FAMILIES)


def get(name: str, **options: Any) -> Any:
    """The family called `name`.

    Args:
        name: One of `names()`, or `package.module:Class`.
        options: Arguments of the family, such as `classes=100`.

    Raises:
        ArchitectureError: There is no such family; suggests near names.
    """
    if ":" in name:
        return own_family(name)(**options)
    if name not in _FAMILIES:
        near = get_close_matches(name, _FAMILIES, n=3, cutoff=0.4) or names()
        raise ArchitectureError(f"no family is called {name!r}; did you mean {', '.join(near)}?")
    return _FAMILIES[name](**options)


def split(network: str) -> tuple[str, str] | None:
    """Family and architecture of a network's name; None for names of another form.

    Args:
        network: Such as `hiaml:a22-src0-t31-z`, or `package.module:Class:ARCHITECTURE`.
    """
    first, _, rest = network.partition(":")
    if first in _FAMILIES:
        return first, rest
    own, separator, architecture = rest.partition(":")
    return (f"{first}:{own}", architecture) if separator else None
