"""Which of an alert's texts known causes explain, and which are counted apart because nothing explains them.

A text is explained where a cause has its category, kind of order, region and place, and where it is routine. One that
is not routine (attitude, injury, media, unsafe work) rings by itself; ordinary ones that no cause has ring where they
alone are as many as the rule needs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import islice
from pathlib import Path

from alerting.judge.facts import FEW, Facts, facts_of_texts
from alerting.judge.level import reason_of
from alerting.judge.places import Named, named_by
from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from storage.documents import DocumentStore
from storage.operations.causes import in_region
from storage.query import MISSING, Query, field_value
from storage.records import MEDIA, Cause, Document, Window

TABLE = "known_causes"
# So many texts are looked into one by one; what has more is beyond any cause that names places or kinds.
MOST = 1000
# How the reason begins where a part is told alone.
APART = "其中 "


@dataclass(frozen=True, slots=True)
class Phrases:
    """Words that show a matter a cause does not explain, once at least so many texts hold one of them."""

    title: str
    words: tuple[str, ...]
    least: int

    def said(self, doc: Document) -> str:
        """The first of the words that a text holds, "" for none."""
        text = f"{doc.title} {doc.analysis.clean_text or doc.body}"
        return next((word for word in self.words if word in text), "")


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What rings although its cause is known; see known_causes.toml."""

    categories: frozenset[str]
    category_title: str
    reasons: frozenset[str]
    media: frozenset[str]
    media_title: str
    unsafe: Phrases
    unannounced: Phrases

    def grave(self, doc: Document) -> str:
        """What makes a text no routine call, in Chinese; "" for a routine one."""
        if field_value(doc, "category") in self.categories:
            return self.category_title
        if doc.medium in self.media:
            return f"{self.media_title}（{MEDIA.get(doc.medium, doc.medium)}）"
        said = {reason_of(because) for because in doc.analysis.urgency.because}
        if doc.analysis.urgency.level == "H" and (grave := sorted(self.reasons & said)):
            return f"“{'、'.join(grave)}”"
        word = self.unsafe.said(doc)
        return f"{self.unsafe.title}（“{word}”）" if word else ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What known causes say of an alert.

    `until`: they explain it, so long; None where it rings. `rest`: the texts that ring although the others are
    explained, None where it rings whole or not at all. `short` is `reason` in a few words, for a title.
    """

    reason: str
    until: datetime | None = None
    rest: Facts | None = None
    short: str = ""


def explain(store: DocumentStore, facts: Facts, found: Sequence[Cause], least: int) -> Explanation:
    """What `found`, the causes of the alert's region and time, say of the texts of `facts`.

    `least`: with fewer texts its rule finds nothing. Raises StoreError. Reads up to a hundred texts at once, of more
    those that may be odd; all, up to a thousand, where a cause names places.
    """
    if not facts.total:
        return Explanation("没有可由停电计划或报备说明的来电")
    standing, told = _standing(store, facts, found)
    if not standing:
        return Explanation(told)
    docs = list(islice(_looked_into(store, facts, standing), MOST + 1))
    if len(docs) > MOST:
        return Explanation(f"不在{standing[0].title}范围内的文本可能超过 {MOST} 条，不再逐条对照")
    if unheard := _unheard(docs):
        return Explanation(f"有{unheard}，{standing[0].title} 不再是解释")
    return _said(facts, standing, docs, least)


def _standing(store: DocumentStore, facts: Facts, found: Sequence[Cause]) -> tuple[list[Cause], str]:
    """The causes that no more texts came for than were expected, and what to say of the others."""
    standing, told = [], "没有相符的停电计划或报备"
    for cause in found:
        came = store.count(facts.query.during(Window(cause.start, cause.end))) if cause.expected is not None else 0
        if cause.expected is not None and came > cause.expected:
            told = f"已有 {came} 条，超出 {cause.title} 预计的 {cause.expected} 条"
        else:
            standing.append(cause)
    return standing, told


def _looked_into(store: DocumentStore, facts: Facts, causes: Sequence[Cause]) -> Iterator[Document]:
    """The texts that may be odd, each once: all of few, else those that fields or words make so."""
    if facts.total <= FEW or any(cause.places for cause in causes):
        yield from store.scan(facts.query)
        return
    seen: set[str] = set()
    for query in _odd_ones(facts, causes):
        for doc in store.scan(query):
            if doc.id not in seen:
                seen.add(doc.id)
                yield doc


def _odd_ones(facts: Facts, causes: Sequence[Cause]) -> Iterator[Query]:
    but = load_exceptions()
    if facts.urgent:
        yield facts.query.narrow("urgency", "H")
    if online := but.media & facts.media.keys():
        yield facts.query.narrow("medium", *sorted(online))
    other = {code for cause in causes if cause.categories for code in facts.categories.keys() - set(cause.categories)}
    if odd := sorted(other | (but.categories & facts.categories.keys())):
        yield facts.query.narrow("category", *odd)
    if kinds := sorted({kind for cause in causes if cause.kinds for kind in facts.kinds.keys() - set(cause.kinds)}):
        yield facts.query.narrow("kind", *kinds)
    if regions := sorted({name for cause in causes for name in facts.regions if _elsewhere(name, cause)}):
        yield facts.query.narrow("region", *regions)
    for word in (*but.unsafe.words, *but.unannounced.words):
        yield replace(facts.query, text=(*facts.query.text, word))


def _unheard(docs: Sequence[Document]) -> str:
    """That too many say nobody told them of it, in Chinese; "" while few do."""
    phrases = load_exceptions().unannounced
    said = Counter(word for doc in docs if (word := phrases.said(doc)))
    if said.total() < phrases.least:
        return ""
    return f"{phrases.title}（“{said.most_common(1)[0][0]}”，{said.total()} 条）"


_PLACE = "停电范围以外"


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Which cause explains a routine text, and whether by a place it names; `why` none does, where none does."""

    named: Named
    cause: Cause | None = None
    why: str = ""


def _said(facts: Facts, causes: Sequence[Cause], docs: Sequence[Document], least: int) -> Explanation:
    """Sort the texts into routine ones that a cause explains and the rest, and say what follows."""
    grave = {doc.id: why for doc in docs if (why := load_exceptions().grave(doc))}
    verdicts = {doc.id: _verdict(doc, causes) for doc in docs if doc.id not in grave}
    astray = _astray(verdicts)
    rest = [doc for doc in docs if doc.id in grave or doc.id in astray]
    routine = facts.total - len(rest)
    why = "、".join(dict.fromkeys([*grave.values(), *astray.values()]))
    told = [it.cause for name, it in verdicts.items() if it.cause is not None and name not in astray]
    used = list(dict.fromkeys(told)) or [causes[0]]
    # By these names the page of causes finds what each of them holds back.
    names = "、".join(dict.fromkeys(f"{cause.title}（{cause.region}）" for cause in used))
    if routine <= 0:
        return Explanation(f"没有 {names} 说明的常规来电：{why}")
    until = min(cause.end for cause in used)
    if not rest:
        return Explanation(f"{names}已说明这些来电", until)
    if not grave and len(rest) < least:
        said = f"{names}已说明其中 {routine} 条；其余 {len(rest)} 条（{why}）未达到规则的界限"
        return Explanation(said, until)
    said = f"{APART}{len(rest)} 条不在{names}说明的范围（{why}）；其余 {routine} 条常规来电已由它说明，不另行预警"
    return Explanation(said, None, _facts_of(rest, facts), f"{len(rest)} 条不在 {used[0].title} 范围")


def _facts_of(docs: Sequence[Document], whole: Facts) -> Facts:
    query = Query().narrow("id", *sorted(doc.id for doc in docs))
    span = whole.query.published
    return facts_of_texts(docs, query if span is None else query.during(span))


def _astray(verdicts: Mapping[str, _Verdict]) -> dict[str, str]:
    """The texts that no cause explains, and why.

    Most callers name no place: they are at the outage, unless more of those who name one are elsewhere than there.
    """
    astray = {name: it.why for name, it in verdicts.items() if it.named is Named.OTHER}
    elsewhere = sum(why == _PLACE for why in astray.values())
    if elsewhere > sum(it.named is Named.OURS for it in verdicts.values()):
        astray |= {name: _PLACE for name, it in verdicts.items() if it.named is Named.NONE}
    return astray


def _verdict(doc: Document, causes: Sequence[Cause]) -> _Verdict:
    found = _Verdict(Named.OTHER)
    for cause in causes:
        beyond = _beyond(doc, cause)
        named = Named.OTHER if beyond else named_by(doc, cause.places) if cause.places else Named.OURS
        if named is Named.OURS:
            return _Verdict(named, cause)
        if named is Named.NONE and found.cause is None:
            found = _Verdict(named, cause)
        elif found.cause is None and not found.why:
            found = _Verdict(named, why=beyond or _PLACE)
    return found


def _beyond(doc: Document, cause: Cause) -> str:
    """Which field of a text a cause has not, in Chinese."""
    if cause.categories and (code := field_value(doc, "category")) not in cause.categories:
        return f"不含的类别 {code}"
    if cause.kinds and (kind := field_value(doc, "kind")) not in cause.kinds:
        return f"不含的工单类型 {kind}"
    return "其他地区" if _elsewhere(field_value(doc, "region"), cause) else ""


def _elsewhere(region: str, cause: Cause) -> bool:
    """Whether a region is another of the same rank (both 镇): a town's bare name does not tell its county."""
    return region != MISSING and region[-1:] == cause.region[-1:] and not in_region(region, cause.region)


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

    unsafe, unannounced = (
        Phrases(title(name), words(name, "words"), least(name)) for name in ("unsafe", "unannounced")
    )
    return Exceptions(
        frozenset(words("categories", "codes")), title("categories"), frozenset(words("reasons", "titles")),
        frozenset(words("media", "names")), title("media"), unsafe, unannounced,
    )  # fmt: skip
