"""Which operators of PyTorch a file may call."""

from functools import cache

import torch
from torch._ops import OpOverload

from gennape.frontends.torch.known_operators import FACTORIES, SIZES, UNWRITTEN
from gennape.frontends.torch.registry import describe

_TENSORS = frozenset({"Tensor", "List[Tensor]"})


@cache
def is_callable(operator: OpOverload) -> bool:
    """Tell whether files may call an operator.

    It is PyTorch's own, makes tensors (or tells a size), and it is known: there is a rule for it,
    or it is one of the core or element-wise functions that all backends have, or it is listed here.
    """
    if operator.namespace != "aten":
        return False
    schema = operator._schema
    name = schema.name.removeprefix("aten::")
    if name in SIZES:
        return True
    gives_tensors = bool(schema.returns) and all(
        str(result.type) in _TENSORS for result in schema.returns
    )
    if not gives_tensors or any(argument.is_out for argument in schema.arguments):
        return False
    if not any("Tensor" in str(argument.type) for argument in schema.arguments):
        return name in FACTORIES
    is_common = torch.Tag.core in operator.tags or torch.Tag.pointwise in operator.tags
    return name.strip("_") in UNWRITTEN or is_common or describe(operator).rule is not None
