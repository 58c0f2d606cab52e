from pathlib import Path

import pytest
from torch import nn

from gennape.frontends.network_list import read_networks
from helpers.small_networks import small_onnx


def _file(folder: Path) -> Path:
    path = folder / "small.onnx"
    path.write_bytes(small_onnx())
    return path


def test_one_network_may_stand_alone(tmp_path: Path) -> None:
    path = _file(tmp_path)
    assert read_networks(str(path)).names == (str(path),)
    assert read_networks(path).names == (str(path),)
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    networks = read_networks(module, (3, 8, 8))
    assert networks.names == ("Sequential",)
    assert networks.graphs[0].parameters == 112


def test_a_size_given_for_several_does_not_replace_the_one_of_a_file(tmp_path: Path) -> None:
    path = _file(tmp_path)
    (alone,) = read_networks([path]).graphs
    beside, module = read_networks([path, nn.Conv2d(3, 4, 3)], (3, 64, 64)).graphs
    assert beside.macs == alone.macs
    assert module.output_shape[0].tolist() == [3, 64, 64]


def test_a_size_is_taken_where_a_file_leaves_it_open(tmp_path: Path) -> None:
    path = tmp_path / "open.onnx"
    path.write_bytes(small_onnx(height="height"))
    assert read_networks([path]).failed
    (graph,) = read_networks([path], (3, 20, 16)).graphs
    assert graph.output_shape[0].tolist() == [3, 20, 16]


@pytest.mark.parametrize("name", ["absent.onnx", "no_such_module:make", ""])
def test_what_cannot_be_read_does_not_harm_the_others(tmp_path: Path, name: str) -> None:
    networks = read_networks([name, _file(tmp_path)])
    assert len(networks.graphs) == 1
    (failure,) = networks.failed
    assert failure.model == name
    assert failure.error
