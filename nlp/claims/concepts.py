"""What a clause affirms or denies: the two sides of a matter by word lists, turned round by each negation before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from config.errors import VocabularyError
from config.vocabulary import FOLDER
from nlp.claims.sentences import clauses
from nlp.claims.words import TABLE, content, either, pattern, words

# How far before a word a negation reaches, in characters of the same clause.
_REACH = 14


@dataclass(frozen=True, slots=True)
class Stance:
    """One side of a matter taken at `[start, end)` of a sentence; `yes` whether it is affirmed.

    `amount`: "all", "some" or "" as the clause says; `when`: "past", "now", "plan" or "".
    """

    concept: str
    yes: bool
    text: str
    start: int
    end: int
    clause: str
    amount: str = ""
    when: str = ""


@cache
def _concepts() -> tuple[tuple[str, bool, re.Pattern[str]], ...]:
    found = []
    for entry in content().get("concepts", ()):
        name = entry.get("name", "")
        for side in ("yes", "no"):
            its = entry.get(side)
            if not isinstance(its, list) or not all(isinstance(word, str) for word in its):
                raise VocabularyError("应为文字的列表", file=FOLDER / f"{TABLE}.toml", field=f"concepts.{name}.{side}")
            if its:
                try:
                    found.append((name, side == "yes", re.compile("|".join(sorted(its, key=len, reverse=True)))))
                except re.error as error:
                    raise VocabularyError(
                        f"正则写法不对：{error}", file=FOLDER / f"{TABLE}.toml", field=f"concepts.{name}.{side}"
                    ) from error
    return tuple(found)


@cache
def _negators() -> re.Pattern[str]:
    skipped = either(words("negation", "not_negation"))
    return re.compile(rf"(?P<skip>{skipped})|(?P<no>{either(words('negation', 'words'))})")


@lru_cache(maxsize=8192)
def negations(text: str) -> int:
    """How many negations a stretch holds; 不便 and 未来 are none, 未否认 and 并非没有 are two."""
    return sum(1 for match in _negators().finditer(text) if match["no"])


@lru_cache(maxsize=4096)
def stances(sentence: str) -> tuple[Stance, ...]:
    """Every side taken in a sentence, in order; of one concept at one place only the longest word."""
    found: list[Stance] = []
    for clause in clauses(sentence):
        amount, when = _amount(clause.text), _when(clause.text)
        here: list[Stance] = []
        for name, yes, its in _concepts():
            for match in its.finditer(clause.text):
                before = clause.text[max(0, match.start() - _REACH) : match.start()]
                side = yes if negations(before) % 2 == 0 else not yes
                start, end = clause.start + match.start(), clause.start + match.end()
                here.append(Stance(name, side, match.group(), start, end, clause.text, amount, when))
        found += [one for one in here if not _hidden(one, here)]
    return tuple(sorted(found, key=lambda it: (it.start, it.end)))


def _hidden(one: Stance, others: list[Stance]) -> bool:
    """Whether a longer word of the same concept covers it."""
    return any(
        it.concept == one.concept
        and it.start <= one.start
        and one.end <= it.end
        and it.end - it.start > one.end - one.start
        for it in others
    )


def _amount(clause: str) -> str:
    if re.search("并非(?:所有|全部|每)|不是(?:所有|全部)", clause) or pattern("marks", "some").search(clause):
        return "some"
    return "all" if pattern("marks", "all").search(clause) else ""


# Names of what was planned, which is no plan any more.
_PLANNED = re.compile("计划(?:内|外|检修|停电|性)|没有计划|未计划|将近")


def _when(clause: str) -> str:
    clause = _PLANNED.sub("", clause)
    if pattern("marks", "plan").search(clause):
        return "plan"
    if pattern("marks", "past").search(clause):
        return "past"
    return "now" if pattern("marks", "now").search(clause) else ""


# What a number counts, by the words around it; numbers of different things are not compared.
_ROLES: Mapping[str, re.Pattern[str]] = {
    name: re.compile(its)
    for name, its in {
        "restored": r"(?<!未)(?<!没有)(?<!尚未)(?:恢复|复电|送电|来电)",
        "dead": "死亡|遇难|身亡|死",
        "hurt": "受伤|轻伤|重伤|伤者|伤员|(?<!死)伤(?!亡)",
        "casualties": "伤亡",
        "affected": "停电|影响|涉及|波及|受灾|失电|断电|跳闸",
        "sent": "投入|出动|调集|派出|增派|调派|赶赴",
        "support": "支援",
        "refunded": "退还|退费|退回|多交|多收|多计|收到退",
        "fined": "罚款|处罚|罚",
        "invested": "投资|造价",
        "usage": "用电量|电量|用了",
        "bill": "电费",
        "price": "电价|每度|每千瓦时",
        "complaints": "投诉",
        "replaced": "更换|换装|换表",
        "running": "投运|投用|可用|可以使用|能用",
        "damaged": "受损|损坏|倒伏|断杆|倒杆",
        "compensated": "赔偿|补偿|赔付",
        "length": "全长|长度",
        "capacity": "容量",
        "error": "误差",
        "distance": r"距|相距|远在|[里米]外|离[^，。]{1,10}(?=$|[有约])|外侧",
        "visit": "到达|到场|抵达|赶到",
        "outage": "停电|断电|复电",
        "handled": "办结|办完|办理",
        "building": "工期|施工",
        "repair": "抢修|修复",
    }.items()
}
_LEFT = re.compile(r"(?:未|没有|尚未|还没|没|等待|待|仍需)[^，。]{0,4}?(?:恢复|复电|送电|来电)")


@lru_cache(maxsize=8192)
def roles(context: str) -> frozenset[str]:
    """What the words around a number say that it counts; empty where they say nothing known."""
    found = {name for name, its in _ROLES.items() if its.search(context)}
    if _LEFT.search(context):
        found.discard("restored")
        found.add("left")
    if found & {"restored", "left"}:
        found -= {"affected", "outage"}
    return frozenset(found)


def opposed_roles(clause: str, text: str, fact: str, value: str) -> bool:
    """Whether a claim and a fact count different things: restored and not restored, dead and hurt."""
    mine, its = roles(clause.replace(text, "")), roles(fact.replace(value, ""))
    exclusive = ({"restored", "left", "affected"}, {"dead", "hurt"})
    return any((mine & group) and (its & group) and not (mine & its & group) for group in exclusive)
