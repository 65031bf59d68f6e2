"""Personal data by pattern: found in the ways people write it, and nothing else masked."""

from __future__ import annotations

import random

import pytest

from config.masking import (
    KINDS,
    MASKS,
    PersonalSpan,
    find_personal,
    id_card_is_valid,
    luhn_is_valid,
    mask,
    mask_address,
    mask_strictly,
    without_overlap,
)

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
        ("一三八零零一三八零零零", "一三八****八零零零"),
        ("电话：幺三八零零一三八零零零。", "电话：幺三八****八零零零。"),
        ("壹叁捌零零壹叁捌零零零", "壹叁捌****捌零零零"),
        ("138零零138000", "138****8000"),
        ("1 3 8 0 0 1 3 8 0 0 0", "1 3 8 * * * * 8 0 0 0"),
        ("8613800138000", "86138****8000"),
        ("1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣", "1️⃣3️⃣8️⃣*️⃣*️⃣*️⃣*️⃣8️⃣0️⃣0️⃣0️⃣"),
        ("0731-88886666", "****-****6666"),
        ("（0731）8888 6666", "（****）**** 6666"),
        ("+86-731-88886666", "+86-***-****6666"),
        ("073188886666", "********6666"),
        ("座机 88886666", "座机 ****6666"),
        ("0731-88886666转8001", "****-********转8001"),
        ("6222021234567894", "************7894"),
        ("卡号：6222 0212 3456 7894", "卡号：**** **** **** 7894"),
        ("电表号：0012345678", "电表号：******5678"),
        ("3201234567（户号）", "******4567（户号）"),
        ("3201234567这个户号", "******4567这个户号"),
        ("户 号：3201234567", "户 号：******4567"),
        ("京A12345", "京A*****"),
        ("湘A·D12345", "湘A·******"),
        ("车牌苏E一二三四五", "车牌苏E*****"),
        ("zhangsan@qq.com", "z*******@qq.com"),
        ("zhang.san ＠ 163.com", "z******** ＠ 163.com"),
        ("zhang[at]qq.com", "z****[at]qq.com"),
        ("微信号：wx_abc123", "微信号：**_****23"),
        ("加VX：zhangsan88", "加VX：********88"),
        ("QQ：123456789", "QQ：*******89"),
        ("扣扣一二三四五六七", "扣扣*****六七"),
        ("护照E12345678", "护照*******78"),
        ("港澳通行证C12345678", "港澳通行证*******78"),
        ("家住阳光小区3栋2单元501室", "家住阳光小区*栋*单元***室"),
    ],
)
def test_masked_as_the_field_does(text: str, masked: str) -> None:
    assert mask(text) == masked
    assert mask(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "95598", "工单2026112200012345", "12345678901234567890", "0.13812345678", "2026-11-22 08:30:00", "10812345678",
        "400-888-9999", "12345热线和12398", "事件202611221234", "6222021234567890", "微信公众号gwhunan2020",
        "QQ群：123456789",
        "微信平台，12319热线", "二零二六年十一月二十二日", "电价0.588元", "10kV河口线0312号杆", "18812345678元",
        "S11-400/10",
        "电量1234567.89度", "www.95598.cn", "192.168.1.1", "湘A市", "云A3区", "91430100MA4L1ABC2D", "户名3201234567",
        "110105194912310021", "户号不详", "户号：12345", "电量1234567890千瓦时", "", "停电范围：1-3号",
    ],
)  # fmt: skip
def test_other_numbers_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("户号0123456789，010-32053575", ["customer_no", "landline"]),
        ("户号0123456789、0123456788", ["customer_no", "customer_no"]),
        ("QQ12345678，电话13812345678", ["qq", "mobile"]),
        ("京A12345 6222021234567894", ["plate", "bank_card"]),
        ("微信13812345678", ["mobile"]),
        ("身份证110105194912310021，卡号6222021234567894", ["id_card", "bank_card"]),
        ("2026-11-22 08:30:00 13812345678", ["mobile"]),
        ("微信：12345678", ["wechat"]),
    ],
)
def test_each_number_has_its_own_kind(text: str, kinds: list[str]) -> None:
    assert [span.kind for span in find_personal(text)] == kinds


def test_every_kind_has_a_name_and_a_mask() -> None:
    assert set(KINDS) == set(MASKS)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张三", "张*"), ("欧阳建国", "欧阳**"), ("欧阳", "欧*"), ("买买提·艾力", "买**·**"), ("张", "张")],
)
def test_of_a_name_the_family_stays(name: str, shown: str) -> None:
    assert MASKS["name"](name) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("联系人：欧阳建国，电话13812345678", "联系人：欧阳**，电话138****5678"),
        ("李建国师傅来过", "李**师傅来过"),
        ("停电没人管", "停电没人管"),
    ],
)
def test_files_that_were_never_analysed_hide_what_stands_where_a_name_would(text: str, shown: str) -> None:
    assert mask_strictly(text) == shown


def test_luhn() -> None:
    assert luhn_is_valid("6222021234567894")
    assert not luhn_is_valid("6222021234567890")


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
