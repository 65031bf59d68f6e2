"""What a message says: the first twenty characters tell level, place, matter and growth; its end where to go on.

The end (the alert's number and the address of its page) is put on when the message goes out, because the number is
known only then, and because it must survive where a provider takes short texts only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from alerting.evaluation import striking_window
from alerting.wording import amount_words, times_words, window_words
from config.clock import as_local
from config.masking import mask
from storage.records import LEVELS, TEXTS, AlertDraft, Message

CUT = "…（全文见平台）"
_LONGEST_SUBJECT = 120
_MARKS = {"red": "◆", "orange": "▲", "yellow": "●", "blue": "■"}


def compose(draft: AlertDraft, site: str = "", *, due: timedelta | None = None) -> tuple[str, str]:
    """Subject (one line) and body in Chinese, masked; `site` is the utility's name.

    `due` is the time for the first response, from the first text on.
    """
    level = LEVELS[draft.level]
    subject = " ".join(f"【{'示例·' if draft.demo else ''}{level}】{draft.title}".split())
    lines = [
        draft.title,
        "",
        f"级别：{level}色 {_MARKS[draft.level]}",
        f"规则：{draft.rule}{f'（{draft.key}）' if draft.key and draft.key not in draft.title else ''}",
        f"时段：{window_words(striking_window(draft))}",
        f"数量：{_numbers(draft)}",
        *_clock(draft, due),
        "原因：",
        *(f"· {reason}" for reason in draft.because),
    ]
    if draft.examples:
        lines += ["示例文本：", *(f"· {example}" for example in draft.examples)]
    lines += ["", f"在“文本”页检索可见全部依据：{draft.query}", f"—— {site}舆情预警" if site else "—— 舆情预警"]
    if draft.demo:
        lines.insert(0, "【示例】本消息来自示例数据，不对应真实诉求。")
    return mask(subject)[:_LONGEST_SUBJECT], mask("\n".join(lines))


def compose_digest(messages: Sequence[Message], link: Callable[[Message], str]) -> tuple[str, str]:
    """Subject and body of a digest: every message by level and number, the gravest first, and where it leads.

    All numbers stand at the head, where no cut takes them away.
    """
    counted = [f"{LEVELS[level]} {number}" for level in LEVELS if (number := _of_level(messages, level))]
    others = sum(message.level is None for message in messages)
    counted += [f"其他 {others}"] if others else []
    subject = f"【摘要】{len(messages)} 条消息：{'，'.join(counted)}"
    order = [*LEVELS, None]
    numbers = [str(number) for number in sorted({one.alert_id for one in messages if one.alert_id is not None})]
    lines = ["短时间内消息较多，合并为一条；红色预警仍单独发送。"]
    lines += [f"预警：{'、'.join(numbers)}", ""] if numbers else [""]
    for message in sorted(messages, key=lambda each: (order.index(each.level), each.id)):
        leads = link(message)
        lines.append(f"· {_number(message)} {message.subject}{f' {leads}' if leads else ''}")
    return subject, "\n".join(lines)


def link_of(message: Message, base_url: str) -> str:
    """Where a message leads: its own link, else its alert's page; "" without the site's address."""
    if message.link or message.alert_id is None or not base_url:
        return message.link
    return f"{base_url.rstrip('/')}/alerts/{message.alert_id}"


def full_body(message: Message) -> str:
    """The body with its end."""
    return f"{message.body}\n{ending(message)}"


def ending(message: Message) -> str:
    """The number by which a repeat is known, and the link."""
    return "\n".join([_number(message), *([f"查看：{message.link}"] if message.link else [])])


def bytes_of(text: str) -> int:
    """The size of a text in UTF-8."""
    return len(text.encode())


def fitted(message: Message, longest: int, *, size: Callable[[str], int] = bytes_of, also: str = "") -> str:
    """Subject, body and end in one text of at most `longest` by `size`.

    What does not fit is cut from the body at a character, with a mark that says so; the end always stays, and so does
    `also` (a word the provider wants to see).
    """
    head = _together(message)
    tail = "\n".join(part for part in (ending(message), also) if part)
    if size(whole := f"{head}\n{tail}") <= longest:
        return whole
    room = longest - size(f"{CUT}\n{tail}")
    low, high = 0, len(head)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(head[:middle]) <= room else (low, middle - 1)
    return f"{head[:low].rstrip()}{CUT}\n{tail}"


def _together(message: Message) -> str:
    """Subject and body; a body that begins with what the subject says does not say it again."""
    first, _, rest = message.body.partition("\n")
    again = bool(first.strip()) and message.subject.endswith(" ".join(first.split()))
    return f"{message.subject}\n{rest.lstrip() if again else message.body}".rstrip()


def _number(message: Message) -> str:
    if message.alert_id is not None:
        return f"预警编号 {message.alert_id}"
    return f"消息编号 {message.id}"


def _of_level(messages: Sequence[Message], level: str) -> int:
    return sum(message.level == level for message in messages)


def _clock(draft: AlertDraft, due: timedelta | None) -> list[str]:
    first = as_local(draft.first_text_at)
    lines = [f"首条文本：{first.month}月{first.day}日 {first:%H:%M}"]
    if due is not None:
        last = as_local(draft.first_text_at + due)
        lines.append(f"首次响应时限：{last.month}月{last.day}日 {last:%H:%M}（内部目标）")
    return lines


def _numbers(draft: AlertDraft) -> str:
    seen = amount_words(draft.seen, draft.unit)
    if draft.expected is None:
        return f"{seen}，暂无预期" if draft.unit == TEXTS else seen
    times = times_words(draft.seen, draft.expected)
    return f"{seen}，预期 {amount_words(draft.expected, draft.unit)}{f'，为其 {times}' if times else ''}"
