"""What a text claims, what its claims stand on, what it contradicts, and which questions it answers."""

from nlp.claims.backing import back
from nlp.claims.extract import Claim, claims_of
from nlp.claims.promises import promises_of
from nlp.claims.sentences import clean, sentences

__all__ = ["Claim", "back", "claims_of", "clean", "promises_of", "sentences"]
