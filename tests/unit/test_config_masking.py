"""Personal data by pattern: found in the ways people write it, and nothing else masked."""

from __future__ import annotations

import random

import pytest

from config.masking import PersonalSpan, find_personal, id_card_is_valid, mask, mask_address, without_overlap

ID = "11010519491231002X"  # the worked example of GB 11643


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13812345678。", "电话138****5678。"),
        ("138 1234 5678", "138 **** 5678"),
        ("138-1234-5678", "138-****-5678"),
        ("１３８１２３４５６７８", "１３８****５６７８"),
        ("+8613812345678", "+86138****5678"),
        ("+86 13812345678", "+86 138****5678"),
        ("手机13812345678或15912345678", "手机138****5678或159****5678"),
        (f"身份证{ID}", "身份证110105********002X"),
        (ID.lower(), "110105********002x"),
        ("110105 19491231 002X", "110105 ******** 002X"),
        ("身份证号：110105491231002", "身份证号：110105*****1002"),
        ("身份证号110105194912310021", "身份证号110105********0021"),
        ("户号：0123456789", "户号：******6789"),
        ("户号（10位）：0123456789", "户号（10位）：******6789"),
        ("用户编号为3201234567890。", "用户编号为*********7890。"),
        ("户号0123456789、0123456788", "户号******6789、******6788"),
        ("户号 0123 4567 89", "户号 **** **67 89"),
        ("户号：０１２３４５６７８９", "户号：******６７８９"),
        ("戶號：0123456789", "戶號：******6789"),
        ("0123456789（户号）", "******6789（户号）"),
        ("户号0123456789电话13812345678", "户号******6789电话138****5678"),
    ],
)
def test_masked_as_the_field_does(text: str, masked: str) -> None:
    assert mask(text) == masked
    assert mask(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "95598", "工单2026112200012345", "12345678901234567890", "0.13812345678", "2026-11-22 08:30:00", "10812345678",
        "110105194912310021", "户号不详", "户号：12345", "电量1234567890千瓦时", "", "停电范围：1-3号",
    ],
)  # fmt: skip
def test_other_numbers_stay(text: str) -> None:
    assert mask(text) == text


def test_offsets_are_code_points() -> None:
    assert find_personal("😀13812345678") == (PersonalSpan(1, 12, "mobile"),)


def test_the_checksum_decides() -> None:
    assert id_card_is_valid(ID)
    assert not id_card_is_valid(ID[:-1] + "1")
    assert not id_card_is_valid("110105194913310020")
    assert not id_card_is_valid("123")


def test_the_surer_kind_wins_an_overlap() -> None:
    sure, other = PersonalSpan(3, 9, "id_card"), PersonalSpan(0, 4, "mobile")
    assert without_overlap([sure, other, PersonalSpan(9, 12, "mobile")]) == (sure, PersonalSpan(9, 12, "mobile"))
    assert without_overlap([other, sure]) == (other,)


def test_planted_numbers_are_all_found_and_nothing_of_them_is_left() -> None:
    random_source = random.Random(3)
    for _ in range(300):
        number = f"1{random_source.randint(3, 9)}{random_source.randrange(10**9):09d}"
        for written in (
            number,
            f"{number[:3]} {number[3:7]} {number[7:]}",
            f"{number[:3]}－{number[3:7]}－{number[7:]}",
        ):
            text = f"联系{written}谢谢"
            assert number[3:7] not in mask(text) or number[3:7] in (number[:3], number[7:])
            assert len(mask(text)) == len(text)


def test_long_texts_take_no_more_than_their_length() -> None:
    text = "13812345678，" * 20_000
    assert mask(text).count("****") == 20_000


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://a.example.com/13812345678/1.html", "http://a.example.com/138****5678/1.html"),
        ("http://a.example.com/?%E6%88%B7%E5%8F%B7=3201234567", "http://a.example.com/?户号=******4567"),
        ("http://a.example.com/?t=%31%33812345678", "http://a.example.com/?t=138****5678"),
        (
            "http://a.example.com/%E5%81%9C%E7%94%B5?id=1712345678",
            "http://a.example.com/%E5%81%9C%E7%94%B5?id=1712345678",
        ),
        ("", ""),
    ],
)
def test_addresses_are_masked_and_else_left_as_they_are(url: str, shown: str) -> None:
    assert mask_address(url) == shown
