import pytest

from gennape import spaces
from gennape.search import Candidate, Objective, SearchResult
from gennape.search.report import search_report

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
