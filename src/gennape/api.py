"""The functions that users call: score networks, explain their scores, list what there is."""

from collections.abc import Sequence
from os import PathLike
from typing import Unpack

from gennape.estimator import Estimator, ExplanationTable, PredictionTable
from gennape.estimator.checkpoint import estimator_of
from gennape.estimator.network_scoring import PredictionOptions
from gennape.frontends.network_list import Networks


def score(
    networks: Networks,
    input_shape: Sequence[int] | None = None,
    estimator: Estimator | str | PathLike[str] | None = None,
    **options: Unpack[PredictionOptions],
) -> PredictionTable:
    """Score networks in any form that `graph_of` reads, and folders of network files, best first.

    Args:
        networks: Files, folders (searched recursively for `.onnx` and `.pt2`), names, modules,
            graphs; many or one of them.
        input_shape: Sizes of one input for modules, names and files that leave them open.
        estimator: An estimator, or the name or folder of one; the bundled one unless given.
        options: `inputs`, `backbone`, `dataset`, `recipe`, `workers` and `report`, as
            `Estimator.predict` takes them.

    Returns:
        A row each, best first; in `failed`, networks that could not be read.

    Raises:
        EstimatorError: There is no such data set or recipe.

    Examples:
        >>> import gennape
        >>> table = gennape.score(["hiaml:a22-src0-t31-z", "no-such-network"])
        >>> table[0].model, table[0].macs
        ('hiaml:a22-src0-t31-z', 122130432)
        >>> table.failed[0].model
        'no-such-network'
    """
    return estimator_of(estimator).predict(networks, input_shape, **options).sorted_by("score")


def explain(
    networks: Networks,
    input_shape: Sequence[int] | None = None,
    estimator: Estimator | str | PathLike[str] | None = None,
    **options: Unpack[PredictionOptions],
) -> ExplanationTable:
    """Take scores apart into the parts that they are sums of.

    Args:
        networks: As `gennape.score` takes them.
        input_shape: Likewise.
        estimator: Likewise.
        options: Likewise.

    Raises:
        EstimatorError: There is no such data set or recipe.

    Examples:
        >>> import gennape
        >>> row = gennape.explain("hiaml:a22-src0-t31-z")[0]
        >>> abs(sum(row.parts.values()) - row.score) < 1e-6
        True
    """
    return estimator_of(estimator).explain(networks, input_shape, **options).sorted_by("score")


def list_families() -> list[str]:
    """List the architecture families, whose networks are named `FAMILY:ARCHITECTURE`.

    Examples:
        >>> import gennape
        >>> "nasbench101" in gennape.list_families()
        True
    """
    from gennape import spaces

    return spaces.names()


def list_proxies() -> list[str]:
    """List the zero-cost proxies of `gennape.proxies`.

    Examples:
        >>> import gennape
        >>> "synflow" in gennape.list_proxies()
        True
    """
    from gennape import proxies

    return proxies.names()
