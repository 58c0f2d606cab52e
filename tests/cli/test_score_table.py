"""Tables of scores for programs."""

from gennape.cli.score_table import flat
from helpers.scored_networks import NEAR, OUTSIDE


def test_a_line_of_csv_names_neighbours_and_their_accuracies() -> None:
    line = flat(NEAR)
    assert line["neighbours"] == "timm:resnet18 69.87"
    assert line["accuracy"] == 79.06
    assert flat(OUTSIDE)["accuracy"] is None
