"""Fitting a linear model to labelled texts. scikit-learn is loaded only while a model is made."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp import segment
from nlp.models.features import features, word_row, words
from nlp.models.linear import LinearModel

# A piece seen in one text alone tells that text from others, not its class.
_LEAST_TEXTS = 2
# With inverse frequencies of 1 … 12 a text's vector is about 1 long; what the strength of regularisation is tuned to.
_LENGTH = 7.5
# What is known of a word beforehand counts this much against what its texts say.
_KNOWN = 0.4
# Evidence is smoothed as if each column had stood in so many more texts, shared like the classes of its group.
_SMOOTH = 2.0
# What no group leans to can still be learnt: this share of the mean.
_LEAST_EVIDENCE = 0.05
_CALIBRATE = 5
_SETTLED = 1e-3
_MOST = 127
Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fit:
    """How a model is fitted.

    `bits`: its table has 2 ** bits rows; `word_bits` the same of words, 0 = characters alone; `strength` C of the
    support vector machine; `seed` of the order in which it takes the texts; `known`: what is known of words
    beforehand, one row per row of the table of words, one column per list, None = nothing.
    """

    bits: int = 20
    word_bits: int = 19
    strength: float = 0.3
    seed: int = 0
    known: NDArray[np.int8] | None = None


def fit(
    texts: Sequence[str],
    labels: Sequence[str],
    weights: Sequence[float] | None = None,
    how: Fit = Fit(),
    groups: Sequence[str] | None = None,
) -> LinearModel:
    """A model of the classes of `labels` in alphabetical order; the same input gives the same model to the bit.

    `weights` say how much each text counts (mean 1). `groups` tell where each text comes from (two classes only): what
    leans the same way in several of them is learnt more readily, what is a matter of one alone less, so that the model
    does better on texts from elsewhere. Cost: about 40 s and 2 GB for 60,000 texts of 60 characters.
    Raises ValueError with fewer than two classes, or with groups and more than two.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415

    classes = tuple(sorted(set(labels)))
    if len(classes) < 2:
        raise ValueError("a model needs two classes")
    if groups is not None and len(classes) > 2:
        raise ValueError("groups are told apart for two classes only")
    counts = np.ones(len(texts)) if weights is None else np.asarray(weights, dtype=np.float64)
    named = np.array([classes.index(label) for label in labels])
    sources = None if groups is None else np.array(groups)
    with threadpool_limits(1):
        table, scale = _matrix(texts, how)
        coefficients, bias = _learnt(table, named, counts, how, sources)
        factor = _calibration(table, named, counts, how, sources)
    return _quantised(classes, coefficients * factor * scale, bias * factor, how)


def _learnt(
    table: Any, named: NDArray[np.int64], counts: Weights, how: Fit, sources: NDArray[np.str_] | None
) -> tuple[Weights, Weights]:
    """What each column weighs, one row an output, and what is added."""
    from scipy import sparse  # type: ignore[import-untyped]  # noqa: PLC0415 - only who fits pays for loading it
    from sklearn.svm import LinearSVC  # noqa: PLC0415

    readily = np.ones(table.shape[1]) if sources is None else _evidence(table, named, sources, how)
    scaled = table if sources is None else (table @ sparse.diags(readily)).tocsr()
    # Few columns are used; side by side they are read several times faster.
    used = np.unique(scaled.indices[scaled.data != 0])
    with warnings.catch_warnings():
        # A machine that has not settled after so many rounds differs in the fourth decimal.
        warnings.simplefilter("ignore")
        learner = LinearSVC(C=how.strength, random_state=how.seed, tol=_SETTLED, max_iter=100)
        learner.fit(scaled[:, used], named, sample_weight=counts)
    coefficients = np.zeros((len(learner.coef_), table.shape[1]))
    coefficients[:, used] = learner.coef_ * readily[used]
    return coefficients, np.asarray(learner.intercept_, dtype=np.float64)


def _evidence(table: Any, named: NDArray[np.int64], sources: NDArray[np.str_], how: Fit) -> Weights:
    """How readily each column is learnt: the root of its log-count ratios, added up over the sources with their signs.

    After Wang & Manning 2012 (naive Bayes features for a support vector machine), a ratio for each source. Pieces and
    words keep the length they had together; what is known beforehand stays as it is.
    """
    leans = np.abs(sum(_ratios(table[sources == source], named[sources == source]) for source in np.unique(sources)))
    readily = np.ones(table.shape[1])
    energy = np.bincount(table.indices, weights=table.data**2, minlength=table.shape[1])
    pieces, of_words = 1 << how.bits, 1 << how.word_bits if how.word_bits else 0
    for part in (slice(0, pieces), slice(pieces, pieces + of_words)):
        used = energy[part] > 0
        if used.any():
            root = np.sqrt(leans[part])
            root += _LEAST_EVIDENCE * root[used].mean() or 1.0
            readily[part] = root * np.sqrt(energy[part].sum() / (energy[part] * root**2).sum())
    return readily


def _ratios(table: Any, named: NDArray[np.int64]) -> Weights:
    """Log of how much oftener each column stands in texts of the second class; 0 for a source of one class."""
    share = float(named.mean())
    if not 0.0 < share < 1.0:
        return np.zeros(table.shape[1])
    found = []
    for label, part in ((1, share), (0, 1.0 - share)):
        rows = table[named == label]
        seen = np.bincount(rows.indices, weights=rows.data > 0, minlength=table.shape[1])
        found.append(np.log((seen + _SMOOTH * part) / part))
    return np.asarray(found[0] - found[1], dtype=np.float64)


def _calibration(
    table: Any, named: NDArray[np.int64], counts: Weights, how: Fit, sources: NDArray[np.str_] | None
) -> float:
    """What margins are multiplied with so that they are log-odds: fitted on every fifth text, taught by the others."""
    held = np.arange(len(named)) % _CALIBRATE == 0
    if len(set(named[~held])) < len(set(named)) or held.sum() < 2 * _CALIBRATE:
        return 1.0
    taught = None if sources is None else sources[~held]
    coefficients, bias = _learnt(table[~held], named[~held], counts[~held], how, taught)
    margins = table[held] @ coefficients.T + bias
    if margins.shape[1] == 1:
        margins = np.concatenate([np.zeros_like(margins), margins], axis=1)
    tried = np.geomspace(0.25, 16, 61)
    losses = [_loss(margins * factor, named[held], counts[held]) for factor in tried]
    return float(tried[int(np.argmin(losses))])


def _loss(margins: Weights, named: NDArray[np.int64], counts: Weights) -> float:
    top = margins.max(axis=1)
    total = top + np.log(np.exp(margins - top[:, None]).sum(axis=1))
    return float((counts * (total - margins[np.arange(len(named)), named])).sum())


def _matrix(texts: Sequence[str], how: Fit) -> tuple[Any, Weights]:
    """One row a text (scipy CSR): pieces, words, what is known of its words; and what each column was scaled by.

    The last columns, where something is known, are scaled back by the caller through the table of words.
    """
    from scipy import sparse  # noqa: PLC0415

    cut = [segment.fine_tokens(tuple(segment.tokens(text))) for text in texts] if how.word_bits else []
    pieces = [features(text).indices(how.bits) for text in texts]
    parts = [_counted([row.ravel() for row in pieces], [row.shape[1] for row in pieces], how.bits)]
    if how.word_bits:
        rows = [np.array([word_row(word, how.word_bits) for word in words(one)], dtype=np.int64) for one in cut]
        parts.append(_counted(rows, [len(row) for row in rows], how.word_bits))
        if how.known is not None:
            parts.append(sparse.csr_matrix(_beforehand(rows, how.known)))
    scales = [_frequencies(part) for part in parts[:2]]
    scaled = [part @ sparse.diags(scale) for part, scale in zip(parts, scales, strict=False)]
    rest = parts[2:]
    return sparse.hstack([*scaled, *rest]).tocsr(), np.concatenate([*scales, *(np.ones(one.shape[1]) for one in rest)])


def _counted(rows: Sequence[NDArray[np.int64]], sizes: Sequence[int], bits: int) -> Any:
    from scipy import sparse  # noqa: PLC0415

    lengths = np.array([len(row) for row in rows])
    values = np.repeat(1 / (np.sqrt(np.maximum(sizes, 1)) * _LENGTH), lengths)
    columns = np.concatenate(rows)
    shape = (len(rows), 1 << bits)
    table = sparse.csr_matrix((values, columns, np.concatenate(([0], np.cumsum(lengths)))), shape=shape)
    table.sum_duplicates()
    return table


def _frequencies(table: Any) -> Weights:
    """Inverse frequency of each column, 0 for what stands in too few texts."""
    seen = np.bincount(table.indices, minlength=table.shape[1])
    scale = np.log(table.shape[0] / np.maximum(seen, 1)) + 1
    scale[seen < _LEAST_TEXTS] = 0.0
    return np.asarray(scale, dtype=np.float64)


def _beforehand(rows: Sequence[NDArray[np.int64]], known: NDArray[np.int8]) -> Weights:
    sums = [known[row].sum(axis=0, dtype=np.int64) / max(len(row), 1) ** 0.5 for row in rows]
    return np.array(sums, dtype=np.float64) * (_KNOWN / _MOST)


def _quantised(classes: tuple[str, ...], coefficients: Weights, bias: Weights, how: Fit) -> LinearModel:
    """Weights as whole numbers −127 … 127, the few beyond cut off at the end of the scale."""
    pieces, rest = np.split(coefficients / _LENGTH, [1 << how.bits], axis=1)
    of_words = rest[:, : 1 << how.word_bits] if how.word_bits else rest[:, :0]
    if how.known is not None and how.word_bits:
        of_words = of_words + rest[:, 1 << how.word_bits :] * (_LENGTH * _KNOWN / _MOST) @ how.known.T
    slopes, tables = [], []
    for row in np.concatenate([pieces, of_words], axis=1):
        used = np.abs(row[row != 0])
        slope = float(f"{np.quantile(used, 0.9998) / _MOST:.9g}") if len(used) else 1.0
        tables.append(np.clip(np.rint(row / slope), -_MOST, _MOST).astype(np.int8))
        slopes.append(slope)
    table = np.stack(tables, axis=1)
    kept = np.ascontiguousarray(table[1 << how.bits :]) if how.word_bits else None
    return LinearModel(
        classes, np.ascontiguousarray(table[: 1 << how.bits]), kept,
        tuple(slopes), tuple(float(f"{value:.9g}") for value in bias),
    )  # fmt: skip
