from __future__ import annotations

import pytest

from crawler.charset import decode_page

TEXT = "<p>小区停电八小时，无人处理。</p>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gb2312"])
def test_pages_that_declare_nothing(encoding: str) -> None:
    assert decode_page(TEXT.encode(encoding)) == TEXT


@pytest.mark.parametrize(
    ("header", "meta", "encoding"),
    [
        ("text/html; charset=GBK", "", "gb18030"),
        ("text/html; charset=utf-8", "", "gb18030"),
        ("text/html; charset=ISO-8859-1", "", "gb18030"),
        ("text/html", '<meta charset="gb2312">', "gb18030"),
        ("text/html", '<META http-equiv=Content-Type content="text/html; charset=big5">', "big5"),
        ("text/html; charset=big5", '<meta charset="utf-8">', "big5"),
        (None, '<meta charset="gb2312">', "utf-8"),
        (None, '<meta charset="no-such-thing">', "utf-8"),
        (None, '<?xml version="1.0" encoding="gbk"?>', "gb18030"),
    ],
)
def test_declarations_true_and_false(header: str | None, meta: str, encoding: str) -> None:
    text = meta + ("<p>小區停電八小時，無人處理。</p>" if encoding == "big5" else TEXT)
    assert decode_page(text.encode(encoding), header) == text


def test_characters_beyond_gb2312_under_its_name() -> None:
    text = "<meta charset=gb2312>㙍镕喆"
    assert decode_page(text.encode("gb18030")) == text


def test_a_few_damaged_bytes_cost_only_themselves() -> None:
    damaged = TEXT.encode() * 20 + b"\xff\xfe" + TEXT.encode()
    assert decode_page(damaged).count("\ufffd") == 2
    assert decode_page(damaged).count("停电") == 21


def test_an_empty_page() -> None:
    assert decode_page(b"") == ""
