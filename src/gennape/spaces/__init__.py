"""Architecture families.

`get("nasbench101")` gives a family; `names()` lists them.
"""

from difflib import get_close_matches
from typing import Any

from gennape.spaces.base import ArchitectureError, SearchSpace
from gennape.spaces.hiaml import HiAML
from gennape.spaces.inception import Inception
from gennape.spaces.mnasnet import MnasNet
from gennape.spaces.nasbench101 import NASBench101
from gennape.spaces.nasbench201 import NASBench201
from gennape.spaces.nasbench301 import NASBench301
from gennape.spaces.ofa_mobilenetv3 import OFAMobileNetV3
from gennape.spaces.ofa_proxylessnas import OFAProxylessNAS
from gennape.spaces.ofa_resnet50 import OFAResNet50
from gennape.spaces.transnas_macro import TransNASMacro
from gennape.spaces.transnas_micro import TransNASMicro
from gennape.spaces.two_path import TwoPath

__all__ = [
    "ArchitectureError",
    "HiAML",
    "Inception",
    "MnasNet",
    "NASBench101",
    "NASBench201",
    "NASBench301",
    "OFAMobileNetV3",
    "OFAProxylessNAS",
    "OFAResNet50",
    "SearchSpace",
    "TransNASMacro",
    "TransNASMicro",
    "TwoPath",
    "get",
    "names",
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
    )
}


def names() -> list[str]:
    """Names of all families."""
    return list(_FAMILIES)


def get(name: str, **options: Any) -> Any:
    """The family called `name`.

    Args:
        name: One of `names()`.
        options: Arguments of the family, such as `classes=100`.

    Raises:
        ArchitectureError: There is no such family; suggests near names.
    """
    if name not in _FAMILIES:
        near = get_close_matches(name, _FAMILIES, n=3, cutoff=0.4) or names()
        raise ArchitectureError(f"no family is called {name!r}; did you mean {', '.join(near)}?")
    return _FAMILIES[name](**options)
