"""A few words that tell what a text is about, for lists: its title, else how its matter begins."""

from __future__ import annotations

import re

MOST = 30
_LEAST = 10  # a shorter beginning says too little to stop there
_SENTENCE = re.compile(r"[。！!？?；;\n]")
_LABEL = re.compile(r"^\s*(?:【[^】]{0,12}】|\[[^\]]{0,12}\])+\s*[:：]?")
# 客户来电反映，| 接石先生来电，| 来电人汪**反映，| 尊敬的供电公司：
_OPENING = re.compile(
    r"^(?:尊敬的[^，。：:]{0,10}[：:，]|喂[，,]?|[你您]们?好[，！!。]?|(?:我|客户)?(?:家住|住在|地址(?:是|在)?[:：]?|位于)"
    r"|(?:接|据)?[^，。：:\d]{0,8}?(?:来电|致电|拨打热线)(?:95598)?[^，。：:\d]{0,8}?[，：:]|[^，。：:\d]{1,10}(?:反映|反应|表示|诉|称)[，：:])\s*"
)
# House numbers and numbers of customers, masked as they are, tell nobody anything.
_MASKED = re.compile(r"(?:户号|客户编号|用户编号)?[:：]?(?:[*\d]*\*[*\d]*(?:号楼|单元|[号栋幢组室楼层户队])?)+[，,]?")
_PAUSES = "，、,：: "


def headline(title: str, text: str) -> str:
    """At most MOST characters; ends with … where more was said. "" for a text without any."""
    said = " ".join(title.split()) or _beginning(text)
    if len(said) <= MOST:
        return said
    cut = max(said.rfind(mark, _LEAST, MOST) for mark in _PAUSES)
    return f"{said[: cut if cut > 0 else MOST - 1]}…"


def _beginning(text: str) -> str:
    """The first sentence without labels, greeting and who called; of several the first that says something."""
    rest = _LABEL.sub("", text, count=1)
    opened = _OPENING.sub("", _OPENING.sub("", rest, count=1), count=1)
    opened = _OPENING.sub("", _MASKED.sub("", opened), count=1)
    sentences = [" ".join(part.split()) for part in _SENTENCE.split(opened or rest)]
    return next((part for part in sentences if len(part) >= _LEAST), max(sentences, key=len, default=""))
