import sys
from collections.abc import Callable, Generator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gennape import benchmarks, graph_of
from gennape.benchmarks import BenchmarkError, ModelZoo, zoo_graphs
from gennape.graph import canonical
from gennape.utils.cache import CacheError
from gennape.utils.isolated import IsolatedResult
from gennape.utils.optional_imports import MissingExtraError
from helpers.model_zoos import ROWS, write_model_zoo

needs_zoo = pytest.mark.skipif(find_spec("timm") is None, reason="needs the extra zoo")
INDEX = [0, 1, 0, -1, 2, 0]
"""The graph of each row of `ROWS`."""
TASK = "building graphs of model_zoo"


class InThisProcess:
    """Builds networks without others, and remembers which."""

    def __init__(self) -> None:
        self.built: list[str] = []

    def __call__(
        self,
        function: Callable[[Any], Any],
        items: Sequence[Any],
        *,
        processes: int,
        seconds: float,
    ) -> Generator[IsolatedResult, None, None]:
        for place, item in enumerate(items):
            self.built.append(item.loader)
            try:
                yield IsolatedResult(place, function(item))
            except Exception as error:
                yield IsolatedResult(place, error=str(error))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GENNAPE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def zoo(tmp_path: Path, cache: Path) -> ModelZoo:
    write_model_zoo(tmp_path, ROWS)
    table = benchmarks.load("model_zoo", tmp_path)
    assert isinstance(table, ModelZoo)
    return table


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch) -> InThisProcess:
    builder = InThisProcess()
    monkeypatch.setattr(zoo_graphs, "run_isolated", builder)
    return builder


@needs_zoo
def test_graphs_are_built_once(
    zoo: ModelZoo, builder: InThisProcess, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[Any, ...]] = []
    batch, index = zoo.graph_batch(lambda *what: told.append(what))
    assert index.tolist() == INDEX
    assert batch.names == (
        "timm:resnet18@32/1000",
        "timm:test_efficientnet@32/1000",
        "timm:test_vit@64/1000",
    )
    whole = canonical(graph_of("timm:resnet18", (3, 32, 32)))
    assert batch.graph(0).fingerprint == whole.fingerprint
    assert batch.parameters[0] == 11_689_512
    assert [row[:3] for row in told] == [(TASK, done, 4) for done in (1, 2, 3, 4)]
    (folder,) = cache.iterdir()
    assert folder.name == f"model_zoo-{zoo.sha256[:16]}-hash2-store1"
    assert sorted(path.name for path in folder.iterdir()) == [
        "failures.jsonl",
        "graphs.parquet",
        "workspace.lock",
    ]

    monkeypatch.setitem(sys.modules, "timm", None)  # an import would fail
    again, index = zoo.graph_batch()
    assert len(builder.built) == 4
    assert index.tolist() == INDEX
    np.testing.assert_array_equal(again.operations, batch.operations)


@needs_zoo
def test_graphs_of_rows(zoo: ModelZoo, builder: InThisProcess) -> None:
    names = [graph.name for graph in zoo.graphs(np.array([5, 4]))]
    assert names == ["timm:resnet18@32/1000", "timm:test_vit@64/1000"]
    reason = r"row 3 of model_zoo, timm:no_such_network@32/10, has no graph: timm has no model"
    with pytest.raises(BenchmarkError, match=reason):
        list(zoo.graphs())


@needs_zoo
def test_a_killed_build_goes_on(zoo: ModelZoo, builder: InThisProcess) -> None:
    def killed(what: str, done: int, total: int, note: str = "") -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        zoo.graph_batch(killed)
    assert len(builder.built) == 3
    _, index = zoo.graph_batch()
    assert index.tolist() == INDEX
    assert builder.built[3:] == ["timm:test_vit"]


@needs_zoo
@pytest.mark.slow
def test_other_processes_build(zoo: ModelZoo) -> None:
    _, index = zoo.graph_batch()
    assert index.tolist() == INDEX
    assert zoo_graphs.failures(zoo.sha256) == {
        "timm:no_such_network@32/10": "FrontendError: timm has no model 'no_such_network'"
    }


def test_a_network_that_hangs(
    zoo: ModelZoo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What became of a process is why there is no graph."""

    def hang(*_: Any, **limits: Any) -> Generator[IsolatedResult, None, None]:
        error = f"it took more than {limits['seconds']} seconds"
        yield from (IsolatedResult(place, error=error) for place in range(4))

    monkeypatch.setattr(zoo_graphs, "run_isolated", hang)
    monkeypatch.setattr(zoo_graphs, "find_spec", lambda name: name)
    _, index = zoo.graph_batch()
    assert index.tolist() == [-1] * 6
    with pytest.raises(BenchmarkError, match="has no graph: it took more than 90 seconds"):
        next(zoo.graphs())


def test_a_cache_that_cannot_be_written(
    zoo: ModelZoo, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoo_graphs, "find_spec", lambda name: name)
    cache.write_text("in the way")
    with pytest.raises(CacheError, match=r"cache.* cannot be written .* GENNAPE_CACHE"):
        zoo.graph_batch()


def test_absent_packages(zoo: ModelZoo, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoo_graphs, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"need timm: pip install 'gennape\[zoo\]'$"):
        zoo.graph_batch()
    assert not cache.exists()


@needs_zoo
@pytest.mark.parametrize("content", [b"PAR1", b"", None])
def test_a_damaged_part_is_built_again(
    content: bytes | None, zoo: ModelZoo, builder: InThisProcess
) -> None:
    """Without content, it holds the graph of another network."""

    def killed(what: str, done: int, total: int, note: str = "") -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        zoo.graph_batch(killed)
    first, second = sorted((zoo_graphs.graphs_folder(zoo.sha256) / "parts").iterdir())
    first.write_bytes(second.read_bytes() if content is None else content)
    _, index = zoo.graph_batch()
    assert index.tolist() == INDEX
    assert len(builder.built) == 2 + 3


@pytest.mark.parametrize(
    "line", ["no json", "[1]", "5", '{"network": "a"}', '{"network": "a", "error": 5}']
)
def test_damaged_failures(line: str, zoo: ModelZoo) -> None:
    folder = zoo_graphs.graphs_folder(zoo.sha256)
    folder.mkdir(parents=True)
    (folder / "failures.jsonl").write_text(f'{{"table": "a"}}\n{line}\n')
    said = r"failures\.jsonl cannot be read as failures of model_zoo \(.*\); delete .*built again$"
    for read in (zoo.graph_batch, lambda: zoo_graphs.failures(zoo.sha256)):
        with pytest.raises(BenchmarkError, match=said):
            read()


def test_a_reason_is_printed_plainly(zoo: ModelZoo) -> None:
    folder = zoo_graphs.graphs_folder(zoo.sha256)
    folder.mkdir(parents=True)
    (folder / "failures.jsonl").write_text(
        '{"table": "a"}\n{"network": "a", "error": "ends \\u001b[31m"}\n'
    )
    assert zoo_graphs.failures(zoo.sha256) == {"a": r"ends \x1b[31m"}


def test_damaged_graphs(zoo: ModelZoo) -> None:
    folder = zoo_graphs.graphs_folder(zoo.sha256)
    folder.mkdir(parents=True)
    (folder / "graphs.parquet").write_bytes(b"PAR1")
    with pytest.raises(BenchmarkError, match=r"cannot be read; delete .*model_zoo-.*built again"):
        zoo.graph_batch()


PARAMETERS_THAT_DIFFER = {
    # The table has heads of 1,000 classes: 384 features, and a weight of each and a bias for each.
    "timm:deit_small_patch16_224@224/100": -(384 + 1) * 900,
    "timm:resnet18@224/200": -(512 + 1) * 800,
    "timm:resnet50@448/200": -(2048 + 1) * 800,
    "timm:resnext50_32x4d@224/200": -(2048 + 1) * 800,
    "timm:swin_large_patch4_window7_224@384/200": -(1536 + 1) * 800,
    "timm:swin_tiny_patch4_window7_224@224/100": -(768 + 1) * 900,
    # The table has heads of the training: a convolution with its norm, and two linear layers.
    "torchvision:googlenet@224/1000": -sum(
        inputs * 128 + 2 * 128 + (2048 + 1) * 1024 + (1024 + 1) * 1000 for inputs in (512, 528)
    ),
    # The same, two convolutions with their norms and one linear layer.
    "torchvision:inception_v3@299/1000": -(
        768 * 128 + 2 * 128 + 25 * 128 * 768 + 2 * 768 + (768 + 1) * 1000
    ),
    # The table has positions of images of 224 pixels.
    "torchvision:vit_b_16@384/1000": ((384 // 16) ** 2 - (224 // 16) ** 2) * 768,
    "torchvision:vit_h_14@518/1000": ((518 // 14) ** 2 - (224 // 14) ** 2) * 1280,
    "torchvision:vit_l_16@512/1000": ((512 // 16) ** 2 - (224 // 16) ** 2) * 1024,
}
"""Parameters of the graph less those of the table."""


@needs_zoo
@pytest.mark.slow
def test_the_measured_table(data_folder: Path) -> None:
    """Uses the graphs in the cache of the machine; without them it takes minutes."""
    table = benchmarks.load("model_zoo", data_folder)
    assert isinstance(table, ModelZoo)
    batch, index = table.graph_batch()
    assert list(zoo_graphs.failures(table.sha256)) == ["pytorchcv:ntsnet_cub@224/200"]
    assert {table.entries[row].loader for row in np.flatnonzero(index < 0)} == {
        "pytorchcv:ntsnet_cub"
    }
    millions = {entry.built.name: entry.built_params_m for entry in table.entries}
    published = np.array([round(millions[name] * 1e6) for name in batch.names])
    difference = dict(zip(batch.names, (batch.parameters - published).tolist(), strict=True))
    assert {name: count for name, count in difference.items() if count} == PARAMETERS_THAT_DIFFER
