from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gennape import graph_of, spaces
from gennape.graph import ComputationGraph, GraphBuilder, GraphError, Op
from gennape.search.graph_space import GraphSpace
from gennape.search.mutations import MUTATIONS, options
from gennape.spaces import ArchitectureError
from helpers.changed_networks import residual_network
from helpers.executable_networks import executable_networks


def check_it_runs(graph: ComputationGraph, original: ComputationGraph) -> None:
    """The graph's module has the same inputs and outputs, and the weights that it says."""
    module = graph.to_module().eval()
    inputs = original.output_shape[original.operations == Op.INPUT]
    images = [torch.randn(2, *shape) for shape in inputs.tolist()]
    outputs = module(*images)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    shapes = original.output_shape[original.operations == Op.OUTPUT].tolist()
    assert [(2, *shape) for shape in shapes] == [
        (*output.shape, *(1,) * (4 - output.ndim)) for output in outputs
    ]
    assert sum(weight.numel() for weight in module.parameters()) == graph.parameters


def changed(space: GraphSpace, seed: int, count: int) -> tuple:
    rng = np.random.default_rng(seed)
    architecture = ()
    for _ in range(count):
        architecture = space.mutate(architecture, rng)
    return architecture


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(executable_networks(), st.integers(0, 1000), st.integers(1, 6))
def test_changed_networks_run(network: ComputationGraph, seed: int, count: int) -> None:
    space = GraphSpace(network)
    if not options(space._after(())):
        with pytest.raises(ArchitectureError, match="nothing of this network can be changed"):
            space.mutate((), np.random.default_rng(0))
        return
    try:
        architecture = changed(space, seed, count)
    except ArchitectureError:  # changed until nothing was left to change
        return
    check_it_runs(space.graph(architecture), network)
    assert GraphSpace(network).parse(space.format(architecture)) == architecture


@pytest.mark.parametrize("family", ["nasbench201", "hiaml", "two_path", "ofa_mobilenetv3"])
def test_changed_networks_of_families_run(family: str) -> None:
    own = spaces.get(family, resolution=32)
    network = own.graph(own.sample(np.random.default_rng(5)))
    space = GraphSpace(network)
    assert {*options(space._after(()))} >= {"kernel", "width", "repeat", "remove", "operation"}
    for seed in range(4):
        check_it_runs(space.graph(changed(space, seed, 6)), network)


def test_every_neighbour_runs_and_differs() -> None:
    network = residual_network()
    space = GraphSpace(network)
    neighbours = space.neighbours(())
    assert {edit.kind for (edit,) in neighbours} == set(MUTATIONS)
    for architecture in neighbours:
        graph = space.graph(architecture)
        check_it_runs(graph, network)
        assert graph.fingerprint != network.fingerprint


@pytest.mark.parametrize(
    ("change", "macs", "parameters"),
    [
        ("original", 0, 0),
        # a 5x5 kernel has 16 places more than a 3x3 one
        ("kernel@1=5", 16 * 16 * 16 * 3 * 16, 16 * 3 * 16),
        # 32 channels more: the 1x1 before, batch norm, depthwise, batch norm, the 1x1 after
        ("width@4=64", 256 * 32 * (16 + 9 + 16), 32 * (16 + 2 + 9 + 2 + 16)),
        ("remove@12=3", -256 * 32 * (16 + 9 + 16), -(32 * (16 + 2 + 9 + 2 + 16) + 32)),
        ("operation@7=dense", 256 * 32 * 9 * 31, 32 * 9 * 31),
        ("operation@13=avg_pool", 0, 0),
        ("unskip@12=1", 0, 0),
    ],
)
def test_costs_by_hand(change: str, macs: int, parameters: int) -> None:
    network = residual_network()
    space = GraphSpace(network)
    graph = space.graph(space.parse(change))
    assert graph.macs - network.macs == macs
    assert graph.parameters - network.parameters == parameters


def test_a_network_from_a_file(tmp_path: Path) -> None:
    module = residual_network().to_module().eval()
    path = tmp_path / "model.onnx"
    torch.onnx.export(module, (torch.randn(1, 3, 16, 16),), path, dynamo=False)
    network = graph_of(path)
    space = GraphSpace(network)
    assert {*options(space._after(()))} >= {"kernel", "width", "repeat", "remove", "skip"}
    for seed in range(6):
        check_it_runs(space.graph(changed(space, seed, 5)), network)


@pytest.mark.parametrize("text", ["kernel@1", "grow@1=3", "kernel@x=3", "kernel@1=4", "width@0=8"])
def test_other_text_is_no_change(text: str) -> None:
    with pytest.raises(ArchitectureError, match="is no change"):
        GraphSpace(residual_network()).parse(text)


def test_the_seed_decides() -> None:
    space = GraphSpace(residual_network())
    samples = [space.sample(np.random.default_rng(seed)) for seed in (0, 0, 1)]
    assert samples[0] == samples[1] != samples[2]


def test_what_no_change_knows_stays_as_it_is() -> None:
    """A layer before a node that cannot run can have another kernel, and no other width."""
    build = GraphBuilder()
    x = build.conv(build.input((3, 8, 8)), 8, kernel=3)
    build.output(build.add_node(Op.SORT, (x,), (8, 8, 8)))
    network = build.build()
    with pytest.raises(GraphError, match="cannot run"):
        network.to_module()
    found = GraphSpace(network).neighbours(())
    assert {edit.kind for (edit,) in found} >= {"kernel"}
    assert "width" not in {edit.kind for (edit,) in found}


def test_the_version_is_that_of_the_nodes_as_they_were_read(
    two_branches: Callable[[tuple[int, int]], ComputationGraph],
) -> None:
    network, again, turned = map(two_branches, [(3, 5), (3, 5), (5, 3)])
    assert network.fingerprint == turned.fingerprint  # but kernel@1=7 is another network
    assert GraphSpace(network).version == GraphSpace(again).version
    assert GraphSpace(network).version != GraphSpace(turned).version


def test_a_network_beyond_all_machines_is_not_changed() -> None:
    build = GraphBuilder()
    x = build.conv(build.input((1 << 25, 1, 1)), 64, kernel=1)
    _ = build.output(build.conv(x, 1 << 25, kernel=1))
    with pytest.raises(ArchitectureError, match="too large to be changed"):
        GraphSpace(build.build())
