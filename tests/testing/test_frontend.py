"""The tests of frontends find what is broken."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from gennape.frontends import FrontendError, graph_of
from gennape.graph import ComputationGraph, Op
from gennape.testing import FrontendTests, SmallNetwork, small_networks


class TestModuleFiles(FrontendTests):
    """The tests pass for a made-up frontend that reads pickled modules of its own."""

    def read(self, network: SmallNetwork, folder: Path) -> ComputationGraph:
        torch.save(network.module, folder / "module.pt")
        return _read(folder / "module.pt", network.input_shape)

    def unreadable(self, folder: Path) -> dict[str, object]:
        return {"no file": lambda: _read(folder / "absent.pt", (3, 8, 8))}


def _read(path: Path, shape: tuple[int, ...]) -> ComputationGraph:
    if not path.exists():
        raise FrontendError(f"{path} does not exist")
    return graph_of(torch.load(path, weights_only=False), shape)


class _Broken(FrontendTests):
    def networks(self) -> list[SmallNetwork]:
        return small_networks()[:1]


class _OtherActivation(_Broken):
    def read(self, network: SmallNetwork, folder: Path) -> ComputationGraph:
        graph = graph_of(network.module, network.input_shape)
        operations = graph.operations.copy()
        operations[operations == Op.RELU6] = Op.RELU
        return replace(graph, operations=operations)


class _OtherStride(_Broken):
    def read(self, network: SmallNetwork, folder: Path) -> ComputationGraph:
        return graph_of(nn.Sequential(nn.Flatten(), nn.Linear(192, 5)), network.input_shape)


class _UnknownOperation(_Broken):
    def read(self, network: SmallNetwork, folder: Path) -> ComputationGraph:
        graph = graph_of(network.module, network.input_shape)
        operations = graph.operations.copy()
        operations[operations == Op.RELU6] = Op.OTHER
        return replace(graph, operations=operations)


class _OtherErrors(_Broken):
    def unreadable(self, folder: Path) -> dict[str, object]:
        return {"no file": lambda: None}


class _LongErrors(_Broken):
    def unreadable(self, folder: Path) -> dict[str, object]:
        return {"no file": _raise_two_lines}


def _raise_two_lines() -> None:
    raise FrontendError("one\ntwo")


@pytest.mark.parametrize(
    ("tests", "broken"),
    [
        (_OtherActivation(), "chain is read as another network than its module"),
        (_OtherStride(), r"chain has \d+ MACs and is read with 960"),
        (_UnknownOperation(), "chain is read with unknown operations: unknown"),
    ],
)
def test_another_network_is_found(tests: FrontendTests, broken: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=broken):
        tests.test_networks_are_those_of_their_modules(tmp_path)


@pytest.mark.parametrize(
    ("tests", "broken"),
    [(_OtherErrors(), "no file: no FrontendError"), (_LongErrors(), "more than one line")],
)
def test_other_errors_are_found(tests: FrontendTests, broken: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=broken):
        tests.test_what_cannot_be_read_is_a_frontend_error(tmp_path)


def test_what_is_tested_must_be_said(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="must define read"):
        FrontendTests().test_networks_are_those_of_their_modules(tmp_path)
