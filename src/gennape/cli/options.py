"""Arguments and options that several commands share."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from gennape.cli.errors import stopped


def _with_names_on_input(models: list[str]) -> list[str]:
    """Put the lines of standard input where a hyphen stands."""
    if "-" not in models:
        return models
    from gennape.frontends.names_in_files import NameInFile  # imports all that reads networks

    try:
        named = [NameInFile(line.strip()) for line in sys.stdin if line.strip()]
    except KeyboardInterrupt as interrupt:
        raise stopped() from interrupt
    places = [named if model == "-" else [model] for model in models]
    return [model for place in places for model in place]


def _estimators() -> list[str]:
    from gennape.estimator import list_estimators

    return list_estimators()


def family_names() -> list[str]:
    """List the families, for shells that complete one."""
    from gennape import spaces

    return spaces.names()


Models = Annotated[
    list[str],
    typer.Argument(
        metavar="MODEL",
        help="ONNX and .pt2 files, folders of them, and names such as timm:resnet18; - for names "
        "on standard input, one a line.",
        callback=_with_names_on_input,
    ),
]
Inputs = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        metavar="CxHxW|NAME=SIZES",
        help="Shape of one input, such as 3x224x224, or for each of several NAME=1x128:int64, the "
        "batch among the sizes; files that state theirs keep it.",
    ),
]
Backbone = Annotated[
    bool,
    typer.Option(
        "--backbone", help="Judge detectors and segmentation networks by their backbones."
    ),
]
EstimatorName = Annotated[
    str | None,
    typer.Option(
        "--estimator",
        metavar="PATH|NAME",
        help="A checkpoint, or the name of a bundled estimator.",
        show_default="all-families",
        autocompletion=_estimators,
    ),
]
DatasetName = Annotated[
    str | None,
    typer.Option(
        "--dataset",
        metavar="NAME",
        help="Of the expected accuracies: imagenet-1k, cifar10 or cifar100.",
        show_default="by the input's size",
        autocompletion=lambda: ["imagenet-1k", "cifar10", "cifar100"],
    ),
]
RecipeName = Annotated[
    str | None,
    typer.Option(
        "--recipe",
        metavar="NAME",
        help="Of the training that is expected: typical, classic, modern or more-data.",
        show_default="typical",
        autocompletion=lambda: ["typical", "classic", "modern", "more-data"],
    ),
]
DataFolder = Annotated[
    Path | None,
    typer.Option(
        "--data", envvar="GENNAPE_DATA", help="Folder of the labelled data.", file_okay=False
    ),
]
ProxyNames = Annotated[
    str,
    typer.Option("--proxy", metavar="NAME,NAME", help="Which proxies, or all for each of them."),
]
Images = Annotated[
    str,
    typer.Option(
        "--data", metavar="noise|PATH", help="Images: noise, or CIFAR-10's Parquet file or folder."
    ),
]
BatchSize = Annotated[int, typer.Option(min=2, help="How many images.")]
TrustedModules = Annotated[
    list[str] | None,
    typer.Option(
        "--trust-module",
        metavar="PACKAGE.MODULE",
        help="A module of your own that the file may name: its code is run.",
    ),
]
Seed = Annotated[int, typer.Option(help="Seed of every random choice.")]


Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Processes that read files.", show_default="by their number"),
]


def parse_names(text: str) -> list[str]:
    """Names of proxies from text such as `swap,synflow`; `all` stands for every one."""
    from gennape.proxies import names

    return names() if text == "all" else [name.strip() for name in text.split(",")]


def parse_inputs(texts: list[str] | None) -> tuple[tuple[int, ...] | None, Any]:
    """Return input_shape and inputs as `graph_of` takes them.

    Raises:
        typer.BadParameter: A text has another form.
    """
    from gennape.frontends import FrontendError
    from gennape.frontends.inputs import parse_inputs

    try:
        return parse_inputs(texts or ())
    except FrontendError as error:
        raise typer.BadParameter(str(error), param_hint="--input") from error


@contextmanager
def prediction_options(
    estimator: str | None,
    inputs: list[str] | None,
    backbone: bool,
    dataset: str | None,
    recipe: str | None,
    workers: int | None,
) -> Iterator[dict[str, Any]]:
    """Give the keywords that `gennape.score` and its like take, and show how far these are.

    Raises:
        typer.BadParameter: An input has another form.
    """
    import gennape
    from gennape.cli.progress import A_FEW, progress_bar

    input_shape, named = parse_inputs(inputs)
    with progress_bar(least=A_FEW) as report:
        yield {
            "input_shape": input_shape,
            "estimator": gennape.load(estimator),
            "inputs": named,
            "backbone": backbone,
            "dataset": dataset,
            "recipe": recipe,
            "workers": workers,
            "report": report,
        }
