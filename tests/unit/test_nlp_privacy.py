"""The privacy analyser: what the source names, names of persons, and values that are masked without guessing."""

from __future__ import annotations

import itertools

import pytest

from nlp.analysers.privacy import Privacy, mask_with


@pytest.fixture(scope="module")
def privacy() -> Privacy:
    return Privacy.from_vocabulary()


@pytest.mark.parametrize(
    ("text", "known", "masked"),
    [
        ("打88886666没人接", ("0731-88886666", "88886666"), "打****6666没人接"),
        ("号码3201 234 567", ("3201234567",), "号码**** **4 567"),
        ("号码13812345678", ("13812345678",), "号码138****5678"),
        ("常悦又来催，常悦很急", ("常悦",), "常*又来催，常*很急"),
        ("转自UU0081182的帖子", ("UU0081182",), "转自U********的帖子"),
        ("市民反映停电", ("市民",), "市民反映停电"),
        ("供电公司回复", ("供电公司",), "供电公司回复"),
        ("拨打95598", ("95598",), "拨打95598"),
        ("不是88886666而是188886666", ("88886666",), "不是****6666而是188886666"),
        ("我叫张伟，电话13812345678", (), "我叫张*，电话138****5678"),
    ],
)
def test_what_the_source_names_is_masked_wherever_it_stands(
    privacy: Privacy, text: str, known: tuple[str, ...], masked: str
) -> None:
    assert privacy.analyse({"text": text, "known": known})["masked_text"] == masked


@pytest.mark.parametrize(
    ("number", "kind"),
    [("13812345678", "mobile"), ("0731-88886666", "landline"), ("88886666", "landline"), ("3201234567", "customer_no")],
)
def test_a_number_the_source_names_is_of_the_kind_it_looks_like(privacy: Privacy, number: str, kind: str) -> None:
    (span,) = privacy.analyse({"text": f"找{number}问", "known": (number,)})["personal"]
    assert (span.kind, span.start, span.end) == (kind, 1, 1 + len(number))


def test_spans_are_in_order_and_do_not_overlap(privacy: Privacy) -> None:
    text = "张伟，家住阳光小区3栋2单元501室，电话13812345678，户号3201234567，京A12345，zhang@qq.com"
    spans = privacy.analyse({"text": text, "known": ("13812345678", "张伟")})["personal"]
    assert [span.kind for span in spans] == ["name", "address", "mobile", "customer_no", "plate", "email"]
    assert all(first.end <= second.start for first, second in itertools.pairwise(spans))


@pytest.mark.parametrize("value", ["常德市", "石桥镇", "投诉", "http://a.example.com/zhangwei/1.html"])
def test_short_values_are_not_guessed_at(value: str) -> None:
    assert mask_with(value, ()) == value


def test_short_values_lose_what_has_a_form_and_what_is_known() -> None:
    assert mask_with("阳光小区3栋501室", ()) == "阳光小区*栋***室"
    assert mask_with("GD-13812345678", ()) == "GD-138****5678"
    assert mask_with("张伟的工单", ("张伟",)) == "张*的工单"
