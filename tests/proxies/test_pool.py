import doctest
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gennape import spaces
from gennape.proxies import PoolScores, ProxyPool, pool, sample_pool, score_pool
from gennape.proxies.errors import ProxyError
from gennape.proxies.measurement import ProxyScore, measure
from gennape.utils.files import append_json_line
from gennape.utils.workspace import WorkspaceError

_NOTHING = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
_CONVOLUTIONS = _NOTHING.replace("none", "nor_conv_3x3")
PROXIES = ("parameters", "macs", "depth")


@pytest.fixture
def chosen() -> ProxyPool:
    return sample_pool("nasbench201", 4, resolution=8)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Which proxies were computed, one list a network, as long as the pool runs."""
    calls: list[list[str]] = []

    def count(proxies: list[str], *arguments: Any) -> list[ProxyScore]:
        calls.append(list(proxies))
        return measure(proxies, *arguments)

    monkeypatch.setattr(pool, "measure", count)
    return calls


def _run(chosen: ProxyPool, folder: Path, proxies: tuple[str, ...] = PROXIES) -> PoolScores:
    return score_pool(chosen.space, chosen.architectures, proxies, folder)


def test_scores_of_each_network(chosen: ProxyPool, tmp_path: Path) -> None:
    scores = _run(chosen, tmp_path)
    graphs = [chosen.space.graph(one) for one in chosen.architectures]
    assert scores.values("parameters").tolist() == [graph.parameters for graph in graphs]
    assert scores.values("macs").tolist() == [graph.macs for graph in graphs]
    assert scores.architectures[0] == f"nasbench201:{chosen.space.format(chosen.architectures[0])}"
    table = pq.read_table(tmp_path / "scores.parquet").to_pylist()
    assert len(table) == 4 * 3
    assert table[1] == {
        "architecture": scores.architectures[0],
        "proxy": "macs",
        "value": graphs[0].macs,
        "missing": "",
        "milliseconds": scores.scores[0]["macs"].milliseconds,
        "peak_bytes": 0,
    }


def test_a_killed_run_goes_on(
    chosen: ProxyPool, tmp_path: Path, measured: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(what: str, done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_pool(chosen.space, chosen.architectures, PROXIES, tmp_path, report=killed)
    assert len(measured) == 2
    assert not (tmp_path / "scores.parquet").exists()
    scores = _run(chosen, tmp_path)
    assert measured == [list(PROXIES)] * 4
    again = _run(chosen, tmp_path)
    assert len(measured) == 4
    assert again == scores
    np.testing.assert_array_equal(
        scores.values("macs"), _run(chosen, tmp_path / "at once").values("macs")
    )


def test_a_line_that_was_cut_off_is_done_again(
    chosen: ProxyPool, tmp_path: Path, measured: list[list[str]]
) -> None:
    _run(chosen, tmp_path)
    journal = tmp_path / "scores.jsonl"
    journal.write_bytes(journal.read_bytes()[:-20])
    with pytest.warns(UserWarning, match="the last line of .* was cut off and is dropped"):
        scores = _run(chosen, tmp_path)
    assert len(measured) == 5
    assert len(journal.read_text().splitlines()) == 5
    assert _run(chosen, tmp_path) == scores
    assert len(measured) == 5


def test_only_new_proxies_and_networks_are_computed(
    chosen: ProxyPool, tmp_path: Path, measured: list[list[str]]
) -> None:
    first = ProxyPool(chosen.space, chosen.architectures[:1])
    _run(first, tmp_path, ("macs",))
    _run(chosen, tmp_path, ("macs", "depth"))
    assert measured == [["macs"], ["depth"], *[["macs", "depth"]] * 3]


def test_other_settings_need_another_folder(chosen: ProxyPool, tmp_path: Path) -> None:
    _run(chosen, tmp_path)
    other = sample_pool("nasbench201", 4, resolution=16)
    with pytest.raises(WorkspaceError, match=r"other settings \(resolution was 8, is 16\)"):
        _run(other, tmp_path)


def test_another_file_of_that_name(chosen: ProxyPool, tmp_path: Path) -> None:
    (tmp_path / "scores.jsonl").write_text("no journal\n")
    with pytest.raises(WorkspaceError, match=r"scores.jsonl holds no settings and records"):
        _run(chosen, tmp_path)


@pytest.mark.parametrize(("architecture", "value"), [(3, 1.0), ("a", "much"), ("a", float("nan"))])
def test_a_journal_that_holds_no_scores(
    architecture: object, value: object, chosen: ProxyPool, tmp_path: Path
) -> None:
    _run(chosen, tmp_path)
    score = {"proxy": "macs", "value": value, "missing": "", "milliseconds": 1.0, "peak_bytes": 1}
    append_json_line(tmp_path / "scores.jsonl", {"architecture": architecture, "scores": [score]})
    with pytest.raises(ProxyError, match=r"scores\.jsonl cannot be read as scores of networks"):
        _run(chosen, tmp_path)


def _scores(**values: list[float | None]) -> PoolScores:
    count = len(next(iter(values.values())))
    by_network = [
        {
            name: ProxyScore(name, column[i], "" if column[i] else "why", 10.0 * (i + 1), 100 * i)
            for name, column in values.items()
        }
        for i in range(count)
    ]
    votes = ["az_nas"] if "trainability" in values else []
    return PoolScores([f"network {i}" for i in range(count)], [*values, *votes], by_network)


def test_missing_scores_rank_last() -> None:
    scores = _scores(swap=[2.0, None, 1.0])
    assert scores.values("swap").tolist() == [2, -np.inf, 1]
    assert scores.missing("swap") == 1
    agreement = scores.agreement(np.array([3.0, 1.0, 2.0]))
    assert agreement == {"swap": pytest.approx(1), "vote": pytest.approx(1)}


def test_az_nas_is_a_vote_over_its_parts() -> None:
    up, down = [1.0, 2.0], [2.0, 1.0]
    scores = _scores(expressivity=up, progressivity=up, trainability=up, macs=down)
    np.testing.assert_allclose(scores.values("az_nas"), np.log([1 / 8, 1 / 2]))
    np.testing.assert_allclose(scores.vote(), np.log([1 / 8, 1 / 2]))
    assert scores.missing("az_nas") == 0
    assert scores.milliseconds("az_nas") == 15  # of 10 and 20
    assert scores.peak_bytes("az_nas") == 100
    assert scores.correlations()["az_nas"]["macs"] == pytest.approx(-1)
    assert scores.correlations()["vote"]["az_nas"] == pytest.approx(1)


def test_the_vote_ranks_the_networks(chosen: ProxyPool, tmp_path: Path) -> None:
    scores = _run(chosen, tmp_path, ("parameters", "macs"))
    table = pq.read_table(tmp_path / "ranking.parquet").to_pydict()
    assert list(table) == ["architecture", "parameters", "macs", "vote"]
    assert table["vote"] == sorted(scores.vote(), reverse=True)
    by_name = dict(zip(scores.architectures, scores.values("macs"), strict=True))
    assert table["macs"] == [by_name[name] for name in table["architecture"]]
    assert max(by_name, key=by_name.__getitem__) == table["architecture"][0]


def test_missing_scores_are_null_in_the_ranking(tmp_path: Path) -> None:
    """A cell of zeroes lets no signal through."""
    family = spaces.get("nasbench201", resolution=8)
    cells = [family.parse(cell) for cell in (_NOTHING, _CONVOLUTIONS)]
    score_pool(family, cells, ["synflow"], tmp_path)
    table = pq.read_table(tmp_path / "ranking.parquet").to_pydict()
    assert table["architecture"][1] == f"nasbench201:{family.format(cells[0])}"
    assert table["synflow"][0] is not None and table["synflow"][1] is None


def test_different_networks_that_follow_the_seed() -> None:
    first, again = (sample_pool("nasbench201", 50, seed=1, resolution=16) for _ in range(2))
    assert len(set(first.architectures)) == 50
    assert first.architectures == again.architectures
    assert first.architectures != sample_pool("nasbench201", 50, seed=2).architectures
    assert first.space.resolution == 16
    assert first.accuracies is None


def test_rows_of_a_labelled_table(tmp_path: Path) -> None:
    family = spaces.get("nasbench201")
    rng = np.random.default_rng(0)
    cells = [family.sample(rng) for _ in range(10)]
    columns = {"architecture": [family.format(cell) for cell in cells]}
    for data_set in ("cifar10", "cifar100", "imagenet16_120"):
        columns[f"{data_set}_test_accuracy_200"] = [float(i) for i in range(10)]
    pq.write_table(pa.table(columns), tmp_path / "nasbench201.parquet")
    chosen = sample_pool("nasbench201", 4, seed=3, resolution=8, labelled=tmp_path)
    rows = np.random.default_rng(3).permutation(10)[:4]
    assert chosen.architectures == [cells[row] for row in rows]
    assert chosen.accuracies is not None
    assert chosen.accuracies.tolist() == rows.tolist()
    assert chosen.space.resolution == 8


def test_the_example_runs() -> None:
    assert doctest.testmod(pool).failed == 0
