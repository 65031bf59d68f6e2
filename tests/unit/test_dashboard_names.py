"""Every scheme and code that a page shows has a Chinese name."""

from __future__ import annotations

from dashboard.names import code_name, codes, schemes
from nlp.pipeline import Pipeline


def test_every_scheme_of_the_analysis_has_a_title() -> None:
    found = Pipeline.from_vocabulary().analyse("电费多收了一倍，要求退还")
    assert {category.scheme for category in found.categories} == set(schemes())
    for category in found.categories:
        assert code_name(category.scheme, category.code) != category.code


def test_what_a_table_does_not_hold_is_named_too() -> None:
    assert code_name("order_kind", "complaint") == "投诉"
    assert code_name("order_kind", "00") == "未写明"
    assert code_name("neimenggu", "00") == "不属本表"
    assert codes("nowhere") == {}
    assert code_name("nowhere", "X") == "X"
