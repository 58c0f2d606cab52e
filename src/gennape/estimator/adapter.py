"""What a few labels of a family add to an estimator: a Gaussian process.

Its mean is a share of the estimator's score. What that leaves is learned as a sum of six
functions: straight lines of the score, the sizes, the embeddings and the walks, and smooth
functions of the last two. How much each may say, and how noisy labels are, comes from the labels
themselves: the amplitudes of the greatest posterior density. With 50 labels this takes
milliseconds, and it ranks better than training the encoder further (docs/experiments.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gennape.estimator.descriptions import Descriptions
from gennape.estimator.gaussian_process import fit_amplitudes, precision

Array = npt.NDArray[np.floating[Any]]

_IS_WIDE = {"score": False, "sizes": False, "embeddings": True, "walks": True}
"""The views; wide ones get a smooth function beside the straight line."""
_TRUST = 0.7
"""How much of a label, in standard deviations, the score is expected to explain."""
_AMPLITUDES = (0.08, 0.08, 0.22, 0.22, 0.22, 0.22, 0.2)
"""Expected variances: lines of score and sizes, line and smooth function of the others, noise."""
_MOST = 1000
"""Labels that amplitudes are fitted on; weights are solved for all."""
_CHUNK = 2048
"""Networks that are predicted together; more would only take more memory."""
_LIMIT = 4.0
"""Standardised values beyond this are taken for it: labels teach nothing so far out."""
_SMALLEST_DEVIATION = 1e-6


@dataclass(frozen=True)
class Standardiser:
    """Standardisation by the labelled networks.

    Attributes:
        mean: `(columns,)`.
        deviation: `(columns,)`, 1 where the labelled networks do not vary.
    """

    mean: Array
    deviation: Array

    @classmethod
    def of(cls, rows: Array) -> "Standardiser":
        """That of `rows`, `(networks, columns)`."""
        deviation = rows.std(axis=0)
        varies = deviation > _SMALLEST_DEVIATION
        return cls(rows.mean(axis=0), np.where(varies, deviation, 1.0))

    def __call__(self, rows: Array) -> Array:
        """Standardised rows, within +-4."""
        return np.clip((rows - self.mean) / self.deviation, -_LIMIT, _LIMIT)


@dataclass(frozen=True)
class View:
    """One description of the labelled networks.

    Attributes:
        scale: Its standardiser.
        support: Standardised rows of the labelled networks, `(labels, columns)`.
        length: Median squared distance between labelled networks; 0 where there is no smooth
            function.
    """

    scale: Standardiser
    support: Array
    length: float

    @classmethod
    def of(cls, rows: Array, is_wide: bool) -> "View":
        """That of labelled networks, `(labels, columns)`."""
        scale = Standardiser.of(rows)
        support = scale(rows)
        if not is_wide:
            return cls(scale, support, 0.0)
        squares = _squares(support)
        squared = _squared_distances(squares, squares, support @ support.T)
        pairs = np.triu_indices(len(rows), 1)
        return cls(scale, support, max(float(np.median(squared[pairs])), 1e-12))

    def functions(self, rows: Array) -> list[tuple[Array, Array]]:
        """Covariances of each function of this view, `(networks, columns)` to pairs.

        Returns:
            With the labelled networks, `(networks, labels)`, and of each network with itself,
            `(networks,)`.
        """
        standardised = self.scale(rows)
        columns = rows.shape[1]
        products = standardised @ self.support.T
        squares = _squares(standardised)
        line = products / columns, squares / columns
        if not self.length:
            return [line]
        squared = _squared_distances(squares, _squares(self.support), products)
        return [line, (np.exp(-squared / (2 * self.length)), np.ones(len(rows)))]

    def arrays(self) -> dict[str, Array]:
        """All numbers by name, for storage."""
        return {
            "mean": self.scale.mean,
            "deviation": self.scale.deviation,
            "support": self.support,
            "length": np.array([self.length]),
        }

    @classmethod
    def from_arrays(cls, values: dict[str, Array], prefix: str) -> "View":
        """The view that `arrays` described, each name after the prefix."""
        mean, deviation, support, length = (
            values[prefix + part] for part in ("mean", "deviation", "support", "length")
        )
        return cls(Standardiser(mean, deviation), support, float(length[0]))


@dataclass(frozen=True)
class Adapter:
    """A Gaussian process that has seen some labels.

    Attributes:
        views: By name.
        amplitudes: Variances of the functions of all views, and of the noise, `(functions + 1,)`.
        weights: Of the labelled networks in the mean, `(labels,)`.
        precision: Inverse of their covariance with noise, `(labels, labels)`.
    """

    views: dict[str, View]
    amplitudes: Array
    weights: Array
    precision: Array

    @classmethod
    def fit(cls, labelled: Descriptions, targets: Array, seed: int = 0) -> "Adapter":
        """Learn from labelled networks.

        Args:
            labelled: The networks.
            targets: Labels with mean 0 and variance about 1, `(labels,)`.
            seed: Of the choice of labels that amplitudes are fitted on, where there are many.
        """
        views = {name: View.of(labelled.view(name), wide) for name, wide in _IS_WIDE.items()}
        residuals = targets - _expected(views, labelled)
        some = np.random.default_rng(seed).permutation(len(targets))[:_MOST]
        terms = [of_all[some[:, None], some] for of_all, _ in _functions(views, labelled)]
        amplitudes = fit_amplitudes(
            np.stack([*terms, np.eye(len(some))]), residuals[some], np.array(_AMPLITUDES)
        )
        covariance, _ = _summed(views, labelled, amplitudes)
        inverse = precision(covariance + amplitudes[-1] * np.eye(len(targets)))
        return cls(views, amplitudes, inverse @ residuals, inverse)

    def predict(self, networks: Descriptions) -> tuple[Array, Array]:
        """Mean of labels, and their standard deviation around it, `(networks,)` each."""
        parts = np.split(np.arange(len(networks)), range(_CHUNK, len(networks), _CHUNK))
        means, deviations = zip(
            *(self._predict(networks.take(part)) for part in parts), strict=True
        )
        return np.concatenate(means), np.concatenate(deviations)

    def _predict(self, networks: Descriptions) -> tuple[Array, Array]:
        covariance, variance = _summed(self.views, networks, self.amplitudes)
        mean = _expected(self.views, networks) + covariance @ self.weights
        known = ((covariance @ self.precision) * covariance).sum(axis=1)
        left = np.maximum(variance - known, 0)
        return mean, np.sqrt(left + self.amplitudes[-1])

    def parts(self, networks: Descriptions) -> dict[str, Array]:
        """What the mean is the sum of, `(networks,)` each: functions of each view.

        The one of the score, `zero_shot`, holds what is expected before any label.
        """
        said: dict[str, Array] = {}
        amplitudes = iter(self.amplitudes)
        for name, view in self.views.items():
            said[name] = np.zeros(len(networks))
            for covariance, _ in view.functions(networks.view(name)):
                said[name] += next(amplitudes) * (covariance @ self.weights)
        return {"zero_shot": _expected(self.views, networks) + said.pop("score")} | said

    def arrays(self) -> dict[str, Array]:
        """All numbers by name, for storage."""
        stored = {
            "amplitudes": self.amplitudes,
            "weights": self.weights,
            "precision": self.precision,
        }
        for name, view in self.views.items():
            stored |= {f"{name}.{part}": values for part, values in view.arrays().items()}
        return stored

    @classmethod
    def from_arrays(cls, values: dict[str, Array]) -> "Adapter":
        """The adapter that `arrays` described."""
        views = {name: View.from_arrays(values, f"{name}.") for name in _IS_WIDE}
        return cls(views, values["amplitudes"], values["weights"], values["precision"])


def _functions(views: dict[str, View], networks: Descriptions) -> Iterator[tuple[Array, Array]]:
    """Covariances of the functions of all views, one after another; see `View.functions`."""
    for name, view in views.items():
        yield from view.functions(networks.view(name))


def _summed(
    views: dict[str, View], networks: Descriptions, amplitudes: Array
) -> tuple[Array, Array]:
    """Covariances of the sum of all functions, without noise; see `View.functions`."""
    covariance = np.zeros((len(networks), len(views["score"].support)))
    variance = np.zeros(len(networks))
    for amplitude, (with_labelled, with_itself) in zip(
        amplitudes[:-1], _functions(views, networks), strict=True
    ):
        covariance += amplitude * with_labelled
        variance += amplitude * with_itself
    return covariance, variance


def _expected(views: dict[str, View], networks: Descriptions) -> Array:
    """What is expected of labels before any is seen, `(networks,)`."""
    return _TRUST * views["score"].scale(networks.view("score"))[:, 0]


def _squares(rows: Array) -> Array:
    """Squared lengths of rows, `(rows,)`."""
    squares: Array = np.einsum("rc,rc->r", rows, rows)
    return squares


def _squared_distances(squares: Array, other_squares: Array, products: Array) -> Array:
    """Squared Euclidean distances of rows of two kinds, from their squares and products."""
    distances: Array = np.maximum(squares[:, None] + other_squares - 2 * products, 0.0)
    return distances
