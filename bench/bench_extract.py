"""Main text of pages: ours against readability and, where it is installed, trafilatura, on the same pages.

`bench_extract.py [FOLDER]`: a folder of pages NAME.html with their texts NAME.txt; by default the pages of the tests.
Prints precision, recall and F1 of character 5-grams for each page, the means, and pages per CPU second.
"""

from __future__ import annotations

import importlib
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import readability

from crawler.charset import decode_page
from crawler.extract import extract
from crawler.passages import lines_of, parse_page

PAGES = Path(__file__).parent.parent / "tests" / "data" / "pages"
Extractor = Callable[[bytes], str]


def grams(text: str) -> Counter[str]:
    text = re.sub(r"\s+", "", text)
    return Counter(text[at : at + 5] for at in range(max(1, len(text) - 4)))


def figures(gold: str, found: str) -> tuple[float, float, float]:
    """Precision, recall and F1 of the 5-grams."""
    wanted, given = grams(gold), grams(found)
    common = (wanted & given).total()
    if not common:
        return 0.0, 0.0, 0.0
    precision, recall = common / given.total(), common / wanted.total()
    return precision, recall, 2 * precision * recall / (precision + recall)


def by_readability(page: bytes) -> str:
    summary = readability.Document(decode_page(page, None)).summary(html_partial=True)
    return "\n".join(lines_of(parse_page(summary)))


def extractors() -> dict[str, Extractor]:
    found: dict[str, Extractor] = {"yujing": lambda page: extract(page).text, "readability": by_readability}
    try:
        trafilatura = importlib.import_module("trafilatura")
    except ImportError:
        return found
    return found | {"trafilatura": lambda page: trafilatura.extract(decode_page(page, None)) or ""}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGES
    pairs = [(file, file.with_suffix(".txt")) for file in sorted(folder.glob("**/*.html"))]
    pages = [(page.name, page.read_bytes(), gold.read_text(encoding="utf-8")) for page, gold in pairs if gold.exists()]
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for name, work in extractors().items():
        begun = time.process_time()
        texts = [work(page) for _, page, _ in pages]
        spent = time.process_time() - begun
        rows[name] = [figures(gold, text) for (_, _, gold), text in zip(pages, texts, strict=True)]
        means = [sum(column) / len(pages) for column in zip(*rows[name], strict=True)]
        print(f"{name:12} P {means[0]:.3f} R {means[1]:.3f} F1 {means[2]:.3f} · {len(pages) / spent:,.0f} pages/s")
    for at, (name, _, _) in enumerate(pages):
        print(f"{name:40}", *(f"{tool} {row[at][2]:.3f}" for tool, row in rows.items()))


if __name__ == "__main__":
    main()
