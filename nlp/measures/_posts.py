"""Short posts made from a seed, and copies of them changed in seven ways: to measure how many copies are found."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

_SURNAMES = "杨柳梅桂松竹兰菊荷枫樟槐桃杏榆柏棠桐茶莲"
_MIDDLES = "溪山湖桥塘坪岭湾冲港洲井坝埠岗渡浦川谷原"
_ENDS = ("小区", "花园", "家园", "新村", "公寓", "苑", "城", "里", "村", "社区")
_TIMES = (
    "昨天晚上", "今天早上六点", "上周三下午", "这半个月来", "从国庆节到现在", "凌晨两点", "连续三天", "入冬以后",
    "每逢周末", "暴雨那天",
    "刚过完年", "孩子中考前", "搬进来第二年", "去年夏天起", "下班回到家",
)  # fmt: skip
_HAPPENED = (
    "整栋楼突然没电", "电压低得空调打不开", "电表转得比以前快一倍", "变压器嗡嗡响得睡不着", "门口的电线杆歪了一半",
    "路灯全部不亮", "物业把电费收到一块二一度",
    "充电桩申请一直批不下来", "电梯停在半空困住了老人", "冰箱里的东西全坏了", "水泵不转家里没水喝",
    "施工队挖断电缆就走了", "欠费短信发错了人", "停电通知一张也没贴",
    "闸刀一推上去就跳", "营业厅排队两个小时没办成", "抢修的人来看了一眼就走", "高压线离窗户不到五米",
    "灯泡忽明忽暗烧了三个", "账单比上月多出三百块",
)  # fmt: skip
_THEN = (
    "打热线一直占线", "跑了三趟都说找别的部门", "群里几百户都在问", "没有一个人给说法", "老人在家吸氧不敢睡",
    "孩子只能点蜡烛写作业", "店里一天损失上千",
    "邻居已经写了联名信",
    "客服说登记了就没有下文", "师傅态度倒是很好", "换了新表还是一样", "社区说他们也没接到通知", "视频我都录下来了",
    "问了三家说法都不同", "工单号也不肯给",
)  # fmt: skip
_WISHES = (
    "请尽快派人来修", "希望给个明确的时间", "要求退还多收的钱", "请问到底归谁管", "盼着早点恢复",
    "建议把线埋到地下", "麻烦核实后回个电话", "再不解决就去上访",
    "谢谢各位师傅",
    "请公布处理结果",
)  # fmt: skip
_COMMON = (
    "的一是了不在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后"
    "小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长"
)
_COUNTIES = tuple(f"{first}{second}县" for first in "安平阳清永宁长定丰武" for second in "水山城陵原乐")
_HEADS = (
    "限时领券先到先得，点下面的链接就送大礼。", "独家爆料全网首发，不看后悔一辈子！",
    "在家轻松兼职日结，加群了解详情。", "【今日推荐】更多精彩请关注我们的主页 ",
)  # fmt: skip
_NAMES = ("晴天小鹿", "老陈说事", "northwind", "橘子汽水", "街角的猫", "阿明_88")
_CLAUSE = re.compile(r"[^，。！？]*[，。！？]|[^，。！？]+$")


@dataclass(frozen=True, slots=True)
class Copied:
    """One post: `change` is how it differs from its origin, "" for the origin itself."""

    id: str
    text: str
    origin: str
    change: str


def posts(count: int, copied: int, seed: int) -> list[Copied]:
    """`count` posts, of which `copied` origins have one copy for each of the seven changes, origins first."""
    chance = random.Random(seed)  # noqa: S311
    texts: dict[str, None] = {}
    while len(texts) < count - copied * len(CHANGES):
        texts[_post(chance)] = None
    made = [Copied(f"{number}", text, f"{number}", "") for number, text in enumerate(texts)]
    for origin in chance.sample(made, copied):
        for name, change in CHANGES.items():
            made.append(Copied(f"{origin.id}-{name}", change(origin.text, chance), origin.id, name))
    chance.shuffle(made)
    # An origin comes before its copies, as it does in life.
    made.sort(key=lambda post: bool(post.change))
    return made


def _post(chance: random.Random) -> str:
    parts = [
        f"{chance.choice(_TIMES)}{_estate(chance)}{chance.randint(1, 39)}栋{chance.choice(_HAPPENED)}",
        *chance.sample(_THEN, chance.randint(1, 3)),
        *chance.sample(_HAPPENED, chance.randint(0, 2)),
        *_rare(chance),
        chance.choice(_WISHES),
    ]
    middle = parts[1:-1]
    chance.shuffle(middle)
    return "，".join((parts[0], *middle)) + "。" + parts[-1] + chance.choice("。！")


def _estate(chance: random.Random) -> str:
    return chance.choice(_SURNAMES) + chance.choice(_MIDDLES) + chance.choice(_MIDDLES) + chance.choice(_ENDS)


def _rare(chance: random.Random) -> Iterator[str]:
    """What only this writer says."""
    for _ in range(chance.randint(1, 3)):
        yield "".join(chance.choice(_COMMON) for _ in range(chance.randint(6, 14)))


def _reposted(text: str, chance: random.Random) -> str:
    link = "".join(chance.choices("abcdefgXYZ0123456789", k=7))
    return f"转发微博//@{chance.choice(_NAMES)}：{text} http://t.cn/{link}"


def _renumbered(text: str, chance: random.Random) -> str:
    return re.sub(r"\d", lambda _: str(chance.randint(0, 9)), text)


def _edited(share: float) -> Callable[[str, random.Random], str]:
    def change(text: str, chance: random.Random) -> str:
        return "".join(_sign(sign, chance) if chance.random() < share else sign for sign in text)

    return change


def _sign(sign: str, chance: random.Random) -> str:
    """Another sign in its place, none, or one more behind it."""
    other = chance.choice(_COMMON)
    return chance.choice((other, "", sign + other))


def _cut(text: str, chance: random.Random) -> str:
    size = int(len(text) * 0.7)
    start = chance.choice((0, len(text) - size))
    return text[start : start + size]


def _shuffled(text: str, chance: random.Random) -> str:
    clauses = _CLAUSE.findall(text)
    chance.shuffle(clauses)
    return "".join(clauses)


def _spammed(text: str, chance: random.Random) -> str:
    return chance.choice(_HEADS) + text + " " + " ".join(chance.sample(_COUNTIES, chance.randint(8, 20)))


CHANGES: Mapping[str, Callable[[str, random.Random], str]] = {
    "repost": _reposted,
    "digits": _renumbered,
    "edit5": _edited(0.05),
    "edit15": _edited(0.15),
    "cut70": _cut,
    "shuffled": _shuffled,
    "spam": _spammed,
}
