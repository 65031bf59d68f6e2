"""Pages built like those of Chinese sites: the frames are real forms, the words our own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

TITLE = "桥南片区连续三晚停电，供电公司说明原因"
SHOWN = "2026-11-18 09:26"
SENTENCES = (
    "十一月十五日晚七点起，桥南片区的四个小区连续三个晚上停电，最长的一次持续了五个多小时。",
    "家住枫林苑的一位老人说，家里的制氧机靠蓄电池撑到了半夜，后来是邻居帮忙送到了亲戚家。",
    "记者在配电房外看到，两名抢修人员正在更换烧毁的低压开关，地上摆着换下来的电缆头。",
    "“白天修好，晚上又跳，一到做饭的时间就撑不住。”小区业主委员会的负责人这样描述。",
    "供电公司运维部介绍，片区内去年新增了两百多个充电桩，变压器的负载率已经超过百分之九十五。",
    "按照计划，公司将在本月底前新装一台六百三十千伏安的变压器，并把两条出线分开供电。",
    "在新变压器投运之前，公司调来一台应急发电车停在小区东门，夜间高峰时段接入保供。",
    "对于居民提出的电器损坏赔偿，公司表示可以携带购买凭证到营业厅登记，七个工作日内答复。",
    "社区干部提醒，停电期间不要使用蜡烛照明，电梯被困时按下呼叫按钮等待救援。",
    "有居民在网上留言询问为什么没有提前通知，客服解释故障停电无法预告，但会尽快发布抢修进度。",
    "市能源局的工作人员说，已经要求供电公司排查全市负载率偏高的公用变压器，并公布整改时间表。",
    "截至昨晚十点，四个小区供电正常，抢修人员仍在现场值守。",
)
OTHERS = (
    "城北早市搬进新大棚，摊位费三个月内不涨", "高铁新增两对列车，到省城只要四十分钟", "老街修缮过半，剪纸铺子先开了门",
    "柑橘大量上市，冷库预约要提前两天", "学校食堂开放日，家长可以报名试餐", "河堤绿道亮灯，跑步的人多了一倍",
    "老旧电梯更新补贴开始申报", "冬季流感疫苗到货，社区医院可以接种", "汽车以旧换新补贴再加一批名额",
)  # fmt: skip
MENU = "".join(
    f"<li><a href='/{at}/'>{name}</a></li>"
    for at, name in enumerate(["首页", "要闻", "民生", "财经", "教育", "健康", "法治", "图片", "视频"])
)
LINKED = "".join(
    f"<li><a href='/a/{at}.html'>{title}</a><span>2026-11-{at + 10}</span></li>" for at, title in enumerate(OTHERS)
)
TEASERS = "".join(
    f"<div class='item'><h3><a href='/t/{at}'>{title}</a></h3><p>{title}。详情见本台今晚的报道，欢迎收看。</p></div>"
    for at, title in enumerate(OTHERS)
)
REMARKS = "".join(
    f"<div class='floor'><b>网友{at}</b><span>{at + 1}小时前</span><p>{text}</p><a>回复</a><a>举报</a></div>"
    for at, text in enumerate(
        ("我们这边也停过两次，打热线一直占线。", "充电桩太多了，早该换变压器。", "希望说到做到，月底来看。")
    )
)
SHARE = "<div class='fx'>分享到：<a>微信</a><a>微博</a><a>QQ空间</a></div>"


@dataclass(frozen=True)
class Page:
    """A page with what has to be found in it; `shown` is the local time, empty where the page tells none."""

    content: bytes
    text: Sequence[str]
    title: str = TITLE
    shown: str = SHOWN


LAYOUTS: dict[str, Callable[[], Page]] = {}


def layout(build: Callable[[], Page]) -> Callable[[], Page]:
    LAYOUTS[build.__name__] = build
    return build


def took(begin: int = 0, end: int = len(SENTENCES), each: int = 1) -> list[str]:
    return ["".join(SENTENCES[at : at + each]) for at in range(begin, end, each)]


def paragraphs(text: Sequence[str], form: str = "<p>　　{}</p>") -> str:
    return "".join(form.format(line) for line in text)


def page(
    body: str, head: str = "", window: str = f"{TITLE}_民生_江县新闻网", encoding: str = "utf-8", said: str = ""
) -> bytes:
    source = (
        f"<!DOCTYPE html><html><head><meta charset='{said or encoding}'><title>{window}</title>{head}</head>"
        f"<body>{body}</body></html>"
    )
    return source.encode(encoding)
