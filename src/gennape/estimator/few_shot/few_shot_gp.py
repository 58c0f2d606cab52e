"""Few-shot Gaussian process: what a few labels of a family add to an estimator.

Its mean is a share of the estimator's score. The rest is learned as a sum of six functions:
straight lines of the score, the sizes, the embeddings and the neighbour moments, and smooth
functions of the last two. Their amplitudes, and that of the noise, are those of the greatest
posterior density. With 50 labels this takes milliseconds, and it ranks better than training the
encoder further (docs/experiments.md).
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

from gennape.estimator.features.neighbour_moments import STEPS
from gennape.estimator.features.size_prior import SIZES
from gennape.estimator.few_shot.few_shot_features import FewShotFeatures
from gennape.estimator.few_shot.gaussian_process import Posterior, fit_amplitudes, weighted
from gennape.estimator.few_shot.kernels import KernelView
from gennape.estimator.models.stored_arrays import StoredArrays
from gennape.utils.array_types import FloatArray, IntArray

_IS_WIDE = {"score": False, "sizes": False, "embeddings": True, "neighbour_moments": True}
"""The views; wide ones get a smooth function beside the straight line."""
_SCORE_SHARE = 0.7
"""Share of a label, in standard deviations, that the score is expected to explain; chosen over all
labelled tables (docs/decisions/0011-closed-form-fine-tuning.md)."""
_AMPLITUDES = (0.08, 0.08, 0.22, 0.22, 0.22, 0.22, 0.2)
"""Expected variances: lines of score and sizes, line and smooth function of the others, noise
(docs/decisions/0011-closed-form-fine-tuning.md)."""
_SUPPORT = 1000
"""Labelled networks of the support; more labels teach through them (docs/experiments.md)."""
_CHUNK = 2048
"""Networks that are predicted together; more would only take more memory."""


@dataclass(frozen=True)
class FewShotGP:
    """Gaussian process fitted to some labels.

    Attributes:
        views: By name.
        amplitudes: Variances of the functions of all views, and of the noise, `(functions + 1,)`.
        posterior: What the labels tell of the sum of all functions.
    """

    views: dict[str, KernelView]
    amplitudes: FloatArray
    posterior: Posterior

    @classmethod
    def fit(cls, labelled: FewShotFeatures, targets: FloatArray, seed: int = 0) -> "FewShotGP":
        """Learn from labelled networks.

        The process is exact for up to a thousand labels. Where there are more, a thousand of the
        networks are the support: kernels and amplitudes are fitted to them, and all labels teach
        through them.

        Args:
            labelled: The networks.
            targets: Labels with mean 0 and variance about 1, `(labels,)`.
            seed: Of the choice of the support.
        """
        chosen = np.random.default_rng(seed).permutation(len(targets))[:_SUPPORT]
        support = np.sort(chosen)
        views = {
            name: KernelView.fit(labelled.view(name), wide, support)
            for name, wide in _IS_WIDE.items()
        }
        residuals = targets - _expected(views, labelled)
        terms = np.stack([term for term, _ in _functions(views, labelled.take(support))])
        unit = np.eye(len(support))[None]
        amplitudes = fit_amplitudes(
            np.concatenate([terms, unit]), residuals[support], np.array(_AMPLITUDES)
        )
        covariance = weighted(terms, amplitudes[:-1])
        if len(support) == len(targets):
            posterior = Posterior.exact(covariance, residuals, amplitudes[-1])
        else:
            observed = (
                (_summed(views, labelled.take(rows), amplitudes)[0], residuals[rows])
                for rows in _chunks(len(targets))
            )
            posterior = Posterior.projected(covariance, observed, amplitudes[-1])
        return cls(views, amplitudes, posterior)

    def predict(self, networks: FewShotFeatures) -> tuple[FloatArray, FloatArray]:
        """Predict the mean of labels and their standard deviation around it, `(networks,)` each.

        Those of a network do not depend on the others.
        """
        means, deviations = zip(
            *(self._predict(networks.take(rows)) for rows in _chunks(len(networks))), strict=True
        )
        return np.concatenate(means), np.concatenate(deviations)

    def _predict(self, networks: FewShotFeatures) -> tuple[FloatArray, FloatArray]:
        covariance, variance = _summed(self.views, networks, self.amplitudes)
        beyond, known = self.posterior.of(covariance)
        left = np.maximum(variance - known, 0)
        return _expected(self.views, networks) + beyond, np.sqrt(left + self.amplitudes[-1])

    def parts(self, networks: FewShotFeatures) -> dict[str, FloatArray]:
        """Split the mean into functions of each view, `(networks,)` each.

        The one of the score, `zero_shot`, holds what is expected before any label.
        """
        parts: dict[str, FloatArray] = {}
        amplitudes = iter(self.amplitudes)
        for name, view in self.views.items():
            parts[name] = np.zeros(len(networks))
            for covariance, _ in view.functions(networks.view(name)):
                parts[name] += next(amplitudes) * self.posterior.mean(covariance)
        return {"zero_shot": _expected(self.views, networks) + parts.pop("score")} | parts

    def arrays(self) -> dict[str, FloatArray]:
        """Return all numbers by name, for storage."""
        stored = {"amplitudes": self.amplitudes} | asdict(self.posterior)
        for name, view in self.views.items():
            stored |= {f"{name}.{part}": values for part, values in view.arrays().items()}
        return stored

    @classmethod
    def read(cls, stored: StoredArrays, embedding: int, columns: int) -> "FewShotGP":
        """Take the arrays that `arrays` described.

        Args:
            stored: The arrays.
            embedding: Width of the embeddings by all predictors.
            columns: Number of node features.

        Raises:
            ValueError: One of them is missing or another one.
        """
        widths = {
            "score": 1,
            "sizes": SIZES,
            "embeddings": embedding + columns,
            "neighbour_moments": STEPS * columns**2,
        }
        views = {
            name: KernelView.read(stored.below(name), widths[name], is_wide)
            for name, is_wide in _IS_WIDE.items()
        }
        amplitudes = stored.take("amplitudes", len(_AMPLITUDES), dtype=np.float64, low=1e-12)
        support = len(views["score"].support)
        if any(len(view.support) != support for view in views.values()):
            raise ValueError("the views of the few-shot process are not of the same networks")
        weights = stored.take("weights", support, dtype=np.float64)
        root = stored.take("root", support, support, dtype=np.float64)
        return cls(views, amplitudes, Posterior(weights, root))


def _chunks(networks: int) -> list[IntArray]:
    """Rows of networks that are taken together; one chunk at least."""
    return np.split(np.arange(networks), range(_CHUNK, networks, _CHUNK))


def _functions(
    views: dict[str, KernelView], networks: FewShotFeatures
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Covariances of the functions of all views, one after another; see `KernelView.functions`."""
    for name, view in views.items():
        yield from view.functions(networks.view(name))


def _summed(
    views: dict[str, KernelView], networks: FewShotFeatures, amplitudes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Covariances of the sum of all functions, without noise; see `KernelView.functions`."""
    covariance = np.zeros((len(networks), len(views["score"].support)))
    variance = np.zeros(len(networks))
    for amplitude, (with_labelled, with_itself) in zip(
        amplitudes[:-1], _functions(views, networks), strict=True
    ):
        covariance += amplitude * with_labelled
        variance += amplitude * with_itself
    return covariance, variance


def _expected(views: dict[str, KernelView], networks: FewShotFeatures) -> FloatArray:
    """Expectation of labels before any is seen, `(networks,)`."""
    return _SCORE_SHARE * views["score"].scale(networks.view("score"))[:, 0]
