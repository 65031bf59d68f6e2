"""Who speaks: the four voices the blend of sentiment reads, on texts that taught nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from nlp.learning.sentiment import FOLDER
from nlp.learning.voice import read_voices, train
from nlp.measure import Figure, Measure, macro_f1
from nlp.pipeline import Pipeline


class VoiceMeasure(Measure):
    """`voice`: macro-F1 over feeling, letter, office and plain; n counts pieces (a letter and its answer give five).

    A model made like the one that ships, taught by four texts of five, is asked the fifth. Nearly all letters and
    answers are of one country's government portals, so the figure says how well voices of this kind are told, not all.
    Cost: a minute.
    """

    name: ClassVar[str] = "voice"
    title: ClassVar[str] = "语气（有情绪、来信、公文、平实；留出的五分之一）"
    cross: ClassVar[bool] = True
    files: ClassVar[tuple[str, ...]] = (f"{FOLDER}/*.jsonl.gz", "petitions/answered.csv")

    def figures(self, data: Path, pipeline: Pipeline) -> Mapping[str, Figure]:
        """One figure, with precision and recall of each voice."""
        del pipeline  # it was taught all of these
        spoken = read_voices(data)
        voice = train([one for one in spoken if not one.held_out])
        return {self.name: macro_f1((one.label, voice.best(one.text)[0]) for one in spoken if one.held_out)}
