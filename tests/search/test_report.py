from pathlib import Path

import pytest

from gennape import spaces
from gennape.graph import GraphBuilder, Op
from gennape.search import (
    Candidate,
    Objective,
    SearchResult,
    SearchSettings,
    left_out,
    search,
    write_search_report,
)
from gennape.search.report import search_report
from helpers.changed_networks import residual_network

NAN = float("nan")
OBJECTIVES = [Objective.of("accuracy"), Objective.of("macs")]


def report(accuracies: list[float], objectives: list[Objective], **settings: object) -> list[str]:
    """The blocks of a report on candidates with these accuracies and rising costs."""
    candidates = [
        Candidate(None, f"|x~{place}|", f"{place}", {"accuracy": accuracy, "macs": 10.0 * place})
        for place, accuracy in enumerate(accuracies)
    ]
    result = SearchResult.of(
        candidates,
        objectives,
        exhausted=False,
        space=spaces.get("nasbench201"),
        settings=settings,
    )
    return search_report(result, "").to_markdown().split("\n\n")


def test_the_front_dominates_a_part_of_the_box() -> None:
    said = report([1.0, 2.0, 3.0, NAN], OBJECTIVES)[1]
    assert said.startswith(
        "4 networks were looked at. No other network is better than one of the 3"
    )
    assert "dominate 25.0 %" in said


@pytest.mark.parametrize("objectives", [OBJECTIVES, OBJECTIVES[:1]])
def test_networks_of_which_nothing_is_known_make_no_box(objectives: list[Objective]) -> None:
    assert report([NAN, NAN], objectives)[1] == "2 networks were looked at."


def test_the_front_and_the_settings() -> None:
    blocks = report([1.0, 2.0], OBJECTIVES[:1], algorithm="evolution", limits=["a", None, "b"])
    assert "## The best network" in blocks
    assert "| 1. \\|x\\~1\\| | 2 | 10 |" in "\n".join(blocks)
    assert "| algorithm | evolution |\n| limits | a, b |" in "\n".join(blocks)


def test_what_a_report_will_lack_is_known_before_the_search(tmp_path: Path) -> None:
    build = GraphBuilder()
    x = build.conv(build.input((3, 8, 8)), 8, kernel=3)
    build.output(build.add_node(Op.SORT, (x,), (8, 8, 8)))
    network = build.build()
    assert left_out("hiaml") == left_out(residual_network()) == []
    (sentence,) = left_out(network)
    assert sentence.startswith("the networks are scored and drawn, and neither written as ONNX")
    assert sentence.endswith("node 2 (sort) does not state its axis")
    costs = SearchSettings("random", (Objective.of("macs"),), budget=5)
    with pytest.warns(UserWarning, match="does not state its axis"):
        page = write_search_report(search(network, costs, tmp_path), tmp_path)
    assert "does not state its axis" in page.read_text()
    assert [path.suffix for path in (tmp_path / "networks").iterdir()] == [".svg"]
