"""Places, causes, sides taken and states of work that contradict each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from nlp.claims.concepts import Stance, negations
from nlp.claims.phrases import Phrase, unknown_cause
from nlp.claims.places import Place, relation
from nlp.claims.sentences import clauses
from nlp.claims.subjects import Told, content_words, limiting, locating
from nlp.claims.words import content, either, pattern, words


def place_conflict(mine: Told, its: Told) -> str:
    """Why the two locate one thing in places that lie apart, or one goes beyond the bounds of the other; or ""."""
    for one, other in ((mine, its), (its, mine)):
        if limiting(one) and one.places:
            for there in other.places:
                if all(relation(there, here) == "apart" or _beyond(there, here) for here in one.places):
                    return f"“{one.places[0].text}”之外又说到“{there.text}”"
    if not (locating(mine) and locating(its) and mine.places and its.places):
        return ""
    if any(relation(a, b) in ("same", "inside", "holds") for a in mine.places for b in its.places):
        return ""
    shared = content_words(mine.text) & content_words(its.text)
    if all(relation(a, b) == "apart" for a in mine.places for b in its.places) and (shared or len(mine.text) < 24):
        return f"同一件事的地点不同：“{mine.places[0].text}”与“{its.places[0].text}”"
    if (_other_site(mine.places[0], its.places[0]) or _other_spot(mine.places[0], its.places[0])) and shared:
        return f"同一件事的地点不同：“{mine.places[0].text}”与“{its.places[0].text}”"
    return ""


def _beyond(there: Place, here: Place) -> bool:
    """Whether one division is of another kind than the bound and not known to lie in it (青禾区, 云川县)."""
    mine, its = max(dict(there.parts)), max(dict(here.parts))
    return mine <= its and relation(there, here) == "apart"


def _other_site(one: Place, other: Place) -> bool:
    """鱼塘 and 建筑工地: two kinds of site."""
    first, second = dict(one.parts), dict(other.parts)
    return 6 in first and 6 in second and first[6] != second[6]


def _other_spot(one: Place, other: Place) -> bool:
    """Two villages, roads or estates in divisions of which none is the other's (柳湾镇上坝村, 青禾区滨河大道)."""
    first, second = dict(one.parts), dict(other.parts)
    fine = max(first) >= 4 and max(second) >= 4 and 9 not in first.keys() | second.keys()
    return fine and len(first) > 1 and len(second) > 1 and not first.keys() & second.keys()


@cache
def _causes() -> Mapping[str, tuple[re.Pattern[str], str]]:
    return {it["name"]: (re.compile(either(it["words"])), it.get("within", "")) for it in content().get("causes", ())}


@lru_cache(maxsize=2048)
def cause_kinds(text: str) -> frozenset[str]:
    """The kinds of cause that a phrase names."""
    found = {name for name, (its, _) in _causes().items() if its.search(text)}
    if "用户侧" in found:
        found -= {"设备老化", "高温负荷", "电气"}
    if "外力破坏" in found:
        found -= {"手续", "设备老化"}
    if "电表" in found:
        found -= {"设备老化"}
    return frozenset(found)


def _with_parents(kinds: frozenset[str]) -> frozenset[str]:
    return kinds | {_causes()[kind][1] for kind in kinds if _causes()[kind][1]}


def cause_conflict(mine: Told, its: Told) -> str:
    """Why the causes of the two contradict each other, or ""; a cause found where it was unknown does not."""
    if unknown_cause(mine.text) or unknown_cause(its.text):
        return ""
    for one in mine.causes:
        for other in its.causes:
            if one.denied != other.denied:
                denied, given = (one, other) if one.denied else (other, one)
                if _covers(cause_kinds(denied.text), cause_kinds(given.text)) or _held(denied.text, given.text):
                    return f"一处否认“{denied.text}”，一处说是“{given.text}”"
    here, there = [it for it in mine.causes if not it.denied], [it for it in its.causes if not it.denied]
    if not here or not there or not _same_effect(mine, its):
        return ""
    if any(_same_cause(one, other) for one in here for other in there):
        return ""
    return f"同一件事的原因不同：“{here[0].text}”与“{there[0].text}”"


def _covers(denied: frozenset[str], given: frozenset[str]) -> bool:
    return bool(denied & _with_parents(given))


def _held(denied: str, given: str) -> bool:
    return any(word in given for word in content_words(denied))


def _same_cause(one: Phrase, other: Phrase) -> bool:
    first, second = cause_kinds(one.text), cause_kinds(other.text)
    if first and second:
        return bool(_with_parents(first) & second or first & _with_parents(second))
    pairs = {one.text[i : i + 2] for i in range(len(one.text) - 1)}
    return any(other.text[i : i + 2] in pairs for i in range(len(other.text) - 1))


_EFFECTS = (
    "停电|跳闸|断电|故障|失电|限电", "起火|火灾|着火|烧", "电费|多计|多收|计费|账单|上涨",
    "电表|走快|走字|误差", "低电压|电压", "停工|工地|施工|工期|延期", "受伤|伤亡|触电|死亡",
    "到场|赶到|到达|延误|迟", "热线|打不通|接通", "通知", "充电|充电桩", "噪声|噪音", "办理|报装|受理",
)  # fmt: skip


def _same_effect(mine: Told, its: Told) -> bool:
    here = {index for index, its_ in enumerate(_EFFECTS) if re.search(its_, mine.text)}
    there = {index for index, its_ in enumerate(_EFFECTS) if re.search(its_, its.text)}
    return bool(here & there) or not here or not there


_DUTY = re.compile("不得|严禁|禁止|请勿|切勿|应当|须|务必")


def side_conflict(mine: Told, its: Told) -> str:
    """Why the two take opposite sides of one matter, or ""."""
    for one in mine.stances:
        for other in its.stances:
            if one.concept != other.concept or one.yes == other.yes:
                continue
            if _different_moment(one, other) or _some_and_some(one, other) or _DUTY.search(one.clause + other.clause):
                continue
            if one.concept in words("content", "weak") and not _same_matter(mine, one, its, other):
                continue
            if _agrees_elsewhere(one, its) or _agrees_elsewhere(other, mine):
                continue
            if _later(mine, its) if one.yes else _later(its, mine):
                continue
            return f"说法相反：“{one.clause}”与“{other.clause}”"
    return agent_conflict(mine, its) or exclusive_conflict(mine, its) or denial_conflict(mine, its)


@cache
def _exclusive() -> tuple[tuple[re.Pattern[str], ...], ...]:
    return tuple(tuple(re.compile(kind) for kind in group) for group in content()["exclusive"]["groups"])


@lru_cache(maxsize=8192)
def _kinds_named(text: str) -> Mapping[int, Mapping[int, str]]:
    """By group, the kinds of it that a sentence names, each as it stands."""
    found: dict[int, dict[int, str]] = {}
    for number, group in enumerate(_exclusive()):
        for index, kind in enumerate(group):
            if match := kind.search(text):
                found.setdefault(number, {})[index] = match.group()
    return found


def exclusive_conflict(mine: Told, its: Told) -> str:
    """Why the two give one thing two kinds of which it can only be one (一般事故, 重大事故), or ""."""
    here, there = _kinds_named(mine.text), _kinds_named(its.text)
    for group in here.keys() & there.keys():
        one, other = here[group], there[group]
        denied = negations(mine.text) or negations(its.text)
        if not one.keys() & other.keys() and not denied and shared_words(mine.text, its.text):
            return f"同一件事的类别不同：“{next(iter(one.values()))}”与“{next(iter(other.values()))}”"
    return ""


def _different_moment(one: Stance, other: Stance) -> bool:
    whens = {one.when, other.when}
    return whens in ({"past", "now"}, {"plan", "now"}, {"plan", ""}, {"plan", "past"})


def _some_and_some(one: Stance, other: Stance) -> bool:
    return one.amount == "some" and other.amount == "some"


def _agrees_elsewhere(one: Stance, its: Told) -> bool:
    """Whether the other sentence takes the same side somewhere, about a part (大部分已收到，个别没有)."""
    return any(it.concept == one.concept and it.yes == one.yes for it in its.stances)


def _same_matter(mine: Told, one: Stance, its: Told, other: Stance) -> bool:
    return one.text == other.text or bool(shared_words(mine.text, its.text))


@cache
def _no_matter() -> frozenset[str]:
    return frozenset(words("content", "no_matter"))


@lru_cache(maxsize=8192)
def shared_words(one: str, other: str) -> frozenset[str]:
    """Words of content that both hold, also inside a longer word of the other (电压, 电压偏低)."""
    mine, its = content_words(one) - _no_matter(), content_words(other) - _no_matter()
    return frozenset({word for word in mine if word in other} | {word for word in its if word in one})


_TASK = re.compile("承担|负责|维护|支付|出资|运维|管理|赔偿|赔付|建设|施工|处理|产权|所有|出钱|买单")


@cache
def _agents() -> Mapping[str, re.Pattern[str]]:
    return {
        name: re.compile(f"(?:由|归|属于?|(?:应|须)由)[^，。；]{{0,6}}?(?:{either(its)})")
        for name, its in content()["agents"].items()
    }


def agent_conflict(mine: Told, its: Told) -> str:
    """Why one thing is said to be paid, kept or borne by two different sides, or ""."""
    here, there = ({name for name, its_ in _agents().items() if its_.search(told.text)} for told in (mine, its))
    tasks = set(_TASK.findall(mine.text)) & set(_TASK.findall(its.text))
    if here and there and not here & there and tasks and shared_words(mine.text, its.text) - tasks:
        return f"由谁{tasks.pop()}说法不同"
    return ""


_NEAR = 5
_HYPOTHETIC = re.compile("可能|如|若|是否|应当|一旦")


def denial_conflict(mine: Told, its: Told) -> str:
    """Why one denies, with the same word, what the other says (占用了农田, 没有占用农田); or ""."""
    for one in clauses(mine.text):
        for other in clauses(its.text):
            if _HYPOTHETIC.search(one.text + other.text) or not _denies(one.text, other.text):
                continue
            if not (
                _agree_on_a_side(mine, its) or _others(one.text, other.text) or _then_and_now(one.text, other.text)
            ):
                first, second = (mine, its) if negations(one.text) else (its, mine)
                if not _later(second, first):
                    return f"说法相反：“{one.text}”与“{other.text}”"
    return ""


def _agree_on_a_side(mine: Told, its: Told) -> bool:
    """Whether both take the same side of some matter: 不收取 and 免费 say the same with and without a negation."""
    return bool({(it.concept, it.yes) for it in mine.stances} & {(it.concept, it.yes) for it in its.stances})


def _others(one: str, other: str) -> bool:
    """Whether the two tell of different people, firms or offices."""
    here, there = (
        {name for name, its in content()["agents"].items() if re.search(either(its), text)} for text in (one, other)
    )
    return bool(here and there and not here & there)


def _then_and_now(one: str, other: str) -> bool:
    past, now = pattern("marks", "past"), pattern("marks", "now")
    return bool((past.search(one) and now.search(other)) or (now.search(one) and past.search(other)))


@lru_cache(maxsize=8192)
def _denies(one: str, other: str) -> bool:
    some, plan = pattern("marks", "some"), pattern("marks", "plan")
    if _DUTY.search(one + other) or plan.search(one) or plan.search(other) or (some.search(one) and some.search(other)):
        return False
    shared = shared_words(one, other)
    for word in shared:
        here, there = _denied(one, word), _denied(other, word)
        if here is None or there is None or here == there:
            continue
        if len(shared) > 1 or min(len(one), len(other)) < _SHORT:
            return True
    return False


# A clause of fewer signs is about what its only shared word says.
_SHORT = 14


def _denied(clause: str, word: str) -> bool | None:
    """Whether the word is denied right before it; None inside an attribute (没有登记的用户)."""
    at = clause.find(word)
    if "的" in clause[at + len(word) : at + len(word) + 3]:
        return None
    return negations(clause[max(0, at - _NEAR) : at]) % 2 == 1


@cache
def _stems() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(it) for it in words("states", "stems"))


_NOT_YET = re.compile(
    "(?:未|没有|没|尚未|还没|仍未|无)[^，。]{0,5}?(?:恢复|来电|复电|送电|修好|修复|完成|更换|发放|开工|动工|投运|退|办结|解决|安装|到位|整改|完工|竣工|结束|回填|拆除|送达|到账|通电|启用)"
)
_ALREADY = re.compile("已|完毕|全部|均|完成|竣工|结束|完工|到位|了")


@lru_cache(maxsize=8192)
def state_of(clause: str) -> str:
    """ "done", "open", "plan" or "" of one clause."""
    if _NOT_YET.search(clause):
        return "open"
    plan = pattern("marks", "plan").search(clause)
    if plan and not re.search("已", clause):
        return "plan"
    opened = pattern("states", "open").search(clause)
    if opened:
        return "open"
    return "done" if pattern("states", "done").search(clause) and _ALREADY.search(clause) else ""


def state_conflict(mine: Told, its: Told) -> str:
    """Why one says that something is finished and the other that it is not, or ""."""
    for one in clauses(mine.text):
        for other in clauses(its.text):
            states = (state_of(one.text), state_of(other.text))
            if set(states) != {"done", "open"} or not _same_work(mine, its):
                continue
            done, open_ = (one.text, other.text) if states[0] == "done" else (other.text, one.text)
            first, second = (mine, its) if states[0] == "done" else (its, mine)
            if _later(first, second) or (_partly(done) and not re.search("全部|均", done)):
                continue
            return f"一处说已完成、一处说没有完成：“{done}”与“{open_}”"
    return ""


def _partly(text: str) -> bool:
    return bool(re.search("大部分|部分|多数|\\d+户|\\d+[%％]|成以上", text))


def _same_work(mine: Told, its: Told) -> bool:
    if any(stem.search(mine.text) and stem.search(its.text) for stem in _stems()):
        return True
    return bool(shared_words(mine.text, its.text))


def _later(done: Told, open_: Told) -> bool:
    """Whether what is done is told of a later moment than what was open."""
    if done.times and open_.times:
        return done.times[0].low > open_.times[0].high
    return done.at > open_.at
