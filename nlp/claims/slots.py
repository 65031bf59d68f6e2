"""What a sentence must hold to answer a kind of question: a cause, a time, a length of time, a count, money, a place …

Each check reads the question too: who asks since when is not answered by when it will end, who asks how many lost
power not by how many have it again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from nlp.claims.amounts import DURATION, Amount
from nlp.claims.conflict_numbers import context
from nlp.claims.conflict_words import shared_words
from nlp.claims.extract import is_checking, is_update
from nlp.claims.phrases import measures, unknown_cause
from nlp.claims.questions import Question
from nlp.claims.sentences import clauses
from nlp.claims.subjects import Told
from nlp.claims.topics import on_topic, overlap, tail
from nlp.claims.words import either, pattern, units

_RESTORE_ASKED = re.compile("来电|恢复|送电|复电|通电|停到|停电|等到|有电|供上电|电来|修好|抢修好|几点|亮灯|把电|送上")
_OTHER_WORK = re.compile("投运|到账|退|回填|改好|巡检|完工|挖|建成|装|竣工|改造|赔|换|办|通车|开工|公布|结果|答复|回复")
_RESTORE = re.compile(
    "恢复|来电|复电|送电|通电|供电|用上电|用电|有电|亮灯|结束停电|停电结束|送出|合闸|上电|投运|投入运行|修复|修好|抢修(?:完|结束)|抢通|并网"
)
_ENDING = re.compile("完成|结束|完工|竣工|完毕|收工|正常")
_DONE = re.compile(
    "已(?:经)?[^，。]{0,10}(?:全部)?(?:恢复|来电|复电|送电|完成|到账|退还|退回|投运|修好|修复|投用|装好|办结|竣工|完工|送出)"
)
# Times that are told roughly, which are read as no moment.
_ROUGH = re.compile(
    "每[月周年天]|明年|后年|年内|年底|月内|月底|周内|汛期|春节|入夏|入冬|迎峰|[一二三四]季度|[上下]半年|[上中下]旬|今晚|明早|明天|后天|下周|下个?月|本周|本月|当天|当日|次日|\\d+(?:个)?(?:小时|天|日|分钟)|[一二两三四五六七八九十半]+(?:个)?(?:小时|天|日|分钟|钟头|月|周)(?:之?内|后|前|左右)"
)
_PAST_POINT = re.compile(
    "受理|启动自|自[^，。]{0,12}(?:起|启动|开始)|接到|收到|停电(?:发生|时间为|于|始于)|发生停电|开工|建于|始于|登记"
)
_ARRIVING = re.compile("(?:到达|抵达|赶到|进场|到场|出发|赶赴)")
_AHEAD = re.compile("前|内|已|在|于|需|至|到|可|能|后|完成|办结|结束|上门|每|起|施行|生效|定于")
_BEGAN = re.compile(
    "失电|停电|断电|跳闸|发生|起|开始|始于|始|接到|收到|发现|投运|投用|建成|建于|出现|受理|到达|抵达|起火|着火|报警|报修|安装|以来|于|时许|分|记录|最近一次|上一次|通知|启动"
)
_ONLY_AHEAD = re.compile("预计|力争|争取|计划于|将于|将在|有望|之前完成|前完成|前恢复|前把|最迟")

_CAUSE_WORDS = re.compile(
    "有限|不足|会(?:自动|使|让|先)|由不同|不同线路|不属于同一|主要是|主要原因|容易|易(?:造成|引发|发生)|因此|所以|导致|造成|引起|误操作|受[^，。]{2,16}影响|由于|因为|不属于计划|未按(?:规定|要求)|漏电|所致|才(?:会|能)|"
    "原因(?:是|为|系|在于)|系[^，。]{2,20}(?:故障|问题|失误)|因[^，。此]{2,20}(?:[，,]|未|无法|不|而)|是[^，。]{2,20}(?:故障|失误|原因|缘故|问题)(?:[，。]|$)|根据[^，。]{2,16}(?:规定|要求)[，,][^。]*(?:需|必须|应)"
)
# A state or an event that by itself explains why something does not work or costs more.
_EXPLAINS = re.compile(
    "(?:撞|刮|挖|压|砸|碰|烧|咬|冲|吹|扯|拉|割|打)(?:断|坏|倒|毁|破|伤|穿|落|翻)|(?:短路|接地|击穿|老化|松动|氧化|锈蚀|腐蚀|破损|受潮|进水|断线|断裂|脱落|接触不良|烧毁|烧坏|烧损|熔断|爆裂|过载|过负荷|超负荷|重载|超载|跳开|误动|拒动|失灵|损坏|受损|卡涩|放电|异常|缺陷|缺相|雷击|倒杆|倒塌|搭挂|触碰|隐患|失误|疏忽|疏漏|遗漏|差错|错误|录错|抄错|算错)|"
    "(?:拉长|延长|增加|增大|增多|上升|升高|激增|攀升|偏高|偏大|偏低|过长|过大|过小|过高|较长|较大|较多|较远|较高|突增|飙升|剧增|下降|短缺|紧缺|紧张|滞后|延迟)|使得|以致|致使|不得不|为了|为(?:确保|保障|避免|防止|配合|消除|满足|解决)|需要?(?:停电|配合|断开|先|等待)|出于|考虑到|源于|缘于|归结|因[^，。此]{2,}|由[^，。]{2,16}(?:增至|升至|调整为|变为)|(?:未|没有?|漏|忘)(?:能)?(?:及时)?(?:更新|录入|通知|登记|维护|告知|发送|办理|接通|检查|发现|到位|核对|清理)|不具备|用尽|不一致|不符|欠费|盗窃|窃电|外力|台风|暴雨|雷雨|大风|冰|覆冰|高温|鸟|蛇|老鼠|小动物|风筝|异物|施工车辆|吊车|"
    "重复|切换|动作|退出|派往|忙于|另一处|正在(?:处理|抢修)(?:另|其他|别)|只有|仅余|仅有|合并|涌入|\\d倍|[两三四五六七八九十]倍|[接忙]不过来|来不及|坏|(?<![切隔判诊中不])断(?!电|开)|倒|堵|塌|裂|漏|松(?!林|树|岭|江|山)|误(?!差)|错(?!峰)|积水|结冰|改由|另由|而(?:您|该|贵)|尚未|漏"
)
_CAUSE_NOUN = re.compile("原因|诱因|起因|成因|缘由|事故|事件|情况|问题|此事|责任")
_LOOKED_INTO = re.compile(
    "(?:正|还|仍|尚|待|展开|开展|进行|进一步|启动|成立)[^，。]{0,12}(?:调查|核查|核实|排查|查找|分析|鉴定|认定|查明|复核|勘查|研判)|调查中|核查中|尚不明确|尚未(?:查明|明确)|暂无结论|尚无(?:定论|结论)"
)
_FROM_OFFICE = re.compile("由(?:政府|主管|消防|物业|国家)[^，。]{0,12}(?:制定|核定|认定|规定)")

# What affirms or denies by itself, and what does so only of the very thing that is asked.
_STANCE = re.compile(
    "已(?:经|于|在|完成|全部|被|将|对|向)?|未|没有|没|不|无|非|零|正常|属实|符合|合格|满足|存在|发生|确|曾|准确|完好|低于|高于|立即|自动|达标|完全|依法|全程|一直|做了|实行|即可|就能|违反|违章|违规|实为|纯属|捏造|刚|仍|了|齐备|齐全|宽裕|充足|有保障|按规定|作了|优先|满载|足以|正在|正接受|委托|双电源|承担|认"
)
_WEAK_STANCE = re.compile("可以|可|能|将|会|均|都|是|为(?!期)|由|有|持有|持证|派|具备|暂|属于|配|在岗")
_DESCRIBES = re.compile("具备[^，。]*功能|由[^，。]*组成|(?:内|共|设)有[^，。]*[\\d一二两三四五六七八九十]|惠及|配备了")
# Pairs of signs or groups of words that a sentence shares with a question about the very same thing.
_NEAR = 2
_MEASURE = re.compile(
    "已|将|正在|责令|安排|停岗|派|约谈|整改|处理|启动|增派|停职|通报批评|处罚|解除|更换|修剪|加装|保障|接入|立即|投入使用|打算|决定|组织|增购|连夜|今天|昨天|计划|拟|现场|作出|给予|协调|联合|准备|下一步|采取|会"
)
_ACTION = re.compile(
    "停岗|待岗|调离|辞退|开除|处分|扣发|扣罚|责令|派|处理|修剪|约谈|整改|保障|更换|换上|换成|换新|修复|修好|加装|安装|新增|增设|增派|增购|增供|增容|扩容|送去|送来|送到|值守|错峰|调度|调集|调配|转供|抢修|改造|拆除|清理|加固|迁移|封堵|扶正|隔离|补偿|退还|退回|减免|暂停|停工|叫停|立案|移送|移交|排查|巡查|检查|上门|劝阻|制止|督促|协调|开辟|开通|接入|部署|建设|新建|缩短|优化|培训|问责|处罚|罚款|通报批评|投入|启用|发放|提供|安置|转移|限制|解决"
)
_WEAK_ACT = re.compile("(?:登记|记录|收到|受理|转交|转达|转告|反馈|派单|派发)(?:了|您|相关|至|给|下来|。|$)")
_GENERAL = re.compile(
    "历来|一贯|一直以来|均经过|社会关注|定期组织|每只|每天|凡是|一般|通常|必要工序|重点民生|应当|须|欢迎|按照?规定，对|出厂前|属于国家|由政府|与[^，。]{2,12}有关|是指|指的是|是一种|鼓励发展|意义重大|追求|高度关注|十分重视|辛苦|牵头|由[^，。]{0,10}(?:核定|制定)|惠及"
)
_ABOUT_THIS = re.compile("经(?:检|查|核|现场|测|确认|了解|调|比对)|该|您|此(?:次|前|项)|本次|目前|已经")

_ESTATE = re.compile(
    "[\u4e00-\u9fff]{2,6}(?:苑|家园|新村|花园|小区|公寓|广场|社区|村|街道|镇|乡|路|大道|街|园|庭|府|湾|城|县|区|院|里)"
)
_NO_NAME = re.compile("(?:个|的|该|本|各|全|多|部分|受影响|周边|所在|停电|沿线)(?:小区|村|街道|镇|社区|区)")
_LOCATED = re.compile(
    "(?:位于|发生在|设在|设于|部署在|停在|停放在|地址|坐落|地点|选址|安装在|分别在|位置)[^，。]{2,}|(?:涉及|包括|覆盖|涵盖|波及)(?![^，。]{0,4}\\d)[^，。]{2,}|(?<![正现存])在[^，。]{1,16}(?:处|所|局|中心|公司|仓库|社区|旁|附近|交叉口|路口|门口|内|里|侧|楼|层|井|杆|站|院|厂|号|段|边)|从[^，。]{2,16}(?:处|口|段|层)|\\d+号|就近到|(?:以|之)[东南西北]"
)


def has_cause(asked: Question, said: Told) -> bool:
    """A cause, a state that explains, or that the cause is being looked for."""
    text = said.text
    if unknown_cause(text) or re.search("原因[^，。]{0,8}(?:核查|调查|核实|分析|查)|核查原因|查明原因", text):
        return True
    if _CAUSE_NOUN.search(text) and _LOOKED_INTO.search(text):
        return True
    if _FROM_OFFICE.search(text) and not said.causes:
        return False
    if re.search("就我|只有我|就我们|隔壁|别(?:的|人)家", asked.text) and re.search("不同|单独|专用|另一|接在", text):
        return True
    if any(not it.denied for it in said.causes):
        return True
    return any(
        not _known(asked.text, found.group()) for its in (_CAUSE_WORDS, _EXPLAINS) for found in its.finditer(text)
    )


def _known(question: str, word: str) -> bool:
    """Whether the question says it itself."""
    return word in question


def has_time(asked: Question, said: Told) -> bool:
    """A time to come or by which it is done; not when the next word follows, nor when something was received."""
    text = said.text
    if is_update(text):
        return False
    lengths = [it for it in said.amounts if it.unit in (DURATION, "工作日")]
    if _RESTORE_ASKED.search(asked.text) and not _OTHER_WORK.search(asked.text):
        return _restoring(text, timed=bool(said.times or lengths or _ROUGH.search(text)))
    if not said.times and not lengths and not _ROUGH.search(text):
        return bool(_DONE.search(text)) and bool(shared_words(asked.text, text))
    if _PAST_POINT.search(text) and not _ahead(text):
        return False
    return _ahead(text) or bool(_AHEAD.search(text))


def _ahead(text: str) -> bool:
    return bool(
        pattern("marks", "plan").search(text) or re.search("前(?:完|全|恢|解|把|可|退|送)|内(?:完|退|办|恢)", text)
    )


def _restoring(text: str, *, timed: bool) -> bool:
    """Whether it says when there is power again, or that there is."""
    if _DONE.search(text) and _RESTORE.search(text):
        return True
    if not timed or re.search("停电(?:发生|时间为|于)|发生停电", text):
        return False
    if _RESTORE.search(text):
        return True
    return _ahead(text) and bool(_ENDING.search(text)) and not _ARRIVING.search(text)


def has_began(asked: Question, said: Told) -> bool:
    """A point of time at which something was or began; not when it will be over."""
    if is_update(said.text) or not said.times:
        return False
    for part in clauses(said.text):
        timed = any(part.start < it.end and it.start < part.end for it in said.times)
        if timed and not _ONLY_AHEAD.search(part.text):
            return _same_event(asked.text, said.text)
    return False


_EVENTS = (
    "停|断|跳闸|失电|没电|黑", "接到|收到|报修|举报|受理|得知|反映|投诉", "建|投运|装|投用|架设|改造", "起火|着火|火",
    "到|来人|赶|抵达", "通知|告知|公告|通报|短信", "巡|检", "开工|施工|挖|动工|进场", "上涨|调整|执行|实施|施行",
)  # fmt: skip


def _same_event(question: str, text: str) -> bool:
    """Whether the sentence names a kind of event the question names; where it names none, any beginning."""
    asked = [its for its in _EVENTS if re.search(its, question)]
    return any(re.search(its, text) for its in asked) if asked else bool(_BEGAN.search(text))


def has_lasting(_: Question, said: Told) -> bool:
    """A length of time, or from when to when."""
    if is_update(said.text):
        return False
    if any(it.unit in (DURATION, "工作日") for it in said.amounts):
        return True
    if len(said.times) >= 2 or re.search("(?:至|到)[^，。]{0,8}[时点日]|\\d+(?:个)?(?:小时|天|日|分钟)", said.text):
        return bool(said.times or said.amounts)
    return bool(re.search("[半\\d一二两三四五六七八九十]+(?:个)?(?:半)?(?:小时|天|分钟|工作日|个月)", said.text))


def _counts(said: Told, money: bool) -> list[Amount]:
    return [
        it for it in said.amounts if (it.unit in ("金额", "电价", "比例")) == money or (not money and it.unit == "比例")
    ]


_UNIT_ASKED: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (re.compile("户|居民|用户|家庭"), frozenset(["户", "家"])),
    (re.compile("多少人|几个人|几人|人手|多少(?:抢修|工作)?人员"), frozenset(["人", "人次", "名"])),
    (re.compile("多高|多远|多长|距离|多宽|多深"), frozenset(["长度"])),
    (re.compile("容量"), frozenset(["容量", "功率"])),
    (re.compile("几次|多少次|几回|几趟"), frozenset(["次", "件", "回", "起"])),
    (re.compile("(?:多少|几)[个]?(?:小区|村|镇)"), frozenset(["个", "户"])),
    (re.compile("车|变压器|发电机"), frozenset(["台", "个", "辆"])),
    (re.compile("度|电量|千瓦时"), frozenset(["电量"])),
)
_SURE_UNITS = frozenset(["亩", "吨", "米", "公里", "千瓦", "千瓦时", "千伏安", "千伏", "伏", "平方米", "台"])
_SENT_ASKED = re.compile("派|出动|投入|人手|力量|抢修人员")
_BACK = re.compile("恢复|来电|复电|送电|用上了?电")
_STILL = re.compile("尚|仍|剩|余|还有|未")


@cache
def _by_unit() -> re.Pattern[str]:
    return re.compile(f"(?:多少|几)(?P<unit>{either(units())})")


def _unit_asked(question: str) -> frozenset[str] | None:
    """What the answer is measured in: the unit behind 多少, or that of what is named; None where any will do."""
    if (named := _by_unit().search(question)) and named["unit"] in _SURE_UNITS:
        return frozenset([units()[named["unit"]][0]])
    return next((its for ask, its in _UNIT_ASKED if ask.search(question)), None)


def has_count(asked: Question, said: Told) -> bool:
    """A count of what is asked, not of those that have power again."""
    counts = _counts(said, money=False)
    wanted = _unit_asked(asked.text)
    if wanted is not None:
        counts = [it for it in counts if it.unit in wanted]
    left = re.search("剩|还有|没(?:来电|恢复|送)|没电", asked.text)
    if left:
        return bool(counts) and bool(_STILL.search(said.text))
    back = re.search("恢复|来电", asked.text)
    for it in counts:
        if back or not _BACK.search(context(said, it)):
            if _SENT_ASKED.search(asked.text) and not re.search("派|出动|投入|组织|调|抢修|现场", said.text):
                continue
            return True
    return False


_RANK = re.compile("第?[一二三四五]档")
_FREE = re.compile("免费|一分钱|零(?:收费|费用)|不(?:收|用(?:出|花|掏|交|付))|无需(?:支付|承担|缴|交|付)|无偿")


def has_money(asked: Question, said: Told) -> bool:
    """A sum, of the class that is asked, or that nothing is to pay."""
    rank = _RANK.search(asked.text)
    if rank and rank.group() not in said.text:
        return False
    return bool(_counts(said, money=True)) or bool(_FREE.search(said.text))


def has_line(_: Question, said: Told) -> bool:
    """A line by name with what happened to it."""
    return (
        any(it.kind == "line" and not re.fullmatch("[巡查拉架接拆换]线", it.text) for it in said.places)
        and bool(re.search("跳闸|故障|停电|发生在|涉及|受损|影响|是|为|断线|失电|接在|由", said.text))
        and not re.search("建于|维护$|由[^，。]*维护", said.text)
    )


def has_estate(_: Question, said: Told) -> bool:
    """A named place, or where something stands."""
    if re.search("停电时间(?!为[^，。]*涉)|请[^，。]{0,6}合理安排", said.text):
        return False
    named = [it.group() for it in _ESTATE.finditer(said.text) if not _NO_NAME.search(it.group())]
    return bool(
        named or said.places or _LOCATED.search(said.text) or re.search("账户|原路|原渠道|营业厅|网点", said.text)
    )


def has_place(_: Question, said: Told) -> bool:
    """A place that is known as one."""
    return bool(said.places)


def has_stance(asked: Question, said: Told) -> bool:
    """Something affirmed or denied of this matter, no general rule and no mere receipt."""
    if _GENERAL.search(said.text) and not _ABOUT_THIS.search(said.text):
        return False
    if is_checking(said.text) and not re.search("，", said.text):
        return bool(re.search("引起|造成|原因", asked.text))
    if _WEAK_ACT.search(said.text) and not _ACTION.search(_WEAK_ACT.sub("", said.text)):
        return bool(re.search("接到|收到|登记|受理|举报", asked.text))
    text = "，".join(part for part in said.text.split("，") if not _DESCRIBES.search(part))
    if _STANCE.search(text):
        return True
    # A figure or a time of the very thing that is asked tells how it is.
    if text and (said.amounts or said.times) and overlap(asked.text, text) >= _NEAR:
        return True
    return (
        bool(_WEAK_STANCE.search(text)) and overlap(asked.text, text) >= _NEAR and bool(overlap(tail(asked.text), text))
    )


def has_measure(_: Question, said: Told) -> bool:
    """Something done or to be done, no general rule and no mere receipt."""
    text = said.text
    if _GENERAL.search(text) or (_WEAK_ACT.search(text) and not _ACTION.search(text)):
        return False
    return bool(_MEASURE.search(text)) and (bool(list(measures(text))) or bool(_ACTION.search(text)))


def has_topic(asked: Question, said: Told) -> bool:
    """The same matter as asked."""
    return on_topic(asked.text, said.text)


NEEDED: Mapping[str, Callable[[Question, Told], bool]] = {
    "cause": has_cause,
    "time": has_time,
    "began": has_began,
    "lasting": has_lasting,
    "count": has_count,
    "money": has_money,
    "line": has_line,
    "estate": has_estate,
    "place": has_place,
    "stance": has_stance,
    "measure": has_measure,
    "topic": has_topic,
}
