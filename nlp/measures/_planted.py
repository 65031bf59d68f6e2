"""Texts with personal data planted in them, made from a seed: to measure how much of it is found, and what else is.

Every value is invented. Twelve kinds in many spellings stand at the beginning, in the middle, at the end, glued to
words, in brackets and lists, with a label and, where the form tells the kind, without one. Between them stand sentences
full of numbers and words that look like personal data and are none.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from config.masking import PersonalKind, id_card_is_valid, luhn_is_valid
from config.vocabulary import load_table
from nlp.measures._spellings import Spelling, in_chinese, spelled

KINDS: tuple[PersonalKind, ...] = (
    "mobile", "landline", "id_card", "bank_card", "customer_no", "meter_no", "plate", "email", "wechat", "qq", "name",
    "address",
)  # fmt: skip
# Kinds that their form tells, so that they need no label.
_FORMED = frozenset({"mobile", "landline", "id_card", "bank_card", "plate", "email"})
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Plant:
    """One planted value: code points `[start, end)` of its text."""

    kind: PersonalKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PlantedText:
    """A text and everything personal in it."""

    text: str
    plants: tuple[Plant, ...]


class Planter:
    """Makes texts; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        """Raises VocabularyError when the table `planted` is not right."""
        content = load_table("planted").content
        self._words: dict[str, list[str]] = {name: words.split() for name, words in content["words"].items()}
        self._sentences: dict[str, list[str]] = content["sentences"]
        self._chance = random.Random(seed)  # noqa: S311 - invented values, no secrets
        self._values = _Values(self._words, self._chance)

    def texts(self, values: int) -> Iterator[PlantedText]:
        """Texts with `values` planted values in all, the kinds in equal numbers, some two or three to a text."""
        left = [KINDS[number % len(KINDS)] for number in range(values)]
        self._chance.shuffle(left)
        while left:
            few = [left.pop() for _ in range(min(len(left), self._chance.choice((1, 1, 1, 2, 3))))]
            yield self._text(few)

    def harmless(self) -> list[str]:
        """The sentences without any personal data."""
        return self._sentences["harmless"]

    def _text(self, kinds: Sequence[PersonalKind]) -> PlantedText:
        chance, sentences = self._chance, self._sentences
        parts: list[str] = []
        plants: list[Plant] = []
        at = 0
        if chance.random() < 0.4:
            parts.append(chance.choice(sentences["harmless"]))
            at = len(parts[0])
        for kind in kinds:
            carriers = sentences[kind] + (sentences["generic"] if kind in _FORMED else [])
            before, after = chance.choice(carriers).split("{}")
            value = self._values.one(kind)
            plants.append(Plant(kind, at + len(before), at + len(before) + len(value)))
            parts.append(before + value + after + chance.choice(sentences["ends"]))
            at += len(parts[-1])
        if chance.random() < 0.5:
            parts.append(chance.choice(sentences["harmless"]))
        return PlantedText("".join(parts), tuple(plants))


class _Values:
    """Makes one value of a kind, in one of the ways people write it."""

    def __init__(self, words: dict[str, list[str]], chance: random.Random) -> None:
        self._words, self._chance = words, chance
        self._makers: dict[PersonalKind, Callable[[], str]] = {
            "mobile": self._mobile, "landline": self._landline, "id_card": self._id_card, "bank_card": self._bank_card,
            "customer_no": self._customer_no, "meter_no": self._meter_no, "plate": self._plate, "email": self._email,
            "wechat": self._wechat, "qq": self._qq, "name": self._name, "address": self._address,
        }  # fmt: skip

    def one(self, kind: PersonalKind) -> str:
        """A value of `kind`."""
        return self._makers[kind]()

    def _word(self, name: str) -> str:
        return self._chance.choice(self._words[name])

    def _digits(self, number: int) -> str:
        return "".join(self._chance.choice("0123456789") for _ in range(number))

    def _spell(self, number: str, groups: Sequence[Sequence[int]], *, plainly: float = 0.35) -> str:
        if self._chance.random() < plainly:
            return number
        return spelled(number, self._chance.choice(list(Spelling)), self._chance.choice(groups), self._chance)

    def _mobile(self) -> str:
        number = "1" + self._chance.choice("3456789") + self._digits(9)
        return self._spell(number, ((3, 4, 4), (3, 8), (3, 3, 5), (7, 4)))

    def _landline(self) -> str:
        area, number = self._word("areas"), self._chance.choice("2345678") + self._digits(7)
        form = self._chance.choice(("{}-{}", "{} {}", "({}){}", "（{}）{}", "{}－{}", "{}{}", "{}—{}"))
        if self._chance.random() < 0.15:
            area, number = in_chinese(area, self._chance), in_chinese(number, self._chance)
        return form.format(area, number) + self._chance.choice(("", "", "", "", "转8001", "-802"))

    def _id_card(self) -> str:
        birth = f"{self._chance.randint(1940, 2012)}{self._chance.randint(1, 12):02d}{self._chance.randint(1, 28):02d}"
        body = self._word("divisions") + birth + f"{self._chance.randint(1, 999):03d}"
        number = next(body + last for last in "0123456789X" if id_card_is_valid(body + last))
        if number.endswith("X") and self._chance.random() < 0.4:
            return number.lower()
        return self._spell(number, ((6, 8, 4), (6, 4, 4, 4), (3, 3, 4, 4, 4)))

    def _bank_card(self) -> str:
        body = self._word("bins") + self._digits(self._chance.choice((9, 12)))
        number = next(body + last for last in "0123456789" if luhn_is_valid(body + last))
        return self._spell(number, ((4, 4, 4, 4, 3), (6, 13)) if len(number) == 19 else ((4, 4, 4, 4), (6, 10)))

    def _customer_no(self) -> str:
        """Ten or thirteen digits; never like a mobile."""
        size = self._chance.choice((10, 10, 13))
        number = self._chance.choice("0345") + self._digits(size - 1)
        return self._spell(number, ((3, 3, 4), (5, 5), (4, 4, 2)) if size == 10 else ((4, 4, 5), (3, 5, 5)))

    def _meter_no(self) -> str:
        return self._spell("00" + self._digits(self._chance.choice((8, 10, 11))), ((4, 4, 9), (5, 9)), plainly=0.8)

    def _plate(self) -> str:
        form = self._chance.choice(("5", "D5", "F5", "A4", "AB3"))
        rest = "".join(self._digits(int(sign)) if sign.isdigit() else sign for sign in form)
        mark = self._chance.choice(("", "", "", "·", " ", "-", "•"))
        plate = self._word("provinces") + self._chance.choice("ABCDEFGHJK") + mark + rest
        if self._chance.random() < 0.15:
            return plate.lower()
        return spelled(plate, Spelling.WIDE, (len(plate),), self._chance) if self._chance.random() < 0.1 else plate

    def _handle(self, least: int, most: int) -> str:
        letters = "".join(self._chance.choice(_LETTERS) for _ in range(self._chance.randint(least, most)))
        digits = self._digits(self._chance.randint(0, 4))
        return letters + (self._chance.choice(("", "_")) if digits else "") + digits

    def _email(self) -> str:
        local = self._chance.choice((self._handle(3, 8), self._digits(9), f"{self._handle(2, 5)}.{self._handle(2, 5)}"))
        return local + self._chance.choice(("@", "@", "@", "@", "＠", " @ ", "[at]")) + self._word("hosts")

    def _wechat(self) -> str:
        handle = self._handle(6, 12)
        return handle.upper() if self._chance.random() < 0.1 else handle

    def _qq(self) -> str:
        number = self._chance.choice("123456789") + self._digits(self._chance.randint(5, 9))
        return self._spell(number, ((3, 3, 9), (4, 9)), plainly=0.7)

    def _name(self) -> str:
        draw = self._chance.random()
        if draw < 0.05:
            return self._word("traditional")
        surname = self._word("double_surnames") if draw < 0.12 else self._word("surnames")
        return surname + (self._word("given") if self._chance.random() < 0.7 else self._word("single"))

    def _address(self) -> str:
        """Down to the room in an estate, the house in a street, or the house in a village."""
        town = self._word("towns") if self._chance.random() < 0.9 else ""
        draw, number = self._chance.random(), self._chance.randint
        if draw < 0.2:
            return f"{town}{self._word('roads')}{number(1, 399)}号"
        if draw < 0.35:
            group = self._chance.choice(("", f"{number(1, 20)}组"))
            return f"{town}{self._word('villages')}{group}{number(1, 120)}号"
        road = self._chance.choice(("", f"{self._word('roads')}{number(1, 399)}号"))
        return f"{town}{road}{self._word('estates')}{self._home()}"

    def _home(self) -> str:
        """Building, unit and room in one of ten forms."""
        building, unit = self._chance.randint(1, 32), self._chance.randint(1, 6)
        room = f"{self._chance.randint(1, 33)}0{self._chance.randint(1, 4)}"
        few = [in_chinese(number, self._chance) for number in (str(building % 9 + 1), str(unit), room)]
        forms = (
            f"{building}栋{unit}单元{room}室", f"{building}号楼{unit}单元{room}", f"{building}幢{room}室",
            f"{building}栋{room}房", f"{'ABCD'[unit % 4]}座{room}室", f"{building}#{room}", f"{building}-{unit}-{room}",
            f"{building}栋{unit}单元", f"{building}号楼{unit}门{room[:-2]}楼{room[-1]}号",
            f"{few[0]}栋{few[1]}单元{few[2]}室",
        )  # fmt: skip
        return self._chance.choice(forms)
