"""Names of persons by the word beside them alone: it hides too much rather than too little, and needs no tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.masking.masks import DOUBLE_SURNAMES
from config.masking.spans import PersonalSpan

_HAN = "[\u3400-\u9fff]"
_SURNAME = (
    f"(?:{'|'.join(sorted(DOUBLE_SURNAMES))}|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余"
    "杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫"
    "孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂"
    "張劉陳楊黃趙吳孫馬鄭梁謝許韓馮鄧葉蘇呂盧鐘譚陸賈韋鄒龍賀顧龔萬錢嚴湯莊聶魯歐關蘭紀單])"
)
_LABEL = (
    "姓名|户名|户主|联系人|[客用住]户|业主|居民|村民|市民|群众|老人|(?:投诉|举报|反映|报修|来电|申请|经办|处理|当事|负责)人"
    "|我叫|名叫|本人|我是|师傅|电工|[抄收催]\\w{0,2}员|工作人员|营业员|经理|[所站组队班村]长|丈夫|妻子|[父母]亲|儿子|女儿|记者"
    "|聯繫人|戶主|業主|投訴人|姓 ?名"
)
_TITLE = "先生|女士|小姐|师傅|同志|经理|主任|老师|阿姨|大爷|大妈|師傅"
_NAMES = re.compile(
    f"(?:{_LABEL})[:：是为（( ]{{0,3}}(?P<after>{_SURNAME}{_HAN}{{1,2}})"
    f"|(?P<before>{_SURNAME}{_HAN}{{1,2}})(?={_TITLE})"
)


def find_labelled_names(text: str) -> Iterator[PersonalSpan]:
    """What may be a name behind a word that announces one, or before a title; the mask leaves the first character."""
    for match in _NAMES.finditer(text):
        yield PersonalSpan(*match.span(match.lastgroup or 0), "name")
