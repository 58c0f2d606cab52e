"""Architecture families.

`names()` lists the bundled families and `get("nasbench101")` returns one. A custom family is named
`package.module:Class`, which is accepted wherever the name of a family is.
"""

from difflib import get_close_matches
from typing import Any

from gennape.spaces.base import ArchitectureError, SearchSpace, sample_different
from gennape.spaces.checks import check_family
from gennape.spaces.custom import load_custom_family
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
    "sample_different",
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
    """List the names of the bundled families."""
    return list(_FAMILIES)


def get(name: str, **options: Any) -> Any:
    """Return the family called `name`.

    Args:
        name: One of `names()`, or `package.module:Class`.
        options: Arguments of the family, such as `classes=100`.

    Raises:
        ArchitectureError: There is no such family; suggests near names.

    Examples:
        >>> space = get("nasbench201", classes=100)
        >>> space.classes, space.size
        (100, 15625)
    """
    if ":" in name:
        return load_custom_family(name)(**options)
    if name not in _FAMILIES:
        near = get_close_matches(name, _FAMILIES, n=3, cutoff=0.4) or names()
        raise ArchitectureError(f"no family is called {name!r}; did you mean {', '.join(near)}?")
    return _FAMILIES[name](**options)


def split(network: str) -> tuple[str, str] | None:
    """Split the name of a network into family and architecture.

    Args:
        network: Such as `hiaml:a22-src0-t31-z`, or `package.module:Class:ARCHITECTURE`.

    Returns:
        Both names, or None for a name of another form.

    Examples:
        >>> split("hiaml:a22-src0-t31-z")
        ('hiaml', 'a22-src0-t31-z')
        >>> split("timm:resnet18") is None
        True
    """
    first, _, rest = network.partition(":")
    if first in _FAMILIES:
        return first, rest
    custom, separator, architecture = rest.partition(":")
    return (f"{first}:{custom}", architecture) if separator else None
