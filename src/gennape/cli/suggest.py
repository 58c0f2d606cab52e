"""`gennape suggest`: single changes of a network that gain accuracy, or save MACs."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gennape.cli.options import (
    DatasetName,
    EstimatorName,
    Inputs,
    RecipeName,
    parse_inputs,
)
from gennape.cli.output import Format, OutputFormat, print_csv, print_json, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gennape.search import Suggestion, Suggestions
    from gennape.utils.text_table import TextTable


def suggest(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL", help="An ONNX or .pt2 file, or a name such as timm:resnet18."
        ),
    ],
    inputs: Inputs = None,
    dataset: DatasetName = None,
    recipe: RecipeName = None,
    top: Annotated[int, typer.Option(min=1, help="How many of each are named, at most.")] = 5,
    estimator: EstimatorName = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Try every single change of a network and name those that are worth it."""
    import gennape
    from gennape.cli.progress import progress_bar

    shape, named = parse_inputs(inputs)
    with progress_bar() as report:
        suggestions = gennape.suggest(
            model,
            shape,
            gennape.load(estimator),
            inputs=named,
            dataset=dataset,
            recipe=recipe,
            top=top,
            report=report,
        )
    if output is Format.TABLE:
        _print(model, suggestions)
    else:
        _print_rows(model, suggestions, output)


def _print_rows(model: str, suggestions: "Suggestions", output: Format) -> None:
    """One object or line a suggestion, gains first."""
    from dataclasses import asdict, fields

    from gennape.search import Suggestion

    shared = {"model": model, "dataset": suggestions.dataset, "recipe": suggestions.recipe}
    rows: list[dict[str, Any]] = [
        {**shared, "kind": kind, **asdict(one)}
        for kind, some in (("gain", suggestions.gains), ("saving", suggestions.savings))
        for one in some
    ]
    if output is Format.JSON:
        print_json(rows)
    else:
        print_csv([*shared, "kind", *(field.name for field in fields(Suggestion))], rows)


def _print(model: str, suggestions: "Suggestions") -> None:
    from gennape.estimator.accuracy_text import dataset_title, with_interval
    from gennape.reports.numbers import with_unit

    accuracy = with_interval(
        suggestions.accuracy, suggestions.accuracy_low, suggestions.accuracy_high
    )
    show(
        f"{model}: {dataset_title(suggestions.dataset)} top-1 {accuracy}",
        f"{with_unit(suggestions.macs)} MACs, {with_unit(suggestions.parameters)} parameters; "
        f"{suggestions.tried:,} single changes tried",
        "",
    )
    if suggestions.gains:
        show(_table("Gains most for its cost", suggestions, suggestions.gains))
    else:
        show("No change gains more than what differences of accuracies are usually wrong by.")
    if suggestions.savings:
        show("", _table("Saves most for what it loses", suggestions, suggestions.savings))


def _table(title: str, before: "Suggestions", changes: "Sequence[Suggestion]") -> "TextTable":
    from gennape.utils.text_table import TextColumn, TextTable

    table = TextTable(
        [
            TextColumn(title, folds=True),
            TextColumn("Top-1", is_number=True),
            TextColumn("MACs", is_number=True, rank=1),
            TextColumn("Parameters", is_number=True, rank=3),
            TextColumn("Scope", rank=2),
        ]
    )
    for one in changes:
        alike = f", or {one.alike} alike" if one.alike else ""
        table.add(
            f"{one.words}{alike}",
            f"{_signed(one.points)} ({_signed(one.points_low)} to {_signed(one.points_high)})",
            _percent(one.macs_change, before.macs),
            _percent(one.parameters_change, before.parameters),
            one.scope,
        )
    return table


def _percent(change: int, before: int) -> str:
    return f"{_signed(100 * change / before)} %" if before else "-"


def _signed(value: float) -> str:
    """One decimal; what rounds to zero is `+0.0`."""
    return f"{round(value, 1) + 0.0:+.1f}"
