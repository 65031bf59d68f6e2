"""Which side of a matter a sentence takes: expressions by config/vocab/opposites.toml, turned by a negation before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.claims.concepts import negations
from nlp.claims.sentences import clauses

TABLE = "opposites"
# A negation ends it: 检定…合格 is not 检定不合格.
GAP = "(?:(?![不没未无非])[^，。；]){0,8}?"
# How far before an expression a negation reaches, in characters of the same clause.
_REACH = 7
# What ends the reach of a negation: 没人通知就停电.
_TURN = re.compile("就|便|而|却|但|后|才|再|的")


@dataclass(frozen=True, slots=True)
class Mark:
    """One side of a scale taken at `[start, end)` of a sentence, in its clause of number `clause`."""

    scale: str
    yes: bool
    text: str
    start: int
    end: int
    clause: int
    weak: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """Two sides of a matter. `weak`: its words may be said of anything; `about`: the matter must be named, if given."""

    name: str
    yes: re.Pattern[str]
    no: re.Pattern[str]
    weak: bool
    about: re.Pattern[str] | None


def compiled(listed: object, file: str, field: str) -> re.Pattern[str]:
    """Expressions parted by blanks, … as a gap, as one pattern. Raises VocabularyError naming the expression."""
    if not isinstance(listed, str) or not listed.split():
        raise VocabularyError("应为用空白隔开的词语", file=FOLDER / f"{file}.toml", field=field)
    its = sorted(listed.replace("…", GAP).split(), key=len, reverse=True)
    for word in its:
        try:
            re.compile(word)
        except re.error as error:
            raise VocabularyError(
                f"正则写法不对：{word}（{error}）", file=FOLDER / f"{file}.toml", field=field
            ) from error
    return re.compile("|".join(its))


@cache
def scales() -> tuple[Scale, ...]:
    """Every scale of the table. Raises VocabularyError naming scale and side."""
    return tuple(_scale(entry) for entry in load_table(TABLE).content.get("scales", ()))


def _scale(entry: dict[str, Any]) -> Scale:
    name = str(entry.get("name", ""))
    about = entry.get("about")
    return Scale(
        name,
        compiled(entry.get("yes"), TABLE, f"scales.{name}.yes"),
        compiled(entry.get("no"), TABLE, f"scales.{name}.no"),
        bool(entry.get("weak")),
        re.compile(about) if about else None,
    )


@lru_cache(maxsize=4096)
def marks(sentence: str) -> tuple[Mark, ...]:
    """Every side taken in a sentence; of one scale, what a longer expression covers is left out."""
    found: list[Mark] = []
    for scale in scales():
        if scale.about is None or scale.about.search(sentence):
            for index, clause in enumerate(clauses(sentence)):
                found += _of_clause(scale, clause.text, clause.start, index)
    return tuple(_embraced(sentence, found))


# A rumour, a claim or a quotation, told to be false by what follows.
_TRUTH = "属实"
_CLAIM = re.compile(
    "网传|网上|传言|传闻|所谓|所说|所称|说法|一说|一事|之说|视频|帖子|截图|消息|谣|有人(?:称|说)|“|爆料|反映|自称|声称|指控"
)


def _embraced(sentence: str, found: list[Mark]) -> Iterator[Mark]:
    """The marks, those of a claim that is told to be false turned round."""
    false = [one for one in found if one.scale == _TRUTH and not one.yes]
    claimed = _CLAIM.search(sentence)
    for one in found:
        within = any(one.end <= it.start or (one.clause == it.clause and one.start < it.start) for it in false)
        turned = bool(false and claimed) and one.scale != _TRUTH and within
        yield replace(one, yes=not one.yes) if turned else one


def _of_clause(scale: Scale, clause: str, offset: int, index: int) -> Iterator[Mark]:
    spans = [
        (m.start(), m.end(), yes) for yes, its in ((True, scale.yes), (False, scale.no)) for m in its.finditer(clause)
    ]
    for start, end, yes in spans:
        if start == end or any(
            (a <= start and end <= b and b - a > end - start) or (a < start < b and yes != side) for a, b, side in spans
        ):
            continue
        turned = negations(_before(clause, start)) % 2 == 1
        yield Mark(scale.name, yes != turned, clause[start:end], offset + start, offset + end, index, scale.weak)


def _before(clause: str, start: int) -> str:
    """The stretch in which a negation still reaches the expression."""
    stretch = clause[max(0, start - _REACH) : start]
    turns = [match.end() for match in _TURN.finditer(stretch)]
    return stretch[turns[-1] :] if turns else stretch
