from __future__ import annotations

import pytest

from nlp.measure import accuracy, macro_f1, per_class

ROWS = [("TD", "TD"), ("TD", "DY"), ("DY", "DY"), ("NO", "TD")]


def test_per_class_counts_what_was_true_and_what_was_found() -> None:
    figures = per_class(ROWS)
    assert figures["TD"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "n": 2}
    assert figures["DY"]["recall"] == 1.0
    assert figures["DY"]["precision"] == 0.5
    assert figures["NO"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "n": 1}


def test_accuracy_and_macro_f1_agree_with_the_hand_count() -> None:
    assert accuracy(ROWS).value == 0.5
    assert accuracy(ROWS).n == 4
    assert macro_f1(ROWS).value == pytest.approx((0.5 + 2 / 3 + 0) / 3)


def test_a_class_only_found_is_listed_but_not_averaged() -> None:
    figure = macro_f1([("TD", "TD"), ("TD", "FW")])
    assert set(figure.per_class) == {"TD", "FW"}
    assert figure.value == pytest.approx(2 / 3)


def test_nothing_measured_is_zero_of_zero() -> None:
    assert (accuracy([]).value, accuracy([]).n, macro_f1([]).value) == (0.0, 0, 0.0)
