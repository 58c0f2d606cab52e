"""Tests of a frontend, which reads networks from another form."""

import copy
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from gennape.frontends import FrontendError, graph_of
from gennape.graph import ComputationGraph
from gennape.testing.networks import SmallNetwork, small_networks


class FrontendTests:
    """Tests that every frontend passes.

    Example:
        ```python
        class TestMyFormat(FrontendTests):
            def read(self, network, folder):
                write_my_format(network.module, folder / "network.mine")
                return read_my_format(folder / "network.mine")

            def unreadable(self, folder):
                return {"no file": lambda: read_my_format(folder / "absent.mine")}
        ```
    """

    def read(self, network: SmallNetwork, folder: Path) -> ComputationGraph:
        """Write a network in the form of the frontend and read it.

        Args:
            network: A network in evaluation mode.
            folder: An empty folder for files.
        """
        raise TypeError(f"{type(self).__name__} must define read(network, folder)")

    def unreadable(self, folder: Path) -> Mapping[str, Callable[[], object]]:
        """Return calls that read what cannot be read, by the reason.

        Args:
            folder: An empty folder for files.
        """
        return {}

    def networks(self) -> Sequence[SmallNetwork]:
        """Make the networks that are read."""
        return small_networks()

    def test_networks_are_those_of_their_modules(self, tmp_path: Path) -> None:
        """Fingerprints and MACs are those of the modules, and all operations are known."""
        for number, network in enumerate(self.networks()):
            folder = tmp_path / str(number)
            folder.mkdir()
            network.module.eval()
            graph = self.read(network, folder)
            unknown = ", ".join(graph.unknown_operations)
            assert not unknown, f"{network.name} is read with unknown operations: {unknown}"
            counted = _counted_macs(network.module, network.input_shape)
            macs = f"{network.name} has {counted} MACs and is read with {graph.macs}"
            assert graph.macs == counted, macs
            expected = graph_of(network.module, network.input_shape)
            is_same = graph.fingerprint == expected.fingerprint
            assert is_same, f"{network.name} is read as another network than its module"

    def test_what_cannot_be_read_is_a_frontend_error(self, tmp_path: Path) -> None:
        """Failures are a `FrontendError` of one sentence."""
        for reason, read in self.unreadable(tmp_path).items():
            try:
                read()
            except FrontendError as error:
                assert "\n" not in str(error), f"{reason}: more than one line: {error}"
                continue
            raise AssertionError(f"{reason}: no FrontendError")


def _counted_macs(module: nn.Module, input_shape: Sequence[int]) -> int:
    """Count the multiply-accumulates of one sample as PyTorch does.

    On meta tensors attention is the matrix products that the counter knows; fused kernels of CPUs
    are not counted.
    """
    module = copy.deepcopy(module).to("meta")
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(torch.zeros(1, *input_shape, device="meta"))
    return int(counter.get_total_flops()) // 2
