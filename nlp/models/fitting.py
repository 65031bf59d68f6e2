"""Fitting a linear model to labelled texts. scikit-learn is imported here only while a model is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.models.features import features
from nlp.models.linear import LinearModel, Scale

# A piece seen in fewer texts tells more about its text than about its class.
_LEAST_TEXTS = 3
# Passes over the texts; more change the third decimal.
_PASSES = 6
_MOST = 127


@dataclass(frozen=True, slots=True)
class Fit:
    """How a model is fitted: `bits` of its table, `alpha` the strength of regularisation, `seed` of the order."""

    bits: int = 20
    alpha: float = 3e-5
    seed: int = 0


def fit(
    texts: Sequence[str], labels: Sequence[str], weights: Sequence[float] | None = None, how: Fit = Fit()
) -> LinearModel:
    """A model of the classes of `labels` in alphabetical order; the same input gives the same model to the bit.

    `weights` say how much each text counts (mean 1). Cost: about 20 s and 1.5 GB for 60,000 texts of 60 characters.
    Raises ValueError with fewer than two classes.
    """
    from sklearn.linear_model import SGDClassifier  # noqa: PLC0415 - only who fits pays for loading it
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415

    classes = tuple(sorted(set(labels)))
    if len(classes) < 2:
        raise ValueError("a model needs two classes")
    table = matrix(texts, how.bits)
    learner = SGDClassifier(
        loss="modified_huber", alpha=how.alpha, average=True, max_iter=_PASSES, tol=None, random_state=how.seed
    )
    with threadpool_limits(1):
        learner.fit(table, labels, sample_weight=None if weights is None else np.asarray(weights))
    return _quantised(classes, np.asarray(learner.coef_), np.asarray(learner.intercept_))


def matrix(texts: Sequence[str], bits: int) -> Any:
    """Counts of pieces over √pieces, one row a text (scipy CSR); pieces of fewer than three texts are left out."""
    from scipy import sparse  # type: ignore[import-untyped]  # noqa: PLC0415

    rows = [features(text).indices(bits) for text in texts]
    lengths = np.array([row.size for row in rows])
    values = np.repeat(1 / np.sqrt([row.shape[1] for row in rows]), lengths).astype(np.float64)
    columns = np.concatenate([row.ravel() for row in rows]) if rows else np.zeros(0, dtype=np.int64)
    table = sparse.csr_matrix(
        (values, columns, np.concatenate(([0], np.cumsum(lengths)))), shape=(len(rows), 1 << bits)
    )
    table.sum_duplicates()
    seen = np.bincount(table.indices, minlength=1 << bits)
    table.data[seen[table.indices] < _LEAST_TEXTS] = 0.0
    table.eliminate_zeros()
    return table


def _quantised(classes: tuple[str, ...], coefficients: NDArray[np.float64], bias: NDArray[np.float64]) -> LinearModel:
    """Weights as whole numbers −127 … 127; the few beyond four in ten thousand are cut off at the end of the scale."""
    slopes, columns = [], []
    for row in coefficients:
        used = np.abs(row[row != 0])
        slope = float(np.quantile(used, 0.9996)) / _MOST if len(used) else 1.0
        columns.append(np.clip(np.rint(row / slope), -_MOST, _MOST).astype(np.int8))
        slopes.append(float(f"{slope:.9g}"))
    scale = Scale(tuple(slopes), tuple(float(f"{value:.9g}") for value in bias))
    return LinearModel(classes, np.ascontiguousarray(np.stack(columns, axis=1)), scale)
