"""Whether a text says what a statement must say, answers what is asked, and avoids what should not be said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.claims.answers import answered
from nlp.claims.extract import DENIED, claims_of, is_checking
from nlp.claims.phrases import unknown_cause
from nlp.claims.promises import promises_of
from nlp.claims.questions import Question
from nlp.claims.sentences import clean
from nlp.claims.words import pattern, words

TABLE = "phrases"
PointKind = Literal["question", "time", "area", "cause", "update", "contact", "phrase", "blaming", "length"]


@dataclass(frozen=True, slots=True)
class QualityPoint:
    """One point: `met`, what it is (`word`, Chinese), and what is missing or where it stands (`note`).

    `start` and `end` are where a phrase stands in the cleaned text; -1 for points about the whole.
    """

    kind: PointKind
    word: str
    met: bool
    note: str = ""
    start: int = -1
    end: int = -1


@dataclass(frozen=True, slots=True)
class Phrase:
    """A way of speaking to be avoided, why, and what to say instead."""

    kind: Literal["phrase", "blaming"]
    find: re.Pattern[str]
    why: str
    better: str


@cache
def phrases() -> tuple[Phrase, ...]:
    """The list of phrases. Raises VocabularyError naming the entry."""
    content = load_table(TABLE).content
    found = []
    sections: tuple[tuple[str, Literal["phrase", "blaming"]], ...] = (("blaming", "blaming"), ("forbidden", "phrase"))
    for section, kind in sections:
        for number, entry in enumerate(content.get(section, ()), 1):
            try:
                found.append(Phrase(kind, re.compile(entry["find"]), str(entry["why"]), str(entry["better"])))
            except (KeyError, TypeError, re.error) as error:
                raise VocabularyError(
                    f"第 {number} 条缺少 find、why、better 或正则写错", file=FOLDER / f"{TABLE}.toml", field=section
                ) from error
    return tuple(found)


def quality_of(text: str, questions: Sequence[Question | str], at: datetime) -> tuple[QualityPoint, ...]:
    """The points of a text: questions, what it must say, phrases, length. `at`: when it is said, aware."""
    plain = clean(text)
    return (*_questions(plain, questions, at), *_contents(plain, at), *_phrases(plain), _length(plain))


def _questions(text: str, questions: Sequence[Question | str], at: datetime) -> list[QualityPoint]:
    found = []
    for question in questions:
        asked = question if isinstance(question, str) else question.text
        answer = answered(question, text, at)
        found.append(QualityPoint("question", asked, answer.sentence is not None, answer.why))
    return found


def _contents(text: str, at: datetime) -> list[QualityPoint]:
    claims = claims_of(text, at)
    kinds = {claim.kind for claim in claims if not claim.exempt and claim.note != DENIED}
    checking = unknown_cause(text) or (bool(re.search("原因", text)) and is_checking(text))
    contact = re.search("|".join(words("exempt", "contact")), text)
    update = any(promise.kind == "update" for promise in promises_of(text, at))
    closed = _all_done(text)
    return [
        QualityPoint("time", "时间", "time" in kinds, "" if "time" in kinds else "没有写什么时候发生"),
        QualityPoint("area", "范围", "place" in kinds, "" if "place" in kinds else "没有写影响哪里"),
        QualityPoint(
            "cause", "原因", "cause" in kinds or checking,
            "" if "cause" in kinds else "写了正在核查" if checking else "没有写原因，也没有写正在核查",
        ),
        QualityPoint(
            "update", "下次发布", update or closed,
            "" if update else "事情已处理完，不需要" if closed else "没有写下一次什么时候发布",
        ),
        QualityPoint("contact", "联系方式", contact is not None, "" if contact else "没有写怎么联系我们"),
    ]  # fmt: skip


def _all_done(text: str) -> bool:
    """Whether all is restored and nothing is promised or still looked into."""
    return bool(re.search("全部(?:恢复|完成|来电|送电)|已(?:经)?全部", text)) and not pattern("marks", "plan").search(
        text
    )


def _phrases(text: str) -> list[QualityPoint]:
    return [
        QualityPoint(it.kind, match.group(), False, f"{it.why}；建议：{it.better}", match.start(), match.end())
        for it in phrases()
        for match in it.find.finditer(text)
    ]


def _length(text: str) -> QualityPoint:
    bounds = load_table(TABLE).content.get("length", {})
    least, most, size = int(bounds.get("least", 0)), int(bounds.get("most", 10_000)), len(re.sub(r"\s", "", text))
    note = (
        f"{size} 字，建议至少 {least} 字"
        if size < least
        else f"{size} 字，建议不超过 {most} 字"
        if size > most
        else f"{size} 字"
    )
    return QualityPoint("length", "长度", least <= size <= most, note)
