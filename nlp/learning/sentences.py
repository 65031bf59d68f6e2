"""The sentences of our own that teach what no public set does: complaints, praise, questions, notices, answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from config.errors import VocabularyError
from config.vocabulary import FOLDER

FILE = FOLDER / "sentiment_sentences.tsv"
LABELS = ("negative", "neutral", "positive")
VOICES = ("feeling", "office", "plain")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with its label and the voice it is said in."""

    label: str
    voice: str
    text: str


def read_sentences(file: Path = FILE) -> list[Sentence]:
    """Every line `label TAB voice TAB text` that is no comment. Raises VocabularyError with file and row."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise VocabularyError("文件不存在或不是 UTF-8 编码", file=file) from error
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split("\t")
        if len(parts) != 3 or parts[0] not in LABELS or parts[1] not in VOICES or not parts[2].strip():
            raise VocabularyError("应为“类别 语气 句子”，以制表符分隔", file=file, row=number)
        found.append(Sentence(parts[0], parts[1], parts[2]))
    return found
