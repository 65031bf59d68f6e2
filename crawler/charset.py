"""Bytes of a web page as text: what the server says, what the page says, and whether either can be true."""

from __future__ import annotations

import codecs
import re

_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-zA-Z0-9_-]{2,30})""", re.IGNORECASE)
_XML = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([a-zA-Z0-9_-]{2,30})""")
_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([a-zA-Z0-9_-]{2,30})""", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Pages that call themselves one of these use its superset.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "big5": "big5hkscs", "iso8859-1": "cp1252"}
# A meta tag stands in the first kilobyte by the standard; real pages put scripts before it.
_LOOK = 16 * 1024


def decode_page(page: bytes, content_type: str | None = None) -> str:
    """The page's text. A declared encoding that does not fit the bytes is set aside for one that does.

    Order: byte order mark, HTTP header, meta tag, UTF-8, GB18030. Bytes that fit nothing are replaced by U+FFFD.
    """
    for bom, encoding in _BOMS:
        if page.startswith(bom):
            return page[len(bom) :].decode(encoding, "replace")
    declared = _declared(page, content_type)
    # UTF-8 that decodes is never something else by chance, whatever an old template declares.
    order = ["utf-8", *declared, "gb18030"] if not page.isascii() else ["ascii"]
    for encoding in order:
        try:
            return page.decode(encoding)
        except UnicodeDecodeError:
            continue
    texts = [page.decode(encoding, "replace") for encoding in dict.fromkeys([*declared, "utf-8", "gb18030"])]
    return min(texts, key=lambda text: text.count("\ufffd"))


def _declared(page: bytes, content_type: str | None) -> list[str]:
    """Encodings named by header, meta tag and XML declaration that Python knows, without single-byte catch-alls."""
    names = [match[1] for match in (_HEADER.search(content_type or ""),) if match]
    names += [match[1].decode() for match in (_META.search(page, 0, _LOOK), _XML.search(page, 0, 200)) if match]
    found = []
    for name in names:
        try:
            known = codecs.lookup(name).name
        except LookupError:
            continue
        found.append(_WIDER.get(known, known))
    # cp1252 decodes nearly anything: a Chinese page under it is a server's careless default.
    return [name for name in found if name != "cp1252"]
