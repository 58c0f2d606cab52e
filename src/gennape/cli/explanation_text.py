"""The explanation of one network's score, as people read it."""

from collections.abc import Iterator

from gennape.estimator import ScoreParts
from gennape.estimator.accuracy_text import dataset_title, difference, expected, top1
from gennape.estimator.prediction_text import cost_text
from gennape.reports.numbers import with_unit
from gennape.utils.text_table import TextColumn, TextTable

_INDENT = 2
_WORDS = {
    "macs": "MACs",
    "zero_shot": "before labels",
    "neighbour_moments": "neighbour moments",
}
"""For parts whose names are no words."""


def explanation(one: ScoreParts) -> Iterator[TextTable | str]:
    """Lay out what is to be said of a network."""
    yield one.model
    yield _facts(one)
    if one.neighbours:
        yield ""
        yield _neighbours(one)


def _facts(one: ScoreParts) -> TextTable:
    facts = TextTable([TextColumn(""), TextColumn("", folds=True)], indent=_INDENT)
    if one.dataset is not None:
        facts.add(f"{dataset_title(one.dataset)} top-1", _accuracy(one))
        facts.add("Scope", one.scope)
    if one.note:
        facts.add("Note", one.note)
    facts.add("Score", f"{one.score:+.2f}, percentile {one.percentile:.1f}")
    facts.add("Parts", _parts(one))
    facts.add("Domain", one.family or "none")
    facts.add("MACs", cost_text(one, one.macs))
    facts.add("Parameters", cost_text(one, one.parameters))
    return facts


def _accuracy(one: ScoreParts) -> str:
    """What was measured, if anything, and what is expected."""
    is_measured = one.scope == "measured"
    return f"{top1(one)}, {expected(one)} expected" if is_measured else expected(one)


def _parts(explained: ScoreParts) -> str:
    """Parts that are not zero, in the order in which they are added up."""
    return ", ".join(
        f"{_WORDS.get(name, name)} {value:+.2f}" for name, value in explained.parts.items() if value
    )


def _neighbours(one: ScoreParts) -> TextTable:
    """One row for each of the nearest measured networks."""
    table = TextTable(
        [
            TextColumn("Nearest measured", folds=True),
            TextColumn("Top-1", is_number=True),
            TextColumn("MACs", is_number=True, rank=1),
            TextColumn("What sets it apart, points", folds=True),
        ],
        indent=_INDENT,
    )
    for neighbour in one.neighbours:
        table.add(
            neighbour.model,
            f"{neighbour.accuracy:.1f}",
            with_unit(neighbour.macs),
            difference(neighbour),
        )
    return table
