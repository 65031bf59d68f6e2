"""What complaints and the media ask, said or implied; the kinds of question are data (config/vocab/questions.toml)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.claims.sentences import clauses, sentences

TABLE = "questions"
NEEDS = frozenset(
    ["cause", "time", "began", "lasting", "count", "money", "line", "estate", "place", "stance", "measure", "topic"]
)
_YES_NO = "是否"
_SPEAKER = re.compile(r"^(?:记者|网友|市民|用户|主持人|问|提问|客户)[^：:，。]{0,6}[：:]\s*")
_ASKED = re.compile(
    r"[？?]|吗|呢[。！]?$|什么|怎么|为啥|为何|咋|多少|几[点号户天时个次条]|哪|谁|是否|是不是|有没有|会不会|能不能|要不要|可不可|何时|多久|能否|如何|"
    "凭什么|难道|还停不停|敢不敢|到底|还要|没人|一直打不通|连个|管不管|没通知|没接到通知|没有通知"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of question: how it is asked, and what a sentence must hold to answer it."""

    name: str
    ask: re.Pattern[str]
    answer: re.Pattern[str] | None
    must: re.Pattern[str] | None
    without: re.Pattern[str] | None
    needs: tuple[str, ...]
    idle_counts: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One question as it stands, and its kind in Chinese (原因, 时间, 数量 …; 其他 where no kind is known)."""

    text: str
    kind: str


@cache
def kinds() -> Mapping[str, Kind]:
    """The kinds in the order they are tried. Raises VocabularyError naming what is wrong."""
    found: dict[str, Kind] = {}
    for entry in load_table(TABLE).content.get("questions", ()):
        name = str(entry.get("name", ""))
        needs = tuple(entry.get("needs", ()))
        if not name or not set(needs) <= NEEDS:
            raise VocabularyError("没有名称或 needs 不认识", file=FOLDER / f"{TABLE}.toml", field=f"questions.{name}")
        ask = _either(entry, "ask", name)
        if ask is None:
            raise VocabularyError("缺少 ask", file=FOLDER / f"{TABLE}.toml", field=f"questions.{name}")
        found[name] = Kind(
            name, ask, _either(entry, "answer", name), _either(entry, "must", name), _either(entry, "not", name), needs,
            bool(entry.get("idle_counts")),
        )  # fmt: skip
    return found


def _either(entry: Mapping[str, Any], key: str, name: str) -> re.Pattern[str] | None:
    its = entry.get(key)
    if its is None:
        return None
    try:
        return re.compile("|".join(its))
    except (re.error, TypeError) as error:
        raise VocabularyError(
            f"正则写法不对：{error}", file=FOLDER / f"{TABLE}.toml", field=f"questions.{name}.{key}"
        ) from error


@cache
def idle() -> re.Pattern[str]:
    """What is said without answering anything."""
    return re.compile("|".join(re.escape(word) for word in load_table(TABLE).content["idle"]["words"]))


def questions_of(text: str) -> tuple[Question, ...]:
    """The questions of a text in order, each kind once: those asked, and complaints that want an answer (没人来)."""
    found: dict[str, Question] = {}
    for sentence in sentences(text):
        plain = _SPEAKER.sub("", sentence.text).strip()
        if not _ASKED.search(plain):
            continue
        kind = kind_of(plain)
        found.setdefault(kind, Question(plain, kind))
    return tuple(found.values())


def asking(text: str) -> str:
    """The last clause of a question that asks; the whole where none does."""
    asks = [part.text for part in clauses(text) if _ASKED.search(part.text)]
    return asks[-1] if asks else text


def kind_of(text: str) -> str:
    """The kind of a question; 其他 where none is known. The last clause that asks is tried first, then the whole."""
    asking = [part.text for part in clauses(text) if _ASKED.search(part.text)]
    for piece in (*asking[-1:], text):
        for kind in kinds().values():
            if kind.name != _YES_NO and kind.ask.search(piece):
                return kind.name
    return _YES_NO if kinds()[_YES_NO].ask.search(text) else "其他"
