"""What a fresh process costs until its first text is analysed, against loading jieba alone.

    python bench/bench_cold_start.py

Each is a process of its own, several times in turn. Prints CPU seconds and the memory a process holds (resident, MB).
The goals: less than 1.5 s, and a worker of less than 300 MB.
"""

from __future__ import annotations

import subprocess
import sys
from statistics import median

ROUNDS = 5
GOAL_SECONDS, GOAL_MEMORY = 1.5, 300.0

TELL = """
import resource, time
print(time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
OURS = """
from nlp.pipeline import Pipeline
Pipeline.from_vocabulary().analyse("城北小区昨晚开始停电，打了几次电话没人管")
"""
# What it holds after a stream of texts, with what it remembers of them.
WORKER = """
from datetime import UTC, datetime
from nlp.pipeline import Pipeline
from yujing.demo.scenario import generate
pipeline = Pipeline.from_vocabulary()
for order in generate(11, datetime(2026, 3, 4, 12, 0, tzinfo=UTC)).orders:
    pipeline.analyse(order.content)
"""
JIEBA = """
import jieba
jieba.setLogLevel("WARNING")
jieba.lcut("城北小区昨晚开始停电，打了几次电话没人管")
"""


def measured(program: str) -> tuple[float, float]:
    """CPU seconds and MB of a process that runs `program`, the start of Python included."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program + TELL], check=True, capture_output=True, text=True
    )
    seconds, memory = done.stdout.split()[-2:]
    return float(seconds), float(memory)


def main() -> None:
    rounds = [(measured(OURS), measured(JIEBA)) for _ in range(ROUNDS)]
    ours, peer = (tuple(map(median, zip(*column, strict=True))) for column in zip(*rounds, strict=True))
    _, worker = measured(WORKER)
    print(f"first text analysed {ours[0]:.2f} s, {ours[1]:.0f} MB · jieba alone {peer[0]:.2f} s, {peer[1]:.0f} MB · "
          f"ratio ×{peer[0] / ours[0]:.2f} · after a stream {worker:.0f} MB")  # fmt: skip
    reached = ours[0] < GOAL_SECONDS and worker < GOAL_MEMORY
    print(f"goals ({GOAL_SECONDS} s, {GOAL_MEMORY:.0f} MB) {'reached' if reached else 'missed'}")


if __name__ == "__main__":
    main()
