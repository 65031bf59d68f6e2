"""Numbers of persons: mobile, landline, ID card, bank card, customer and meter number, QQ, by form and by label."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from config.masking.digits import Run, closing_x, digits_of, runs
from config.masking.labels import continues_list, customer_after, label_before
from config.masking.spans import PersonalKind, PersonalSpan

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_FORM = re.compile(r"[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]")
# Area codes as the numbering plan gives them by their first digits. Subscribers' numbers begin with 2 to 8, but people
# mistype and other series are handed out, so only 0 is ruled out.
_AREA = (
    "010|02[0-57-9]|03(?:1\\d|35|4[9]|5\\d|7\\d|9[1-8])|04(?:1\\d|2[179]|3\\d|5\\d|6\\d|7\\d|8[23])|05(?:1\\d|2[37]|3\\d|4[36]|5\\d|6\\d|7\\d|80|9\\d)"
    "|06(?:3[1-5]|6[0238]|9[12])|07(?:01|1\\d|2[248]|3\\d|4[3-6]|5\\d|6[0-9]|7\\d|9\\d)|08(?:1[2-8]|2[5-7]|3\\d|5\\d|7\\d|8[3678]|9\\d)"
    "|09(?:0\\d|1\\d|3\\d|4[13]|5[1-5]|7\\d|9\\d)"
)
_LANDLINE = re.compile(f"(?:{_AREA})[1-9]\\d{{6,7}}")
_AREA_ONLY = re.compile(_AREA)
_MOBILE = re.compile(r"1[3-9]\d{9}")
_COUNTRY = re.compile(r"(0086|86)(\d{9,12})")
# Groups as mobiles are written. Other groupings count only where they are the whole run.
_MOBILE_GROUPS = frozenset(
    [(11,), (3, 4, 4), (3, 8), (7, 4), (3, 3, 5), (4, 4, 3), (4, 3, 4), (3, 2, 2, 2, 2), (3, 4, 2, 2), (5, 6), (6, 5)]
)
_CARD_GROUPS = frozenset(
    [(16,), (17,), (18,), (19,), (4, 4, 4, 4), (4, 4, 4, 4, 3), (6, 13), (6, 10), (4, 4, 4, 7), (4, 4, 4, 5)]
)
# An amount or a measure is nobody's number.
_UNIT = re.compile("[ ]?(?:元|块钱|度电?|千瓦|kW|KW|kw|万[元度千]|亿|公里|毫升|MHz)")
_CLOSED = re.compile("[)）]")
_EXTENSION = re.compile("[ ]?(?:转|轉|分机号?|ext\\.?)[:： ]?[0-9０-９]{1,5}(?![0-9０-９])")
_LETTER = re.compile("[A-Za-z]")
_DASHES = ("-", "－", "—", "–")
# Digits of what a label announces, fewest and most.
_ANNOUNCED: dict[str, tuple[PersonalKind, int, int]] = {
    "customer_no": ("customer_no", 10, 16),
    "meter_no": ("meter_no", 8, 22),
    "bank_card": ("bank_card", 15, 21),
    "qq": ("qq", 5, 12),
    "wechat": ("wechat", 6, 12),
}
Found = tuple[PersonalKind, int] | None


def id_card_is_valid(number: str) -> bool:
    """Whether `number` has 18 places, a date in the middle and the right checksum at the end (GB 11643)."""
    number = digits_of(number)
    if not _ID_FORM.fullmatch(number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17]


def luhn_is_valid(number: str) -> bool:
    """Whether the last digit is the Luhn checksum of the others (ISO/IEC 7812)."""
    total = 0
    for at, sign in enumerate(reversed(number)):
        value = int(sign) * (1 + at % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def find_numbers(text: str) -> Iterator[PersonalSpan]:
    """Personal numbers in order, not overlapping."""
    before = size = 0
    label = ""
    for run in runs(text):
        start, end = run.places[0], run.places[-1] + 1
        near = label_before(text, start, customer_after(text, before) if before else 0)
        # One label for several numbers holds only where they are of one length.
        if not near and before and size == len(run.digits) and continues_list(text[before:start]):
            near = label if label in _ANNOUNCED else ""
        if near == label and customer_after(text, end) > end:
            near = "customer_no"
        label, before, size = near, end, len(run.digits)
        yield from _Reader(text, _without_country(text, run), label).spans()


def _without_country(text: str, run: Run) -> Run:
    """`run` with +86 or 0086 as a group of its own where it is written together with the number."""
    groups: list[int] = []
    marks: list[str] = []
    for at in range(run.count):
        groups.append(run.groups[at])
        marks.append(run.marks[at])
        match = _COUNTRY.fullmatch(run.number(at, at + 1))
        if match and (match[1] == "0086" or _MOBILE.fullmatch(match[2]) or text[run.span(at, at + 1)[0] - 1] in "+＋"):
            groups.append(run.groups[at] + len(match[1]))
            marks.append("")
    return Run(run.digits, run.places, [*groups, run.groups[-1]], marks) if len(marks) > run.count else run


class _Reader:
    """One run of digits read from left to right; at each group the surest kind that fits is taken."""

    def __init__(self, text: str, run: Run, label: str) -> None:
        self._text, self._run, self._label = text, run, label
        self._last = run.count

    def spans(self) -> Iterator[PersonalSpan]:
        """What the run holds."""
        first = 0
        while first < self._last:
            found = self._at(first)
            if found is None:
                first += 1
                continue
            kind, stop = found
            start, end = self._run.span(first, stop)
            if kind == "id_card" and stop == self._last:
                end = self._end_of_id(first, stop, end)
            if kind == "landline":
                start, end = self._whole_landline(start, end)
            yield PersonalSpan(start, end, kind)
            first = stop

    def _at(self, first: int) -> Found:
        """The kind that begins with group `first` and the group after its last one."""
        if self._size(first, self._last) < 7 and self._label not in ("qq", "wechat"):
            return None
        if stop := self._id_card(first):
            return "id_card", stop
        if self._label == "other":
            return None
        if stop := self._mobile(first):
            return "mobile", stop
        # A label announces the first number of a run; a telephone may follow it.
        if first and (stop := self._landline(first, announced=False)):
            return "landline", stop
        if self._label in _ANNOUNCED and (stop := self._announced(first)):
            return _ANNOUNCED[self._label][0], stop
        if stop := self._landline(first):
            return "landline", stop
        if stop := self._bank_card(first):
            return "bank_card", stop
        return self._called_after(first)

    def _size(self, first: int, stop: int) -> int:
        return self._run.groups[stop] - self._run.groups[first]

    def _shape(self, first: int, stop: int) -> tuple[int, ...]:
        return tuple(self._size(at, at + 1) for at in range(first, stop))

    def _stop(self, first: int, size: int) -> int:
        """The group after those from `first` that hold exactly `size` digits; 0 where no group ends there."""
        for stop in range(first + 1, self._last + 1):
            if self._size(first, stop) >= size:
                return stop if self._size(first, stop) == size else 0
        return 0

    def _touches_letter(self, first: int, stop: int) -> bool:
        start, end = self._run.span(first, stop)
        return bool(_LETTER.match(self._text[start - 1 : start]) or _LETTER.match(self._text[end : end + 1]))

    def _is_decimal(self, first: int, stop: int) -> bool:
        """Whether the digits are the places behind a point, or an amount."""
        mark = self._run.marks[first]
        _, end = self._run.span(first, stop)
        return mark in (".", "．") or _UNIT.match(self._text, end) is not None

    def _id_card(self, first: int) -> int:
        stop = self._stop(first, 18)
        if stop and id_card_is_valid(self._run.number(first, stop)) and not self._touches_letter(first, stop):
            return stop
        stop = self._stop(first, 17)
        if stop == self._last and self._has_x(stop):
            number = self._run.number(first, stop) + "X"
            if self._label == "id_card" or id_card_is_valid(number):
                return stop
        if self._label == "id_card":
            return self._stop(first, 18) or self._stop(first, 15)
        return 0

    def _has_x(self, stop: int) -> bool:
        end = self._run.span(0, stop)[1]
        return closing_x(self._text, end) > end

    def _end_of_id(self, first: int, stop: int, end: int) -> int:
        return closing_x(self._text, end) if self._size(first, stop) == 17 else end

    def _mobile(self, first: int) -> int:
        run = self._run
        if run.digits[run.groups[first]] == "0" and self._label != "phone":
            return 0
        stop = self._stop(first, 11)
        if not stop or not _MOBILE.fullmatch(run.number(first, stop)) or self._is_decimal(first, stop):
            return 0
        if self._label in ("qq", "meter_no", "bank_card", "order") and stop == first + 1 and first == 0:
            return stop if self._label == "order" else 0
        return stop if self._is_one(first, stop, _MOBILE_GROUPS) else 0

    def _is_one(self, first: int, stop: int, usual: Collection[tuple[int, ...]]) -> bool:
        """Whether groups are one number: the whole run, grouped as usual, digit by digit, or differing in script alone.

        138零零138000 differs in script alone.
        """
        shape = self._shape(first, stop)
        if (first == 0 and stop == self._last) or shape in usual:
            return True
        if not any(self._run.marks[first + 1 : stop]):
            return True
        beside = self._shape(max(0, first - 1), first) + self._shape(stop, min(self._last, stop + 1))
        return max(shape) == 1 and 1 not in beside

    def _announced(self, first: int) -> int:
        """The group after the announced number: one group, else as many between like marks as the kind may have."""
        _, least, most = _ANNOUNCED[self._label]
        # No number has more groups than digits.
        last = min(self._last, first + most)
        joined = first + 1
        while joined < last and not self._run.marks[joined]:
            joined += 1
        if least <= self._size(first, joined) <= most:
            return joined
        limit = next((at for at in range(first + 1, last) if self._mobile(at)), last)
        alike = first + 2
        while alike < limit and self._run.marks[alike] == self._run.marks[first + 1]:
            alike += 1
        for end in (min(alike, limit), limit):
            fitting = [stop for stop in range(first + 2, end + 1) if least <= self._size(first, stop) <= most]
            if fitting:
                return fitting[-1]
        return 0

    def _landline(self, first: int, *, announced: bool = True) -> int:
        if announced and self._label in ("order", "customer_no", "meter_no", "qq", "bank_card"):
            return 0
        abroad = first > 0 and self._run.number(first - 1, first) in ("86", "0086")
        lead = "0" if abroad and self._run.digits[self._run.groups[first]] != "0" else ""
        for size in (12, 11, 10):
            stop = self._stop(first, size - len(lead))
            if not stop or stop - first > 4 or not _LANDLINE.fullmatch(lead + self._run.number(first, stop)):
                continue
            if self._area_stands_apart(first, stop, lead) and not self._is_decimal(first, stop):
                return self._with_extension(stop)
        if self._label == "phone":
            return self._local(first)
        return 0

    def _area_stands_apart(self, first: int, stop: int, lead: str) -> bool:
        """One group, or an area code followed by the subscriber's number in one or two groups."""
        whole = first == 0 and stop == self._last
        return stop == first + 1 or whole or _AREA_ONLY.fullmatch(lead + self._run.number(first, first + 1)) is not None

    def _with_extension(self, stop: int) -> int:
        run = self._run
        if stop == self._last or run.marks[stop] not in _DASHES or self._size(stop, stop + 1) > 4:
            return stop
        return stop + 1 if stop + 1 == self._last or run.marks[stop + 1] not in _DASHES else stop

    def _whole_landline(self, start: int, end: int) -> tuple[int, int]:
        """With the bracket before the area code and the extension behind the number."""
        opened = self._text[start - 1 : start] in ("(", "（") and _CLOSED.search(self._text, start, end)
        extension = _EXTENSION.match(self._text, end)
        return start - 1 if opened else start, extension.end() if extension else end

    def _local(self, first: int) -> int:
        """A number without area code, where a label says that it is one."""
        for size in (8, 7):
            stop = self._stop(first, size)
            if stop and stop - first <= 2 and self._run.digits[self._run.groups[first]] in "2345678":
                return stop
        return 0

    def _bank_card(self, first: int) -> int:
        if self._label in ("order", "customer_no", "meter_no"):
            return 0
        for size in (19, 16, 18, 17):
            stop = self._stop(first, size)
            if not stop or self._touches_letter(first, stop):
                continue
            number = self._run.number(first, stop)
            if number[0] in "34569" and luhn_is_valid(number) and self._is_one(first, stop, _CARD_GROUPS):
                return stop
        return 0

    def _called_after(self, first: int) -> Found:
        """A number that is called a customer number right behind it."""
        for stop in range(min(self._last, first + 16), first, -1):
            end = self._run.span(first, stop)[1]
            if 10 <= self._size(first, stop) <= 16 and customer_after(self._text, end) > end:
                return "customer_no", stop
        return None
