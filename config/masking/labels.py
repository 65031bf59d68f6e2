"""The words that announce a number: what kind of number the next one is."""

from __future__ import annotations

import re

from config.masking.digits import DIGIT

# Between the characters of a label people put blanks (户 号) or nothing.
_B = "[ \u3000]?"
_NO = f"(?:{_B}[号號]{_B}码?碼?|ID|id)?"
# How people write 微信, also to get past a filter.
WECHAT = "(?:[微薇徽威][信心]|(?<![A-Za-z])(?i:[vｖ][信xｘ]|[wｗ][xｘ]|we[ -]?chat))(?:[号號]码?|ID|id|账号)?"
# One pattern per kind; the longer label stands first (缴费账号 is a customer number, 账号 a bank's). The kinds after
# the personal ones say that the number is none: orders, cases, groups.
_PATTERNS = (
    (
        "customer_no",
        f"户{_B}号|戶{_B}號|户头号|(?:用户|客户|用戶|客戶)(?:{_B}(?:编号|編號|编码|編碼|号码?|號碼?|代码|ID|id))"
        f"|(?:用电|缴费|电费|交费|用電|繳費)(?:客户|用户)?(?:编号|編號|账号|帳號|帐号|号码?|户名)|缴费(?:编码|卡号)|购电(?:卡号|编号)|电卡(?:编)?号"
        "|(?i:cust(?:omer)?[_ ]?no\\.?|cons[_ ]?no\\.?)",
    ),
    (
        "meter_no",
        "(?:电能?表|電表|智能表|表计|电度表|计量表)(?:的)?(?:编号|表号|资产编?号|局编?号|出厂编?号|号码?|條碼|条码)|表号|资产编号",
    ),
    (
        "id_card",
        f"(?:身份证|身份証|身分证|身份證|公民身份|身份){_NO}|证件{_B}号码?|居民证号?",
    ),
    (
        "bank_card",
        "(?:银行卡|储蓄卡|借记卡|信用卡|工资卡|银联卡|銀行卡|收款卡|[工农建中招邮交]行卡|社保卡金融账户|卡)[号號]码?|(?:银行|收款|退款|转账|打款|储蓄)?[账帐帳][号號户戶]"
        "|银行卡|储蓄卡|借记卡|信用卡|銀行卡|[工农建中招交]行卡|邮政卡",
    ),
    ("passport", f"(?:护照|護照|通行证|通行證|回乡证|台胞证|港澳证|军官证|士兵证|警官证|居留证){_NO}"),
    (
        "other",
        "(?i:QQ|微信)群号?|[Qq]群号?|微信(?:平台|公众|支付|小程序|客服|缴费|报修)|公众号|服务号|订阅号|视频号|小程序",
    ),
    ("wechat", WECHAT),
    ("qq", f"(?i:(?<![@＠])[QＱ][ 　]?[QＱ](?![.．])|扣扣|企鹅|加[QＱ](?![A-Za-zＡ-Ｚａ-ｚ])){_NO}"),
    (
        "phone",
        "(?:联系|联络|聯繫|聯絡|固定|家庭|单位|办公|来电|回访|本人|宅)?(?:电话|電話)(?:号码|號碼|号)?|联系方式|聯繫方式|座机号?码?|座機|固话|小灵通|手机号?码?|手機號?碼?|手机"
        "|(?i:tel|phone|mobile)\\.?|致电|回电|回拨|拨打|主叫|主叫号码|来电号码|号码",
    ),
    (
        "order",
        "(?:工单|受理|流水|事件|订单|快递|运单|物流|合同|发票|凭证|交易|回执|登记|案件|报修|申请|业务|停电|批次|许可证|信用代码|信件|来信|帖子|编)(?:编?号码?|编码|ID|id)|单号|工单|編號",
    ),
)
_LABEL = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS))
# How far before the number its label may begin, and how much may stand between the two.
_REACH, _BETWEEN = 24, 9
# A clause that ended, or another number, ends what a label announces.
_CUT = re.compile("[。！？!?；;\n]")
_LENGTH_NOTE = re.compile("[（(][0-9０-９一二十]{1,3}位(?:数字?)?[)）]")
_LISTED = re.compile("[ 、,，;；/和及与或跟]{1,3}|[ ,，]?(?:另一?个|还有|以及)(?:是|为)?[:：]?")
# Right behind a number, and not before another one: （户号）, 这个户号.
_CUSTOMER = f"(?:{_PATTERNS[0][1]})"
_AFTER = re.compile(
    f"[ 的]?(?:[（(]{_CUSTOMER}[)）]|(?:这个|该|此|是我?的?|系){_CUSTOMER}(?![:：是为 （(]{{0,3}}{DIGIT}))"
)


def label_before(text: str, at: int, low: int = 0) -> str:
    """The kind that the nearest label in `text[low:at]` announces; empty where none stands near enough."""
    window = text[max(low, at - _REACH) : at]
    if note := _LENGTH_NOTE.search(window):
        window = window[: note.start()] + window[note.end() :]
    kind = ""
    end = 0
    for match in _LABEL.finditer(window):
        kind, end = match.lastgroup or "", match.end()
    between = window[end:]
    if not kind or len(between) > _BETWEEN or _CUT.search(between) or any(sign.isdecimal() for sign in between):
        return ""
    return kind


def continues_list(between: str) -> bool:
    """Whether what stands between two numbers makes the second one more of the first one's kind (、, 和)."""
    return len(between) <= 8 and _LISTED.fullmatch(between) is not None


def customer_after(text: str, at: int) -> int:
    """Where the words end that call the number before `at` a customer number: 3201234567（户号）; else `at`."""
    found = _AFTER.match(text, at)
    return found.end() if found else at
