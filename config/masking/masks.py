"""How each kind is masked. A mask keeps the length and the separators, so that offsets stay true."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from config.masking.digits import VALUES
from config.masking.spans import PersonalKind

Mask = Callable[[str], str]
_LETTER = re.compile("[A-Za-zＡ-Ｚａ-ｚ]")
_AT = re.compile(r"[ ]?(?:[@＠﹫#]|[\[（(【]\s?(?:at|AT|艾特|@))")


def _keep_ends(number: str, first: int, last: int) -> str:
    """Stars for all digits and letters but the first and last ones; separators stay where they are."""
    places = [at for at, sign in enumerate(number) if sign in VALUES or _LETTER.match(sign)]
    hidden = set(places[first : max(first, len(places) - last)])
    return "".join("*" if at in hidden else sign for at, sign in enumerate(number))


def mask_mobile(number: str) -> str:
    """13812345678 → 138****5678."""
    return _keep_ends(number, 3, 4)


def mask_id_card(number: str) -> str:
    """First six and last four stay."""
    return _keep_ends(number, 6, 4)


def mask_last_four(number: str) -> str:
    """The last four stay: customer, meter and bank card numbers, landlines."""
    return _keep_ends(number, 0, 4)


def mask_last_two(number: str) -> str:
    """The last two stay: WeChat, QQ and passport numbers are short."""
    return _keep_ends(number, 0, 2)


def mask_plate(plate: str) -> str:
    """湘A12345 → 湘A*****: province and city stay."""
    return _keep_ends(plate, 1, 0)


def mask_email(address: str) -> str:
    """The first character and what follows the @ stay."""
    found = _AT.search(address)
    local = found.start() if found else len(address)
    return address[0] + "*" * (local - 1) + address[local:]


# Family names of two characters; of all others the first character is the family name.
DOUBLE_SURNAMES = frozenset(
    [
        "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "东方", "東方", "皇甫", "尉迟", "尉遲", "公孙",
        "公孫", "慕容", "令狐", "司徒", "司空", "夏侯", "端木", "轩辕", "軒轅", "长孙", "長孫", "宇文", "南宫",
        "南宮", "独孤", "獨孤", "申屠", "淳于", "单于", "呼延", "闻人", "東郭", "东郭", "西门", "西門", "钟离",
        "鍾離", "拓跋", "百里", "公羊", "澹台", "濮阳", "濮陽", "太史", "赫连", "赫連", "鲜于", "鮮于", "完颜",
        "完顏", "闾丘", "子车", "亓官", "司寇", "仲孙", "仲孫", "公冶", "宗政", "万俟", "東門", "南门", "达奚",
        "纳兰", "納蘭",
    ]
)  # fmt: skip


def mask_name(name: str) -> str:
    """张三 → 张*, 欧阳建国 → 欧阳**: the family name stays."""
    kept = 2 if name[:2] in DOUBLE_SURNAMES and len(name) > 2 else 1
    return name[:kept] + "".join("*" if sign.isalnum() else sign for sign in name[kept:])


# What names a level of an address that may be read: down to the estate, the road, the village.
_READABLE = re.compile(
    "小区|社区|花园|家园|公寓|新村|华庭|豪庭|名城|国际城|山庄|公馆|华府|安置[区房]|广场|大厦|大楼|中心|宿舍|家属[区院]"
    "|校区|工业园|产业园|[村镇乡县市区路街道巷弄里庄坊湾坪府院城庭园邸墅轩阁居郡湖岸苑]"
)
_L = "A-Za-zＡ-Ｚａ-ｚ"
_NUMBERED = re.compile(f"[{_L}甲乙丙丁]?[{''.join(VALUES)}十百]+[{_L}]?|[{_L}甲乙丙丁](?=[座栋幢区单])")


def mask_address(address: str) -> str:
    """湖南省长沙市阳光小区3栋2单元501室 → …阳光小区*栋*单元***室: what stands after the estate loses its numbers."""
    kept = 0
    for match in _READABLE.finditer(address):
        if _NUMBERED.search(address, match.end()) or match.end() == len(address):
            kept = match.end()
    return address[:kept] + _NUMBERED.sub(lambda found: "*" * len(found.group()), address[kept:])


MASKS: Mapping[PersonalKind, Mask] = {
    "mobile": mask_mobile,
    "landline": mask_last_four,
    "id_card": mask_id_card,
    "bank_card": mask_last_four,
    "customer_no": mask_last_four,
    "meter_no": mask_last_four,
    "plate": mask_plate,
    "email": mask_email,
    "wechat": mask_last_two,
    "qq": mask_last_two,
    "passport": mask_last_two,
    "name": mask_name,
    "address": mask_address,
    "account": mask_name,
}
