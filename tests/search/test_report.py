import pytest

from gennape import spaces
from gennape.reports.document import Paragraph
from gennape.search import Candidate, Objective, SearchResult
from gennape.search.report import document

NAN = float("nan")
OBJECTIVES = [Objective.of("accuracy"), Objective.of("macs")]


def summary(accuracies: list[float], objectives: list[Objective]) -> str:
    """What the report says of candidates with these accuracies and rising costs."""
    candidates = [
        Candidate(None, f"{place}", f"{place}", {"accuracy": accuracy, "macs": 10.0 * place})
        for place, accuracy in enumerate(accuracies)
    ]
    space = spaces.get("nasbench201")
    result = SearchResult.of(candidates, objectives, exhausted=False, space=space, settings={})
    blocks = document(result, "")
    return next(block for block in blocks if isinstance(block, Paragraph)).text


def test_the_front_dominates_a_part_of_the_box() -> None:
    said = summary([1.0, 2.0, 3.0, NAN], OBJECTIVES)
    assert said.startswith(
        "4 networks were looked at. No other network is better than one of the 3"
    )
    assert "dominate 25.0 %" in said


@pytest.mark.parametrize("objectives", [OBJECTIVES, OBJECTIVES[:1]])
def test_networks_of_which_nothing_is_known_make_no_box(objectives: list[Objective]) -> None:
    assert summary([NAN, NAN], objectives) == "2 networks were looked at."
