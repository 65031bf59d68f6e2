"""Stage: what a planned outage or a notice of an important service matter explains."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from alerting.evaluation import striking_window
from alerting.judge.level import reason_of
from alerting.judge.stages import Answer, Case, Stage
from alerting.rules import DocumentTest
from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from storage.query import Query
from storage.records import MEDIA, Cause, Hold, Window

TABLE = "known_causes"


@dataclass(frozen=True, slots=True)
class Phrases:
    """Words that show a matter a cause does not explain, once at least so many texts hold one of them."""

    title: str
    words: tuple[str, ...]
    least: int


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What rings although its cause is known; see known_causes.toml."""

    categories: frozenset[str]
    category_title: str
    reasons: frozenset[str]
    media: frozenset[str]
    media_title: str
    phrases: tuple[Phrases, ...]


class CauseStage(Stage):
    """Routine calls in area × period of a cause are held back, with their task, up to the number it explains."""

    name = "cause"
    title = "已知原因"
    order = 40

    def judge(self, case: Case) -> Answer:
        """Only counts of calls can be routine; a single text that must alert never is."""
        if isinstance(case.rule.test, DocumentTest) or not case.region:
            return Answer(case, "不属于可由停电计划或报备说明的来电")
        found = self.around.causes.matching(case.region, striking_window(case.draft), demo=self.around.demo)
        if not found:
            return Answer(case, "没有相符的停电计划或报备")
        told = ""
        for cause in found:
            told = self._beyond(case, cause)
            if not told:
                reason = f"{cause.title}（{cause.region}）已说明这些来电"
                return Answer(case, reason, Hold("cause", reason, cause.end, task=True))
        return Answer(case, told)

    def _beyond(self, case: Case, cause: Cause) -> str:
        """Why a cause does not explain an alert; "" where it does."""
        facts = case.facts
        if cause.categories and (other := set(facts.categories) - set(cause.categories)):
            return f"{cause.title} 不含这些类别：{'、'.join(sorted(other))}"
        if cause.kinds and (kinds := set(facts.kinds) - set(cause.kinds)):
            return f"{cause.title} 不含这些工单类型：{'、'.join(sorted(kinds))}"
        if odd := self._odd(case):
            return f"有{odd}，不属于 {cause.title} 说明的常规来电"
        if cause.expected is not None and (came := self._came(cause, facts.query)) > cause.expected:
            return f"已有 {came} 条，超出 {cause.title} 预计的 {cause.expected} 条"
        return ""

    def _odd(self, case: Case) -> str:
        """What among the texts is not routine, in Chinese."""
        but, facts = load_exceptions(), case.facts
        if but.categories & set(facts.categories):
            return but.category_title
        if online := but.media & set(facts.media):
            return f"{but.media_title}（{'、'.join(MEDIA.get(name, name) for name in sorted(online))}）"
        said = {reason_of(because) for doc in facts.urgent for because in doc.analysis.urgency.because}
        if grave := but.reasons & said:
            return f"“{'、'.join(sorted(grave))}”的文本"
        return next((told for phrases in but.phrases if (told := self._said(facts.query, phrases))), "")

    def _said(self, query: Query, phrases: Phrases) -> str:
        """Which word shows the matter, "" while too few texts hold it."""
        for word in phrases.words:
            number = self.around.store.count(replace(query, text=(*query.text, word)))
            if number >= phrases.least:
                return f"{phrases.title}（“{word}”{f'，{number} 条' if number > 1 else ''}）"
        return ""

    def _came(self, cause: Cause, query: Query) -> int:
        """How many texts like these there have been in the cause's whole time."""
        return self.around.store.count(query.during(Window(cause.start, cause.end)))


@cache
def load_exceptions(folder: Path = FOLDER) -> Exceptions:
    """Read and check known_causes.toml. Raises VocabularyError naming the key."""
    content, file = load_table(TABLE, folder).content, folder / f"{TABLE}.toml"

    def words(section: str, key: str) -> tuple[str, ...]:
        found = content.get(section, {}).get(key)
        if not isinstance(found, list) or not all(isinstance(word, str) and word for word in found):
            raise VocabularyError("应为文字的列表", file=file, field=f"{section}.{key}")
        return tuple(found)

    def title(section: str) -> str:
        found = content.get(section, {}).get("title")
        if not isinstance(found, str) or not found:
            raise VocabularyError("缺少或不是文字", file=file, field=f"{section}.title")
        return found

    def least(section: str) -> int:
        found = content.get(section, {}).get("least", 1)
        if isinstance(found, bool) or not isinstance(found, int) or found < 1:
            raise VocabularyError("应为不小于 1 的整数", file=file, field=f"{section}.least")
        return found

    phrases = tuple(Phrases(title(name), words(name, "words"), least(name)) for name in ("unsafe", "unannounced"))
    return Exceptions(
        frozenset(words("categories", "codes")), title("categories"), frozenset(words("reasons", "titles")),
        frozenset(words("media", "names")), title("media"), phrases,
    )  # fmt: skip
