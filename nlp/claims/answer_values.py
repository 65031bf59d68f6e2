"""Whether a sentence holds a value of the type that is asked for: a time, a length, a count in the unit asked, a name …

Read widely, from words alone (十来分钟, 天亮前, 昨晚): the exact readings of amounts.py and moments.py, which must not
err, see less. What speaks against the value is weighed elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

_NUMBER = r"(?:\d[\d,.]*[万亿千百]?|[零〇一二两三四五六七八九十百千万亿半几数]+)(?:多|余|来|几)?"
_NUM = re.compile(_NUMBER)
_WHEN = re.compile(
    rf"\d{{1,2}}[:：]\d{{2}}|{_NUMBER}\s?(?:年|月|日|号|时|点)(?!间)|(?:今|明|昨|后|前|当|次|隔)[天早晚晨日夜年]|(?:上|下|这|本|每)(?:个)?(?:周|月|季度?|星期|礼拜|年|旬|半年)"
    "|周[一二三四五六日末]|星期[一二三四五六日天]|凌晨|清晨|早上|早晨|上午|中午|正午|下午|傍晚|晚上|晚间|夜里|半夜|深夜|零点|天亮|天黑|入夜|子夜|午后|午夜|饭点"
    "|年底|年初|年内|月底|月初|月内|旬|春节|国庆|元旦|五一|中秋|入夏|入冬|汛前|节前|节后|刚才|刚刚|此刻|马上|立刻|稍后|随即|当时|眼下|这会儿|第[一二三四]季度"
)
_LASTING = re.compile(
    rf"{_NUMBER}\s?个?(?:半)?(?:小时|钟头|分钟|分(?!之|局|公司|档|析|别|为|[一二三四五])|秒|天|日(?!常)|周|星期|礼拜|月(?!份)|年(?!度|级|代)|工作日|季度|昼夜|夜|宿|晚上?)"
)
_DONE = re.compile(
    "已(?:经)?[^，。]{0,12}(?:送|恢复|来|亮|好|完|毕|到|成|结|通|退|还|发|打)|全部|都(?:用上|亮|来|通|好)|全都|(?:送|打|退|补|发|修|换|装)(?:上|到|还|好|完|出)"
)
_PAST = re.compile(
    "发生(?:在|于)|始于|建于|投运于|受理(?:于)?|(?:接到|收到)(?:报|您)|停电(?:时间|发生|始|为)|已(?:停|运行|使用)|运行[^，。]{0,4}年|时许?[^，。]*(?:起火|跳闸|停电|发生|失电)|抵达|到达"
)
_ASKS_PAST = re.compile(
    "的[？?。]?$|开始|停的|上一?次|接到|收到|得知|发现|到场|到的|来人|受理|[建装立]的|[停从]几点|哪年|跳闸|发生"
)
_MONEY = re.compile(
    rf"{_NUMBER}\s?(?:元|块|毛|角|分钱|万(?!户|千瓦|人)|亿(?!千瓦|度)|美元|折|%|成)|百分之|免费|分文|一分|不(?:收|用|需|要)|无需|无偿|全额|照价|免(?:收|除|交)"
)
_RATE = re.compile(rf"百分之|{_NUMBER}\s?(?:%|％|成|‰)|[一二三四五六七八九]分之|过半|一半|全部|千分之")
_WHO = re.compile(
    "公司|集团|单位|部门|供电[所局站段]|电力局|物业|政府|委员?会|发改|[市县区省镇乡]委|街道|社区|村[委里]|开发商|业委|施工[方队]|运维|班组?(?=[，。；]|的|负责|实施|来)|值班员|所长|经理|主任|局(?!部|面|势)|工程师|师傅|负责人|司机|肇事|第三方|厂家|厂商|运营商|法院|公安|民警|警方|派出所|消防|部|监管|能监|专家|[副总]{1,2}(?:经理|工)|市长|省长|书记|董事长|嫌疑|住建|房东|保险|医院|[\u4e00-\u9fff]院|中心|监护人|作业人|我方|我司|本人|老板|(?:由|归|是|系|向|找|属|让|被|给|为)[^，。]{0,6}(?:业主|用户|住户|员工|职工|我们|饲养人|村民|居民|孩子|家属|户主|房东|产权人)|我们(?:负责|承担|认|来|干|出|管|的|有责)|(?:业主|住户|户主|村集体|房东|村民|居民|用户)(?:自|负责|承担|出|交|付|先|请)|队|组|办(?!理|法|公)|段|站(?!在)|所(?!有|以|在)|厂|局|处(?!理|于|罚|分)|[某李王张刘陈杨赵黄周吴徐孙马朱胡林郭何高罗]某"
)
_WHERE = re.compile(
    "位于|地处|坐落|地址|设在|停在|放在|埋|[在从到往自](?!于|案|线|位|场|期|岗|编|内|先|来|期|账|年|月|底|现|目|当|此|今|明|昨|下|上周|第)[^，。]{1,16}|(?:路|街|巷|道|镇|乡|村|县|区|市|苑|园|里|庄|楼|栋|单元|厂|站|院|校|桥|口|湾|山|岭|坡|台区|小区|广场|花园|新村|家园|层|侧|室|间|厅|井|柜|沟|池|杆|塔|门口|附近|旁|沿线|一带|网点|柜台|窗口|大厅|账户|卡)(?:[、，。和与及等以处]|$|的|东|西|南|北|两|共|内|里|外)|[东南西北](?:侧|边|段|头|部|面|区)|\\d+号|[A-Z]\\d+|全[市县镇村区]|仅|只"
)
_WHICH = re.compile(
    "(?:是|为|系|属于?|叫|即|乃)(?!否|了|因|由|什么)[^，。]{2,}|[\u4e00-\u9fff]{1,4}线|“[^”]+”|《|由[^，。]{2,12}(?:供|产|造|提供)|[、]|型|牌|类|级|种|包括|分别|主要|其中|一[项是]|第[一二三四五六七八九十百\\d]"
)
_LINE = re.compile(
    "[\u4e00-\u9fff\\d]{1,6}(?:支|干|主|馈)?线(?![路缆损下上索段圈杆材巡])|\\d+号(?:线|杆|馈线|出线|开关|间隔)|[一二三四五六七八九甲乙]线"
)
_LINE_NO = re.compile(
    "(?:该|跳闸|故障|受损|条|停电|此|本|架空|导|断|接|巡|拉|裸|绝缘|高压|低压|相|火|零|表后|入户|进户|电)线"
)
_HOW = re.compile(
    "可(?:以)?|凭|带|持|携|登录|点|扫|填|提交|提供|申请|预约|办|登记|拨|打|致电|网上|营业厅|窗口|即可|就(?:行|能|好)|先|再|需|经|后|自动|原路|上门|联系|代|通过|靠|用|把|由|请|按|将|改|找|向"
)
_UNIT_ASKED = re.compile("(?:多少|几)(?:个|来)?(?P<unit>[\u4e00-\u9fff])")
# By the classifier asked for (or the first sign of what is counted), the classifiers an answer may count in.
_LIKE: Mapping[str, str] = {
    "户": "户家", "家": "家户个", "人": "人名位员个", "名": "人名位", "位": "人名位", "根": "根基条处",
    "基": "根基", "条": "条回根", "台": "台辆套部个", "辆": "台辆部", "次": "次回趟遍起", "回": "次回趟",
    "趟": "次回趟遍", "遍": "次遍", "度": "度千", "米": "米公", "公": "米公里", "处": "处个条",
    "村": "村个", "小": "个处", "座": "座个", "棵": "棵株", "份": "份样件", "材": "样份种",
    "样": "样种项", "千": "千万", "车": "台辆", "钱": "元块毛角分万亿折", "员": "人名", "抢": "人名支",
    "工": "天人", "单": "件单", "件": "件单起",
}  # fmt: skip


@lru_cache(maxsize=8192)
def holds(want: str, question: str, sentence: str) -> bool | None:
    """Whether the sentence holds a value of the type wanted; None where the want has no type."""
    its = _TYPES.get(want)
    return its(question, sentence) if its else None


def _has(its: re.Pattern[str]) -> Callable[[str, str], bool]:
    return lambda _, sentence: its.search(sentence) is not None


def _when(question: str, sentence: str) -> bool:
    """A time; for what is still to come one that is not plainly past, unless it is done by now."""
    if not any(its.search(sentence) for its in (_WHEN, _LASTING, _DONE)):
        return False
    return bool(_ASKS_PAST.search(question) or _DONE.search(sentence) or not _PAST.search(sentence))


def _count(question: str, sentence: str) -> bool:
    """A number, in the unit that the question names, if it names one."""
    if re.search("率|占比|比例|百分", question):
        return _RATE.search(sentence) is not None
    asked = _UNIT_ASKED.search(question)
    units = _LIKE.get(asked["unit"], "") if asked else ""
    if units:
        return re.search(rf"{_NUMBER}[^，。\d]{{0,2}}?(?:多|余)?[{units}]|没有|无[一]?|不足|全部", sentence) is not None
    return _NUM.search(sentence) is not None


def _which(question: str, sentence: str) -> bool:
    if re.search("哪[一几]?条|线", question) and "线" in question:
        return any(not _LINE_NO.fullmatch(found.group()) for found in _LINE.finditer(sentence))
    return _WHICH.search(sentence) is not None


_TYPES: Mapping[str, Callable[[str, str], bool]] = {
    "时间": _when,
    "起始": _has(_WHEN),
    "多久": lambda _, sentence: bool(_LASTING.search(sentence) or _DONE.search(sentence)),
    "数量": _count,
    "金额": _has(_MONEY),
    "谁": _has(_WHO),
    "哪里": _has(_WHERE),
    "哪个": _which,
    "怎么办": _has(_HOW),
}
