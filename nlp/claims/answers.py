"""Whether a text answers a question, and by which sentence.

“正在核查” answers a question for the cause and no other; the time of the next update is no time of restoration;
sentences that only express an attitude answer nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from nlp.claims.amounts import DURATION, Amount
from nlp.claims.conflict_numbers import context
from nlp.claims.conflict_words import shared_words
from nlp.claims.extract import is_checking, is_update
from nlp.claims.moments import day_of
from nlp.claims.phrases import measures, unknown_cause
from nlp.claims.questions import Kind, Question, idle, kind_of, kinds
from nlp.claims.sentences import clauses, clean, sentences
from nlp.claims.subjects import Told, told
from nlp.claims.words import pattern

_RESTORE_ASKED = re.compile("来电|恢复|送电|复电|通电|停到|停电|等到|有电|供上电|电来|修好|抢修好|几点")
_RESTORE = re.compile("恢复|来电|复电|送电|通电|供电")
_DONE = re.compile("已(?:经)?[^，。]{0,8}(?:全部)?(?:恢复|来电|复电|送电|完成|到账|退还|投运|修好|投用|装好|办结)")
_CAUSE_WORDS = re.compile(
    "有限|不足|会(?:自动|使|让|先)|由不同|不同线路|不属于同一|主要是|主要原因|容易|易(?:造成|引发|发生)|因此|所以|导致|造成|引起|误操作|受[^，。]{2,16}影响|由于|因为|不属于计划|未按(?:规定|要求)|漏电|所致|才(?:会|能)|"
    "原因(?:是|为|系|在于)|系[^，。]{2,20}(?:故障|问题|失误)|因[^，。此]{2,20}(?:[，,]|未|无法|不|而)|是[^，。]{2,20}(?:故障|失误|原因|缘故|问题)(?:[，。]|$)|根据[^，。]{2,16}(?:规定|要求)[，,][^。]*(?:需|必须|应)"
)
_FROM_OFFICE = re.compile("由(?:政府|主管|消防|物业|国家)[^，。]{0,12}(?:制定|核定|认定|规定)")
_STANCE = re.compile(
    "已(?:经|于|在|完成|全部|被|将|对|向)?|未|没有|不|无|正常|属实|符合|合格|可以|将|会|均|存在|发生|确|曾|是|由|准确|完好|低于|高于|持|立即|派|自动|具备|达标|完全|暂|依法"
)
_MEASURE = re.compile(
    "已|将|正在|责令|安排|停岗|派|约谈|整改|处理|启动|增派|停职|通报批评|处罚|解除|更换|修剪|加装|保障|接入|立即|投入使用"
)
_GENERAL = re.compile(
    "历来|一贯|均经过|社会关注|定期组织|每只|每天|凡是|一般|通常|必要工序|重点民生|应当|须|欢迎|按照?规定，对|出厂前|属于国家|由政府|与[^，。]{2,12}有关"
)
_ESTATE = re.compile(
    "[\u4e00-\u9fff]{2,6}(?:苑|家园|新村|花园|小区|公寓|广场|社区|村|街道|镇|乡|路|大道|街|园|庭|府|湾|城|县|区|院|里)"
)
_NO_NAME = re.compile("(?:个|的|该|本|各|全|多|部分|受影响|周边|所在|停电|沿线)(?:小区|村|街道|镇|社区|区)")


@dataclass(frozen=True, slots=True)
class Answered:
    """The sentence (from 0) that answers, None where none does; `why` in Chinese."""

    sentence: int | None
    why: str


def answered(question: Question | str, statement_text: str, at: datetime) -> Answered:
    """Which sentence of a text answers a question first. `at`: when the text is said, aware."""
    asked = Question(question, kind_of(question)) if isinstance(question, str) else question
    plain = clean(statement_text)
    day = day_of(plain, at)
    kind = kinds().get(asked.kind)
    for index, sentence in enumerate(sentences(plain)):
        if _answers(asked, kind, told(sentence.text, day)):
            return Answered(index, f"第 {index + 1} 句回答了“{asked.kind}”")
    return Answered(None, f"没有句子回答“{asked.kind}”")


def _answers(asked: Question, kind: Kind | None, said: Told) -> bool:
    text = said.text
    if kind is None:
        return not _is_idle(text) and _has_topic(asked, said) and _has_stance(asked, said)
    if (_is_idle(text) and not kind.idle_counts) or (kind.without and kind.without.search(text)):
        return False
    if kind.answer and not kind.answer.search(text):
        return False
    if kind.must and not kind.must.search(text):
        return False
    if is_checking(text) and kind.name not in ("原因", "是否") and not said.times and not kind.answer:
        return False
    return all(_NEEDS[need](asked, said) for need in kind.needs)


def _is_idle(text: str) -> bool:
    """Whether a sentence says nothing but an attitude."""
    found = idle().search(text)
    if found is None:
        return False
    rest = re.sub("[^，]*(?:" + idle().pattern + ")[^，]*", "", text)
    return len(re.sub("[，。！；对此我们的]", "", rest)) < 8


def _has_cause(asked: Question, said: Told) -> bool:
    if unknown_cause(said.text) or re.search("原因[^，。]{0,8}(?:核查|调查|核实|分析|查)|核查原因|查明原因", said.text):
        return True
    if _FROM_OFFICE.search(said.text) and not said.causes:
        return False
    if re.search("就我|只有我|隔壁|别(?:的|人)家", asked.text) and re.search("不同|单独|专用|另一", said.text):
        return True
    return any(not it.denied for it in said.causes) or bool(_CAUSE_WORDS.search(said.text))


def _has_time(asked: Question, said: Told) -> bool:
    text = said.text
    if is_update(text):
        return False
    lengths = [it for it in said.amounts if it.unit in (DURATION, "工作日")]
    restore = bool(_RESTORE_ASKED.search(asked.text)) and not re.search(
        "投运|到账|退|回填|改好|巡检|完工|挖|建成|装", asked.text
    )
    if restore:
        if _DONE.search(text) and _RESTORE.search(text):
            return True
        return (
            bool(said.times or lengths)
            and bool(_RESTORE.search(text))
            and not re.search("停电(?:发生|时间为|于)|发生停电", text)
        )
    if not said.times and not lengths:
        return bool(_DONE.search(text)) and bool(shared_words(asked.text, text))
    future = pattern("marks", "plan").search(text) or re.search("前|内|已|在|于|需|至", text)
    return bool(future)


def _counts(said: Told, money: bool) -> list[Amount]:
    return [
        it for it in said.amounts if (it.unit in ("金额", "电价", "比例")) == money or (not money and it.unit == "比例")
    ]


_UNIT_ASKED: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (re.compile("户|居民|用户|家庭"), frozenset(["户", "家"])),
    (re.compile("多少人|几个人|几人|人手|多少(?:抢修|工作)?人员"), frozenset(["人", "人次"])),
    (re.compile("小区|村|镇"), frozenset(["个", "户"])),
    (re.compile("车|变压器|发电机"), frozenset(["台", "个"])),
    (re.compile("度|电量|千瓦时"), frozenset(["电量"])),
    (re.compile("次"), frozenset(["次", "件"])),
    (re.compile("多高|多远|多长|距离"), frozenset(["长度"])),
)
_SENT_ASKED = re.compile("派|出动|投入|人手|力量|抢修人员")


def _has_count(asked: Question, said: Told) -> bool:
    counts = _counts(said, money=False)
    wanted = next((its for ask, its in _UNIT_ASKED if ask.search(asked.text)), None)
    if wanted is not None:
        counts = [it for it in counts if it.unit in wanted]
    restored = re.search("恢复|来电", asked.text)
    for it in counts:
        around = context(said, it)
        if restored or not re.search("恢复|来电|复电", around):
            if _SENT_ASKED.search(asked.text) and not re.search("派|出动|投入|组织|调|抢修", said.text):
                continue
            return True
    return False


_RANK = re.compile("第?[一二三四五]档")


def _has_money(asked: Question, said: Told) -> bool:
    rank = _RANK.search(asked.text)
    if rank and rank.group() not in said.text:
        return False
    return bool(_counts(said, money=True))


def _has_line(_: Question, said: Told) -> bool:
    return (
        any(it.kind == "line" for it in said.places)
        and bool(re.search("跳闸|故障|停电|发生在|涉及|受损|影响|是|为|断线|失电", said.text))
        and not re.search("建于|维护$|由[^，。]*维护", said.text)
    )


def _has_estate(_: Question, said: Told) -> bool:
    named = [it.group() for it in _ESTATE.finditer(said.text) if not _NO_NAME.search(it.group())]
    return bool(named or said.places or re.search("账户|原路|原渠道|营业厅|网点", said.text))


def _has_place(_: Question, said: Told) -> bool:
    return bool(said.places)


def _has_stance(asked: Question, said: Told) -> bool:
    if _GENERAL.search(said.text) and not re.search("经(?:检|查|核|现场)|该|您", said.text):
        return False
    if is_checking(said.text):
        return bool(re.search("引起|造成|原因", asked.text))
    return bool(_STANCE.search(said.text))


def _has_measure(_: Question, said: Told) -> bool:
    if _GENERAL.search(said.text):
        return False
    return bool(_MEASURE.search(said.text)) and (
        bool(list(measures(said.text))) or bool(re.search("停岗|责令|派|处理|修剪|约谈|整改|保障", said.text))
    )


_TOPIC_GROUPS = (
    "表|电表|电能表|计量|误差", "停电|断电|供电|用电|电源", "辐射|电磁|噪声|噪音|超标|限值",
    "系统|数据|故障|延迟", "举报|反映|投诉|报修|接到", "涨|调整|电价", "通知|公告|短信", "充电桩|接电|报装|物业",
    "线|导线|电缆|电杆", "校验|检定|申请", "钱|费|元", "装|安装|接入", "施工|工地|作业", "起火|火灾|火",
    "病人|老人|孩子|养老|医院", "树|修剪", "变压器|容量|低电压|电压|增容", "人员|员工|工作人员|师傅",
)  # fmt: skip


def _has_topic(asked: Question, said: Told) -> bool:
    focus = _focus(asked.text)
    if shared_words(focus, said.text) or _pairs(focus) & _pairs(said.text):
        return True
    return any(re.search(its, focus) and re.search(its, said.text) for its in _TOPIC_GROUPS)


# What asks and joins, which says nothing of the matter.
_FRAME = re.compile(
    "有没有|有无|是不是|是否|会不会|要不要|能不能|能否|可以|你们|我们|什么|怎么|如何|吗|呢|吧|请问|到底|还是|一个|这个|那个|记者|贵公司|公司|就|都|也|了|的|在|是|有|不|没|会|能|要"
)


def _pairs(text: str) -> set[str]:
    """Two signs side by side in what a text is about."""
    return {
        piece[i : i + 2] for piece in re.split("[^\u4e00-\u9fff]", _FRAME.sub(" ", text)) for i in range(len(piece) - 1)
    }


_ASKING = re.compile("有没有|有无|是不是|是否|会不会|要不要|能不能|能否|可以|吗|么|还是|哪|怎么|如何|行不行")


def _focus(text: str) -> str:
    """The clause that asks, where it says by itself what about."""
    asking = [it.text for it in clauses(text) if _ASKING.search(it.text)]
    return asking[-1] if asking and len(asking[-1]) > 5 else text


_NEEDS: Mapping[str, Callable[[Question, Told], bool]] = {
    "cause": _has_cause,
    "time": _has_time,
    "count": _has_count,
    "money": _has_money,
    "line": _has_line,
    "estate": _has_estate,
    "place": _has_place,
    "stance": _has_stance,
    "measure": _has_measure,
    "topic": _has_topic,
}
