"""The measured networks that those of a page stand among."""

from typing import NamedTuple

from gennape.estimator import Estimator


class ReferenceNetwork(NamedTuple):
    """A network whose accuracy is known.

    Attributes:
        name: Such as `timm:resnet50`.
        accuracy: Of its best training of the kind asked for, in percent.
        macs: Multiply-accumulates for one input.
        parameters: Learned parameters.
    """

    name: str
    accuracy: float
    macs: int
    parameters: int


def measured_networks(
    estimator: Estimator, dataset: str, recipe: str | None
) -> list[ReferenceNetwork]:
    """Return the measured networks of an estimator, each once.

    Args:
        estimator: Any; one that has learned from no accuracies knows none.
        dataset: On which they were measured.
        recipe: How they were trained, as `Estimator.predict` takes it.
    """
    if estimator.accuracy is None:
        return []
    measured = estimator.accuracy.measured
    return [
        ReferenceNetwork(
            measured.models[row],
            float(measured.accuracies[row]),
            int(measured.macs[row]),
            int(measured.parameters[row]),
        )
        for row in measured.best_rows(dataset, recipe)
    ]
