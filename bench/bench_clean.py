"""Cleaning: microseconds for an ordinary 60-character text and for one with debris, and how time grows with length.

OpenCC, which only turns traditional characters, stands beside it. Ordinary texts must stay below 35 µs; texts ten
times as long must not take more than fifteen times as long.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import opencc

from nlp.analysers.clean import Clean
from yujing.demo.scenario import generate

LENGTH, TEXTS, ROUNDS = 60, 400, 7
LONG = 20_000
DEBRIS = "<p>要點(diǎn)：　變壓器１２台&nbsp;燒壞 ?了</p>\n|甲|乙|丙|丁|戊|己|庚|辛|\n//@甲:【诉求】停电，谢谢"


def microseconds(work: Callable[[str], object], texts: list[str]) -> float:
    """CPU time of one text, the best of several rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        for text in texts:
            work(text)
        best = min(best, time.process_time() - begun)
    return best / len(texts) * 1e6


def main() -> None:
    analyser, converter = Clean.from_vocabulary(), opencc.OpenCC("t2s")
    orders = generate(11, datetime(2026, 3, 4, 12, 0, tzinfo=UTC)).orders
    ordinary = [order.content[:LENGTH] for order in orders if len(order.content) >= LENGTH][:TEXTS]

    def clean(text: str) -> object:
        return analyser.analyse({"masked_text": text})

    for text in (ordinary[0], DEBRIS):
        clean(text)
    ours, peer = microseconds(clean, ordinary), microseconds(converter.convert, ordinary)
    print(f"ordinary {ours:.1f} µs · OpenCC alone {peer:.1f} µs")
    print(f"with every kind of debris {microseconds(clean, [DEBRIS] * 100):.1f} µs for {len(DEBRIS)} characters")
    for name, piece in (
        ("?", "?"),
        ("brackets", "(a"),
        ("one paragraph", ordinary[0] + "\n"),
        ("tags", "<a "),
        ("reposts", "//@a:"),
    ):
        short, long = (microseconds(clean, [piece * (size // len(piece))]) for size in (LONG, 10 * LONG))
        print(f"{name:14} {LONG:,} characters {short / 1000:.1f} ms, ten times as many ×{long / short:.1f}")


if __name__ == "__main__":
    main()
