"""Reading a module: what it costs, what becomes of it, and what goes wrong."""

import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from gennape import graph_of
from gennape.frontends import FrontendError
from gennape.graph import ComputationGraph, Op
from gennape.graph.node import nodes_of
from helpers.architectures import ARCHITECTURES, build
from helpers.executable_networks import executable_networks
from helpers.operation_names import operation_names
from helpers.written_nodes import Forward, graph_of_function


@pytest.mark.skipif(find_spec("timm") is None, reason="the architectures come from timm")
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_costs_equal_those_of_pytorch(name: str) -> None:
    network, shape = build(name)
    graph = graph_of(network, shape)
    # The fused attention kernel of the CPU is not counted by PyTorch, its parts are.
    network.requires_grad_(False).to("meta")
    with FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, *shape, device="meta"))
    assert graph.macs == counter.get_total_flops() // 2
    assert graph.parameters == sum(p.numel() for p in network.parameters())
    assert not graph.unknown_operations


@given(executable_networks())
@settings(max_examples=50)
def test_reading_a_written_module_gives_the_same_network(graph: ComputationGraph) -> None:
    again = graph_of(graph.to_module(), (4, 8, 8))
    assert (again.macs, again.fingerprint) == (graph.macs, graph.fingerprint)


class Meddler(nn.Module):
    """A module that stores things on itself while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.cache: dict[str, Any] | None = None
        self.frozen = nn.Dropout().eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.cache = {"x": x}
        self.norm.last = x
        return self.frozen(self.norm(self.conv(x)))


def test_module_is_left_as_it_was() -> None:
    module = Meddler()
    tensors = dict(module.state_dict(keep_vars=True))
    values = {name: tensor.clone() for name, tensor in tensors.items()}
    attributes = [part.__dict__.copy() for part in module.modules()]
    graph_of(module, (3, 8, 8))
    assert [part.__dict__ for part in module.modules()] == attributes
    after = module.state_dict(keep_vars=True)
    assert all(after[name] is tensor for name, tensor in tensors.items())
    assert all(torch.equal(after[name], value) for name, value in values.items())
    assert (module.training, module.frozen.training) == (True, False)


def test_module_is_left_as_it_was_after_a_failure() -> None:
    module = Meddler()
    with pytest.raises(FrontendError):
        graph_of(module, (5, 8, 8))
    assert module.training
    assert module.cache is None
    assert not module.conv.weight.is_meta


def test_training_mode_does_not_matter() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.3))
    read = [graph_of(network.train(mode), (3, 8, 8)).fingerprint for mode in (True, False)]
    assert read[0] == read[1]


def test_half_precision() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(144, 2))
    expected = graph_of(network, (3, 8, 8)).fingerprint
    assert graph_of(network.half(), (3, 8, 8)).fingerprint == expected


class Parts(nn.Module):
    """Calls `compute` with itself and the input; its parameters come by keyword."""

    def __init__(self, compute: Callable[..., Any], **parts: Any) -> None:
        super().__init__()
        self.compute = compute
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x: torch.Tensor) -> Any:
        return self.compute(self, x)


def _parameter(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.zeros(*shape))


def test_shared_weights_are_counted_once_and_named() -> None:
    layer = nn.Linear(8, 8)
    graph = graph_of(nn.Sequential(layer, nn.ReLU(), layer), (8,))
    assert graph.node_parameters.tolist() == [0, 72, 0, 0, 0]
    assert [graph.details[node] for node in (1, 3)] == [{"weight": "0.weight"}] * 2


def test_parameters_that_nothing_uses_are_counted() -> None:
    module = Parts(lambda self, x: x.relu(), spare=_parameter(3, 5))
    graph = graph_of(module, (4, 8, 8))
    assert operation_names(graph) == ["INPUT", "RELU", "OUTPUT", "PARAMETER"]
    assert graph.parameters == 15


def test_computed_weights_belong_to_the_layer_that_uses_them() -> None:
    def standardised(self: Any, x: torch.Tensor) -> torch.Tensor:
        weight = self.weight - self.weight.mean((1, 2, 3), keepdim=True)
        return F.conv2d(x, weight * self.gain)

    module = Parts(standardised, weight=_parameter(5, 4, 3, 3), gain=_parameter(5, 1, 1, 1))
    graph = graph_of(module, (4, 8, 8))
    assert operation_names(graph) == ["INPUT", "CONV", "OUTPUT"]
    assert graph.parameters == 185


def test_learned_and_constant_tensors_become_sources() -> None:
    module = Parts(
        lambda self, x: (x + self.table[:, :16]) * torch.ones(8), table=_parameter(1, 20, 8)
    )
    nodes = nodes_of(graph_of(module, (16, 8)))
    assert [node.op for node in nodes] == [
        Op.INPUT,
        Op.PARAMETER,
        Op.ADD,
        Op.CONSTANT,
        Op.MUL,
        Op.OUTPUT,
    ]
    assert (nodes[1].parameters, nodes[1].details) == (160, {"shape": [1, 16, 8]})


def test_weights_that_depend_on_the_input_are_arguments() -> None:
    graph = graph_of_function(lambda x: F.conv2d(x, x.mean((0, 2, 3)).view(1, 6, 1, 1)))
    conv = next(node for node in nodes_of(graph) if node.op is Op.CONV)
    assert len(conv.arguments) == 2


def test_every_result_is_an_output() -> None:
    graph = graph_of_function(lambda x: {"first": x.relu(), "others": (x.tanh(), [x])})
    assert operation_names(graph).count("OUTPUT") == 3


def test_unused_results_have_no_nodes() -> None:
    graph = graph_of_function(lambda x: torch.split(x, [1, 2, 3], dim=1)[2])
    assert operation_names(graph) == ["INPUT", "SLICE", "OUTPUT"]


def test_forward_that_needs_values_runs_on_zeros() -> None:
    def scaled(self: Any, x: torch.Tensor) -> torch.Tensor:
        return self.norm(x) * self.factor.item()

    module = Parts(scaled, norm=nn.BatchNorm2d(4))
    module.register_buffer("factor", torch.tensor(2.0))
    with pytest.warns(UserWarning, match="run on zeros"):
        nodes = nodes_of(graph_of(module, (4, 8, 8)))
    assert [node.op for node in nodes] == [Op.INPUT, Op.BATCH_NORM, Op.SCALE, Op.OUTPUT]
    assert nodes[2].details == {"scale": 2.0}
    assert (module.training, module.norm.num_batches_tracked.item()) == (True, 0)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_hidden_operations_are_read_through_an_export() -> None:
    hidden = torch.jit.script(_weights)
    with pytest.warns(UserWarning, match=r"read through torch\.export"):
        graph = graph_of_function(lambda x: x + hidden(x))
    assert operation_names(graph) == ["INPUT", "SOFTMAX", "ADD", "OUTPUT"]


def _weights(x: torch.Tensor) -> torch.Tensor:
    return torch.softmax(x, dim=1)


def _raises(x: torch.Tensor) -> torch.Tensor:
    raise RuntimeError("the flux capacitor is empty")


FAILURES: dict[str, tuple[Callable[[], nn.Module], Any, str]] = {
    "forward raises": (lambda: Forward(_raises), (3, 8, 8), "the flux capacitor is empty"),
    "wrong channels": (
        lambda: nn.Conv2d(3, 4, 1),
        (5, 8, 8),
        "channel",
    ),
    "wrong features": (lambda: nn.Linear(3, 4), (5,), r"\[1, 5\] X \[3, 4\]"),
    "wrong norm": (lambda: nn.BatchNorm2d(3), (5, 8, 8), "running_mean"),
    "wrong sum": (lambda: Forward(lambda x: x + x[:, :2]), (3, 8, 8), "broadcast"),
    "no shape": (lambda: nn.ReLU(), None, "input_shape"),
    "shape with nought": (lambda: nn.ReLU(), (3, 0, 8), "positive"),
    "no tensor": (lambda: Forward(lambda x: 3), (3, 8, 8), "Forward"),
    "lazy": (lambda: nn.LazyConv2d(3, 1), (3, 8, 8), "run it once"),
    "TorchScript": (lambda: torch.jit.trace(nn.ReLU(), torch.ones(1)), (3,), "TorchScript"),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("case", FAILURES)
def test_failure_is_one_sentence(case: str) -> None:
    make, shape, message = FAILURES[case]
    with pytest.raises(FrontendError, match=message):
        graph_of(make(), shape)


def test_a_compiled_module_is_the_one_it_was_made_from() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    compiled = graph_of(torch.compile(module), (3, 8, 8))
    assert compiled.fingerprint == graph_of(module, (3, 8, 8)).fingerprint


@pytest.mark.parametrize("shape", [8, "3x8x8", [(3, 8, 8)]])
def test_shapes_that_are_none(shape: Any) -> None:
    with pytest.raises(FrontendError, match="must be the positive sizes of one input"):
        graph_of(nn.ReLU(), shape)


def test_other_things_are_no_networks() -> None:
    with pytest.raises(FrontendError, match="int is no network; give a"):
        graph_of(42)  # type: ignore[arg-type]


def test_compiled_parts_are_read_as_they_were_written() -> None:
    network = nn.Sequential(nn.Linear(8, 8), torch.compile(nn.Linear(8, 4)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        graph = graph_of(network, (8,))
    assert graph.macs == 64 + 32
    assert graph.layers == ("", "0", "1._orig_mod", "")


def test_a_scripted_part_is_named() -> None:
    scripted = torch.jit.script(nn.Linear(8, 4))
    with pytest.raises(FrontendError, match="the part '1' of Sequential is TorchScript"):
        graph_of(nn.Sequential(nn.Linear(8, 8), scripted), (8,))


class Gradient(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(8, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        with torch.enable_grad():
            x = x.requires_grad_(True)
            return torch.autograd.grad(self.linear(x).sum(), x)[0]


def test_gradients_in_forward_are_refused_with_the_reason() -> None:
    with pytest.raises(FrontendError, match="computes gradients in its forward"):
        graph_of(Gradient(), (8,))


def test_the_operator_that_failed_is_named() -> None:
    with pytest.raises(FrontendError, match="an input of 5x8x8 in conv2d"):
        graph_of(nn.Conv2d(3, 4, 3), (5, 8, 8))


def test_tensors_as_limits_are_a_maximum_and_a_minimum() -> None:
    low = torch.tensor([-1.0, 0.0, 1.0])
    graph = graph_of_function(lambda x: x.clamp(low, x.mean()), (4, 3))
    assert sorted(operation_names(graph)) == sorted(
        ["INPUT", "CONSTANT", "MAXIMUM", "MEAN", "MINIMUM", "OUTPUT"]
    )


def test_a_variable_is_the_tensor_it_was_made_from() -> None:
    graph = graph_of_function(lambda x: torch.autograd.Variable(x).relu())
    assert operation_names(graph) == ["INPUT", "RELU", "OUTPUT"]


class Masked(nn.Module):
    """A network that asks whether its mask masks anything, as those of Hugging Face do."""

    def __init__(self, device: str = "cpu") -> None:
        super().__init__()
        self.words = nn.Embedding(10, 4, device=device)
        self.linear = nn.Linear(4, 4, device=device)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        x = self.linear(self.words(ids))
        return x if mask.all() else x * mask[..., None]


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_a_mask_that_is_asked_for_values_is_zeros(device: str) -> None:
    inputs = {"ids": "1x6:int64", "mask": "1x6:bool"}
    with pytest.warns(UserWarning, match="zeros as whole numbers"):
        graph = graph_of(Masked(device), inputs=inputs)
    assert (graph.macs, graph.parameters) == (6 * 16, 60)
    assert operation_names(graph)[-2:] == ["MUL", "OUTPUT"]


def test_values_that_are_asked_for_behind_the_counted_part_end_the_network() -> None:
    def found(self: Any, x: torch.Tensor) -> torch.Tensor:
        places = self.conv(x).relu().nonzero()
        return self.head(x[:, :, : int(places.max())])

    module = Parts(found, conv=nn.Conv2d(4, 2, 1), head=nn.Conv2d(4, 3, 1))
    with pytest.warns(UserWarning, match="counted up to nonzero"):
        graph = graph_of(module, (4, 8, 8))
    assert (graph.macs, graph.parameters, graph.complete) == (8 * 64, 10 + 15, False)


class Remembering(nn.Module):
    """Keeps what it has computed once, as LeViT does."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(8, 8)
        self.known: dict[str, torch.Tensor] = {"before": torch.ones(1)}
        self.seen: list[torch.Tensor] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.linear(x)
        self.known[str(x.device)] = self.linear.bias
        self.seen.append(self.linear.bias)
        return y + self.known[str(x.device)]


def test_what_a_module_remembers_of_its_reading_is_forgotten() -> None:
    module = Remembering()
    graph_of(module, (8,))
    assert list(module.known) == ["before"]
    assert module.seen == []
    torch.export.export(module, (torch.zeros(1, 8),))
