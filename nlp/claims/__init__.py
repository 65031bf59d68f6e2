"""What a text claims, what its claims stand on, what it contradicts, and which questions it answers."""

from nlp.claims.backing import back
from nlp.claims.conflict import Conflict, Said, conflicts
from nlp.claims.extract import Claim, claims_of
from nlp.claims.promises import promises_of
from nlp.claims.sentences import clean, sentences

__all__ = ["Claim", "Conflict", "Said", "back", "claims_of", "clean", "conflicts", "promises_of", "sentences"]
