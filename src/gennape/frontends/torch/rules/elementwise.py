"""Rules for activations and other functions of each element by itself."""

from functools import partial
from typing import Any

from gennape.frontends.torch.registry import traces
from gennape.frontends.torch.tensors import Tensor, is_boolean
from gennape.frontends.torch.trace import Trace
from gennape.graph import Op

_PLAIN = {
    "relu": Op.RELU,
    "relu6": Op.RELU6,
    "selu": Op.SELU,
    "silu": Op.SILU,
    "mish": Op.MISH,
    "hardswish": Op.HARDSWISH,
    "hardsigmoid": Op.HARDSIGMOID,
    "sigmoid expit special_expit": Op.SIGMOID,
    "tanh": Op.TANH,
    "erf special_erf": Op.ERF,
    "exp": Op.EXP,
    "log": Op.LOG,
    "abs absolute": Op.ABS,
    "sin": Op.SINE,
    "cos": Op.COSINE,
    "zeros_like": Op.ZERO,
}
"""Functions of one tensor that keep its shape."""

_POWERS = {"sqrt": 0.5, "rsqrt": -0.5, "square": 2, "reciprocal": -1}
_LOGIC = ("logical_and", "logical_or", "logical_xor", "logical_not")
_COMPARISONS = ("gt", "ge", "lt", "le", "eq", "ne", *_LOGIC)
_ROUNDINGS = ("floor", "ceil", "round", "trunc", "sign", "floor_divide")


def unary(
    op: Op, details: dict[str, Any], trace: Trace, output: Tensor, x: Tensor, *_: Any, **__: Any
) -> None:
    """Write an element-wise function of one tensor."""
    trace.emit(op, (x,), output, details=details)


for _names, _op in _PLAIN.items():
    traces(_names, result="like the first")(partial(unary, _op, {}))
for _name, _exponent in _POWERS.items():
    traces(_name, result="like the first")(partial(unary, Op.POWER, {"exponent": _exponent}))


_SETTINGS: dict[str, tuple[Op, dict[str, Any], dict[str, Any]]] = {
    "elu": (Op.ELU, {"alpha": 1.0}, {}),
    "celu": (Op.ELU, {"alpha": 1.0}, {"function": "celu"}),
    "softplus": (Op.SOFTPLUS, {"beta": 1.0, "threshold": 20.0}, {}),
    "normalize": (Op.NORMALIZE, {"p": 2.0, "axis": 1, "eps": 1e-12}, {}),
    "local_response_norm": (
        Op.LOCAL_RESPONSE_NORM,
        {"size": None, "alpha": 1e-4, "beta": 0.75, "k": 1.0},
        {},
    ),
    "cumsum": (Op.CUMULATIVE_SUM, {"axis": None}, {}),
}
"""Functions with settings: the operation, its settings by position, and what else it states."""


def with_settings(
    op: Op,
    defaults: dict[str, Any],
    others: dict[str, Any],
    trace: Trace,
    output: Tensor,
    x: Tensor,
    *args: Any,
    **kwargs: Any,
) -> None:
    """Write a function of one tensor; settings other than PyTorch's own are stated."""
    given = dict(zip(defaults, args, strict=False)) | kwargs
    if "dim" in given:
        given["axis"] = given.pop("dim")
    if "axis" in given:
        given["axis"] %= max(x.dim(), 1)
    details = {
        name: given[name]
        for name, default in defaults.items()
        if name in given and given[name] != default
    }
    stated = details | others if details else details
    mixes = (given.get("axis", defaults["axis"]),) if "axis" in defaults else ()
    trace.emit(op, (x,), output, details=stated, mixes=mixes)


for _name, (_op, _defaults, _others) in _SETTINGS.items():
    traces(_name, result="like the first")(partial(with_settings, _op, _defaults, _others))


def several(
    op: Op, details: dict[str, Any], trace: Trace, output: Tensor, *args: Any, **_: Any
) -> None:
    """Write an element-wise function of any number of tensors."""
    trace.emit(op, [x for x in args if isinstance(x, Tensor)], output, details=details)


def with_number(
    op: Op, function: str, trace: Trace, output: Tensor, x: Any, *args: Any, **kwargs: Any
) -> None:
    """Write a function of one or two tensors, the second of which may be a number."""
    details: dict[str, Any] = {"function": function}
    if args and isinstance(args[0], bool | int | float):
        details["number"] = float(args[0])
    if kwargs.get("decimals") or kwargs.get("rounding_mode") == "trunc":
        details["not_executable"] = f"{function} with other settings"
    several(op, details, trace, output, x, *args)


for _name in _COMPARISONS:
    traces(_name)(partial(with_number, Op.COMPARE, _name))
for _name in _ROUNDINGS:
    traces(_name)(partial(with_number, Op.ROUND, _name))


def bitwise(name: str, trace: Trace, output: Tensor, x: Any, *args: Any, **_: Any) -> None:
    """Write a function of single bits; of truth values it is the logical one."""
    if is_boolean(output):
        with_number(Op.COMPARE, f"logical_{name}", trace, output, x, *args)
    else:
        several(Op.OTHER, {"function": f"bitwise_{name}"}, trace, output, x, *args)


for _name in ("and", "or", "xor", "not"):
    traces(f"bitwise_{_name}")(partial(bitwise, _name))


@traces("masked_fill")
def masked_fill(trace: Trace, output: Tensor, x: Tensor, mask: Tensor, value: Any) -> None:
    """Write a number where a mask holds."""
    fixed = number(trace, value)
    details: dict[str, Any] = {"not_executable": "elements are filled with a computed number"}
    if fixed is not None:
        details = {"positive": float(fixed), "condition_last": True}
    several(Op.WHERE, details, trace, output, x, mask, value)


@traces("where")
def where(trace: Trace, output: Any, condition: Tensor, *choices: Any, **_: Any) -> None:
    """Write a choice for each element; without choices the places where the condition holds."""
    if choices:
        names = zip(("positive", "negative"), choices, strict=False)
        details = {name: float(v) for name, v in names if isinstance(v, bool | int | float)}
        several(Op.WHERE, details, trace, output, condition, *choices)
    else:
        trace.emit(Op.OTHER, (condition,), output[0], details={"function": "nonzero"})
        trace.also(output[1:], output[0])


@traces("new_zeros new_ones new_empty new_full ones_like full_like empty_like rand_like randn_like")
def same_kind(trace: Trace, output: Tensor, *_: Any, **__: Any) -> None:
    """Mark a new tensor that has only the shape or type of another as independent of it."""
    trace.derive([output], [])


@traces("prelu")
def prelu(trace: Trace, output: Tensor, input: Tensor, weight: Tensor) -> None:
    """Write leaky ReLU with learned slopes."""
    trace.emit(Op.PRELU, (input,), output, weights=(weight,))


@traces("leaky_relu", result="like the first")
def leaky_relu(
    trace: Trace, output: Tensor, x: Tensor, negative_slope: float = 0.01, *_: Any, **__: Any
) -> None:
    """Write leaky ReLU; the slope is a detail unless it is 0.01."""
    details = {} if negative_slope == 0.01 else {"slope": negative_slope}
    trace.emit(Op.LEAKY_RELU, (x,), output, details=details)


@traces("gelu", result="like the first")
def gelu(trace: Trace, output: Tensor, x: Tensor, approximate: str = "none") -> None:
    """Write gaussian error linear unit, exact or by the tangent formula."""
    details = {} if approximate == "none" else {"approximate": approximate}
    trace.emit(Op.GELU, (x,), output, details=details)


@traces("clamp clip", result="like the first")
def clip(trace: Trace, output: Tensor, x: Tensor, min: Any = None, max: Any = None) -> None:
    """Write limits; 0 to 6 is ReLU6, from 0 upwards ReLU; tensors are a maximum and a minimum."""
    low, high = number(trace, min), number(trace, max)
    computed = [
        (op, limit)
        for op, limit, value in ((Op.MAXIMUM, min, low), (Op.MINIMUM, max, high))
        if limit is not None and value is None
    ]
    limits = {name: n for name, n in {"min": low, "max": high}.items() if n is not None}
    for position, (op, limit) in enumerate(computed, start=1):
        is_last = position == len(computed) and not limits
        result = output if is_last else trace.blank(*output.shape)
        trace.emit(op, (x, limit), result)
        x = result
    if limits == {"min": 0, "max": 6}:
        trace.emit(Op.RELU6, (x,), output)
    elif limits == {"min": 0}:
        trace.emit(Op.RELU, (x,), output)
    elif limits:
        trace.emit(Op.CLIP, (x,), output, details=limits)


@traces("clamp_min")
def clamp_min(trace: Trace, output: Tensor, x: Tensor, min: Any) -> None:
    """Write a lower limit."""
    clip(trace, output, x, min)


@traces("clamp_max")
def clamp_max(trace: Trace, output: Tensor, x: Tensor, max: Any) -> None:
    """Write an upper limit."""
    clip(trace, output, x, None, max)


@traces("hardtanh", result="like the first")
def hardtanh(
    trace: Trace,
    output: Tensor,
    x: Tensor,
    min_val: float = -1.0,
    max_val: float = 1.0,
    *_: Any,
    **__: Any,
) -> None:
    """Write limits by another name."""
    clip(trace, output, x, min_val, max_val)


@traces("softmax", result="like the first")
def softmax(trace: Trace, output: Tensor, x: Tensor, dim: int = -1, *_: Any, **__: Any) -> None:
    """Write softmax along one dimension."""
    axis = dim % max(x.dim(), 1)
    trace.emit(Op.SOFTMAX, (x,), output, details=axis_detail(dim, x), mixes=(axis,))


@traces("log_softmax", result="like the first")
def log_softmax(trace: Trace, output: Tensor, x: Tensor, dim: int = -1, *_: Any, **__: Any) -> None:
    """Write logarithm of the softmax along one dimension."""
    axis = dim % max(x.dim(), 1)
    trace.emit(Op.LOG_SOFTMAX, (x,), output, details=axis_detail(dim, x), mixes=(axis,))


def axis_detail(dim: int, x: Tensor) -> dict[str, int]:
    """State the dimension an operation works along, unless it is 1."""
    axis = dim % max(x.dim(), 1)
    return {} if axis == 1 else {"axis": axis}


def number(trace: Trace, value: Any) -> float | None:
    """Return a plain number, also one in a constant tensor that has numbers; else None."""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, Tensor) and value.dim() == 0 and not value.is_meta:
        constant: Any = value
        return None if trace.depends_on_input(value) else float(constant)
    return None
