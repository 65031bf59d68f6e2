"""What happened, by kinds of causes with their many wordings, and words that name the same thing (happenings.toml)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.claims.opposites import compiled
from nlp.claims.sentences import clauses
from nlp.segment import tokens

TABLE = "happenings"
_WELL = re.compile("正常|完好|无关|排除|并非|不是|无异常|没有问题|无故障|良好|合格|无损")


@cache
def kinds() -> Mapping[str, tuple[re.Pattern[str], frozenset[str]]]:
    """Kind → its wordings, the kinds it belongs to. Raises VocabularyError naming the kind."""
    found = {}
    for entry in load_table(TABLE).content.get("kinds", ()):
        name = str(entry.get("name", ""))
        within = entry.get("within", [])
        if not isinstance(within, list):
            raise VocabularyError("应为上一级种类的列表", file=FOLDER / f"{TABLE}.toml", field=f"kinds.{name}.within")
        found[name] = (compiled(entry.get("words"), TABLE, f"kinds.{name}"), frozenset(map(str, within)))
    return found


@lru_cache(maxsize=4096)
def happened(text: str) -> Mapping[str, str]:
    """The kinds of causes that a text names, each as it stands; not those of clauses that say that all was well."""
    told = "，".join(it.text for it in clauses(text) if not _WELL.search(it.text)) or text
    return {name: match.group() for name, (its, _) in kinds().items() if (match := its.search(told))}


def above(name: str) -> frozenset[str]:
    """A kind and all it belongs to."""
    found = {name}
    for parent in kinds()[name][1]:
        if parent in kinds() and parent not in found:
            found |= above(parent)
    return frozenset(found)


def akin(one: str, other: str) -> bool:
    """Whether one kind is the other or holds it, or both belong to one narrower than 人为 and 天气."""
    first, second = above(one), above(other)
    return one in second or other in first


@cache
def _minor() -> frozenset[str]:
    """Kinds that tell how it broke, not what broke it."""
    return frozenset(str(it.get("name")) for it in load_table(TABLE).content.get("kinds", ()) if it.get("minor"))


def kinds_apart(one: str, other: str) -> tuple[str, str] | None:
    """What each text says to have happened, where no kind of the one is akin to one of the other; None without.

    How it broke (短路, 击穿) counts only where one of them tells nothing more.
    """
    here, there = happened(one), happened(other)
    if here.keys() - _minor() and there.keys() - _minor():
        here, there = ({kind: word for kind, word in side.items() if kind not in _minor()} for side in (here, there))
    if not here or not there or any(akin(a, b) for a in here for b in there):
        return None
    return next(iter(here.values())), next(iter(there.values()))


@cache
def _same() -> Mapping[str, str]:
    groups = load_table(TABLE).content.get("same", {}).get("groups", ())
    return {word: group.split()[0] for group in groups for word in group.split()}


@cache
def _same_words() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(_same(), key=len, reverse=True)))


@lru_cache(maxsize=4096)
def things(text: str) -> frozenset[str]:
    """What a text is about: words that name the same thing as one, and its other words of content."""
    named = frozenset(_same()[match.group()] for match in _same_words().finditer(text))
    rest = _same_words().sub("，", text)
    return named | frozenset(
        word for word in tokens(rest) if len(word) > 1 and word.isalnum() and not word[0].isdigit()
    )
