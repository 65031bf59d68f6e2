"""Which fact each claim of a text stands on: a fact with an equal value, read by the same extraction.

Equal means, after conversion of units:
- a number: the same exact value; or the wording leaves room (约, 近, 余, 以上, 甲至乙) and the fact's exact
  value lies in it (近1300户 stands on 1286户, not on 986户). A vague fact backs only the same vague wording.
- a time: the same minute, day or stretch; or the text is coarser (7月12日下午 stands on 7月12日14时05分) or
  says 前 or 后 of the very moment.
- a place: the same place, or one in which it lies by the table or by the fact's own words.
- a cause or measure: the words that carry meaning of the one are all in the other.

Equal values of different things (1286户 停电, 1286户 恢复) do not back each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from nlp.claims.amounts import Amount, number
from nlp.claims.concepts import opposed_roles
from nlp.claims.extract import Claim, claims_of
from nlp.claims.moments import Moment
from nlp.claims.places import Place, relation
from nlp.claims.words import words
from nlp.segment import tokens
from storage.records import Fact, StatementClaim

_BARE = re.compile(r"\s*(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)\s*")


def back(claims: Iterable[Claim], facts: Sequence[Fact]) -> tuple[StatementClaim, ...]:
    """The claims that need a fact, each with the one it stands on, None where there is none.

    Verified facts are taken before others. A claim with a mark right behind it stands on that fact or on none.
    """
    ready = [(fact, _readings(fact)) for fact in sorted(facts, key=lambda it: (it.state != "verified", it.id))]
    ready = [(fact, its) for fact, its in ready if fact.state != "refuted"] + [
        (fact, its) for fact, its in ready if fact.state == "refuted"
    ]
    found = []
    for claim in claims:
        if claim.exempt:
            continue
        fact = next((fact for fact, its in _candidates(claim, ready) if _backs(claim, fact, its)), None)
        found.append(
            StatementClaim(
                claim.sentence,
                claim.kind,
                claim.text,
                claim.value,
                fact.id if fact else None,
                fact.revision if fact else None,
            )
        )
    return tuple(found)


def _candidates(claim: Claim, ready: list[tuple[Fact, tuple[Claim, ...]]]) -> Iterable[tuple[Fact, tuple[Claim, ...]]]:
    if claim.cited is None:
        return ready
    cited = [(fact, its) for fact, its in ready if fact.id == claim.cited]
    # A mark behind a measure that ends with a number cites the number.
    if claim.kind in ("cause", "measure") and all(fact.kind != claim.kind for fact, _ in cited):
        return ready
    return cited


def _readings(fact: Fact) -> tuple[Claim, ...]:
    """What a fact says, its value first."""
    return (*claims_of(fact.value, fact.reported_at), *claims_of(fact.text, fact.reported_at))


def _backs(claim: Claim, fact: Fact, readings: tuple[Claim, ...]) -> bool:
    if claim.kind in ("cause", "measure"):
        # What was done may stand in the sentence of another fact (已恢复900户); a cause is verified as such or not.
        mine = [fact.value, fact.text] if fact.kind == claim.kind else [fact.text] if claim.kind == "measure" else []
        return any(_said_by(claim.text, its, either=fact.kind == claim.kind) for its in mine)
    its = [one for one in readings if one.kind == claim.kind]
    if claim.kind == "number":
        its = [one for one in its if not _of_bare_value(one, fact)]
        return any(_equal(claim, one) for one in its) and not opposed_roles(
            claim.clause, claim.text, fact.text, fact.value
        )
    return any(_equal(claim, one) for one in its)


def _of_bare_value(one: Claim, fact: Fact) -> bool:
    """Whether the fact's value is a number without unit and this one of its text is another number."""
    if fact.kind != "number" or not _BARE.fullmatch(fact.value) or not isinstance(one.reading, Amount):
        return False
    return one.reading.low != number(fact.value.strip())


def _equal(claim: Claim, other: Claim) -> bool:
    mine, its = claim.reading, other.reading
    if isinstance(mine, Amount) and isinstance(its, Amount):
        if mine.unit != its.unit:
            return False
        if not mine.loose and not its.loose:
            return abs(mine.low - its.low) < 1e-6 * max(1.0, its.low)
        return (mine.low, mine.high) == (its.low, its.high) or (not its.loose and mine.fits(its))
    if isinstance(mine, Moment) and isinstance(its, Moment):
        return _same_time(mine, its)
    if isinstance(mine, Place) and isinstance(its, Place):
        return relation(its, mine) in ("same", "inside")
    return False


def _same_time(mine: Moment, its: Moment) -> bool:
    if (mine.low, mine.high, mine.bound) == (its.low, its.high, its.bound):
        return True
    if its.bound:
        return False
    if mine.bound:
        return (its.high == mine.high) if mine.bound == "by" else its.low == mine.low
    return (
        mine.low <= its.low and its.high <= mine.high and (mine.low, mine.high) != (its.low, its.high) and not its.span
    )


def _said_by(phrase: str, fact: str, *, either: bool) -> bool:
    """Whether the words of the phrase that carry meaning are all in the fact; with `either` the reverse will do."""
    mine, its = _content(phrase), _content(fact)
    if not mine or not its:
        return False
    return _held(mine, fact) or (either and _held(its, phrase) and len("".join(its)) >= 2)


def _content(text: str) -> list[str]:
    empty = words("content", "empty")
    return [word for word in tokens(text) if word.isalnum() and word not in empty and not word.isdecimal()]


def _held(its: Sequence[str], text: str) -> bool:
    return all(word in text for word in its)
