"""The functions that users call, on an estimator whose answers are known."""

import subprocess
import sys
from math import log10
from pathlib import Path

import pytest

import gennape
from helpers.accuracy_doubles import NEIGHBOUR, CostEstimator
from helpers.small_networks import small_onnx

CELL = "nasbench101:c3-c1-mp/01-12-23-34-14"
SMALL_MACS, SMALL_PARAMETERS = 16 * 16 * 216, 216


@pytest.fixture
def small(tmp_path: Path) -> str:
    path = tmp_path / "small.onnx"
    path.write_bytes(small_onnx())
    return str(path)


def test_a_score_tells_accuracy_scope_and_evidence(small: str) -> None:
    estimator = CostEstimator({SMALL_PARAMETERS: "far"})
    (scored,) = gennape.score(small, estimator=estimator, dataset="cifar10", recipe="modern")
    assert scored.accuracy == pytest.approx(60 + 10 * log10(SMALL_MACS / 1e6))
    assert scored.accuracy_low == pytest.approx(scored.accuracy - 2)
    assert scored.accuracy_high == pytest.approx(scored.accuracy + 1)
    assert (scored.scope, scored.note, scored.measured) == ("far", "it is far away", None)
    assert (scored.dataset, scored.recipe) == ("cifar10", "modern")
    assert scored.neighbours == (NEIGHBOUR,)
    assert estimator.asked == [("cifar10", "modern")]


def test_what_is_not_known_is_none(small: str) -> None:
    estimator = CostEstimator({SMALL_PARAMETERS: "outside"})
    (scored,) = gennape.score(small, estimator=estimator)
    assert scored.accuracy is scored.accuracy_low is scored.accuracy_high is None
    assert scored.score == pytest.approx(log10(SMALL_MACS / 1e6))


def test_a_measured_network_shows_what_was_measured(small: str) -> None:
    estimator = CostEstimator({SMALL_PARAMETERS: "measured"})
    (scored,) = gennape.score(small, estimator=estimator)
    assert (scored.scope, scored.measured) == ("measured", 60.5)


def test_the_best_come_first_whatever_else_is_known(small: str) -> None:
    graph = gennape.graph_of(CELL)
    estimator = CostEstimator({graph.parameters: "outside"})
    table = gennape.score([small, CELL], estimator=estimator)
    assert [one.model for one in table] == [CELL, small]


def test_an_estimator_may_go_by_its_name(small: str, tmp_path: Path) -> None:
    named = gennape.load("nasbench101")
    named.save_pretrained(tmp_path / "mine")
    for estimator in ("nasbench101", str(tmp_path / "mine"), tmp_path / "mine"):
        scores = gennape.score([small, CELL], estimator=estimator)["score"]
        assert (scores == gennape.score([small, CELL], estimator=named)["score"]).all()
    with pytest.raises(gennape.GennapeError, match="no estimator 'absent'"):
        gennape.explain(small, estimator="absent")
    with pytest.raises(gennape.GennapeError, match="no estimator 'absent'"):
        gennape.report(small, estimator="absent")


@pytest.mark.parametrize("value", [5, None, b"model.onnx"])
def test_what_is_no_network_is_told(value: object) -> None:
    with pytest.raises(gennape.GennapeError, match=f"^{type(value).__name__} is no network; give"):
        gennape.graph_of(value)
    (failure,) = gennape.score(value).failed
    assert "is no network" in failure.error


def test_accuracies_are_numbers() -> None:
    with pytest.raises(gennape.GennapeError, match="accuracies are numbers"):
        gennape.load("nasbench101").fine_tune([CELL, CELL], ["good", "bad"])


def test_a_report_is_not_printed_whole(small: str) -> None:
    assert repr(gennape.report(small)) == "NetworkReport(failed=())"


def test_what_needs_torch_says_so_without_it() -> None:
    script = (
        'import sys\nsys.modules["torch"] = None\nimport gennape\n'
        "for use in (lambda: gennape.graph_of(5), lambda: gennape.pretrain({}),\n"
        f"            gennape.graph_of({CELL!r}).to_module):\n"
        "    try:\n        use()\n"
        "    except gennape.GennapeError as error:\n        print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    said = done.stdout.splitlines()
    assert said[0].startswith("int is no network")
    assert said[1] == "pretrain needs torch: pip install 'gennape[torch]'"
    assert said[2] == "a module needs torch: pip install 'gennape[torch]'"


def test_an_explanation_is_a_score_and_its_parts(small: str) -> None:
    networks = [small, CELL, "no-such-network"]
    explained = gennape.explain(networks, estimator=CostEstimator())
    scored = gennape.score(networks, estimator=CostEstimator())
    assert explained.failed == scored.failed
    for one, other in zip(explained, scored, strict=True):
        assert vars(other).items() <= vars(one).items()
        assert sum(one.parts.values()) == pytest.approx(one.score)


@pytest.mark.parametrize("function", [gennape.score, gennape.explain])
def test_no_network_is_no_error(function: object) -> None:
    table = function([], estimator=CostEstimator())  # type: ignore[operator]
    assert table.failed == ()


def test_a_network_is_judged_by_its_backbone(small: str) -> None:
    table = gennape.score([small, "absent.onnx"], estimator=CostEstimator(), backbone=True)
    assert table[0].parameters == SMALL_PARAMETERS + 8 * 1000 + 1000
    assert table.failed[0].model == "absent.onnx"


def test_dir_lists_the_public_names_and_each_is_there() -> None:
    names = dir(gennape)
    assert set(gennape.__all__) <= set(names)
    for name in names:
        assert getattr(gennape, name) is not None
    assert gennape.__version__ in gennape.__dict__.values()


def test_what_there_is_can_be_listed() -> None:
    for name in gennape.list_estimators():
        assert gennape.Estimator.from_pretrained(name).predictors
    assert "nasbench201" in gennape.list_families()
    assert {"macs", "synflow"} <= set(gennape.list_proxies())


def test_the_package_is_imported_at_once() -> None:
    code = (
        "import sys, gennape; dir(gennape); gennape.__version__; "
        "sys.exit(any(name in sys.modules for name in ('numpy', 'torch', 'rich', 'pandas')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
