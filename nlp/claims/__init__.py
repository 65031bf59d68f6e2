"""What a text claims, what its claims stand on, what it contradicts, and which questions it answers."""

from nlp.claims.answers import Answered, answered
from nlp.claims.backing import back
from nlp.claims.conflict import Conflict, Said, conflicts
from nlp.claims.extract import Claim, claims_of
from nlp.claims.impossible import impossible
from nlp.claims.promises import promises_of
from nlp.claims.quality import QualityPoint, quality_of
from nlp.claims.questions import Question, questions_of
from nlp.claims.sentences import clean, sentences
from nlp.claims.unreadable import plainly, unreadable

__all__ = [
    "Answered",
    "Claim",
    "Conflict",
    "QualityPoint",
    "Question",
    "Said",
    "answered",
    "back",
    "claims_of",
    "clean",
    "conflicts",
    "impossible",
    "plainly",
    "promises_of",
    "quality_of",
    "questions_of",
    "sentences",
    "unreadable",
]
