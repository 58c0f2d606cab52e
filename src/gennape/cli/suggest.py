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
    from gennape.search import Suggestions


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
    from gennape.search.suggestion_text import suggestion_parts

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
        show(*suggestion_parts(suggestions, model))
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
