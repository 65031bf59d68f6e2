"""What a message says: the first twenty characters tell level, place, matter and growth."""

from __future__ import annotations

from alerting.evaluation import striking_window
from alerting.wording import number_words, times_words, window_words
from config.masking import mask
from storage.records import LEVELS, AlertDraft

_LONGEST_SUBJECT = 120


def compose(draft: AlertDraft, site: str = "") -> tuple[str, str]:
    """Subject (one line) and body in Chinese, masked; `site` is the utility's name."""
    level = LEVELS[draft.level]
    subject = " ".join(f"【{'示例·' if draft.demo else ''}{level}】{draft.title}".split())
    lines = [
        draft.title,
        "",
        f"级别：{level}",
        f"规则：{draft.rule}",
        f"时段：{window_words(striking_window(draft))}",
        f"数量：{_numbers(draft)}",
        "原因：",
        *(f"· {reason}" for reason in draft.because),
    ]
    if draft.examples:
        lines += ["示例文本：", *(f"· {example}" for example in draft.examples)]
    lines += ["", f"在“文本”页检索可见全部依据：{draft.query}", f"—— {site}舆情预警" if site else "—— 舆情预警"]
    if draft.demo:
        lines.insert(0, "【示例】本消息来自示例数据，不对应真实诉求。")
    return mask(subject)[:_LONGEST_SUBJECT], mask("\n".join(lines))


def _numbers(draft: AlertDraft) -> str:
    if draft.expected is None:
        return f"{number_words(draft.seen)} 件，暂无预期"
    times = times_words(draft.seen, draft.expected)
    return f"{number_words(draft.seen)} 件，预期 {number_words(draft.expected)} 件{f'，为其 {times}' if times else ''}"
