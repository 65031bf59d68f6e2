"""What a reader is told of an answer: which words of the text give it, or what was asked for and is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.claims.answer_context import Spoken, is_thing, spoken_of, valued
from nlp.claims.answer_signs import exact
from nlp.claims.questions import TABLE, Question
from nlp.claims.sentences import clauses

# A quoted clause is cut to so many signs; so many words at most are named as missing.
_QUOTED, _NAMED = 30, 2
# A sentence that speaks of a lesser share of what is asked is not worth pointing to.
_SPEAKS = 0.5


@cache
def nouns() -> Mapping[str, str]:
    """What each kind of question asks for, as a noun. Raises VocabularyError where one is no text."""
    listed = load_table(TABLE).content.get("asked", {})
    if not all(isinstance(one, str) and one for one in listed.values()):
        raise VocabularyError("应为文字", file=FOLDER / f"{TABLE}.toml", field="asked")
    return dict(listed)


def met(asked: Question, text: str, at: int, its: Spoken) -> str:
    """Which words of sentence `at` (from 0) answer."""
    parts = [part.text.strip("。！？；; \n") for part in clauses(text)] or [text]

    def worth(part: str) -> tuple[bool, float]:
        return valued(asked, part), its.share([spoken_of(word, part) for word in its.words]) if its.words else 0.0

    best = max(parts, key=worth)
    quoted = best if len(best) <= _QUOTED else f"{best[:_QUOTED]}…"
    return f"第 {at + 1} 句回答了“{asked.kind}”：“{quoted}”"


def unmet(asked: Question, texts: Sequence[str], its: Spoken) -> str:
    """What was asked for, and what of it the text lacks."""
    form = exact(asked.text)
    noun = form.noun if form is not None else nouns().get(asked.kind, "")
    asks = f"问的是{noun}，" if noun else ""
    if its.exact is False and form is not None:
        return f"问的是{form.noun}，口径里没有{form.noun}"
    if missing := [word for word in its.missing if is_thing(word)]:
        named = "、".join(f"“{word}”" for word in missing[:_NAMED])
        return f"{asks}口径里没有说到{named}"
    best = max(range(len(texts)), key=its.shares.__getitem__, default=None)
    said = [word for word in its.words if best is not None and word in texts[best]]
    if said and best is not None and its.shares[best] >= _SPEAKS:
        about = "、".join(f"“{word}”" for word in said[:_NAMED])
        return f"{asks}第 {best + 1} 句说到{about}，但没有说{noun or '所问的'}"
    return f"{asks}口径里没有说{noun or '所问的'}"
