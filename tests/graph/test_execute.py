import copy
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from torch import Tensor, nn

from gennape.frontends import graph_of
from gennape.graph import ComputationGraph, GraphBuilder, GraphError, Op
from helpers.executable_networks import executable_networks


def _single(
    op: Op, shape: tuple[int, int, int], result: tuple[int, int, int], **details: object
) -> nn.Module:
    """The module of one operation."""
    build = GraphBuilder()
    build.output(build.add_node(op, (build.input(shape),), result, **details))
    return build.build().to_module()


def _inputs(graph: ComputationGraph, batch: int = 2) -> list[Tensor]:
    shapes = graph.output_shape[graph.operations == Op.INPUT].tolist()
    return [torch.randn(batch, *shape) for shape in shapes]


@given(executable_networks())
@settings(max_examples=50)
def test_random_networks_run_and_train(graph: ComputationGraph) -> None:
    module = graph.to_module()
    results = module(*_inputs(graph))
    outputs = results if isinstance(results, tuple) else (results,)
    expected = graph.output_shape[graph.operations == Op.OUTPUT].tolist()
    assert [list(output.shape[1:]) for output in outputs] == expected
    assert sum(p.numel() for p in module.parameters()) == graph.parameters
    if any(output.requires_grad for output in outputs):
        sum(output.sum() for output in outputs).backward()
        assert all(p.grad is None or p.grad.isfinite().all() for p in module.parameters())


@given(executable_networks(max_nodes=6))
@settings(max_examples=30)
def test_a_traced_module_is_the_same_network(graph: ComputationGraph) -> None:
    assert graph_of(graph.to_module(), (4, 8, 8)).fingerprint == graph.fingerprint


class _Reference(nn.Module):
    """Most operations at once, written by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, (3, 5), stride=2, padding=(1, 2), bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.depthwise = nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=8)
        self.group_norm = nn.GroupNorm(4, 8)
        self.slopes = nn.PReLU(8)
        self.up = nn.ConvTranspose2d(8, 6, 3, stride=2, padding=1, output_padding=1)
        self.gamma = nn.Parameter(torch.ones(6, 1, 1))
        self.tokens = nn.LayerNorm(6)
        self.head = nn.Linear(6, 5)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = F.relu6(self.norm(self.stem(x)))
        y = self.slopes(self.group_norm(self.depthwise(x)))
        x = torch.cat([x[:, 2:6], torch.maximum(x, y)[:, :4]], 1) * 0.5 + 1.0
        x = F.max_pool2d(x, 3, 2, ceil_mode=True) - F.avg_pool2d(
            F.pad(y, (0, 1, 0, 1)), 3, 2, count_include_pad=False
        )
        x = F.interpolate(self.up(x) * self.gamma, scale_factor=2, mode="bilinear")
        tokens = self.tokens(x.flatten(2).transpose(1, 2))
        attention = (tokens @ tokens.transpose(1, 2)).softmax(-1) @ tokens
        return self.head(attention.mean(1)), F.leaky_relu(x, 0.2).clamp(-1, 2).mean((2, 3))


def _fill(module: nn.Module) -> None:
    """Give parameters of equal shape equal values, so that their order does not matter."""
    with torch.no_grad():
        for parameter in module.parameters():
            steps = torch.arange(parameter.numel(), dtype=torch.float32)
            parameter.copy_(torch.cos(1.7 * steps).reshape(parameter.shape) / 3)


def test_a_module_computes_what_the_traced_one_computes() -> None:
    original = _Reference().eval()
    module = graph_of(original, (3, 31, 31)).to_module().eval()
    _fill(original)
    _fill(module)
    x = torch.randn(3, 3, 31, 31)
    for expected, actual in zip(original(x), module(x), strict=True):
        torch.testing.assert_close(actual, expected)


_FUNCTIONS: dict[str, tuple[Op, dict[str, object], Callable[[Tensor], Tensor]]] = {
    "sigmoid": (Op.SIGMOID, {}, torch.sigmoid),
    "h-swish": (Op.HARDSWISH, {}, F.hardswish),
    "gelu by tangent": (Op.GELU, {"approximate": "tanh"}, lambda x: F.gelu(x, approximate="tanh")),
    "power": (Op.POWER, {"exponent": 2}, torch.square),
    "scale": (Op.SCALE, {"scale": -2.0, "shift": 3.0}, lambda x: 3 - 2 * x),
    "clip": (Op.CLIP, {"max": 0.5}, lambda x: x.clamp(max=0.5)),
    "softmax": (Op.SOFTMAX, {"axis": 3}, lambda x: x.softmax(3)),
    "log softmax": (Op.LOG_SOFTMAX, {}, lambda x: x.log_softmax(1)),
    "zero": (Op.ZERO, {}, torch.zeros_like),
    "sine": (Op.SINE, {}, torch.sin),
    "roll": (Op.ROLL, {"shifts": [1, 2], "axes": [2, 3]}, lambda x: x.roll((1, 2), (2, 3))),
    "permutation": (Op.TRANSPOSE, {"dims": [0, 1, 3, 2]}, lambda x: x.transpose(2, 3)),
    "channel shuffle": (Op.TRANSPOSE, {"factor": 2}, lambda x: F.channel_shuffle(x, 2)),
    "sum": (Op.SUM, {"axes": [1], "keepdim": True}, lambda x: x.sum(1, keepdim=True)),
    "reflection": (
        Op.PAD,
        {"pads": [1, 2, 0, 1], "mode": "reflect"},
        lambda x: F.pad(x, (1, 2, 0, 1), "reflect"),
    ),
}


@pytest.mark.parametrize(("op", "details", "expected"), _FUNCTIONS.values(), ids=_FUNCTIONS)
def test_functions(
    op: Op, details: dict[str, object], expected: Callable[[Tensor], Tensor]
) -> None:
    x = torch.randn(2, 4, 6, 6)
    result = expected(x)
    module = _single(op, (4, 6, 6), tuple(result.shape[1:]), **details)
    torch.testing.assert_close(module(x), result)


def test_uneven_padding() -> None:
    build = GraphBuilder()
    attributes = (3, 3, 2, 2, 0, 0, 1, 1, 1, 1, 1, 0)
    x = build.input((1, 4, 4))
    build.output(build.add_node(Op.MAX_POOL, (x,), (1, 2, 2), attributes))
    x = torch.tensor([[[[-1.0, -2, -3, -4], [-5, -6, -7, -8], [-9] * 4, [-9, -9, -9, -6]]]])
    assert build.build().to_module()(x).tolist() == [[[[-1, -3], [-9, -6]]]]


def test_sums_take_repeated_arguments() -> None:
    build = GraphBuilder()
    x = build.input((1, 1, 1))
    build.output(build.add(x, x, x))
    assert build.build().to_module()(torch.ones(1, 1, 1, 1)).item() == 3


def test_several_inputs_and_outputs() -> None:
    build = GraphBuilder()
    x, y = build.input((2, 4, 4)), build.input((2, 1, 1))
    build.output(build.mul(x, y))
    build.output(x)
    x_value, y_value = torch.randn(3, 2, 4, 4), torch.randn(3, 2, 1, 1)
    product, same = build.build().to_module()(x_value, y_value)
    torch.testing.assert_close(product, x_value * y_value)
    assert same is x_value


def test_submodules_are_named_after_their_nodes() -> None:
    build = GraphBuilder()
    build.output(build.relu(build.batch_norm(build.conv(build.input((3, 8, 8)), 4))))
    names = [name for name, _ in build.build().to_module().named_children()]
    assert names == ["n001_conv", "n002_batch_norm", "n003_relu"]


def test_nodes_with_one_weight_share_it() -> None:
    class Shared(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(4, 4, 3, padding=1)

        def forward(self, x: Tensor) -> Tensor:
            return F.conv2d(self.conv(x), self.conv.weight, self.conv.bias, stride=2)

    original = Shared()
    graph = graph_of(original, (4, 8, 8))
    module = graph.to_module()
    assert sum(p.numel() for p in module.parameters()) == graph.parameters == 4 * 4 * 9 + 4
    _fill(original)
    _fill(module)
    x = torch.randn(2, 4, 8, 8)
    torch.testing.assert_close(module(x), original(x))


def test_operations_that_cannot_run_are_listed() -> None:
    build = GraphBuilder()
    x = build.input((3, 8, 8))
    x = build.add_node(Op.OTHER, (x,), (3, 8, 8), function="det")
    build.output(build.add_node(Op.FFT, (x,), (3, 8, 8), function="fft"))
    with pytest.raises(GraphError, match="no rule for det; no rule for fft"):
        build.build().to_module()


def test_operations_that_do_not_say_enough_are_named() -> None:
    build = GraphBuilder()
    x = build.input((3, 8, 8))
    with pytest.raises(GraphError, match=r"node 1 \(transpose\) does not state its dims"):
        build.add_node(Op.TRANSPOSE, (x,), (3, 8, 8))


def test_a_reshape_that_would_mix_samples_is_refused() -> None:
    build = GraphBuilder()
    x = build.input((4, 6, 1))
    x = build.add_node(Op.TRANSPOSE, (x,), (4, 6, 1), dims=[1, 0, 2, 3])
    build.output(build.add_node(Op.RESHAPE, (x,), (8, 3, 1), shape=[8]))
    with pytest.raises(GraphError, match="mixes the samples of a batch"):
        build.build().to_module()


@pytest.fixture(scope="module")
def squeeze_excite() -> ComputationGraph:
    build = GraphBuilder()
    x = build.relu(build.batch_norm(build.conv(build.input((3, 16, 16)), 8, 3, stride=2)))
    gate = build.relu(build.conv(build.global_avg_pool(x), 2, bias=True))
    x = build.mul(x, build.activation(Op.HARDSIGMOID, build.conv(gate, 8, bias=True)))
    x = build.concat(build.slice_channels(x, 2, 4), build.max_pool(x, 3, 1, 1), build.zero(x))
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), 10))
    return build.build()


def test_copies_and_state_dicts(squeeze_excite: ComputationGraph) -> None:
    module = squeeze_excite.to_module().eval()
    twin = squeeze_excite.to_module().eval()
    twin.load_state_dict(module.state_dict())
    x = torch.randn(2, 3, 16, 16)
    torch.testing.assert_close(twin(x), module(x))
    torch.testing.assert_close(copy.deepcopy(module)(x), module(x))


def test_export(squeeze_excite: ComputationGraph) -> None:
    module = squeeze_excite.to_module().eval()
    x = torch.randn(2, 3, 16, 16)
    program = torch.export.export(module, (x,))
    torch.testing.assert_close(program.module()(x), module(x))


def test_compile(squeeze_excite: ComputationGraph) -> None:
    module = squeeze_excite.to_module().eval()
    x = torch.randn(2, 3, 16, 16)
    compiled = torch.compile(module, backend="eager", fullgraph=True)
    torch.testing.assert_close(compiled(x), module(x))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("dynamo", [False, True], ids=["torchscript", "dynamo"])
def test_onnx_export(squeeze_excite: ComputationGraph, dynamo: bool, tmp_path: Path) -> None:
    if dynamo:
        pytest.importorskip("onnxscript", reason="the dynamo exporter needs onnxscript")
    evaluator = pytest.importorskip("onnx.reference", reason="no reference evaluator in onnx")
    module = squeeze_excite.to_module().eval()
    x = torch.randn(1, 3, 16, 16)
    path = tmp_path / "network.onnx"
    torch.onnx.export(module, (x,), path, dynamo=dynamo, verbose=False)
    session = evaluator.ReferenceEvaluator(str(path))
    (result,) = session.run(None, {session.input_names[0]: x.numpy()})
    torch.testing.assert_close(torch.from_numpy(result), module(x), rtol=1e-4, atol=1e-5)
