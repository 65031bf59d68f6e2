"""What is read alike: every sign of the basic plane, in one look at all of them."""

from __future__ import annotations

import numpy as np

from nlp.models.features import read_together

_PLANE = [sign for sign in map(chr, (*range(0x300, 0xD800), *range(0xE000, 0x10000))) if not sign.isspace()]


def test_every_letter_is_read_as_its_small_form() -> None:
    pairs = [(sign, small) for sign in _PLANE if len(small := sign.lower()) == 1 and small != sign]
    assert len(pairs) > 800
    great, less = (read_together(column) for column in zip(*pairs, strict=True))
    assert np.array_equal(great.hashes, less.hashes)


def test_of_three_digits_of_any_script_two_are_read() -> None:
    digits = [sign for sign in _PLANE if sign.isdecimal()]
    assert len(digits) > 300
    assert set(read_together([f"{sign}1{sign}" for sign in digits]).sizes.tolist()) == {3}
    assert set(read_together([f"{sign}电{sign}" for sign in digits]).sizes.tolist()) == {4}


def test_han_characters_and_blanks_keep_their_difference() -> None:
    han = [sign for sign in _PLANE if "\u4e00" <= sign <= "\u9fff"]
    read = read_together(han)
    assert len(set(read.hashes[0, read.firsts + 1].tolist())) == len(han)
    assert np.array_equal(read_together(["停\u3000电"]).hashes, read_together(["停 电"]).hashes)
