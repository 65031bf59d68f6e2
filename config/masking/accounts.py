"""What is written with letters: e-mail, WeChat, licence plate, passport."""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.masking.digits import DIGIT
from config.masking.labels import WECHAT
from config.masking.spans import PersonalSpan

_A = "A-Za-zＡ-Ｚａ-ｚ"
_N = "0-9０-９"
_END = f"(?![{_A}{_N}])"
_FRONT = f"(?<![{_A}{_N}])"
# The sign @ as people write it to get past a filter; a name may hold full-width signs and dots.
_AT = r"[ ]?(?:[@＠﹫]|[\[（(【]\s?(?:at|AT|艾特|@)\s?[\]）)】]|#)[ ]?"
_DOT = r"(?:[ ]?[.．][ ]?|[ ]?[\[（(]?(?:dot|点)[\]）)]?[ ]?)"
_TOP = r"(?:com|net|org|edu|gov|vip|[a-z]{2,4}|[A-Z]{2,4}|[ａ-ｚ]{2,4})"
_EMAIL = re.compile(
    rf"(?<![{_A}{_N}._%+\-])[{_A}{_N}](?:[{_A}{_N}._%+\-．－＿＋]{{0,62}}[{_A}{_N}_\-＿－])?(?P<at>{_AT})"
    rf"[{_A}{_N}][{_A}{_N}\-－]{{0,61}}(?:{_DOT}[{_A}{_N}\-]{{1,30}}){{0,2}}{_DOT}{_TOP}{_END}"
)
_EMAIL_SIGNS = ("@", "＠", "﹫", "#", "at]", "at)", "at）", "at】", "AT]", "AT)", "AT）", "艾特")
_PROVINCES = "京津沪滬渝冀豫云雲辽遼黑湘皖鲁魯新苏蘇浙赣贛鄂桂甘晋晉蒙陕陝吉闽閩贵貴粤粵青藏川宁寧琼瓊使"
_S = "[A-HJ-NP-Za-hj-np-zＡ-Ｚ0-9０-９]"
_C = "[零〇一二三四五六七八九幺]"
_PLATE = re.compile(
    rf"[{_PROVINCES}][ ]?[A-Za-zＡ-Ｚ][ ]?[·•・.．\-－—_‧∙]?[ ]?"
    rf"(?:(?:{_S}{{5,6}}|{_S}{{2}}[ ·]{_S}{{3}}|{_S}{{3}}[ ·]{_S}{{2}}|{_S}{{4}}[学挂警港澳领試试]){_END}"
    rf"|[A-HJ-NP-Z]?{_C}{{5}}(?!{_C}))"
)
_ANY_DIGIT = re.compile(DIGIT)
_ANY_LETTER = re.compile(f"[{_A}]")
_ANY_ID = re.compile(f"[{_A}][{_A}{_N}_\\-＿－]{{5}}")
_ANY_NUMBER = re.compile(f"[{_A}][ ]?{DIGIT}{{7}}")
_WECHAT = re.compile(
    f"(?:{WECHAT})(?P<between>[^{_A}{_N}。！？!?；;\n]{{0,8}}?)(?P<id>[{_A}][{_A}{_N}_\\-＿－]{{5,19}})(?![{_A}{_N}_\\-])"
)
# 公众号 is no person's; 微信支付 is a service.
_PUBLIC = re.compile("公众|小程序|群|支付|服务|订阅|视频")
_PASSPORT = re.compile(rf"{_FRONT}(?:[EeＥ][A-HJ-NP-Za-hj-np-z]{DIGIT}{{7}}|[EeＥGgＧ][ ]?{DIGIT}{{8}}){_END}")
_PERMIT = re.compile(
    f"(?:护照|護照|通行证|通行證|回乡证|台胞证|港澳证|军官证|士兵证|警官证|居留证)(?:[号號]码?|编号)?[^{_A}{_N}\n。？！?!“”]{{0,8}}"
    rf"(?P<id>[{_A}]{{0,3}}[ ]?{DIGIT}{{7,10}}){_END}"
)
_PERMIT_SIGNS = ("照", "证", "證")


def find_accounts(text: str) -> Iterator[PersonalSpan]:
    """Each kind in turn; a look at the signs it cannot do without keeps the cost of other texts low."""
    if not _ANY_LETTER.search(text):
        return
    if any(sign in text for sign in _EMAIL_SIGNS):
        for match in _EMAIL.finditer(text):
            if match["at"].strip() != "#" or ".com" in match.group():
                yield PersonalSpan(*match.span(), "email")
    for match in _PLATE.finditer(text):
        if _ANY_DIGIT.search(text, match.start() + 2, match.end()):
            yield PersonalSpan(*match.span(), "plate")
    for match in _WECHAT.finditer(text) if _ANY_ID.search(text) else ():
        if not _PUBLIC.search(match["between"]):
            yield PersonalSpan(*match.span("id"), "wechat")
    if any(sign in text for sign in _PERMIT_SIGNS):
        for match in _PERMIT.finditer(text):
            yield PersonalSpan(*match.span("id"), "passport")
    if _ANY_NUMBER.search(text):
        for match in _PASSPORT.finditer(text):
            yield PersonalSpan(*match.span(), "passport")
