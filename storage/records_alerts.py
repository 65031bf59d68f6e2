"""What rules find, and what becomes of it: windows, drafts, scores, holds, alerts, decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from storage.records_messages import Notice
from storage.records_names import Level


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span of event time `[start, end)`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None or self.start >= self.end:
            raise ValueError(f"no window: {self.start} – {self.end}")


# The unit of `seen` where it counts texts.
TEXTS = "件"
AlertState = Literal["provisional", "confirmed", "corrected"]


@dataclass(frozen=True, slots=True)
class AlertDraft:
    """What a rule found, before it is recorded.

    Identity: (`rule`, `key`, `window.start`); recording the same identity again corrects the same alert.
    `key` is the value of the rule's query_key ("" without one). `query` is the search expression that shows exactly
    the texts behind `seen`, which counts them or has another `unit` ("%", "次", "" for none). `provisional` while its
    window is open. `first_text_at` is the event time of the first text: a task's clock starts there. `muted_until`:
    the same rule and key stay silent so long (event time).
    """

    rule: str
    key: str
    level: Level
    title: str
    window: Window
    seen: float
    expected: float | None
    because: tuple[str, ...]
    query: str
    examples: tuple[str, ...]
    first_text_at: datetime
    muted_until: datetime
    state: AlertState
    demo: bool = False
    event: str | None = None
    unit: str = TEXTS


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of a level's score: its Chinese name, its points (≥ 0), and in Chinese what gave them.

    `query` is the expression that shows the texts meant, "" where all of them are.
    """

    name: str
    points: float
    evidence: tuple[str, ...]
    query: str = ""


HoldStage = Literal["silence", "inhibit", "cause", "mute"]
HOLD_STAGES: Mapping[str, str] = {
    "silence": "人工静默", "inhibit": "上级预警已覆盖", "cause": "已知原因", "mute": "重复提醒",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hold:
    """Why an alert was not told: by which stage, the reason in Chinese, and until when (None: not known).

    `task`: the task is held back too (inhibition and known cause), not the messages alone (silence and mute).
    """

    stage: HoldStage
    reason: str
    until: datetime | None
    task: bool


@dataclass(frozen=True, slots=True)
class StageAnswer:
    """What one stage said about an alert, in Chinese."""

    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A recorded alert. `fired_at` is when it was first recorded; `task_id` the task it opened or joined.

    `score` explains the level of its own texts, `stages` what each stage said. `held`: why it was not told;
    `released_at`: when that hold ended, told or not. `told` counts its messages' editions; `told_seen` and
    `told_level` are what the latest said.
    """

    id: int
    draft: AlertDraft
    fired_at: datetime
    changed_at: datetime
    task_id: int | None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    score: tuple[ScorePart, ...] = ()
    stages: tuple[StageAnswer, ...] = ()
    held: Hold | None = None
    released_at: datetime | None = None
    told: int = 0
    told_seen: float | None = None
    told_level: Level | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """An alert draft together with the messages that go out when it is new.

    `again`: the messages go out although the alert is known, provided it was told this often before. `event_score`
    explains `event_level`, what rules and score say of its whole event; `level` is what holds and messages tell.
    `told_seen` is the number they tell where that is a part of the draft's, None for all of it.
    """

    draft: AlertDraft
    notices: tuple[Notice, ...] = ()
    score: tuple[ScorePart, ...] = ()
    stages: tuple[StageAnswer, ...] = ()
    held: Hold | None = None
    again: int | None = None
    event_level: Level | None = None
    event_score: tuple[ScorePart, ...] = ()
    level: Level | None = None
    told_seen: float | None = None
